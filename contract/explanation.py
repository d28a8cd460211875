"""Everything that is known about one requirement, drawn together from the register, the tests and the faults."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from contract.measure import catalogue
from contract.measure.catalogue import Deviation
from contract.requirements import Requirement
from contract.testindex import docstring_of, tests_by_requirement

MEANING = {
    "must": "the documentation says it; unmet, the target does not conform",
    "should": "it follows from the documentation or public clients rely on it; unmet, it is a warning",
    "open": "the documentation does not say; what the target does is recorded and never failed",
}
WEIGHS_HEAVILY = "it follows from the documentation and weighs heavily; unmet, the target does not conform"
FAULT = "fault"
"""Heads what is said of each seeded fault."""
LOOK = "see the exchange and its control in the report"


@dataclass(frozen=True)
class Explanation:
    """A requirement with the tests that decide it and the seeded faults that must turn it red."""

    requirement: Requirement
    tests: Mapping[str, str | None]
    """Docstrings, where there are, by the name of the test."""
    faults: Sequence[Deviation]

    @property
    def level(self) -> str:
        """Return the level with what it means and why it is that one."""
        requirement = self.requirement
        meaning = WEIGHS_HEAVILY if requirement.severity == "high" else MEANING[requirement.level]
        return f"{requirement.level}: {meaning}" + (f". {requirement.why}" if requirement.why else "")

    def items(self) -> Iterator[tuple[str, str]]:
        """Yield what there is to say besides the statement, as pairs of a word and a text."""
        requirement = self.requirement
        yield "level", self.level
        yield "source", requirement.source
        if requirement.evidence.accepted or requirement.evidence.refused:
            yield "evidence", _evidence(requirement)
        if requirement.needs:
            yield "needs", ", ".join(requirement.needs)
        if requirement.short:
            yield "name", requirement.short
        for test, described in self.tests.items():
            yield "tested by", test + (f": {described}" if described else "")
        if not self.tests:
            yield "not tested", requirement.not_tested or "no test decides it"
        for fault in self.faults:
            yield FAULT, f"{fault.id}: {fault.description.rstrip('.')}"
        yield "if it fails", requirement.hint or LOOK
        yield "since", f"version {requirement.since} of the catalogue"
        yield "run it", f"conformance run --requirement {requirement.id}"


def explain(requirement: Requirement) -> Explanation:
    """Return what is known about *requirement*."""
    tests = {test: docstring_of(test) for test in tests_by_requirement().get(requirement.id, [])}
    return Explanation(requirement, tests, _faults().get(requirement.id, ()))


@functools.cache
def _faults() -> Mapping[str, Sequence[Deviation]]:
    found: dict[str, list[Deviation]] = defaultdict(list)
    for fault in catalogue.load().faults:
        for requirement_id in fault.requirements:
            found[requirement_id].append(fault)
    return found


def _evidence(requirement: Requirement) -> str:
    least = requirement.evidence
    return f"per operation at least {least.accepted} accepted and {least.refused} refused as required"
