"""Which part of a plan is carried out: one shard of several, or what a budget of requests allows; never by chance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract.cases import Nothing, PlannedCase
from contract.costs import OF_A_CASE, OF_A_TEST, Cost

LEVELS = ("must", "should", "open")


@dataclass(frozen=True)
class Unit:
    """One test as the plan has it: an explicit one, or a slice of the generated cases of an operation."""

    name: str
    cost: Cost
    group: str | None = None
    """Tests of a group stay together."""
    requirements: tuple[str, ...] = ()
    operation: str | None = None
    level: str = "must"
    cases: tuple[PlannedCase, ...] = ()
    """The generated cases of a slice."""


def shard(units: Sequence[Unit], number: int, of: int) -> set[str]:
    """
    Return the names of the units in shard *number*, from 1, *of* so many.

    The largest go first, each to the shard that has least so far; groups go as a whole. Every shard computes the same.
    """
    bundles: dict[str, list[Unit]] = {}
    for unit in units:
        bundles.setdefault(f"group {unit.group}" if unit.group else unit.name, []).append(unit)
    loads = [0.0] * of
    mine: set[str] = set()
    weights = {name: sum(unit.cost.requests for unit in bundle) for name, bundle in bundles.items()}
    for name in sorted(bundles, key=lambda name: (-weights[name], name)):
        least = loads.index(min(loads))
        loads[least] += weights[name]
        if least == number - 1:
            mine |= {unit.name for unit in bundles[name]}
    return mine


@dataclass(frozen=True)
class Cut:
    """What a budget leaves of a plan: the units to run, and of slices the positions of the cases that are left."""

    names: frozenset[str]
    chosen: Mapping[str, list[int]]
    """By the unit's name, only for slices that lose something."""


def cut(units: Sequence[Unit], budget_requests: int) -> Cut:
    """
    Return what fits into a budget, by value.

    Explicit tests come first: for each requirement one, musts before shoulds before open questions, then one for each
    of its operations, then the others. What is left goes to the generated cases that show something new, one of each
    operation after the other, then to the rest.
    """
    room = float(budget_requests)
    names: set[str] = set()
    for unit in _by_value([unit for unit in units if not unit.cases]):
        if unit.cost.requests <= room:
            room -= unit.cost.requests
            names.add(unit.name)
    slices = [unit for unit in units if unit.cases]
    chosen: dict[str, list[int]] = {}
    for unit, position in _new_first(slices):
        price = OF_A_CASE.requests + (0 if unit.name in chosen else OF_A_TEST.requests)
        if price > room:
            break
        room -= price
        chosen.setdefault(unit.name, []).append(position)
    names |= chosen.keys()
    whole = {unit.name: len(unit.cases) for unit in slices}
    shortened = {name: sorted(left) for name, left in chosen.items() if len(left) < whole[name]}
    return Cut(frozenset(names), shortened)


def _by_value(units: Iterable[Unit]) -> list[Unit]:
    """Return explicit tests in the order in which they are worth their requests."""
    seen_requirements: set[str] = set()
    seen_pairs: set[tuple[str, str | None]] = set()
    ranks: dict[str, tuple[int, int, str]] = {}
    ordered = sorted(units, key=lambda unit: (LEVELS.index(unit.level), unit.name))
    for unit in ordered:
        pairs = {(each, unit.operation) for each in unit.requirements}
        rank = 0 if not seen_requirements.issuperset(unit.requirements) else 1 if not seen_pairs >= pairs else 2
        seen_requirements.update(unit.requirements)
        seen_pairs |= pairs
        ranks[unit.name] = (rank, LEVELS.index(unit.level), unit.name)
    return sorted(ordered, key=lambda unit: ranks[unit.name])


def _new_first(slices: Sequence[Unit]) -> Iterator[tuple[Unit, int]]:
    """Yield generated cases, those first that show something which none before them did."""
    seen: set[tuple[str, ...]] = set()
    later: list[tuple[Unit, int]] = []
    for position in range(max((len(unit.cases) for unit in slices), default=0)):
        for unit in slices:
            if position < len(unit.cases):
                shown = set(features(unit.cases[position]))
                if shown <= seen:
                    later.append((unit, position))
                else:
                    seen |= shown
                    yield unit, position
    yield from later


def features(case: PlannedCase) -> Iterator[tuple[str, ...]]:
    """Yield what a case tries: each parameter with the kind of its value, and each parameter's absence by its mode."""
    yield case.operation_id, case.mode, str(case.media_type)
    parts = {"path": case.path, "query": case.query, "body": case.body}
    for place, values in parts.items():
        if not isinstance(values, Mapping):
            if values is not Nothing.BODY:
                yield case.operation_id, case.mode, place, "", _kind(values)
            continue
        for name, value in values.items():
            yield case.operation_id, case.mode, place, str(name), _kind(value)


def _kind(value: Any) -> str:
    if isinstance(value, str):
        length = "empty" if not value else "long" if len(value) > 255 else ""
        return f"text {'number' if value.lstrip('-').isdecimal() else length}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{type(value).__name__} {'below' if value < 0 else 'zero' if value == 0 else 'above'}"
    return type(value).__name__
