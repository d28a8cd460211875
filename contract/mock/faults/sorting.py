"""
Faults of the sort of exams: keys that are ignored, reversed or compared otherwise, rows that get lost.

Source: https://docs.proctorexam.com/v3/apidoc.html (filter and sort) and .../exams/index.html.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.faults.filtering import (
    EXAMS,
    GENERATED,
    SORTED,
    TIME,
)
from contract.mock.faults.kit.core import Deviation, area, finish, sends, succeeded
from contract.mock.faults.kit.grammar import (
    grammar_method,
    key_read_as,
    sorts,
)

add = area(__name__)

SWAPPED = {"asc": "desc", "desc": "asc"}

# sort ----------------------------------------------------------------------------------------------------------------

_SORTS = {
    (TIME, "asc"): "FILTER-020",
    (TIME, "desc"): "FILTER-021",
    ("name", "asc"): "FILTER-022",
    ("name", "desc"): "FILTER-023",
}


def key_swapped(column: str, order: str) -> Deviation:
    """One order on one column is the other."""
    return key_read_as(
        lambda number, name, given: (name, SWAPPED[order]) if (name, given) == (column, order) else (name, given)
    )


def key_dropped(column: str, order: str) -> Deviation:
    return sorts(lambda given: [key for key in given if key != {column: order}])


for (_column, _order), _breaks in _SORTS.items():
    add(
        f"sort-{_order}-reversed-on-{_column.replace('_', '-')}",
        EXAMS,
        f"exams sorted by {_column} {_order} stand in the reverse order",
        key_swapped(_column, _order),
        _breaks,
        also=("FILTER-024", *SORTED),
    )
    add(
        f"sort-{_order}-ignored-on-{_column.replace('_', '-')}",
        EXAMS,
        f"a key {_column} {_order} of a sort is left out",
        key_dropped(_column, _order),
        _breaks,
        also=("FILTER-024", *SORTED),
    )


def sorted_by(template: str, column: str) -> Deviation:
    """A sort key orders by an expression of its column (``{0}``)."""

    def term(inner: Callable[..., str], shape: Any, name: str, order: Any) -> str:
        written = inner(shape, name, order)
        expression = shape.table.expression(name)
        return written.replace(expression, template.format(expression), 1) if name == column else written

    return grammar_method("term", term)


add(
    "sort-by-length-of-name",
    EXAMS,
    "names are sorted by their length first",
    sorted_by("length({0})", "name"),
    "FILTER-022",
    "FILTER-023",
    also=("FILTER-024", *SORTED),
)
add(
    "sort-by-month",
    EXAMS,
    "start times are sorted by spans of thirty days only",
    sorted_by("{0} / 2592000000", TIME),
    "FILTER-020",
    "FILTER-021",
    also=("FILTER-024", *SORTED),
)
add(
    "sort-by-first-letters-of-name",
    EXAMS,
    "names are sorted by their first twelve letters only",
    sorted_by("substr({0}, 1, 12)", "name"),
    "FILTER-022",
    "FILTER-023",
    also=("FILTER-024", *SORTED),
)
add(
    "sort-second-key-ignored",
    EXAMS,
    "the second key of a sort is ignored",
    sorts(lambda given: given[:1]),
    "FILTER-024",
    "FILTER-016",
    also=("FILTER-028", *SORTED),
)
add(
    "sort-second-key-in-direction-of-first",
    EXAMS,
    "every key of a sort has the direction of the first",
    sorts(lambda given: _directions(given, direction(given[0])) if given else given),
    "FILTER-024",
    "FILTER-016",
    also=("FILTER-028", *SORTED),
)
add(
    "sort-second-key-always-ascending",
    EXAMS,
    "every key of a sort but the first is ascending",
    sorts(lambda given: [*given[:1], *_directions(given[1:], "asc")]),
    "FILTER-024",
    also=("FILTER-028", *SORTED),
)
add(
    "sort-keys-in-reverse-precedence",
    EXAMS,
    "the last key of a sort comes first",
    sorts(lambda given: given[::-1]),
    "FILTER-024",
    "FILTER-016",
    also=("FILTER-028", *SORTED),
)
add(
    "sort-third-key-ignored",
    EXAMS,
    "the third key of a sort is ignored",
    sorts(lambda given: given[:2]),
    "FILTER-028",
    also=GENERATED,
)
add(
    "sort-third-key-reversed",
    EXAMS,
    "the third key of a sort has the other direction",
    sorts(lambda given: [*given[:2], *_directions(given[2:], None)]),
    "FILTER-028",
    also=GENERATED,
)


def direction(key: Any) -> Any:
    return next(iter(key.values()), None) if isinstance(key, dict) else None


def _directions(given: list[Any], order: str | None) -> list[Any]:
    """Keys with another order; None: the other one."""

    def other(key: Any) -> Any:
        if not isinstance(key, dict):
            return key
        return {column: order or SWAPPED.get(str(was), was) for column, was in key.items()}

    return [other(key) for key in given]


add(
    "sort-integers-as-texts",
    EXAMS,
    "durations are sorted as texts: 100, 9, 90",
    sorted_by("CAST({0} AS TEXT)", "duration_minutes"),
    "FILTER-027",
    also=("FILTER-028", *SORTED),
)
add(
    "sort-of-booleans-ignored",
    EXAMS,
    "a sort by mobile_cam is ignored",
    sorts(lambda given: [key for key in given if not isinstance(key, dict) or "mobile_cam" not in key]),
    "FILTER-029",
    also=SORTED,
)
add(
    "sort-of-booleans-descending-like-ascending",
    EXAMS,
    "a sort by mobile_cam is the same in both directions",
    key_swapped("mobile_cam", "desc"),
    "FILTER-029",
    also=SORTED,
)


def rows_sorted(edit: Callable[[Call, list[Any]], list[Any]]) -> Deviation:
    """The rows of a sorted list are edited; the headers know nothing of it."""

    def edited(call: Call, reply: Reply) -> Reply:
        if not succeeded(reply):
            return reply
        return replace(reply, body={key: edit(call, rows) for key, rows in reply.body.items()})

    return finish(edited, sends("sort"))


def _sorts_by(call: Call, column: str) -> bool:
    return any(isinstance(key, dict) and column in key for key in call.params.get("sort", []))


add(
    "sort-repeats-first-row",
    EXAMS,
    "a sorted list holds its first exam twice",
    rows_sorted(lambda call, rows: rows[:1] + rows),
    "FILTER-025",
    also=(*SORTED, *_SORTS.values(), "FILTER-024", "FILTER-027", "FILTER-028", "FILTER-029", "PAGE-006", "PAGE-008"),
)
add(
    "sort-merges-equal-times",
    EXAMS,
    "of exams with equal start times a list sorted by start_time holds only one",
    rows_sorted(lambda call, rows: list({row[TIME]: row for row in rows}.values()) if _sorts_by(call, TIME) else rows),
    "FILTER-025",
    also=(*SORTED, "FILTER-024", "FILTER-028", "FILTER-022", "FILTER-023"),
)
