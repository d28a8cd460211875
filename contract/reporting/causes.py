"""
Puts together requirements that are broken alike, so that one broken check is read once.

A server that accepts any signature breaks thirty requirements on every operation. They belong to one area, expect the
same and saw the same on the same operations: probably one cause. The report says "probably" and still shows each.
"""

from __future__ import annotations

from dataclasses import dataclass

from contract.reporting.findings import Group


@dataclass
class Cause:
    """Groups that are broken alike; the first has the most operations and stands for them."""

    groups: list[Group]

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


def causes(groups: list[Group]) -> list[Cause]:
    """Return *groups*, widest first, as causes in the same order."""
    found: list[Cause] = []
    for group in groups:
        alike = next((cause for cause in found if _alike(cause.lead, group)), None)
        if alike:
            alike.groups.append(group)
        else:
            found.append(Cause([group]))
    return found


def _alike(lead: Group, group: Group) -> bool:
    same = lead.requirement.area == group.requirement.area
    same = same and (lead.breaks_run, lead.known) == (group.breaks_run, group.known)
    return same and lead.variants[0].key == group.variants[0].key and _overlap(lead.operations, group.operations)


def _overlap(wider: list[str], narrower: list[str]) -> bool:
    """Tell whether at least half of the operations of the narrower are among those of the wider."""
    shared = len(set(wider) & set(narrower))
    return shared > 0 and 2 * shared >= len(set(narrower))
