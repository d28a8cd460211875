"""The core of the catalogue: as few faults as prove every requirement that any fault of the catalogue proves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from contract.measure.catalogue import Deviation


def core(faults: Iterable[Deviation]) -> list[Deviation]:
    """
    Return some of *faults*, in their order, that together name every requirement which any of them names.

    The requirements with the fewest faults come first. Of several faults that name one, the one is taken that names
    most of those still left; then one of fewer operations, for it takes less time to measure.
    """
    faults = list(faults)
    naming: dict[str, list[Deviation]] = defaultdict(list)
    for fault in faults:
        for id in fault.requirements:
            naming[id].append(fault)
    left, chosen = set(naming), set[str]()

    def worth(fault: Deviation) -> tuple[int, float, str]:
        reach = len(fault.operations) or float("inf")
        return -len(left.intersection(fault.requirements)), reach, fault.id

    for id in sorted(naming, key=lambda id: (len(naming[id]), id)):
        if id in left:
            best = min(naming[id], key=worth)
            chosen.add(best.id)
            left.difference_update(best.requirements)
    return [fault for fault in faults if fault.id in chosen]
