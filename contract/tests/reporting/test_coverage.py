"""What of the description a run has touched: parameters, answers, the grammar of filters; and the plot of latencies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract import coverage, operations
from contract.reporting import grammar, plots
from contract.results import OperationResult
from contract.signing import SIGNING_NAMES
from contract.tests.reporting.factory import make_exchange, make_requirement


def covered(*exchanges: dict[str, Any], operation: str = "exams_create") -> coverage.Coverage:
    """Return the coverage of one operation."""
    return coverage.by_operation(exchanges)[operation]


def test_every_operation_has_its_documented_parameters_without_the_signature() -> None:
    found = coverage.by_operation([])

    assert set(found) == set(operations.table())
    assert "name" in found["exams_create"].parameters
    assert list(found["exams_show"].parameters) == ["id"]
    assert not any(set(each.parameters) & set(SIGNING_NAMES) for each in found.values())
    assert all(each.unsent == list(each.parameters) and each.unseen == list(each.responses) for each in found.values())


@pytest.mark.parametrize(
    "sent",
    [
        json.dumps({"name": "Physics", "nonce": 7}),
        '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nPhysics\r\n--b--\r\n',
        "name=Physics&nonce=7",
    ],
    ids=["JSON", "multipart", "form"],
)
def test_a_parameter_is_found_however_it_travels(sent: str) -> None:
    found = covered(make_exchange(sent=sent))

    assert found.parameters["name"] == coverage.Parameter(sent=1, accepted=1)
    assert "nonce" not in found.parameters


def test_a_body_that_was_cut_still_tells_its_first_fields() -> None:
    exchange = make_exchange(sent='{"name": "Physics", "type": "rec')
    exchange["request"]["cut"] = True

    assert covered(exchange).parameters["name"].sent == 1


def test_query_and_path_count_too() -> None:
    found = covered(make_exchange(operation="exams_index"), operation="exams_index")

    assert found.parameters["limit"].sent == 1
    assert covered(make_exchange(operation="exams_show"), operation="exams_show").parameters["id"].sent == 1


def test_what_was_only_refused_is_told_apart() -> None:
    found = covered(make_exchange(status=422, sent='{"name": ""}'))

    assert found.never_accepted == ["name"]
    assert "name" not in found.unsent


def test_an_answer_counts_for_the_narrowest_documented_status() -> None:
    found = covered(*(make_exchange(status=status) for status in (200, 201, 403, 418, 500)))

    assert (found.responses["2XX"], found.responses["403"], found.responses["4XX"]) == (2, 1, 1)
    assert found.undocumented == {"500": 1}
    assert found.unseen == ["422"]


# -- grammar


ROWS = [
    {"operator": "eq", "type": "time", "conditions": 1, "tried": 2},
    {"operator": "lt", "type": "time", "conditions": 3, "tried": 5},
    {"sort_columns": 2, "tried": 4},
]


def test_grammar_is_read_from_what_was_observed() -> None:
    observed = {"exams_index": ROWS, "status": 200, "names": ["a"]}

    (found,) = grammar.of([make_requirement("FILTER-090", "open", observed=observed)])

    assert (found.label, found.total, found.combinations, found.sorts) == ("exams_index", 7, 2, {2: 4})
    assert found.tried("lt", "time", 3) == 5
    assert found.tried("lt", "time", 1) == 0


def test_no_grammar_where_none_was_observed() -> None:
    assert grammar.of([make_requirement("PAGE-001", "open", observed={"status": []})]) == []


# -- plot


def test_plot_has_a_bar_for_every_operation_that_answered_the_slowest_first() -> None:
    rows = [
        OperationResult(name, "GET", "/exams", "exams", False, len(times), {}, times)
        for name, times in {"fast": [1.0, 2.0, 3.0], "slow": [100.0, 200.0], "silent": [], "none": [0.0]}.items()
    ]

    plot = plots.latencies(rows)

    assert plot
    assert [bar.name for bar in plot.bars] == ["slow", "fast", "none"]
    assert all(plot.labels <= bar.p50 <= bar.p90 <= bar.p99 <= plot.width for bar in plot.bars)
    assert len({label for _, label in plot.ticks}) == len(plot.ticks) >= 2
    assert plot.bars[0].words.startswith("slow: median 100.0 ms")


def test_no_plot_of_nothing() -> None:
    assert plots.latencies([]) is None
