"""
What a finding leaves without a verdict: an operation that accepts nothing has one finding, not one for every request.

Each operation has a requirement that a right request to it is accepted. Where that does not hold and no request to the
operation was accepted in the whole run, no refusal by it has a control, and what else it should accept is not known.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from contract.judgement import ACCEPTANCE, REFUSAL
from contract.requirements import Register, load
from contract.results import UNMET, CaseResult, RequirementResult, Verdict

_SUCCESS = ".success"
_SHOWS_ACCEPTANCE = re.compile(r"-> [23]\d\d")
_NEED_NO_CONTROL = ("isolation", "robustness")
"""Areas in which one answer may settle it: a secret or a stack trace stands in the refusal of a right request too."""
_TELL_WHY = ("SIGN-001", "TOKEN-001", "ACCEPT-001")
"""Their tests hold a refused right request against one that is wrong on purpose: they say why nothing is accepted."""
_BLOCKED_BY = re.compile(r"\(blocked by ([A-Z]+-\d{3})\)")


@functools.cache
def success_requirement(operation_id: str) -> str | None:
    """Return the id of the requirement that a right request to an operation is accepted."""
    wanted = operation_id + _SUCCESS
    return next((requirement.id for requirement in load() if requirement.short == wanted), None)


def settled(register: Register, cases: Iterable[CaseResult]) -> list[CaseResult]:
    """
    Return *cases*, inconclusive where they rest on an operation that accepts nothing.

    Args:     cases: all of a run, for one accepted request anywhere changes what the others mean.
    """
    cases = list(cases)
    accepting = {name for case in cases for name, evidence in case.evidence.items() if evidence.accepted}
    closed = {
        found.operation: case.requirement
        for case in cases
        if case.verdict in UNMET
        and (found := case.finding)
        and found.expected == ACCEPTANCE
        and found.operation not in accepting
        and register.get(case.requirement).short == f"{found.operation}{_SUCCESS}"
    }
    return [_blocked(case, closed, register) for case in cases]


def _blocked(case: CaseResult, closed: Mapping[str | None, str], register: Register) -> CaseResult:
    """Return *case* without its finding if that rests on an operation which is *closed*, by its success requirement."""
    by = closed.get(case.finding.operation) if case.finding and case.verdict in UNMET else None
    if by is None or case.finding is None or case.requirement == by or _SHOWS_ACCEPTANCE.search(case.finding.observed):
        return case
    if case.requirement in _TELL_WHY:
        return case
    needs_control = case.finding.expected.startswith((ACCEPTANCE, REFUSAL))
    if not needs_control and register.get(case.requirement).area in _NEED_NO_CONTROL:
        return case
    reason = f"the operation accepts nothing: {case.finding.observed} (blocked by {by})"
    return replace(case, verdict=Verdict.INCONCLUSIVE, reason=reason, finding=None)


def blocked_by(result: RequirementResult) -> str | None:
    """Return the id of the requirement for whose sake *result* is inconclusive."""
    found = _BLOCKED_BY.search(result.reason) if result.verdict is Verdict.INCONCLUSIVE else None
    return found[1] if found else None
