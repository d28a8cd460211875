"""
Faults of the filter and sort of exams: operators, values, order, and what is asked for together.

Source: https://docs.proctorexam.com/v3/apidoc.html (filter and sort) and .../exams/index.html.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.clock import read_time, write_time
from contract.mock.faults.kit.core import Deviation, area, finish, succeeded
from contract.mock.faults.kit.grammar import (
    conjunct_ignored,
    filters,
    grammar_method,
    operator_read_as,
    value_read_as,
)
from contract.mock.filters import OPERATORS

add = area(__name__)

EXAMS = "exams_index"

# Requirements about generated expressions, and about what follows from any of them.
GENERATED = ("FILTER-120", "FILTER-121")
METAMORPHIC = ("FILTER-123", "FILTER-124", "FILTER-125")
# What is asked for together with other filters and sorts.
TOGETHER = ("FILTER-016", "FILTER-026", "FILTER-040", "FILTER-041", "FILTER-042", "FILTER-044", "FILTER-045")
ISOLATED = ("FILTER-070", "FILTER-072", "ISO-007")
SHOWN = (*GENERATED, *METAMORPHIC, *TOGETHER)
SORTED = ("FILTER-016", "FILTER-025", "FILTER-026", "FILTER-044", "FILTER-125", *GENERATED)

TIME = "start_time"


# one operator on one column ------------------------------------------------------------------------------------------

_READINGS = (
    ("eq", "gte", "as gte"),
    ("gt", "gte", "as gte, and so finds what is equal"),
    ("gte", "gt", "as gt, and so misses what is equal"),
    ("lt", "lte", "as lte, and so finds what is equal"),
    ("lte", "lt", "as lt, and so misses what is equal"),
    ("gt", "lt", "as lt"),
    ("lt", "gt", "as gt"),
)
REQUIREMENTS = {
    TIME: {"eq": "FILTER-001", "gt": "FILTER-002", "gte": "FILTER-003", "lt": "FILTER-004", "lte": "FILTER-005"},
    "name": {"eq": "FILTER-010", "gt": "FILTER-011", "gte": "FILTER-012", "lt": "FILTER-013", "lte": "FILTER-014"},
    "duration_minutes": {
        "eq": "FILTER-030",
        "gt": "FILTER-031",
        "gte": "FILTER-032",
        "lt": "FILTER-033",
        "lte": "FILTER-034",
    },
}
_ALSO = {
    TIME: ("FILTER-006", "FILTER-007"),
    "name": ("FILTER-015", "FILTER-017", "FILTER-071", *ISOLATED),
    "duration_minutes": (),
}
for _column, _requirements in REQUIREMENTS.items():
    for _operator, _read, _words in _READINGS:
        add(
            f"filter-{_operator}-read-as-{_read}-on-{_column.replace('_', '-')}",
            EXAMS,
            f"{_operator} on {_column} of exams is read {_words}",
            operator_read_as({_operator: _read}, _column),
            _requirements[_operator],
            also=(*SHOWN, *_ALSO[_column]),
        )
    add(
        f"filter-on-{_column.replace('_', '-')}-ignored",
        EXAMS,
        f"a condition on {_column} of exams is left out",
        conjunct_ignored(lambda number, each, column=_column: each[0] == column),  # type: ignore[misc]
        *_requirements.values(),
        also=(*SHOWN, *_ALSO[_column], "FILTER-043"),
    )

# times ---------------------------------------------------------------------------------------------------------------


def _day_of(value: Any) -> Any:
    """The day of a moment, as a bare date."""
    return value[:10] if isinstance(value, str) else value


def _shift(milliseconds: int) -> Callable[[Any], Any]:
    """A moment some time later; what is no time stays."""

    def read(value: Any) -> Any:
        moment = read_time(value) if isinstance(value, str) else None
        return value if moment is None else _written(moment + milliseconds)

    return read


def _written(moment_ms: int) -> str:
    return write_time(moment_ms, 0)


def _only_dates(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: read(value) if isinstance(value, str) and len(value) == len("2025-02-01") else value


def _without_offset(value: Any) -> Any:
    """The time of the clock on the wall, taken for UTC."""
    if not isinstance(value, str):
        return value
    return re.sub(r"(?<=\d)(Z|[+-]\d\d:?\d\d)$", "Z", value) if "T" in value else value


def _without_offset_minutes(value: Any) -> Any:
    return re.sub(r"([+-]\d\d):?[1-9]\d$", r"\1:00", value) if isinstance(value, str) and "T" in value else value


def _without_west(value: Any) -> Any:
    """An offset to the west is taken for one to the east."""
    return re.sub(r"-(\d\d:?\d\d)$", r"+\1", value) if isinstance(value, str) and "T" in value else value


def _times(read: Callable[[Any], Any], *operators: str) -> Deviation:
    return value_read_as(read, TIME, operators=operators)


add(
    "filter-time-eq-compares-days",
    EXAMS,
    "start_time eq a moment finds the exams of that whole day",
    filters(lambda given: _whole_day(given)),
    "FILTER-001",
    also=SHOWN,
)


def _whole_day(given: dict[str, Any]) -> dict[str, Any]:
    comparisons = given.get(TIME)
    moment = read_time(comparisons["eq"]) if isinstance(comparisons, dict) and _is_text(comparisons.get("eq")) else None
    if comparisons is None or moment is None:
        return given
    day = moment - moment % 86_400_000
    rest = {operator: value for operator, value in comparisons.items() if operator != "eq"}
    return {**given, TIME: {**rest, "gte": _written(day), "lt": _written(day + 86_400_000)}}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


add(
    "filter-time-gt-from-the-next-second",
    EXAMS,
    "start_time gt a moment begins a whole second later",
    _times(_shift(1000), "gt"),
    "FILTER-002",
    also=SHOWN,
)
add(
    "filter-time-gte-compares-days",
    EXAMS,
    "start_time gte a moment begins with its day",
    _times(_day_of, "gte"),
    "FILTER-003",
    also=(*SHOWN, "FILTER-007"),
)
add(
    "filter-time-lt-compares-days",
    EXAMS,
    "start_time lt a moment ends with the day before",
    _times(_day_of, "lt"),
    "FILTER-004",
    also=(*SHOWN, "FILTER-007", "FILTER-120"),
)
add(
    "filter-date-is-its-end",
    EXAMS,
    "a bare date stands for the end of the day",
    _times(_only_dates(_shift(86_399_999))),
    "FILTER-006",
    also=("FILTER-016", *SHOWN),
)
add(
    "filter-date-is-the-day-before",
    EXAMS,
    "a bare date stands for the day before",
    _times(_only_dates(_shift(-86_400_000))),
    "FILTER-006",
    also=("FILTER-016", *SHOWN),
)
add(
    "filter-date-refused",
    EXAMS,
    "a bare date is refused as no time",
    _times(_only_dates(lambda value: "no time")),
    "FILTER-006",
    "FILTER-016",
    also=SHOWN,
)
add(
    "filter-time-zone-ignored",
    EXAMS,
    "the time zone of a compared moment is ignored",
    _times(_without_offset),
    "FILTER-007",
    also=(*REQUIREMENTS[TIME].values(), *SHOWN),
)
add(
    "filter-minutes-of-time-zone-ignored",
    EXAMS,
    "of the time zone of a compared moment the minutes are ignored",
    _times(_without_offset_minutes),
    "FILTER-007",
    also=SHOWN,
)
add(
    "filter-time-zone-to-the-west-read-to-the-east",
    EXAMS,
    "a time zone west of Greenwich is read as one to the east",
    _times(_without_west),
    "FILTER-007",
    also=SHOWN,
)

# texts ---------------------------------------------------------------------------------------------------------------


def compared_as(
    template: str, column: str, *operators: str, read: Callable[[Any], Any] = lambda value: value
) -> Deviation:
    """
    Conditions on *column* with *operators* become *template*.

    Args: template: SQL; ``{0}`` is the column, ``{1}`` the operator, ``?`` the value. read: changes the value first.
    """

    def condition(inner: Callable[..., Any], shape: Any, name: str, operator: str, value: Any) -> Any:
        sql, bound = inner(shape, name, operator, value)
        if name != column or operator not in operators or not bound:
            return sql, bound
        return template.format(shape.table.expression(name), OPERATORS[operator]), [read(bound[0])]

    return grammar_method("condition", condition)


def _escaped(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def on_names(fault_id: str, description: str, deviation: Deviation, *breaks: str) -> None:
    """A fault of how names are compared."""
    add(fault_id, EXAMS, description, deviation, *breaks, also=("FILTER-015", "FILTER-071", *SHOWN, *ISOLATED))


EVERY = tuple(OPERATORS)

on_names(
    "filter-name-eq-finds-beginnings",
    "name eq a text finds the names that begin so",
    compared_as("{0} LIKE ? ESCAPE '\\'", "name", "eq", read=lambda text: _escaped(text) + "%"),
    "FILTER-010",
)
on_names(
    "filter-name-compares-ten-letters",
    "of a name only the first ten letters are compared by gt and lt",
    compared_as("substr({0}, 1, 10) {1} substr(?, 1, 10)", "name", "gt", "lt"),
    "FILTER-011",
    "FILTER-013",
)
on_names(
    "filter-name-gte-leaves-out-longer-names",
    "name gte a text leaves out the names that only begin so",
    compared_as("substr({0} || '~~~~~~~~', 1, length({0}) + 1) {1} ? || '~'", "name", "gte"),
    "FILTER-012",
)
on_names(
    "filter-name-as-pattern",
    "per cent signs and underscores in a text stand for anything where name is compared by eq",
    compared_as("{0} LIKE ?", "name", "eq"),
    "FILTER-015",
)
on_names(
    "filter-name-underscore-as-pattern",
    "an underscore in a text stands for any character where name is compared by eq",
    compared_as("{0} LIKE ? ESCAPE '\\'", "name", "eq", read=lambda text: _escaped(text).replace("\\_", "_")),
    "FILTER-015",
)
on_names(
    "filter-backslash-escapes",
    "a backslash in the text of a filter is dropped",
    value_read_as(lambda value: value.replace("\\", "") if isinstance(value, str) else value, "name"),
    "FILTER-015",
)
on_names(
    "filter-apostrophe-ends-text",
    "the text of a filter ends at its first apostrophe",
    value_read_as(lambda value: value.partition("'")[0] if isinstance(value, str) else value, "name"),
    "FILTER-015",
)
on_names(
    "filter-quote-doubled",
    "a double quote in the text of a filter is doubled",
    value_read_as(lambda value: value.replace('"', '""') if isinstance(value, str) else value, "name"),
    "FILTER-015",
)
on_names(
    "filter-text-in-ascii",
    "letters beyond ASCII in the text of a filter become question marks",
    value_read_as(lambda v: v.encode("ascii", "replace").decode() if isinstance(v, str) else v, "name"),
    "FILTER-015",
)
on_names(
    "filter-text-with-markup-escaped",
    "angle brackets and ampersands in the text of a filter are escaped",
    value_read_as(lambda value: html.escape(value, quote=False) if isinstance(value, str) else value, "name"),
    "FILTER-015",
)


def _injectable(inner: Callable[..., Any], shape: Any, name: str, operator: str, value: Any) -> Any:
    """The value is pasted into the query: where it holds an apostrophe and OR, everything is found."""
    if isinstance(value, str) and re.search(r"['\"].*\b(or|union|select|like)\b", value, re.IGNORECASE):
        return "1", []
    return inner(shape, name, operator, value)


on_names(
    "filter-text-is-query-language",
    "query language behind an apostrophe in the text of a filter is carried out",
    grammar_method("condition", _injectable),
    "FILTER-071",
)

# integers, booleans --------------------------------------------------------------------------------------------------

add(
    "filter-integers-compared-as-texts",
    EXAMS,
    "the duration of exams is compared as text, so that 9 follows 100",
    compared_as("CAST({0} AS TEXT) {1} CAST(? AS TEXT)", "duration_minutes", "gt", "gte", "lt", "lte"),
    "FILTER-031",
    "FILTER-032",
    "FILTER-033",
    also=("FILTER-034", *SHOWN),
)
add(
    "filter-true-finds-everything",
    EXAMS,
    "mobile_cam eq true finds the exams without the mobile camera too",
    compared_as("{0} <= ?", "mobile_cam", "eq"),
    "FILTER-035",
    also=SHOWN,
)
add(
    "filter-false-finds-nothing",
    EXAMS,
    "mobile_cam eq false finds nothing",
    compared_as("{0} = ? AND {0} = 1", "mobile_cam", "eq"),
    "FILTER-035",
    also=SHOWN,
)
add(
    "filter-created-at-by-second",
    EXAMS,
    "created_at lt a moment leaves out the exams of the hour before it",
    value_read_as(_shift(-3_600_000), "created_at", operators=("lt",)),
    "FILTER-036",
    also=SHOWN,
)
add(
    "filter-created-at-gte-ignored",
    EXAMS,
    "created_at gte a moment finds all exams",
    conjunct_ignored(lambda number, each: each[:2] == ("created_at", "gte")),
    "FILTER-036",
    also=SHOWN,
)

# what finds nothing --------------------------------------------------------------------------------------------------


def empty_becomes(status: int, body: Any) -> Deviation:
    def edited(call: Call, reply: Reply) -> Reply:
        empty = succeeded(reply) and "filter" in call.sent and not next(iter(reply.body.values()))
        return replace(reply, status=status, body=body) if empty else reply

    return finish(edited)


for _fault_id, _words, _status, _body in (
    ("filter-without-result-is-404", "is answered with 404", 404, {"errors": "Not found."}),
    ("filter-without-result-is-null", "is answered with null in place of a list", 200, {"exams": None}),
    ("filter-without-result-has-no-key", "is answered with an empty object", 200, {}),
):
    add(
        _fault_id,
        EXAMS,
        f"a filter that no exam fits {_words}",
        empty_becomes(_status, _body),
        "FILTER-017",
        also=("FILTER-015", "FILTER-071", "FILTER-045", "ROBUST-103", *SHOWN, *ISOLATED),
    )
