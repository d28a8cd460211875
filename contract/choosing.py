"""Which of the collected tests a run carries out, in which order, and which stay together."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from contract import costs, portions, requirements, testindex
from contract.cases import PlannedCase, slice_of, slices_of
from contract.history.report import NOT_REACHED
from contract.portions import Unit
from contract.previous import Pair
from contract.results import CaseResult, Verdict
from contract.session import Session
from contract.settings import Settings
from contract.spreading import Beside, Bundle, Task, bundles
from contract.target import Target
from contract.verdict import LEFT_OUT

# The zip job of the exam with uploads is one for all workers.
ONE_WORKER_ONLY = {"exams_download_exam_documents_zip": "uploads"}
EXCLUSIVE = "exclusive"
COST = pytest.StashKey[costs.Cost]()


def ids_of(item: pytest.Item) -> list[str]:
    """Return the requirements that an item decides: of several, those that speak of its operation."""
    marker = item.get_closest_marker("requirement")
    ids = list(marker.args) if marker else []
    callspec = getattr(item, "callspec", None)
    operation_id = callspec.params.get("operation_id") if callspec else None
    if operation_id is None or len(ids) < 2:
        return ids
    register = requirements.load()
    return [each for each in ids if each not in register or operation_id in register.get(each).operations]


def operation_of(item: pytest.Item) -> str | None:
    """Return the operation that an item is about, if it is one only."""
    callspec = getattr(item, "callspec", None)
    chosen = callspec.params.get("operation_id") if callspec else None
    if chosen is None and (ids := ids_of(item)):
        operations = requirements.load().get(ids[0]).operations
        chosen = operations[0] if len(operations) == 1 else None
    return chosen


def name_of(item: pytest.Item) -> str:
    """Return the test's name, the same wherever the suite is."""
    return item.nodeid.split("conformance_tests/")[-1]


def case_id_of(item: pytest.Item) -> str:
    """Return what the cases of an item are told apart by, the same in every run."""
    return f"{ids_of(item)[0]}-{hashlib.sha256(name_of(item).encode()).hexdigest()[:8]}"


def parts(run: Session, operation_id: str) -> int | None:
    """Return into how many slices the generated cases of an operation are cut; None where the run has none of them."""
    if operation_id not in run.planned_names():
        return None
    return slices_of(len(run.plans.cases(operation_id)))


# -- before tests are collected ---------------------------------------------------------------------------------------


def may_hold_any(run: Session, path: Path) -> bool:
    """Tell whether a file of tests may hold one that *run* carries out; read from its text, it is not imported."""
    smoke = run.settings.profile == "smoke"
    return testindex.may_decide(path, _selected(run)) and not (smoke and "smoke" not in testindex.text_of(path))


def may_be_wanted(run: Session, marks: Iterable[pytest.Mark]) -> bool:
    """Tell by the marks of a test's function whether *run* may carry out one of its cases."""
    by_name = {mark.name: mark for mark in marks}
    if run.settings.profile != "deep" and "deep" in by_name:
        return False
    if run.settings.profile == "smoke" and "smoke" not in by_name and not _marks_some_cases(by_name):
        return False
    decides = by_name.get("requirement")
    if decides is None or any(each not in requirements.load() for each in decides.args):
        return True
    return not _selected(run).isdisjoint(decides.args)


def _marks_some_cases(by_name: Mapping[str, pytest.Mark]) -> bool:
    """Tell whether cases of a test have marks of their own."""
    given = by_name["parametrize"].args[1] if "parametrize" in by_name else ()
    return any(getattr(case, "marks", ()) for case in given)


def wanted_operations(run: Session, names: list[str]) -> list[str]:
    """Return those operations of a test, by name, that *run* is about."""
    chosen = run.settings.operations
    return [name for name in names if name in chosen] or names if chosen else names


@functools.lru_cache(1)
def _selected_by(settings: Settings, again: frozenset[Pair] | None) -> frozenset[str]:
    chosen = settings.selected(requirements.load())
    return frozenset(chosen if again is None else chosen & {id for id, _ in again})


def _selected(run: Session) -> frozenset[str]:
    return _selected_by(run.settings, run.again)


# -- once they are collected ------------------------------------------------------------------------------------------


def choose(run: Session, items: list[pytest.Item]) -> list[pytest.Item]:
    """
    Return the items that *run* carries out, in order; what a budget leaves out is marked to be skipped.

    Leaves behind:  what the run knows of its plan: its tests, what they cost, and which requirements other shards
                    decide too.
    """
    selected = run.selected(requirements.load())
    kept = [item for item in items if not ids_of(item) or _is_wanted(item, run, selected)]
    kept.sort(key=_is_exclusive)
    units = {item: _unit(run, item) for item in kept}
    if run.settings.shard:
        mine = portions.shard(list(units.values()), *run.settings.shard)
        left = [item for item in kept if units[item].name not in mine]
        run.elsewhere = {requirement_id for item in left for requirement_id in ids_of(item)}
        kept = [item for item in kept if units[item].name in mine]
    _cut(run, kept, [units[item] for item in kept])
    run.planned = [case for item in kept for case in _not_reached(item)]
    for item in kept:
        item.stash[COST] = units[item].cost
    return kept


def _not_reached(item: pytest.Item) -> Iterator[CaseResult]:
    """Yield the cases of an item as they are where a run is interrupted before it."""
    for requirement_id in ids_of(item):
        yield CaseResult(
            id=case_id_of(item),
            requirement=requirement_id,
            test=name_of(item),
            operation=operation_of(item),
            verdict=Verdict.NOT_TESTED,
            reason=f"{NOT_REACHED}: the run was interrupted",
        )


def spread(run: Session, items: Sequence[pytest.Item]) -> list[Bundle]:
    """Return what workers carry out, in the order in which it is begun."""
    tasks = [
        Task(place, item.stash.get(COST, costs.OF_A_TEST), *_company(item, run.target))
        for place, item in enumerate(items)
    ]
    return bundles(tasks, 0.0 if run.target.embedded else run.latency_ms / 1000)


def _company(item: pytest.Item, target: Target) -> tuple[str | None, Beside]:
    """Return with which tests one worker carries an item out, and beside whom."""
    if not _is_exclusive(item) or target.embedded:  # in a mock that they have to themselves they disturb nobody else
        return _group(item), Beside.ANYBODY
    if not target.control and "mock_control" in getattr(item, "fixturenames", ()):
        return None, Beside.ANYBODY  # it will not be tested
    if item.get_closest_marker("beside_its_kind"):
        return None, Beside.ITS_KIND
    return _group(item), Beside.NOBODY


def _is_exclusive(item: pytest.Item) -> bool:
    return item.get_closest_marker("exclusive") is not None


def _group(item: pytest.Item) -> str | None:
    """Return the name of the tests that one worker carries out, where an item is one of several."""
    if _is_exclusive(item):
        return EXCLUSIVE
    marker = item.get_closest_marker("one_worker")
    return str(marker.args[0]) if marker else ONE_WORKER_ONLY.get(operation_of(item) or "")


def _unit(run: Session, item: pytest.Item) -> Unit:
    ids = ids_of(item)
    register = requirements.load()
    callspec = getattr(item, "callspec", None)
    cases: tuple[PlannedCase, ...] = ()
    if callspec and (part := callspec.params.get("part")) is not None:
        cases = tuple(slice_of(run.plans.cases(callspec.params["operation_id"]), part))
    name = name_of(item)
    return Unit(
        name=name,
        cost=costs.of(name, len(cases) or None, run.read_only) if _can_decide(run, ids) else costs.NOTHING,
        group=_group(item),
        requirements=tuple(ids),
        operation=operation_of(item),
        level=min((register.get(each).level for each in ids), key=portions.LEVELS.index, default="open"),
        cases=cases,
    )


def _can_decide(run: Session, ids: Iterable[str]) -> bool:
    """Tell whether the target has all that one of the requirements needs at least."""
    register = requirements.load()
    return any(all(run.target.lacks(name) is None for name in register.get(each).needs) for each in ids)


def _cut(run: Session, items: Sequence[pytest.Item], units: Sequence[Unit]) -> None:
    """Mark what the budget leaves out, and write down what the rest costs."""
    spent = list(units)
    over = 0
    if (budget := run.budget_requests) is not None and costs.total(unit.cost for unit in units).requests > budget:
        cut = portions.cut(units, budget)
        reason = f"{LEFT_OUT}: the budget of {budget} requests is spent on other tests"
        run.chosen = {_slice_key(item): cut.chosen[unit.name]
                      for item, unit in zip(items, units, strict=True) if unit.name in cut.chosen}  # fmt: skip
        for item, unit in zip(items, units, strict=True):
            if unit.name not in cut.names:
                item.add_marker(pytest.mark.skip(reason=reason))
                over += 1
        spent = [_shortened(run, unit, cut.chosen.get(unit.name)) for unit in units if unit.name in cut.names]
    whole = costs.total(unit.cost for unit in spent)
    if not run.read_only:
        whole += costs.of_shared([unit.name for unit in spent], run.workers)
    run.note_plan({"tests": len(spent), "requests": round(whole.requests), "seconds": whole.seconds, "left_out": over})


def _shortened(run: Session, unit: Unit, left: list[int] | None) -> Unit:
    if left is None:
        return unit
    return Unit(unit.name, costs.of(unit.name, len(left), run.read_only), unit.group)


def _slice_key(item: pytest.Item) -> str:
    params = getattr(item, "callspec").params  # noqa: B009 - pytest.Item does not declare it
    return f"{params['operation_id']} {params['part']}"


def _is_wanted(item: pytest.Item, run: Session, selected: set[str]) -> bool:
    settings: Settings = run.settings
    if settings.profile == "smoke" and not item.get_closest_marker("smoke"):
        return False
    if settings.profile != "deep" and item.get_closest_marker("deep"):
        return False
    operation_id = operation_of(item)
    if settings.operations and operation_id not in (None, *settings.operations):
        return False
    ids = ids_of(item)
    if run.again is not None and not any((each, operation_id) in run.again for each in ids):
        return False
    return bool(selected.intersection(ids))
