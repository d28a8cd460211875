"""A run in parts: what each leaves behind besides its report, and how the parts become one report."""

from __future__ import annotations

import gzip
import json
import shutil
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import contract
from contract import description, requirements
from contract.conclusion import Gathered, conclude
from contract.errors import ConfigurationError
from contract.results import CaseResult, Known, KnownState, Leak, RunInfo, RunResult, case_from_plain

if TYPE_CHECKING:
    from contract.session import Session

FORMAT = "conformance-part/1"
FILE = "part.json.gz"
_SAME = {
    "suite_version": "version of the suite",
    "description": "API description",
    "target": "target",
    "seed": "--seed",
    "profile": "--profile",
    "of": "number of parts",
    "selected": "selection of requirements",
    "operations": "--operation",
    "strict": "--strict",
    "answers": "pinned answers",
    "known": "known deviations",
}
"""What all parts of a run have in common."""


@dataclass(frozen=True)
class Head:
    """What a part says of itself."""

    number: int
    of: int
    suite_version: str
    description: str
    target: str
    seed: int
    profile: str
    selected: list[str]
    operations: list[str]
    strict: bool
    answers: dict[str, Any]
    problems: list[str]
    known: dict[str, dict[str, Any]]
    """Known deviations by requirement."""

    @classmethod
    def of_run(cls, run: Session) -> Head:
        """Return the head of the part that *run* was."""
        assert run.settings.shard is not None
        number, of = run.settings.shard
        return cls(
            number=number,
            of=of,
            suite_version=contract.__version__,
            description=description.digest(),
            target=run.target.name,
            seed=run.settings.seed,
            profile=run.settings.profile,
            selected=sorted(run.selected(requirements.load())),
            operations=sorted(run.settings.operations),
            strict=run.settings.strict,
            answers=dict(run.target.answers),
            problems=list(run.problems),
            known={id: asdict(known) for id, known in run.known.items()},
        )


@dataclass(frozen=True)
class Part:
    """One part as it was left behind."""

    folder: Path
    head: Head
    run: RunInfo
    target: dict[str, Any]
    cases: list[CaseResult]
    exchanges: list[dict[str, Any]]
    leaks: list[Leak]


def write(result: RunResult, head: Head, folder: Path) -> None:
    """Write what `read` needs into the report folder of a part; everything in it was redacted before."""
    cases = [asdict(case) for requirement in result.requirements for case in requirement.cases]
    whole = {
        "format": FORMAT,
        "head": asdict(head),
        "run": asdict(result.run),
        "target": result.target,
        "cases": cases,
        "leaks": [asdict(leak) for leak in result.leaks],
        "exchanges": result.exchanges,
    }
    text = json.dumps(whole, separators=(",", ":"), default=str)
    (folder / FILE).write_bytes(gzip.compress(text.encode("ascii"), 6, mtime=0))


def read(folder: Path) -> Part:
    """
    Read one part.

    Raises:   ConfigurationError: the folder holds none.
    """
    try:
        said = json.loads(gzip.decompress((folder / FILE).read_bytes()))
        if said["format"] != FORMAT:
            raise ConfigurationError(f"{folder / FILE} has the format {said['format']!r}; this version reads {FORMAT}")
        cases = [case_from_plain(case) for case in said["cases"]]
        head, run = Head(**said["head"]), RunInfo(**said["run"])
        leaks = [Leak(**leak) for leak in said.get("leaks", [])]
        return Part(folder, head, run, said["target"], cases, said["exchanges"], leaks)
    except FileNotFoundError:
        raise ConfigurationError(
            f"{folder} is no part of a sharded run: it has no {FILE}; give the report folders of runs with --shard K/N"
        ) from None
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(f"{folder / FILE} cannot be read ({type(error).__name__}); copy it again") from None


def check(parts: Sequence[Part]) -> None:
    """
    Make sure that *parts* are all parts of one run, each once.

    Raises:   ConfigurationError: they are not; the text says what differs or is missing.
    """
    first = parts[0]
    for part in parts[1:]:
        for name, words in _SAME.items():
            mine, theirs = getattr(first.head, name), getattr(part.head, name)
            if mine != theirs:
                shown = f": {mine} and {theirs}" if isinstance(mine, str | int) else ""
                raise ConfigurationError(f"{first.folder} and {part.folder} differ in the {words}{shown}")
    numbers = [part.head.number for part in parts]
    of = first.head.of
    if twice := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise ConfigurationError(f"part {twice[0]}/{of} was given more than once")
    if missing := [f"{number}/{of}" for number in range(1, of + 1) if number not in numbers]:
        raise ConfigurationError(f"{', '.join(missing)} missing: give the report folders of all {of} parts")


def merged(parts: Sequence[Part]) -> RunResult:
    """Return the result of the run that *parts* make together, judged as a single run is."""
    parts = sorted(parts, key=lambda part: part.head.number)
    head = parts[0].head
    return conclude(
        Gathered(
            run=_run(parts),
            target=dict(parts[0].target),
            selected=head.selected,
            answers=head.answers,
            known={id: Known(**{**each, "state": KnownState(each["state"])}) for id, each in head.known.items()},
            strict=head.strict,
            cases=[case for part in parts for case in part.cases],
            exchanges=[exchange for part in parts for exchange in part.exchanges],
            leaks=[leak for part in parts for leak in part.leaks],
            cut_short=any(part.run.interrupted or part.head.problems for part in parts),
        )
    )


def _run(parts: Sequence[Part]) -> RunInfo:
    runs = [part.run for part in parts]
    return RunInfo(
        id="+".join(run.id for run in runs),
        started_at=min(run.started_at for run in runs),
        duration_s=max(run.duration_s for run in runs),
        seed=runs[0].seed,
        profile=runs[0].profile,
        suite_version=runs[0].suite_version,
        workers=sum(run.workers for run in runs),
        arguments=_without_shard(runs[0].arguments),
        interrupted=any(run.interrupted for run in runs),
        read_only=runs[0].read_only,
    )


def _without_shard(arguments: Sequence[str]) -> list[str]:
    """Return the options that the run would have had in one piece."""
    kept: list[str] = []
    for argument in arguments:
        after_option = kept and kept[-1] in ("--shard", "--report-dir")
        if after_option:
            kept.pop()
        elif not argument.startswith(("--shard=", "--report-dir=")):
            kept.append(argument)
    return kept


def copy_pages(parts: Sequence[Part], folder: Path) -> None:
    """Put the pages of pytest-html beside the merged report: there is no way to join them."""
    for part in parts:
        if (page := part.folder / "pytest.html").exists():
            shutil.copyfile(page, folder / f"pytest-{part.head.number}-of-{part.head.of}.html")
