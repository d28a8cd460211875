"""
Faults of filter and sort on the lists of students, users and institutes.

Source: https://docs.proctorexam.com/v3/apidoc.html (filter and sort) and .../exams/index_students.html.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.faults.kit.core import Deviation, area, finish, sends, succeeded
from contract.mock.faults.kit.grammar import (
    conjunct_ignored,
    filters,
    grammar_method,
    key_read_as,
    operator_read_as,
    sorts,
    value_read_as,
)
from contract.mock.operations import Operation
from contract.mock.rules import Rules

add = area(__name__)

STUDENTS = ("exams_index_students", "student_sessions_index", "student_sessions_index_all")
SWAPPED = {"asc": "desc", "desc": "asc"}
GENERATED = ("FILTER-122", "FILTER-123", "FILTER-124", "FILTER-125")
ALSO = (*GENERATED, *(f"FILTER-{number:03}" for number in range(50, 60)))

Values = Callable[[Any], Any]


def rows(edit: Callable[[list[Any]], list[Any]], name: str) -> Deviation:
    """The rows of a list with the parameter *name* are edited; the headers know nothing of it."""

    def edited(call: Call, reply: Reply) -> Reply:
        if not succeeded(reply):
            return reply
        return replace(reply, body={key: edit(found) for key, found in reply.body.items()})

    return finish(edited, sends(name))


def _day(value: Any) -> Any:
    return value[:10] if isinstance(value, str) and value[10:11] == "T" else value


# students ------------------------------------------------------------------------------------------------------------

_READ = (
    ("eq", "gte", "FILTER-050"),
    ("gt", "gte", "FILTER-051"),
    ("gte", "gt", "FILTER-052"),
    ("lt", "lte", "FILTER-053"),
    ("lte", "lt", "FILTER-054"),
)
for _operator, _other, _breaks in _READ:
    add(
        f"students-{_operator}-read-as-{_other}",
        STUDENTS,
        f"{_operator} on a column of students is read as {_other}",
        operator_read_as({_operator: _other}),
        _breaks,
        also=ALSO,
    )
for _operation in STUDENTS:
    add(
        f"filter-ignored-on-{_operation.replace('_', '-')}",
        _operation,
        f"{_operation} ignores the filter",
        filters(lambda given: {}),
        "FILTER-050",
        "FILTER-051",
        "FILTER-052",
        "FILTER-053",
        also=ALSO,
    )
    add(
        f"sort-ignored-on-{_operation.replace('_', '-')}",
        _operation,
        f"{_operation} ignores the sort",
        sorts(lambda given: []),
        "FILTER-057",
        also=ALSO,
    )


add(
    "students-created-at-compared-by-day",
    STUDENTS,
    "gt and lt on a time of students compare days",
    value_read_as(
        lambda value: value[:10] if isinstance(value, str) and "T" in value else value, operators=("gt", "lt")
    ),
    "FILTER-051",
    also=ALSO,
)
add(
    "students-false-finds-everything",
    STUDENTS,
    "a boolean column of students eq false finds every student",
    conjunct_ignored(lambda number, each: each[1] == "eq" and each[2] in (False, 0, "false", "0")),
    "FILTER-055",
    also=ALSO,
)
add(
    "students-true-finds-everything",
    STUDENTS,
    "a boolean column of students eq true finds every student",
    conjunct_ignored(lambda number, each: each[1] == "eq" and each[2] in (True, 1, "true", "1")),
    "FILTER-055",
    also=ALSO,
)


def _null_as_least(operators: tuple[str, ...]) -> Deviation:
    """Rows without a value count as smaller than any."""

    def condition(inner: Any, shape: Any, column: str, operator: str, value: Any) -> Any:
        sql, bound = inner(shape, column, operator, value)
        if operator not in operators or not bound:
            return sql, bound
        return f"({sql} OR {shape.table.expression(column)} IS NULL)", bound

    return grammar_method("condition", condition)


add(
    "students-without-value-are-less",
    STUDENTS,
    "a student without a value in a column fits lt and lte of any value",
    _null_as_least(("lt", "lte")),
    "FILTER-056",
    also=ALSO,
)
add(
    "students-without-value-are-more",
    STUDENTS,
    "a student without a value in a column fits gt and gte of any value",
    _null_as_least(("gt", "gte")),
    "FILTER-056",
    also=ALSO,
)
add(
    "students-sorted-in-reverse",
    STUDENTS,
    "students sorted descending stand ascending",
    key_read_as(lambda number, column, order: (column, "asc" if order == "desc" else order)),
    "FILTER-057",
    also=ALSO,
)
add(
    "students-without-value-lost-by-sort",
    STUDENTS,
    "a sorted list of students leaves out those without individual_info",
    rows(lambda found: [row for row in found if row["individual_info"]], "sort"),
    "FILTER-057",
    also=ALSO,
)
add(
    "students-sort-second-key-ignored",
    STUDENTS,
    "the second key of a sort of students is ignored",
    sorts(lambda given: given[:1]),
    "FILTER-058",
    also=ALSO,
)
add(
    "students-sort-second-key-reversed",
    "student_sessions_index_all",
    "the second key of a sort of all students has the other direction",
    key_read_as(lambda number, column, order: (column, SWAPPED.get(order, order) if number else order)),
    "FILTER-058",
    also=ALSO,
)


def _of_other_exams(rules: Rules, operation: Operation) -> None:
    """The filter looks among all students of the institute."""

    def all_of_institute(call: Call, scope: Any) -> Any:
        if "filter" not in call.sent:
            return scope
        return "student_sessions.institute_id = ?", [call.user["institute_id"]]

    operation.rows = all_of_institute


for _operation in STUDENTS[:2]:
    add(
        f"filter-finds-students-of-other-exams-on-{_operation.replace('_', '-')}",
        _operation,
        f"the filter of {_operation} finds students of other exams too",
        _of_other_exams,
        "FILTER-059",
        also=ALSO,
    )

# several conditions and pages ----------------------------------------------------------------------------------------

add(
    "students-second-condition-ignored",
    STUDENTS,
    "of several columns in a filter of students only the first counts",
    filters(lambda given: dict(list(given.items())[:1])),
    "FILTER-122",
    also=ALSO,
)
add(
    "students-filter-ignored-on-second-page",
    STUDENTS,
    "from page 2 on the filter of students is ignored",
    filters(lambda given: {}, lambda call: bool(call.params.get("page", 1) > 1)),
    "FILTER-125",
    also=ALSO,
)

# users and institutes ------------------------------------------------------------------------------------------------

_OTHERS = (
    ("users_index", ("name", "email"), "FILTER-060", "FILTER-061"),
    ("institutes_index", ("name", "short_name"), "FILTER-062", "FILTER-063"),
)
for _operation, _columns, _filter, _sort in _OTHERS:
    _what = _operation.removesuffix("_index")
    for _column in _columns:
        add(
            f"{_what}-filter-by-{_column.replace('_', '-')}-ignored",
            _operation,
            f"a filter of {_what} by {_column} is ignored",
            conjunct_ignored(lambda number, each, column=_column: each[0] == column),  # type: ignore[misc]
            _filter,
            also=GENERATED,
        )
    add(
        f"{_what}-eq-read-as-gte",
        _operation,
        f"eq on a column of {_what} is read as gte",
        operator_read_as({"eq": "gte"}),
        _filter,
        also=GENERATED,
    )
    add(
        f"{_what}-sort-ignored",
        _operation,
        f"the sort of {_what} is ignored",
        sorts(lambda given: []),
        _sort,
        also=GENERATED,
    )
    add(
        f"{_what}-sort-always-ascending",
        _operation,
        f"{_what} are sorted ascending, whatever is asked for",
        key_read_as(lambda number, column, order: (column, "asc")),
        _sort,
        also=GENERATED,
    )
    add(
        f"{_what}-sort-loses-last-row",
        _operation,
        f"a sorted list of {_what} leaves out its last row",
        rows(lambda found: found[:-1], "sort"),
        _sort,
        also=GENERATED,
    )
