"""
Faults of filters and sorts that are not in the grammar: guessed at, carried out or crashed on.

Source: https://docs.proctorexam.com/v3/apidoc.html (filter and sort) and .../exams/index.html.
"""

from __future__ import annotations

import json
from typing import Any

from contract.mock.access import AccessPolicy
from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.filtering import EXAMS, GENERATED, ISOLATED, METAMORPHIC
from contract.mock.faults.kit import params
from contract.mock.faults.kit.core import Deviation, When, area, both, finish, wrap
from contract.mock.faults.kit.grammar import filters, grammar_method, key_read_as, lenient, sorts
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules

add = area(__name__)

LISTS = (EXAMS, "exams_index_students", "student_sessions_index_all", "users_index", "institutes_index")
KNOWN_OPERATORS = ("eq", "gt", "gte", "lt", "lte")


def crash(call: Call) -> Reply:
    return call.rules.refusal(call.operation, Refusal("internal"))


def crashes(when: When) -> Deviation:
    """A 500 whatever the answer would have been."""
    return finish(lambda call, reply: crash(call), when)


def refused_with_500(param: str, rule: str = "") -> Deviation:
    """A refusal of *param* whose text holds *rule* is a 500."""

    def around(call: Call, inner: Handler) -> Reply:
        try:
            return inner(call)
        except Refusal as refusal:
            if refusal.values.get("param") == param and rule in str(refusal.values.get("rule")):
                raise Refusal("internal") from None
            raise

    return wrap(around)


def _text(call: Call, name: str) -> str:
    return str(call.sent.get(name, ""))


# another institute ---------------------------------------------------------------------------------------------------


def _everywhere(call: Call) -> Any:
    where, values = AccessPolicy().listed_exams_scope(call)
    return where, values


def of_every_institute(when: When) -> Deviation:
    """The list of exams is that of all institutes."""

    def deviation(rules: Rules, operation: Operation) -> None:
        operation.rows = lambda call, scope: ("exams.status != 'deleted'", []) if when(call) else scope

    return deviation


def _names_column(param: str, column: str) -> When:
    return lambda call: f'"{column}"' in _text(call, param)


def _decoded(call: Call, name: str) -> Any:
    """The filter or sort as it was sent, whatever was made of it since."""
    try:
        return json.loads(_text(call, name))
    except (ValueError, RecursionError):
        return None


def _unknown_column(call: Call) -> bool:
    """A condition or key on a column that exams do not have."""
    columns = call.rules.shapes["exam"].fields
    given, keys = (_decoded(call, name) for name in ("filter", "sort"))
    named = list(given) if isinstance(given, dict) else []
    named += [column for key in keys if isinstance(key, dict) for column in key] if isinstance(keys, list) else []
    return any(column not in columns for column in named)


def _forget_unknown(call: Call, inner: Handler) -> Reply:
    columns = call.rules.shapes["exam"].fields
    if isinstance(call.params.get("filter"), dict):
        call.params["filter"] = {name: found for name, found in call.params["filter"].items() if name in columns}
    if isinstance(call.params.get("sort"), list):
        call.params["sort"] = [
            key for key in call.params["sort"] if not isinstance(key, dict) or set(key) <= set(columns)
        ]
    return inner(call)


add(
    "filter-by-institute-shows-institute",
    EXAMS,
    "a filter by institute_id takes the place of the caller's own institute",
    of_every_institute(_names_column("filter", "institute_id")),
    "FILTER-070",
    also=("ISO-007",),
)
add(
    "filter-by-name-searches-every-institute",
    EXAMS,
    "name eq a text is looked for in every institute",
    of_every_institute(_names_column("filter", "name")),
    "FILTER-070",
    "ISO-007",
    also=(*GENERATED, *METAMORPHIC, "FILTER-041", "FILTER-017"),
)
add(
    "filter-with-unknown-column-searches-every-institute",
    EXAMS,
    "an unknown column in a filter or a sort is forgotten, and the caller's institute with it",
    both(of_every_institute(_unknown_column), wrap(_forget_unknown)),
    "FILTER-072",
    also=("FILTER-084", "FILTER-085", "FILTER-087"),
)
add(
    "sort-with-unknown-column-searches-every-institute",
    EXAMS,
    "an unknown column in a sort is forgotten, and the caller's institute with it",
    both(
        of_every_institute(lambda call: "sort" in call.sent and _unknown_column(call)),
        wrap(_forget_unknown, lambda call: "sort" in call.sent),
    ),
    "FILTER-072",
    also=("FILTER-085", "FILTER-087"),
)

# guessed at ----------------------------------------------------------------------------------------------------------

add(
    "filter-that-is-no-json-ignored",
    EXAMS,
    "a filter that is not JSON is ignored",
    params.read_as("filter", lambda value: {}),
    "FILTER-080",
    also=("FILTER-087",),
)
add(
    "sort-that-is-no-json-ignored",
    EXAMS,
    "a sort that is not JSON is ignored",
    params.read_as("sort", lambda value: []),
    "FILTER-081",
    also=("FILTER-087",),
)
add(
    "unknown-operator-read-as-eq",
    EXAMS,
    "an unknown operator is read as eq",
    filters(lambda given: _known_operators(given)),
    "FILTER-082",
    also=("FILTER-087",),
)


def _known_operators(given: dict[str, Any]) -> dict[str, Any]:
    return {
        column: {name if name in KNOWN_OPERATORS else "eq": value for name, value in found.items()}
        if isinstance(found, dict)
        else found
        for column, found in given.items()
    }


add(
    "unknown-operators-ignored",
    EXAMS,
    "a condition with an unknown operator is ignored",
    filters(
        lambda given: {
            column: {name: value for name, value in found.items() if name in KNOWN_OPERATORS}
            if isinstance(found, dict)
            else found
            for column, found in given.items()
        }
    ),
    "FILTER-082",
)
add(
    "unknown-order-read-as-ascending",
    EXAMS,
    "an order that is neither asc nor desc is read as asc",
    key_read_as(lambda number, column, order: (column, order if order in ("asc", "desc") else "asc")),
    "FILTER-083",
)
add(
    "unknown-order-sorts-nothing",
    EXAMS,
    "a key whose order is neither asc nor desc is ignored",
    sorts(
        lambda given: [
            key for key in given if not isinstance(key, dict) or all(order in ("asc", "desc") for order in key.values())
        ]
    ),
    "FILTER-083",
)
add(
    "unknown-column-in-filter-ignored",
    EXAMS,
    "a condition on a column that exams do not have is ignored",
    wrap(_forget_unknown, lambda call: "filter" in call.sent),
    "FILTER-084",
)
add(
    "unknown-column-in-sort-ignored",
    EXAMS,
    "a key of a sort on a column that exams do not have is ignored",
    wrap(_forget_unknown, lambda call: "sort" in call.sent),
    "FILTER-085",
)
add(
    "no-time-compared-as-now",
    EXAMS,
    "a value that is no time is taken for the beginning of time",
    grammar_method("_read_time", lambda inner, value: inner(value) if inner(value) is not None else 0),
    "FILTER-086",
    also=("FILTER-087",),
)
add(
    "filter-of-another-shape-ignored",
    EXAMS,
    "a filter that is no object of objects is ignored",
    lenient("filter"),
    "FILTER-087",
    also=("FILTER-082", "FILTER-084", "FILTER-086", "FILTER-072"),
)
add(
    "sort-of-another-shape-ignored",
    EXAMS,
    "a sort that is no array of objects is ignored",
    wrap(lambda call, inner: _list_or_nothing(call, inner)),
    "FILTER-087",
)


def _list_or_nothing(call: Call, inner: Handler) -> Reply:
    if not isinstance(call.params.get("sort", []), list):
        del call.params["sort"]
    return inner(call)


# crashed on ----------------------------------------------------------------------------------------------------------

_ALSO = ("FILTER-089", "ROBUST-101")

add(
    "filter-refusal-crashes",
    LISTS,
    "every filter that is not in the grammar is answered with 500",
    refused_with_500("filter"),
    "FILTER-088",
    also=(*_ALSO, *(f"FILTER-{number:03}" for number in range(80, 88)), "FILTER-072", *ISOLATED),
)
for _fault_id, _words, _deviation in (
    ("unknown-column-in-filter-crashes", "an unknown column in a filter", refused_with_500("filter", "column")),
    ("unknown-column-in-sort-crashes", "an unknown column in a sort", refused_with_500("sort", "column")),
    ("unknown-operator-crashes", "an unknown operator", refused_with_500("filter", "operator")),
    ("unknown-order-crashes", "an order that is neither asc nor desc", refused_with_500("sort", "orders")),
    ("no-time-crashes", "a value that is no time", refused_with_500("filter", "that is no time")),
    ("filter-list-crashes", "a filter that is a list", refused_with_500("filter", "must be an object of columns")),
    ("filter-null-crashes", "null compared with gt", refused_with_500("filter", "null")),
):
    add(
        _fault_id,
        EXAMS,
        f"{_words} is answered with 500",
        _deviation,
        "FILTER-088",
        also=(*_ALSO, "FILTER-072", *(f"FILTER-{number:03}" for number in range(80, 88))),
    )
add(
    "nul-in-filter-crashes",
    LISTS,
    "a NUL character in a filter is answered with 500",
    crashes(lambda call: "\\u0000" in _text(call, "filter") or "\x00" in _text(call, "filter")),
    "FILTER-088",
    also=("ROBUST-008", *_ALSO),
)
add(
    "unknown-column-crashes-on-students",
    "exams_index_students",
    "an unknown column in a filter of students is answered with 500",
    refused_with_500("filter", "column"),
    "FILTER-088",
    also=_ALSO,
)
add(
    "many-conditions-crash",
    EXAMS,
    "a filter of more than a hundred conditions is answered with 500",
    crashes(lambda call: _text(call, "filter").count('":{') + _text(call, "filter").count('": {') > 100),
    "FILTER-089",
    also=_ALSO,
)
add(
    "deep-filter-crashes",
    EXAMS,
    "a filter that is nested deep is answered with 500",
    crashes(lambda call: _text(call, "filter").count("[") + _text(call, "filter").count("{") > 500),
    "FILTER-089",
    also=_ALSO,
)
