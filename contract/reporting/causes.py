"""
Puts together requirements that are broken alike, so that one broken check is read once.

A server that accepts any signature breaks thirty requirements on every operation. They belong to one area, expect the
same and saw the same on the same operations: probably one cause. A user whose role is written wrong breaks what is
said about showing, listing and changing users: other words, but the same field of the same resource. A column that
cannot be filtered breaks every filter with it. The report says "probably" and still shows each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from contract.blocking import blocked_by
from contract.judgement import ACCEPTANCE, NO_SERVER_ERROR
from contract.reporting import evidence, expressions, findings, symptoms
from contract.reporting.findings import Group
from contract.results import RequirementResult, RunResult


@dataclass
class Cause:
    """Groups that are broken alike; the first has the most operations of the gravest and stands for them."""

    groups: list[Group]
    blocked: list[RequirementResult] = field(default_factory=list)
    """What could not be judged because of one of the groups."""

    @property
    def lead(self) -> Group:
        """Return the group that stands for all."""
        return self.groups[0]

    @property
    def others(self) -> list[Group]:
        """Return the groups beside the lead."""
        return self.groups[1:]

    @property
    def breaks_run(self) -> bool:
        """Tell whether it makes the target not conform."""
        return self.lead.breaks_run

    @property
    def known(self) -> bool:
        """Tell whether it is excused as a known deviation."""
        return self.lead.known

    @property
    def operations(self) -> list[str]:
        """Return the operations that show it, each once."""
        return list(dict.fromkeys(name for group in self.groups for name in group.operations))


def of(result: RunResult) -> list[Cause]:
    """Return what broke in a run by cause, the gravest and widest first, with what it kept from being judged."""
    return causes(findings.groups(result), result)


def causes(groups: list[Group], result: RunResult) -> list[Cause]:
    """Return *groups* of *result*, gravest and widest first, as causes in the same order."""
    found: list[Cause] = []
    alike = _Alike.among(groups, result)
    for group in groups:
        cause = next((cause for cause in found if any(alike(each, group) for each in cause.groups)), None)
        if cause:
            cause.groups.append(group)
        else:
            found.append(Cause([group]))
    _add_blocked(found, result.requirements)
    return found


@dataclass(frozen=True)
class _Alike:
    """Tells whether two groups have probably one cause."""

    shown: dict[str, set[tuple[str, str]]]
    """By requirement the fields and values that its findings show."""
    explained: dict[str, expressions.Sign]
    """By requirement about filter or sort what explains its findings: this alone counts between two of them."""

    @classmethod
    def among(cls, groups: list[Group], result: RunResult) -> _Alike:
        explained = expressions.explained(groups, evidence.by_id(result)) if groups else {}
        return cls({group.requirement.id: symptoms.of(group) for group in groups}, explained)

    def __call__(self, one: Group, other: Group) -> bool:
        first, second = one.requirement, other.requirement
        if one.known != other.known:
            return False
        if first.id in self.explained and second.id in self.explained:
            return self.explained[first.id] == self.explained[second.id]
        if self.shown[first.id] & self.shown[second.id]:
            return True
        if NO_SERVER_ERROR in (first.id, second.id) and _met_together(one, other):
            return True
        same = one.variants[0].key == other.variants[0].key
        # That a right request is not accepted is one thing, whatever it was to show; what is wrongly accepted is not.
        about = first.area == second.area or one.variants[0].expected == ACCEPTANCE
        return same and about and _overlap(one.operations, other.operations)


def _met_together(one: Group, other: Group) -> bool:
    """Tell whether a test saw the same for both."""
    first, second = (
        {(case.test, variant.key[1]) for variant in group.variants for case in variant.cases} for group in (one, other)
    )
    return not first.isdisjoint(second)


def _overlap(wider: list[str], narrower: list[str]) -> bool:
    """Tell whether at least half of the operations of the narrower are among those of the wider."""
    shared = len(set(wider) & set(narrower))
    return shared > 0 and 2 * shared >= len(set(narrower))


def _add_blocked(found: list[Cause], requirements: Sequence[RequirementResult]) -> None:
    by_id = {group.requirement.id: cause for cause in found for group in cause.groups}
    for each in requirements:
        if (blocker := blocked_by(each)) in by_id:
            by_id[str(blocker)].blocked.append(each)
