"""What a run, or its parts together, come to: the verdict on each requirement and on the whole."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contract import known as known_deviations
from contract import requirements, verdict
from contract.errors import ReadOnlyRun
from contract.history.report import NOT_REACHED
from contract.results import (
    CaseResult,
    Known,
    Leak,
    RequirementResult,
    RunInfo,
    RunResult,
    RunVerdict,
    Verdict,
    operations_of,
)
from contract.target import EMBEDDED

_LARGER = {"smoke": "standard", "standard": "deep"}


@dataclass(frozen=True)
class Gathered:
    """What a run was asked to judge, by which terms, and what it found."""

    run: RunInfo
    target: dict[str, Any]
    """``name``, ``base_url`` and, where the config says, ``version``."""
    selected: Collection[str]
    """The ids of the requirements that the run is about."""
    answers: Mapping[str, Any]
    """What the config pins, by requirement id or short name."""
    known: Mapping[str, Known]
    """The target's known deviations, by requirement id."""
    strict: bool
    cases: list[CaseResult]
    exchanges: Iterable[dict[str, Any]]
    leaks: list[Leak]
    cut_short: bool
    """Whether it was interrupted, or something went wrong with the suite itself."""
    elsewhere: Collection[str] = ()
    """Of a shard: the requirements that tests of other shards decide too."""

    @property
    def left_behind(self) -> int:
        """Return how many resources stay on the target; the embedded mock takes them with it."""
        return 0 if self.target["name"] == EMBEDDED else len(self.leaks)


def conclude(gathered: Gathered) -> RunResult:
    """Say the verdicts on what was gathered."""
    run, is_shard = gathered.run, gathered.run.shard is not None
    exchanges = sorted(gathered.exchanges, key=lambda each: (each["started_ms"], each["id"]))
    judged = verdict.judge(
        requirements.load(),
        gathered.cases,
        set(gathered.selected),
        gathered.answers,
        _outside(run.profile),
        of_a_shard=is_shard,
    )
    known_deviations.mark(judged, gathered.known, datetime.fromisoformat(run.started_at).date())
    if is_shard:
        verdict.leave_to_other_shards(judged, gathered.elsewhere)
    overall = verdict.of_run(judged, gathered.cut_short or gathered.left_behind > 0, gathered.strict)
    return RunResult(
        run=run,
        target=gathered.target,
        verdict=overall,
        sentence=_sentence(gathered, overall, judged),
        requirements=judged,
        operations=operations_of(exchanges),
        exchanges=exchanges,
        leaks=gathered.leaks,
    )


def _sentence(gathered: Gathered, overall: RunVerdict, judged: list[RequirementResult]) -> str:
    name = gathered.target["name"]
    said = verdict.sentence(overall, judged, name, gathered.strict, gathered.left_behind)
    part = f"Part {gathered.run.shard}: " if gathered.run.shard else ""
    return " ".join([f"{part}{said}", *_left(gathered), *_read_only(gathered.run, judged), *_not_in(gathered, judged)])


def _outside(profile: str) -> str:
    return f"none of its cases is in the profile {profile}"


def _not_in(gathered: Gathered, judged: Sequence[RequirementResult]) -> Iterator[str]:
    """Name what was chosen by options and is in a larger profile only."""
    profile = gathered.run.profile
    ids = [each.id for each in judged if each.in_scope and each.reason == _outside(profile)]
    if ids and profile in _LARGER and len(gathered.selected) < len(judged):
        use = f"use --profile {_LARGER[profile]}"
        yield f"Chosen and not in the profile {profile}: {verdict.listed(ids)}; {use}."


def _left(gathered: Gathered) -> Iterator[str]:
    """Say how many tests of an interrupted run, or of one that ended early, were not carried out."""
    left = {case.test for case in gathered.cases if case.reason.startswith(NOT_REACHED)}
    if left or gathered.run.interrupted:
        ended = "Interrupted" if gathered.run.interrupted else "Stopped early"
        yield f"{ended}: {len(left)} of {len({case.test for case in gathered.cases})} tests not reached."


def _read_only(run: RunInfo, judged: Iterable[RequirementResult]) -> Iterator[str]:
    """Say how much was not tested because nothing was to be changed, and who said so."""
    if run.read_only:
        left = sum(each.verdict is Verdict.NOT_TESTED and each.reason.endswith(ReadOnlyRun.END) for each in judged)
        yield f"Read-only ({run.read_only}): {left} not tested that need more than GET."
