"""
Reads ``report.json`` again: this suite's own, older ones, and whatever else may lie in a folder of reports.

Fields that are not known here are ignored, fields that were added later have defaults: formats grow and never change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeVar

import pydantic

from contract.errors import ConfigurationError

FORMAT = "conformance-report/1"
FILE = "report.json"
UNMET = ("fail", "warn")
NOT_REACHED = "not reached"
"""How the reason begins where a run was stopped before it came to a requirement."""

VerdictName = Literal["pass", "fail", "warn", "inconclusive", "not-tested"]
KnownState = Literal["holds", "expired", "mended", "not-judged"]


class NotAReport(ConfigurationError):
    """A path that was given as a report holds none that can be read."""


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Since(_Part):
    """The first of an unbroken row of runs in which a requirement was not met."""

    run: str
    started_at: str
    """ISO 8601, UTC."""
    version: str | None = None
    first_on_record: bool = False
    """No earlier run on record judged the requirement: it may be broken for longer."""


class Known(_Part):
    """What the target's list of known deviations says about a requirement."""

    state: KnownState
    reason: str = ""
    link: str | None = None
    expires: str | None = None


class Judged(_Part):
    """One requirement and its verdict."""

    id: str
    verdict: VerdictName
    level: str = ""
    area: str = ""
    statement: str = ""
    reason: str = ""
    severity: str = "normal"
    observed: dict[str, Any] = {}
    evidence: dict[str, Any] = {}
    """By operation."""
    tests: tuple[str, ...] = ()
    in_scope: bool = True
    known: Known | None = None
    since: Since | None = None

    @property
    def unmet(self) -> bool:
        """Tell whether it did not hold."""
        return self.verdict in UNMET

    @property
    def excused(self) -> bool:
        """Tell whether it did not hold and that is a known deviation."""
        return self.unmet and self.known is not None and self.known.state == "holds"


class Latency(_Part):
    """Percentiles in ms."""

    p50: float
    p90: float
    p99: float
    max: float


class Answered(_Part):
    """One operation and how fast it answered."""

    operation_id: str
    requests: int = 0
    latency_ms: Latency | None = None


class Run(_Part):
    """The run itself."""

    id: str
    started_at: pydantic.AwareDatetime
    duration_s: float = 0.0
    seed: int = 0
    profile: str = ""
    suite_version: str = ""
    interrupted: bool = False
    read_only: str | None = None
    shard: str | None = None

    @property
    def day_and_minute(self) -> str:
        """Return when it began, for people."""
        return f"{self.started_at:%Y-%m-%d %H:%M}"


class Target(_Part):
    """What was tested."""

    name: str
    base_url: str = ""
    version: str | None = None


class Summary(_Part):
    """How many requirements got each verdict."""

    passed: int = pydantic.Field(0, validation_alias=pydantic.AliasChoices("pass", "passed"))
    fail: int = 0
    warn: int = 0
    inconclusive: int = 0
    not_tested: int = pydantic.Field(0, validation_alias=pydantic.AliasChoices("not-tested", "not_tested"))
    requests: int = 0
    cases: int = 0
    known: dict[str, int] = {}


class Head(_Part):
    """A run in short: what a list of runs shows."""

    format: Literal["conformance-report/1"]
    run: Run
    target: Target
    verdict: Literal["conforms", "does-not-conform", "inconclusive"]
    sentence: str = ""
    summary: Summary


class Report(Head):
    """A run with the verdict on every requirement."""

    requirements: tuple[Judged, ...]
    operations: tuple[Answered, ...] = ()

    @property
    def judged(self) -> dict[str, Judged]:
        """Return the requirements by id."""
        return {each.id: each for each in self.requirements}

    @property
    def is_whole(self) -> bool:
        """Tell whether the run came to its end: it was neither interrupted nor stopped early."""
        return not self.run.interrupted and not any(each.reason.startswith(NOT_REACHED) for each in self.requirements)

    @property
    def scope(self) -> frozenset[str]:
        """Return the ids of the requirements that the run was about."""
        return frozenset(each.id for each in self.requirements if each.in_scope)


T = TypeVar("T", bound=Head)


def read(path: Path) -> Report:
    """
    Read a report.

    Args:     path: a report folder, or its report.json.
    Raises:   NotAReport: there is none, it cannot be read, or it is of a newer format.
    """
    return _read(Report, path)


def read_head(path: Path) -> Head:
    """Read the head of a report; arguments and errors as those of `read`."""
    return _read(Head, path)


def _read(model: type[T], path: Path) -> T:
    file = path / FILE if path.is_dir() else path
    try:
        return model.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        missing = f"{path} holds no {FILE}" if path.is_dir() else f"there is no {path}"
        raise NotAReport(f"{missing}; give a report folder or its {FILE}") from None
    except OSError as error:
        raise NotAReport(f"cannot read {file}: {error.strerror}") from None
    except pydantic.ValidationError as error:
        raise NotAReport(f"{file} {_problem(error)}") from None


def _problem(error: pydantic.ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=True)
    first = next((each for each in problems if each["loc"] == ("format",)), problems[0])
    if first["type"] == "json_invalid":
        return "is not valid JSON: was it written to the end?"
    if first["loc"] == ("format",):
        if isinstance(first["input"], str) and first["input"].startswith("conformance-report/"):
            return f"has the format {first['input'][:40]}; this version reads {FORMAT}: update the suite"
        return f"is no report: it does not say format {FORMAT}"
    where = ".".join(map(str, first["loc"]))
    return f"is no whole report: {where or 'the document'}: {first['msg'].lower()}"
