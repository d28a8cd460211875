"""
What a finding leaves without a verdict: an operation that accepts nothing has one finding, not one for every request.

Each operation has a requirement that a right request to it is accepted. Where that does not hold and no request to the
operation was accepted in the whole run, nothing is known of its other requests that should be accepted too.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import replace

from contract.judgement import ACCEPTANCE
from contract.requirements import Register, load
from contract.results import UNMET, CaseResult, RequirementResult, Verdict

_SUCCESS = ".success"
_BLOCKED_BY = re.compile(r"\(blocked by ([A-Z]+-\d{3})\)")


@functools.cache
def success_requirement(operation_id: str) -> str | None:
    """Return the id of the requirement that a right request to an operation is accepted."""
    wanted = operation_id + _SUCCESS
    return next((requirement.id for requirement in load() if requirement.short == wanted), None)


def settled(register: Register, cases: Iterable[CaseResult]) -> list[CaseResult]:
    """Return *cases*; those that say only that an operation accepts nothing are inconclusive, but for the first."""
    cases = list(cases)
    accepting = {name for case in cases for name, evidence in case.evidence.items() if evidence.accepted}
    closed = {
        operation: case.requirement
        for case in cases
        if (operation := _refusing(case)) and operation not in accepting
        if register.get(case.requirement).short == operation + _SUCCESS
    }
    return [_blocked(case, closed.get(_refusing(case) or "")) for case in cases]


def _refusing(case: CaseResult) -> str | None:
    """Return the operation on which *case* found that a right request is not accepted."""
    found = case.finding if case.verdict in UNMET else None
    return found.operation if found and found.expected == ACCEPTANCE else None


def _blocked(case: CaseResult, by: str | None) -> CaseResult:
    if by is None or case.requirement == by:
        return case
    assert case.finding is not None
    reason = f"the operation accepts nothing: {case.finding.observed} (blocked by {by})"
    return replace(case, verdict=Verdict.INCONCLUSIVE, reason=reason, finding=None)


def blocked_by(result: RequirementResult) -> str | None:
    """Return the id of the requirement for whose sake *result* is inconclusive."""
    found = _BLOCKED_BY.search(result.reason) if result.verdict is Verdict.INCONCLUSIVE else None
    return found[1] if found else None
