"""
Faults of filter, sort and pages of exams where several come together.

Source: https://docs.proctorexam.com/v3/apidoc.html (filter and sort) and .../exams/index.html.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.faults.filtering import (
    EXAMS,
    ISOLATED,
    SHOWN,
    SORTED,
    TIME,
)
from contract.mock.faults.kit.answers import refused_as
from contract.mock.faults.kit.core import Deviation, area, sends, wrap
from contract.mock.faults.kit.grammar import (
    conjunct_ignored,
    conjuncts,
    filters,
    grammar_method,
    sorts,
)
from contract.mock.faults.sorting import direction
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules

add = area(__name__)


def two(given: Call, param: str) -> bool:
    """At least two conditions, or two keys."""
    value = given.params.get(param)
    if isinstance(value, dict):
        return len(list(conjuncts(value))) > 1
    return isinstance(value, list) and len(value) > 1


# filter and sort together --------------------------------------------------------------------------------------------

add(
    "sort-ignored-with-filter",
    EXAMS,
    "a sort is ignored where there is a filter too",
    sorts(lambda given: [], sends("filter")),
    "FILTER-026",
    "FILTER-016",
    also=SHOWN,
)
add(
    "filter-ignored-with-sort",
    EXAMS,
    "a filter is ignored where there is a sort too",
    filters(lambda given: {}, sends("sort")),
    "FILTER-026",
    "FILTER-016",
    also=(*SHOWN, *ISOLATED, "FILTER-043"),
)
add(
    "second-sort-key-ignored-with-filter",
    EXAMS,
    "the second key of a sort is ignored where there is a filter too",
    sorts(lambda given: given[:1] if isinstance(given, list) else given, sends("filter")),
    "FILTER-120",
    also=SHOWN,
)
add(
    "sort-ignored-with-two-conditions",
    EXAMS,
    "a sort is ignored where the filter has two conditions",
    sorts(lambda given: [], lambda call: two(call, "filter")),
    "FILTER-121",
    also=SHOWN,
)
add(
    "filter-loses-second-condition-with-descending-sort",
    EXAMS,
    "the second condition of a filter is lost where the sort begins with a descending key",
    conjunct_ignored(
        lambda number, each: number == 1,
        lambda call: (
            isinstance(call.params.get("sort"), list) and direction((call.params["sort"] or [{}])[0]) == "desc"
        ),
    ),
    "FILTER-041",
    also=SHOWN,
)


def either() -> Deviation:
    """Conditions are joined by OR."""

    def conditions(inner: Callable[..., list[Any]], shape: Any, given: Any) -> list[Any]:
        found = inner(shape, given)
        if len(found) < 2:
            return found
        joined = " OR ".join(sql for sql, _ in found)
        return [(f"({joined})", [value for _, bound in found for value in bound])]

    return grammar_method("conditions", conditions)


add(
    "filter-conditions-joined-by-or",
    EXAMS,
    "two conditions of a filter find what fits either of them",
    either(),
    "FILTER-040",
    "FILTER-041",
    "FILTER-042",
    also=SHOWN,
)
add(
    "filter-second-operator-ignored",
    EXAMS,
    "of two operators on one column only the first counts",
    filters(
        lambda given: {
            column: dict(list(found.items())[:1]) if isinstance(found, dict) else found
            for column, found in given.items()
        }
    ),
    "FILTER-040",
    also=SHOWN,
)
add(
    "filter-first-operator-ignored",
    EXAMS,
    "of two operators on one column only the last counts",
    filters(
        lambda given: {
            column: dict(list(found.items())[-1:]) if isinstance(found, dict) else found
            for column, found in given.items()
        }
    ),
    "FILTER-040",
    also=SHOWN,
)
add(
    "filter-second-column-ignored",
    EXAMS,
    "of two columns in a filter only the first counts",
    filters(lambda given: dict(list(given.items())[:1])),
    "FILTER-041",
    also=SHOWN,
)
add(
    "filter-first-column-ignored",
    EXAMS,
    "of two columns in a filter only the last counts",
    filters(lambda given: dict(list(given.items())[-1:])),
    "FILTER-041",
    also=SHOWN,
)
add(
    "filter-third-column-ignored",
    EXAMS,
    "of three columns in a filter only two count",
    filters(lambda given: dict(list(given.items())[:2])),
    "FILTER-042",
    also=SHOWN,
)

# filter, sort and pages ----------------------------------------------------------------------------------------------


def counts_without(*names: str) -> Deviation:
    """The item count is that of the list without some parameters."""

    def around(call: Call, inner: Handler) -> Reply:
        params = dict(call.params)
        reply = inner(call)
        call.params = {name: value for name, value in params.items() if name not in names}
        count = "X-Pagination-Item-Count"
        return replace(reply, headers={**reply.headers, count: inner(call).headers[count]})

    return wrap(around, sends(*names))


def _later_page(call: Call) -> bool:
    return bool(call.params.get("page", 1) > 1)


add(
    "filter-not-counted",
    EXAMS,
    "with a filter the item count is that of all exams",
    counts_without("filter"),
    "FILTER-043",
    also=("FILTER-125", "FILTER-044", "PAGE-003"),
)
add(
    "filter-ignored-on-second-page",
    EXAMS,
    "from page 2 on the filter is ignored",
    filters(lambda given: {}, _later_page),
    "FILTER-044",
    "FILTER-125",
    also=("PAGE-008",),
)
add(
    "sort-ignored-on-second-page",
    EXAMS,
    "from page 2 on the sort is ignored",
    sorts(lambda given: [], _later_page),
    "FILTER-044",
    "FILTER-125",
    also=("PAGE-008",),
)
add(
    "sort-second-key-ignored-on-second-page",
    EXAMS,
    "from page 2 on the second key of a sort is ignored",
    sorts(lambda given: given[:1], _later_page),
    "FILTER-125",
    also=("FILTER-044", "PAGE-008"),
)


def _sorted_by_page(rules: Rules, operation: Operation) -> None:
    """The rows of each page are sorted, and not the list."""

    def around(call: Call, inner: Handler) -> Reply:
        key = next(iter(call.params["sort"][0].items()), None) if call.params.get("sort") else None
        call.params["sort"] = []
        reply = inner(call)
        if key:
            rows = next(iter(reply.body.values()))
            rows.sort(key=lambda row: str(row.get(key[0]) or ""), reverse=key[1] == "desc")
        return reply

    wrap(around, lambda call: "limit" in call.params and isinstance(call.params.get("sort"), list))(rules, operation)


add(
    "sort-within-page-only",
    EXAMS,
    "where a limit is asked for the rows of a page are sorted, and not the list",
    _sorted_by_page,
    "FILTER-044",
    "FILTER-125",
    also=SORTED,
)
add(
    "status-ignored-with-filter",
    EXAMS,
    "the parameter status is ignored where there is a filter too",
    wrap(lambda call, inner: _without_param(call, inner, "status"), sends("filter")),
    "FILTER-045",
)


def _without_param(call: Call, inner: Handler, name: str) -> Reply:
    call.params.pop(name, None)
    return inner(call)


add(
    "filter-ignored-with-status",
    EXAMS,
    "the filter is ignored where the parameter status is there too",
    filters(lambda given: {}, sends("status")),
    "FILTER-045",
)

# what the suite can only find by trying much ------------------------------------------------------------------------

add(
    "filter-gt-and-lt-on-two-columns-ignored",
    EXAMS,
    "lt on name is ignored where start_time is compared too",
    conjunct_ignored(
        lambda number, each: each[:2] == ("name", "lt"),
        lambda call: isinstance(call.params.get("filter"), dict) and TIME in call.params["filter"],
    ),
    "FILTER-041",
    also=SHOWN,
)
add(
    "filter-three-conditions-find-more",
    EXAMS,
    "with three conditions the first is ignored",
    conjunct_ignored(
        lambda number, each: number == 0,
        lambda call: isinstance(call.params.get("filter"), dict) and len(list(conjuncts(call.params["filter"]))) >= 3,
    ),
    "FILTER-042",
    also=SHOWN,
)
add(
    "filtered-list-refused",
    EXAMS,
    "start_time cannot be filtered",
    refused_as("invalid", lambda call: isinstance(call.params.get("filter"), dict) and TIME in call.params["filter"]),
    "FILTER-001",
    "FILTER-002",
    "FILTER-003",
    "FILTER-004",
    "FILTER-016",
    also=("FILTER-006", "FILTER-007", *SHOWN),
)
