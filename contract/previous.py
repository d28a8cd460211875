"""The run before this one: where its report is, and what of it is to be tried again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pydantic

from contract.errors import ConfigurationError
from contract.judgement import NO_SERVER_ERROR

BAD = ("fail", "warn", "inconclusive")
Pair = tuple[str, str | None]
"""A requirement and the operation that a test of it is about, None for a test that is about several."""


class _Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="ignore", frozen=True)


class _Named(_Part):
    name: str


class _Begun(_Part):
    started_at: str


class _Case(_Part):
    requirement: str
    test: str
    operation: str | None
    verdict: str


class _Judged(_Part):
    id: str
    verdict: str


class Previous(_Part):
    """What of a report tells what is tried again."""

    target: _Named
    run: _Begun
    cases: list[_Case]
    requirements: list[_Judged]


def report_of(target: str, runs: Path, folder: Path | None) -> tuple[Path, Previous]:
    """
    Return the newest report on *target*, of those below *runs* and the one in *folder*.

    Raises:   ConfigurationError: there is none.
    """
    paths = [*runs.glob("*/report.json"), *([folder / "report.json"] if folder else [])]
    found = [(path, said) for path in paths if (said := _read(path)) is not None and said.target.name == target]
    if not found:
        raise ConfigurationError(f"--last-failed: no run of {target} below {runs}; run once without --last-failed")
    return max(found, key=lambda each: each[1].run.started_at)


def _read(path: Path) -> Previous | None:
    """Return a report, or None: what is no whole report is not the previous run."""
    try:
        return Previous.model_validate_json(path.read_bytes())
    except (OSError, ValueError):
        return None


def failed(said: Previous, path: Path) -> frozenset[Pair]:
    """
    Return what a report says was not met or could not be judged.

    A requirement without a case that says so, one with too little evidence, counts with all its cases.

    Raises:   ConfigurationError: there was nothing.
    """
    cases = [(each.requirement, each.operation, each.verdict) for each in said.cases]
    found = {(requirement, operation) for requirement, operation, verdict in cases if verdict in BAD}
    # A 5xx may have come in a test of other requirements, which only they lead to.
    met_in = {case.test for case in said.cases if case.requirement == NO_SERVER_ERROR and case.verdict in BAD}
    found |= {(case.requirement, case.operation) for case in said.cases if case.test in met_in}
    named = {requirement for requirement, _ in found}
    judged = [each.id for each in said.requirements if each.verdict in BAD]
    found |= {(each, operation) for each in judged if each not in named for operation in _operations(each, cases)}
    if not found:
        raise ConfigurationError(f"--last-failed: nothing failed or was inconclusive in {path}; leave the option out")
    return frozenset(found)


def _operations(requirement_id: str, cases: Iterable[tuple[str, str | None, str]]) -> set[str | None]:
    return {operation for requirement, operation, _ in cases if requirement == requirement_id}
