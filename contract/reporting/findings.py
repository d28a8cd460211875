"""Sorts what a run found by cause: one broken rule is one group, whatever number of cases and operations show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from contract.results import CaseResult, Finding, RequirementResult, RunResult, Verdict
from contract.verdict import fails_the_run

BROKEN = (Verdict.FAIL, Verdict.WARN)
CROSS_CUTTING = ("isolation", "robustness")

# What a target answered, quoted after its status: the status says enough. All kinds of success are one.
_ANSWER = re.compile(r"(-> \d{3}\b).*", re.DOTALL)
_SUCCESS = re.compile(r"\b2\d\d\b")
# What differs from case to case and says nothing about the cause. Three-digit statuses stay.
_VARYING = re.compile(
    r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b"  # UUIDs
    r"|\b[0-9a-f]{8,64}…?"  # digests, shortened ones too
    r"|\b(?![1-5]\d\d\b)\d+(?:\.\d+)?\b"  # ids, nonces, timestamps
    r"|\"[^\"]*\"|'[^']*'"  # quoted values
    r"|/[\w{}/.-]*",  # paths
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Variant:
    """One way in which a requirement was broken: the same expectation and observation, but for ids and values."""

    expected: str
    observed: str
    cases: tuple[CaseResult, ...]
    key: tuple[str, str]
    """Expectation and observation without what differs from case to case."""

    @property
    def operations(self) -> list[str]:
        """Return the operations that show it, each once."""
        named = (_finding(case).operation or case.operation for case in self.cases)
        return list(dict.fromkeys(name for name in named if name))

    @property
    def differs(self) -> bool:
        """Tell whether the cases worded what they observed differently: the example's words are then only one's."""
        return len({_finding(case).observed for case in self.cases}) > 1

    @property
    def example(self) -> CaseResult:
        """Return the case that shows it best: the first with an exchange, or the first."""
        return _best(self.cases)

    @property
    def finding(self) -> Finding:
        """Return the finding of the example."""
        return _finding(self.example)


@dataclass(frozen=True)
class Group:
    """One requirement that does not hold, with every way in which it was broken."""

    requirement: RequirementResult
    breaks_run: bool
    variants: tuple[Variant, ...]

    @property
    def known(self) -> bool:
        """Tell whether it is excused as a known deviation."""
        return self.requirement.excused

    @property
    def operations(self) -> list[str]:
        """Return the operations on which the requirement does not hold, each once."""
        return list(dict.fromkeys(name for variant in self.variants for name in variant.operations))

    @property
    def cases(self) -> list[CaseResult]:
        """Return the cases that show it."""
        return [case for variant in self.variants for case in variant.cases]


@dataclass
class Reason:
    """Requirements that got no verdict, or no certain one, for one and the same reason."""

    text: str
    requirements: list[RequirementResult] = field(default_factory=list)

    @property
    def alone(self) -> bool:
        """Tell whether it is the reason of one requirement only."""
        return len(self.requirements) == 1


def is_strict(result: RunResult) -> bool:
    """Tell whether the run was asked to fail on an unmet should."""
    return "--strict" in result.run.arguments


def groups(result: RunResult) -> list[Group]:
    """Return what is broken, what fails the run first, then by the number of operations."""
    strict = is_strict(result)
    found = [
        Group(requirement, fails_the_run(requirement, strict), tuple(_variants(requirement)))
        for requirement in result.requirements
        if requirement.verdict in BROKEN
    ]
    return sorted(found, key=_gravest_first)


def _gravest_first(group: Group) -> tuple[bool, bool, int, bool, str]:
    # Of equals, what speaks of the resource itself says more about the cause than what speaks of all resources.
    requirement, width = group.requirement, len(group.operations)
    return not group.breaks_run, not group.known, -width, requirement.area in CROSS_CUTTING, requirement.id


def reasons(result: RunResult, verdict: Verdict) -> list[Reason]:
    """Return the requirements with *verdict* by the reason given, the most common reason first."""
    found: dict[str, Reason] = {}
    for requirement in result.requirements:
        if requirement.verdict is verdict:
            text = requirement.reason or "no reason was recorded"
            found.setdefault(_cause(text), Reason(text)).requirements.append(requirement)
    return sorted(found.values(), key=lambda reason: -len(reason.requirements))


def _variants(requirement: RequirementResult) -> Iterable[Variant]:
    found: dict[tuple[str, str], list[CaseResult]] = {}
    for case in requirement.cases:
        if case.verdict is requirement.verdict:
            finding = _finding(case)
            key = (_cause(finding.expected, case.operation), _cause(finding.observed, case.operation))
            found.setdefault(key, []).append(case)
    for key, cases in sorted(found.items(), key=lambda item: -len(item[1])):
        finding = _finding(_best(cases))
        yield Variant(finding.expected, finding.observed, tuple(cases), key)
    if not found:
        yield _without_case(requirement)


def _without_case(requirement: RequirementResult) -> Variant:
    # A verdict over several cases, such as a count or an answer that the config pins, belongs to none of them: it
    # stands as a case of its own, with what was sent for all.
    operation = requirement.operations[0] if len(requirement.operations) == 1 else None
    reason = requirement.reason or "no reason was recorded"
    test = requirement.tests[0] if requirement.tests else ""
    sent = [name for case in requirement.cases for name in case.exchanges]
    case = CaseResult(requirement.id, requirement.id, test, operation, requirement.verdict, reason, exchanges=sent)
    expected = _finding(case).expected
    return Variant(expected, reason, (case,), (_cause(expected), _cause(reason)))


def _best(cases: Sequence[CaseResult]) -> CaseResult:
    """Return the first case with an exchange, one with its minimal failing case where there is one."""
    shown = [case for case in cases if case.finding and case.finding.exchange]
    return next((case for case in shown if case.finding and case.finding.detail), (shown or cases)[0])


def _finding(case: CaseResult) -> Finding:
    if case.finding:
        return case.finding
    exchange = case.exchanges[-1] if case.exchanges else None
    return Finding("the requirement holds", case.reason or "no reason was recorded", exchange, operation=case.operation)


def _cause(text: str, operation: str | None = None) -> str:
    if operation:
        text = text.replace(operation, "*")
    text = _VARYING.sub("*", _SUCCESS.sub("2xx", _ANSWER.sub(r"\1", text)))
    return re.sub(r"\b(GET|POST|PATCH|PUT|DELETE)\b", "*", text)
