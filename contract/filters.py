"""
Filter and sort of the index operations: the grammar, and what an expression means over plain rows.

A filter is a JSON object, column -> operator -> value; a sort is a JSON array of objects, column -> order::

    {"start_time": {"gte": "2025-02-01"}}
    [{"start_time": "desc"}, {"name": "asc"}]

Parsing, printing and evaluating know nothing of a server; evaluating is the oracle that a target's answers are held
against. Parsing is the grammar of that oracle, and for our own tests: they hold generated expressions to it, so that
one made as valid is known to be valid, and one made as broken to be broken. What the documentation leaves open is an
argument here: the time zone of a bare date, the place of nulls.

Source: https://docs.proctorexam.com/v3/apidoc.html, "Filtering and sorting";
https://docs.proctorexam.com/v3/apidoc/exams/index_students.html, parameters sort and filter.
"""

from __future__ import annotations

import itertools
import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import Any

from contract.errors import SuiteError

Value = str | int | bool | None
"""What stands in a filter to compare with."""
Typed = str | int | bool | datetime | None
"""What is compared."""
Row = Mapping[str, Any]
_INTEGER = re.compile(r"-?\d+")
_BOOLEANS = {"true": True, "false": False, "1": True, "0": False}


class FieldType(StrEnum):
    """What a column holds; every column may hold null as well."""

    TIME = "time"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    STRING = "string"


class Operator(StrEnum):
    """How a column is compared; the documentation shows the first four and is cut before a fifth."""

    EQ = "eq"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"


class Order(StrEnum):
    """The direction of a sort."""

    ASC = "asc"
    DESC = "desc"


class Nulls(StrEnum):
    """Where rows without a value stand in a sort; not documented, and databases differ."""

    FIRST = "first"
    LAST = "last"
    SMALLEST = "smallest"
    LARGEST = "largest"


Columns = Mapping[str, FieldType]
_COMPARE: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQ: operator.eq,
    Operator.GT: operator.gt,
    Operator.GTE: operator.ge,
    Operator.LT: operator.lt,
    Operator.LTE: operator.le,
}


class GrammarError(SuiteError):
    """A text is no filter or sort, or a value does not fit its column; `place` says where, `problem` what."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


# -- values -----------------------------------------------------------------------------------------------------------


def typed(value: Any, type: FieldType, zone: tzinfo = UTC) -> Typed:
    """
    Return *value* as what a column of *type* compares.

    Args:     value: from a filter or from a row. zone: of times that name none; a bare date is its midnight there.
    Returns:  times as aware moments, integers and booleans also from their text; null stays null.
    Raises:   GrammarError: *value* is of another type.
    """
    if value is None:
        return None
    if type is FieldType.STRING and isinstance(value, str):
        return value
    if type is FieldType.TIME and isinstance(value, str):
        return _moment(value, zone)
    if type is FieldType.INTEGER and not isinstance(value, bool) and _INTEGER.fullmatch(str(value)):
        return int(value)
    if type is FieldType.BOOLEAN and str(value).lower() in _BOOLEANS and isinstance(value, bool | int | str):
        return _BOOLEANS[str(value).lower()]
    raise GrammarError(type.value, f"{value!r} is no {type.value}")


def _moment(text: str, zone: tzinfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise GrammarError(FieldType.TIME.value, f"{text!r} is no date and no ISO 8601 time") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def as_answered(moment: datetime) -> str:
    """Return a moment as the API prints times: milliseconds, and the offset or Z."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def is_bare_date(value: Any) -> bool:
    """Tell whether a value names a day and no time, so that its moment depends on an undocumented time zone."""
    try:
        return isinstance(value, str) and datetime.combine(date.fromisoformat(value), time()) is not None
    except ValueError:
        return False


# -- filter -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Condition:
    """One comparison of a column with a value."""

    column: str
    operator: Operator
    value: Value

    def holds(self, row: Row, columns: Columns, zone: tzinfo = UTC) -> bool:
        """
        Tell whether *row* fits.

        A row without a value fits only ``eq`` null, and ``gt`` or ``lt`` null fits nothing, as in SQL.
        """
        type = _type_of(self.column, columns)
        actual, wanted = typed(row[self.column], type, zone), typed(self.value, type, zone)
        if actual is None or wanted is None:
            return self.operator is Operator.EQ and actual is wanted
        return _COMPARE[self.operator](actual, wanted)


@dataclass(frozen=True)
class Filter:
    """
    Conditions that hold all together; none at all lets every row pass.

    Raises:   GrammarError: a column has one operator twice, which cannot be written down.
    """

    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        seen = [(each.column, each.operator) for each in self.conditions]
        for column, twice in seen:
            if seen.count((column, twice)) > 1:
                raise GrammarError(f"filter.{column}", f"the operator {twice} stands twice")
        # Conditions on one column are written together, so a filter equals its own text read again.
        names = list(dict.fromkeys(each.column for each in self.conditions))
        ordered = tuple(sorted(self.conditions, key=lambda each: names.index(each.column)))
        object.__setattr__(self, "conditions", ordered)

    @property
    def text(self) -> str:
        """Return the filter as the request parameter has it: JSON without blanks, letters as they are."""
        whole: dict[str, dict[str, Value]] = {}
        for each in self.conditions:
            whole.setdefault(each.column, {})[each.operator.value] = each.value
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))

    def matches(self, row: Row, columns: Columns, zone: tzinfo = UTC) -> bool:
        """Tell whether *row* fits every condition."""
        return all(each.holds(row, columns, zone) for each in self.conditions)

    def select(self, rows: Iterable[Row], columns: Columns, zone: tzinfo = UTC) -> list[Row]:
        """Return the *rows* that fit, in the order given."""
        return [row for row in rows if self.matches(row, columns, zone)]

    def also(self, *conditions: Condition) -> Filter:
        """Return a filter with further conditions."""
        return Filter((*self.conditions, *conditions))


def where(column: str, operator: str, value: Value) -> Filter:
    """Return the filter with one condition."""
    return Filter((Condition(column, Operator(operator), value),))


def parse_filter(text: str, columns: Columns | None = None) -> Filter:
    """
    Read a filter.

    Args:     columns: where given, other columns and values that do not fit their column are errors too.
    Raises:   GrammarError: the text is no filter.
    """
    whole = _read("filter", text)
    if not isinstance(whole, dict):
        raise GrammarError("filter", f"must be a JSON object of columns, not {_kind(whole)}")
    found = []
    for column, operators in whole.items():
        place = f"filter.{column}"
        if not isinstance(operators, dict) or not operators:
            raise GrammarError(place, f"must be an object of operators and values, not {_kind(operators)}")
        found += [_condition(column, name, value, f"{place}.{name}") for name, value in operators.items()]
    for condition in found if columns is not None else ():
        place = f"filter.{condition.column}"
        _fit(place, condition, columns or {})
    return Filter(tuple(found))


def _condition(column: str, name: str, value: Any, place: str) -> Condition:
    if name not in list(Operator):
        raise GrammarError(place, f"is no operator; there are {', '.join(Operator)}")
    if not isinstance(value, str | int | bool | None):
        raise GrammarError(place, f"must compare with a text, an integer, a boolean or null, not {_kind(value)}")
    return Condition(column, Operator(name), value)


def _fit(place: str, condition: Condition, columns: Columns) -> None:
    type = _type_of(condition.column, columns, place)
    try:
        typed(condition.value, type)
    except GrammarError as error:
        raise GrammarError(f"{place}.{condition.operator}", error.problem) from None


# -- sort -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """One column of a sort."""

    column: str
    order: Order = Order.ASC


@dataclass(frozen=True)
class Sort:
    """Columns in order of precedence."""

    keys: tuple[Key, ...]

    @property
    def text(self) -> str:
        """Return the sort as the request parameter has it."""
        whole = [{key.column: key.order.value} for key in self.keys]
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))

    def apply(self, rows: Iterable[Row], columns: Columns, nulls: Nulls = Nulls.LARGEST) -> list[Row]:
        """Return *rows* in this order; those that tie in every key keep the order given."""
        ordered = list(rows)
        for key in reversed(self.keys):
            places = {id(row): _place(row, key, columns, nulls) for row in ordered}
            ordered.sort(key=lambda row: places[id(row)], reverse=key.order is Order.DESC)
        return ordered

    def is_obeyed(self, rows: Sequence[Row], columns: Columns, nulls: Nulls = Nulls.LARGEST) -> bool:
        """Tell whether *rows* stand in this order, whatever the order of those that tie in every key."""
        return self.first_wrong(rows, columns, nulls) is None

    def first_wrong(self, rows: Sequence[Row], columns: Columns, nulls: Nulls = Nulls.LARGEST) -> int | None:
        """Return the index of the first row that should have stood before its predecessor, None where none."""
        for index, (earlier, later) in enumerate(itertools.pairwise(rows), start=1):
            # Ties keep the order given, so this asks whether the later row is strictly before the earlier.
            if self.apply((earlier, later), columns, nulls)[0] is not earlier:
                return index
        return None


def by(*columns: str) -> Sort:
    """Return a sort from columns written as ``name``, or as ``-name`` for descending."""
    return Sort(tuple(Key(name.lstrip("-"), Order.DESC if name[0] == "-" else Order.ASC) for name in columns))


def parse_sort(text: str, columns: Columns | None = None) -> Sort:
    """
    Read a sort.

    Args:     columns: where given, other columns are errors too.
    Raises:   GrammarError: the text is no sort.
    """
    whole = _read("sort", text)
    if not isinstance(whole, list):
        raise GrammarError("sort", f"must be a JSON array of objects, not {_kind(whole)}")
    keys = tuple(_key(item, f"sort[{index}]") for index, item in enumerate(whole))
    for index, key in enumerate(keys):
        if columns is not None:
            _type_of(key.column, columns, f"sort[{index}]")
        if key.column in {earlier.column for earlier in keys[:index]}:
            raise GrammarError(f"sort[{index}]", f"the column {key.column!r} stands twice")
    return Sort(keys)


def _key(item: Any, place: str) -> Key:
    if not isinstance(item, dict) or len(item) != 1:
        raise GrammarError(place, f"must be an object of one column and its order, not {_kind(item)}")
    ((column, order),) = item.items()
    if order not in list(Order):
        raise GrammarError(f"{place}.{column}", f"{order!r} is no order; there are {', '.join(Order)}")
    return Key(column, Order(order))


def _place(row: Row, key: Key, columns: Columns, nulls: Nulls) -> tuple[int, Any]:
    """Return what a row is ordered by; a null by a number before or after that of all values."""
    type = _type_of(key.column, columns)
    value = typed(row[key.column], type)
    if value is not None:
        return 0, value
    first = nulls is Nulls.SMALLEST or nulls is (Nulls.FIRST if key.order is Order.ASC else Nulls.LAST)
    return (-1 if first else 1), 0


# -- both -------------------------------------------------------------------------------------------------------------


def _type_of(column: str, columns: Columns, place: str = "column") -> FieldType:
    if column not in columns:
        raise GrammarError(place, f"no column {column!r}; there are {', '.join(columns)}")
    return columns[column]


def _read(what: str, text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except RecursionError:
        raise GrammarError(what, "is nested too deep") from None
    except ValueError as error:
        raise GrammarError(what, f"is not JSON: {error}") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise GrammarError("object", f"the name {next(name for name in names if names.count(name) > 1)!r} stands twice")
    return found


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return f"an object of {len(value)}"
    if isinstance(value, list):
        return "an array"
    return {type(None): "null", bool: "a boolean", str: "a text"}.get(type(value), "a number")
