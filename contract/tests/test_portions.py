"""Parts of a plan: every test in exactly one shard, groups whole, loads alike; a budget spent on what is worth most."""

from __future__ import annotations

import pytest

from contract import costs, portions, testindex
from contract.cases import NEGATIVE, POSITIVE, Nothing, PlannedCase
from contract.costs import Cost
from contract.portions import Unit


def unit(name: str, requests: float = 5, **more) -> Unit:
    return Unit(name, Cost(requests, 0.1), **more)


def case(operation_id: str, mode: str = POSITIVE, **query) -> PlannedCase:
    return PlannedCase(operation_id, mode, {}, query, Nothing.BODY, None)


UNITS = [unit(f"t{number}", 1 + number % 7) for number in range(200)]
GROUPED = [unit(f"e{number}", 3, group="exclusive") for number in range(9)]


@pytest.mark.parametrize("of", [1, 2, 3, 7])
def test_every_unit_is_in_exactly_one_shard(of: int) -> None:
    shards = [portions.shard(UNITS + GROUPED, number, of) for number in range(1, of + 1)]

    assert sorted(name for part in shards for name in part) == sorted(each.name for each in UNITS + GROUPED)


@pytest.mark.parametrize("of", [2, 4])
def test_shards_cost_about_the_same(of: int) -> None:
    weight = {each.name: each.cost.requests for each in UNITS + GROUPED}
    loads = [sum(weight[name] for name in portions.shard(UNITS + GROUPED, number, of)) for number in range(1, of + 1)]

    assert max(loads) <= 1.05 * min(loads)


def test_a_group_goes_to_one_shard_as_a_whole() -> None:
    names = {each.name for each in GROUPED}

    assert [len(names & portions.shard(UNITS + GROUPED, number, 3)) for number in (1, 2, 3)].count(len(names)) == 1


def test_shards_do_not_depend_on_the_order_of_the_tests() -> None:
    assert portions.shard(UNITS, 1, 3) == portions.shard(UNITS[::-1], 1, 3)


# -- the budget -------------------------------------------------------------------------------------------------------


def test_musts_come_first_then_what_no_test_before_decided() -> None:
    units = [
        unit("open", requirements=("A-3",), level="open"),
        unit("must again", requirements=("A-1",), operation="one"),
        unit("must", requirements=("A-1",), operation="one"),
        unit("must elsewhere", requirements=("A-1",), operation="two"),
        unit("should", requirements=("A-2",), level="should"),
    ]

    chosen = [portions.cut(units, budget).names for budget in (5, 10, 15, 20, 25)]

    assert chosen[0] == {"must"}
    assert chosen[1] - chosen[0] == {"should"}
    assert chosen[2] - chosen[1] == {"open"}
    assert chosen[3] - chosen[2] == {"must elsewhere"}
    assert chosen[4] - chosen[3] == {"must again"}


def test_explicit_tests_come_before_generated_cases() -> None:
    cases = (case("exams_index"), case("exams_index", page=1))
    units = [unit("generated", cases=cases), unit("explicit", 10, level="open")]

    assert portions.cut(units, 10).names == {"explicit"}
    assert portions.cut(units, 100).names == {"explicit", "generated"}
    assert portions.cut(units, 100).chosen == {}


def test_a_case_that_shows_something_new_comes_before_one_that_does_not() -> None:
    same = case("exams_index", page=3)
    cases = (case("exams_index", page=1), same, same, case("exams_index", NEGATIVE, page="word"))
    budget = int(costs.OF_A_TEST.requests + 2 * costs.OF_A_CASE.requests + 1)

    cut = portions.cut([unit("generated", cases=cases)], budget)

    assert cut.chosen == {"generated": [0, 3]}


def test_a_greater_budget_leaves_no_less() -> None:
    cases = tuple(case("exams_index", page=number) for number in range(20))
    units = [*UNITS, unit("generated", cases=cases)]
    left = [len(portions.cut(units, budget).names) for budget in (0, 1, 50, 400, 10_000)]

    assert left == sorted(left)
    assert (left[0], left[-1]) == (0, len(units))


# -- costs ------------------------------------------------------------------------------------------------------------


def test_what_tests_cost_is_shipped_and_of_this_suite() -> None:
    """When this fails, `make plans` measures anew."""
    known = {name.partition("[")[0] for name in costs.table()}
    tests = {name for names in testindex.tests_by_requirement().values() for name in names}

    assert len(costs.table()) > 2000
    assert len(tests - known) <= 0.05 * len(tests), sorted(tests - known)[:10]


REPORT = {
    "cases": [
        {"test": "a", "exchanges": ["x1", "x2"], "duration_s": 0.2},
        {"test": "a", "exchanges": ["x2", "x3"], "duration_s": 0.2, "shared": {"exam": [2, 1], "tool": [0, 0]}},
        {"test": "b", "exchanges": [], "duration_s": 0.1},
        {"test": "c", "exchanges": ["x4"], "duration_s": 0.1, "shared": {"exam": [0, 0]}},
    ]
}


def test_costs_are_taken_from_a_report_without_what_tests_share() -> None:
    assert costs.of_report(REPORT) == {"a": [1, 0.2], "b": [0, 0.1], "c": [1, 0.1]}
    assert costs.shared_of_report(REPORT) == {"exam": 3, "tool": 0}


def test_what_is_shipped_tells_what_a_read_only_run_sends() -> None:
    shipped = costs.figures(REPORT, {"cases": REPORT["cases"][2:]}, seconds=4.0)

    assert shipped["tests"]["a"] == [1, 2.0]
    assert shipped["read_only"] == {"c": [1, 1.0]}
    assert shipped["uses"] == {"a": ["exam", "tool"], "c": ["exam"]}


def test_every_worker_makes_what_its_tests_share(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = {"tests": {}, "read_only": {}, "shared": {"exam": 3}, "uses": {name: ["exam"] for name in "abcdefgh"}}
    monkeypatch.setattr(costs, "_shipped", lambda: shipped)

    assert costs.of_shared("ax", 1).requests == 3
    assert costs.of_shared("x", 4).requests == 0
    assert costs.of_shared("a", 4).requests == pytest.approx(3)
    assert 3 * 1.9 < costs.of_shared("abcdefgh", 2).requests < 3 * 2


def test_tests_that_change_something_cost_nothing_in_a_read_only_run() -> None:
    assert costs.of("test_exams_create.py::test_exam_is_created", read_only=True) == costs.NOTHING
    generated = "test_generated.py::test_generated_requests[{}-2of9]"
    assert costs.of(generated.format("exams_index"), 10, read_only=True).requests == pytest.approx(12)
    assert costs.of(generated.format("exams_create"), 10, read_only=True) == costs.NOTHING
