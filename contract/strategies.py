"""
Hypothesis strategies for filters, sorts and rows, valid and invalid; apart from ``filters`` as Hypothesis loads slowly.

What is sent to a target is drawn from given values only (``sampled_from``, never free text), so that one seed gives
the same expressions whatever else is loaded; free rows and texts are for our own tests of the grammar.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from hypothesis.strategies import SearchStrategy

from contract.filters import (
    Columns,
    Condition,
    FieldType,
    Filter,
    Key,
    Operator,
    Order,
    Row,
    Sort,
    Typed,
    Value,
    as_answered,
    typed,
)
from contract.injections import INJECTIONS

MOST_CONDITIONS = 3
MOST_KEYS = 3
ZONES = (UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-8)))
DAYS_FROM_ROW_TO_DATE = 2
"""A bare date is no moment before its zone is known; this far from a row every zone gives the same answer."""


# Hypothesis mixes in the constants of whatever modules are imported from outside site-packages. A seed has to mean the
# same requests however much of the suite was collected.
providers._get_local_constants = Constants


def drawing(number_of_examples: int, seed_of_run: object, steps: int = 20) -> Callable[[Any], Any]:
    """
    Return a decorator for ``given`` tests, or for state machines, that draw from the seed of a run alone.

    Args:     steps: the most rules that a state machine applies in one example.
    """

    def decorate(test: Any) -> Any:
        quiet = settings(
            max_examples=number_of_examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
            report_multiple_bugs=False,
            print_blob=False,
        )
        return seed(str(seed_of_run))(quiet(test))

    return decorate


# -- valid expressions over given rows --------------------------------------------------------------------------------


def operands(type: FieldType, values: Iterable[Any]) -> list[Value]:
    """
    Return what a column of *type* is usefully compared with: what its rows hold, and what stands just beside.

    Args:     values: of the rows, null among them or not.
    Returns:  as many for each value, whatever it is: what is drawn must not hang on ids lying side by side, as they
              do when one worker makes all rows.
    """
    found: list[Value] = []
    for value in dict.fromkeys(values):
        # What a comparison with no text at all means is not documented.
        if (known := typed(value, type)) not in (None, ""):
            as_it_is = [] if type is FieldType.BOOLEAN else [value]
            found += {repr(each): each for each in (*as_it_is, *_beside(known))}.values()
    return found


def _beside(known: Typed) -> list[Value]:
    if isinstance(known, bool):
        return ["true", "false"]
    if isinstance(known, int):
        return [known, str(known), known - 1, known + 1]
    if isinstance(known, str):
        return [known, known[:-1] or f"{known}1", f"{known}0"]
    return _moments(known) if known is not None else []


def _moments(moment: datetime) -> list[Value]:
    beside = [moment - timedelta(seconds=1), moment + timedelta(seconds=1)]
    spelled = [moment.astimezone(zone) for zone in ZONES] + [each.astimezone(UTC) for each in beside]
    dates = [(moment + timedelta(days=days)).date() for days in (-DAYS_FROM_ROW_TO_DATE, DAYS_FROM_ROW_TO_DATE)]
    return [*(as_answered(each) for each in spelled), *(each.isoformat() for each in dates)]


def filters(
    comparisons: Sequence[tuple[str, Operator]],
    values: Mapping[str, Sequence[Value]],
    most: int = MOST_CONDITIONS,
) -> SearchStrategy[Filter]:
    """
    Draw filters of one to *most* conditions.

    Args:     comparisons: the columns and operators to draw from. values: for each column what it is compared with.
    """
    chosen = st.lists(st.sampled_from(list(comparisons)), min_size=1, max_size=most, unique=True)

    def compared(pairs: list[tuple[str, Operator]]) -> SearchStrategy[Filter]:
        drawn = [st.builds(Condition, st.just(c), st.just(o), st.sampled_from(list(values[c]))) for c, o in pairs]
        return st.tuples(*drawn).map(Filter)

    return chosen.flatmap(compared)


def sorts(columns: Sequence[str], most: int = MOST_KEYS) -> SearchStrategy[Sort]:
    """Draw sorts by one to *most* of the *columns*, none of them twice."""
    keys = st.builds(Key, st.sampled_from(list(columns)), st.sampled_from(list(Order)))
    chosen = st.lists(keys, min_size=1, max_size=min(most, len(columns)), unique_by=lambda key: key.column)
    return chosen.map(lambda drawn: Sort(tuple(drawn)))


# -- rows of any kind -------------------------------------------------------------------------------------------------

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from(ZONES)).map(as_answered)
_CELLS: dict[FieldType, SearchStrategy[Any]] = {
    FieldType.TIME: _MOMENTS,
    FieldType.INTEGER: st.integers(-(2**53), 2**53),
    FieldType.BOOLEAN: st.booleans(),
    FieldType.STRING: _TEXTS
    | st.sampled_from(["", "a'b", 'a"b', "a\\b", "100%", "_", "a;--", '{"eq":1}', "é", "e\u0301"]),
}


def rows(columns: Columns, most: int = 8) -> SearchStrategy[list[Row]]:
    """Draw up to *most* rows with every column, some without a value and some that tie."""
    cells = {name: _CELLS[type] | st.none() for name, type in columns.items()}
    drawn: SearchStrategy[list[Row]] = st.lists(st.fixed_dictionaries(cells), max_size=most)
    return drawn.map(lambda table: [*table, *table[: len(table) // 3]])


def filters_of(columns: Columns, table: Sequence[Row], most: int = MOST_CONDITIONS) -> SearchStrategy[Filter]:
    """Draw filters whose values are near those of the rows in *table*."""
    values = {name: operands(type, (row[name] for row in table)) for name, type in columns.items()}
    comparisons = [(name, each) for name in columns if values[name] for each in Operator]
    return filters(comparisons, values, most) if comparisons else st.just(Filter())


# -- invalid expressions ----------------------------------------------------------------------------------------------

NOT_JSON = ("{", '{"a":', "{'a':{'eq':1}}", '{"a":{"eq":1},}', "a=1", "", "{}{}", '{"a":{"eq":NaN,}}', "\x00")
NO_SORT = ("[", '[{"a":"asc"', "[{'a':'asc'}]", "a asc", "-a", "", '[{"a":"asc"},]')
OPERATORS_THAT_ARE_NONE = ("", "=", ">", "like", "between", "regexp", "$gt", "eq)", "or", "EQ ")
ORDERS_THAT_ARE_NONE = ("", "up", "ascending", "asc, id", 1, None, True, ["asc"])
_MISFITS: dict[FieldType, tuple[Any, ...]] = {
    FieldType.TIME: ("yesterday", "2025-13-45", "25:00", "2025-02-30T00:00:00Z", True),
    FieldType.INTEGER: ("ninety", "9o", "1;2", "", True),
    FieldType.BOOLEAN: ("maybe", 2, "10", ""),
    FieldType.STRING: (),
}


def invalid_filters(columns: Columns) -> SearchStrategy[tuple[str, str]]:
    """Draw texts that are no filter over *columns*, each with what is wrong with it."""
    names = st.sampled_from(list(columns))
    misfits = [(name, value) for name, type in columns.items() for value in _MISFITS[type]]
    shapes: SearchStrategy[Any] = st.sampled_from([[], 1, "name", None, True, [{"eq": 1}]])
    inner: SearchStrategy[Any] = st.sampled_from([[], 1, "x", None, {}, ["eq", 1]])
    operators = st.sampled_from(OPERATORS_THAT_ARE_NONE)
    kinds: dict[str, SearchStrategy[str]] = {
        "not JSON": st.sampled_from(NOT_JSON),
        "no object": shapes.map(json.dumps),
        "no operators": st.builds(lambda name, value: json.dumps({name: value}), names, inner),
        "unknown operator": st.builds(lambda name, each: json.dumps({name: {each: "1"}}), names, operators),
        "unknown column": st.sampled_from(_foreign_names(columns)).map(lambda name: json.dumps({name: {"eq": "1"}})),
        "no single value": st.builds(_with_value, names, st.sampled_from([[1], {"eq": 1}, 1.5])),
    }
    if misfits:
        kinds["wrong type"] = st.sampled_from(misfits).map(lambda pair: _with_value(*pair))
    return st.one_of(*(texts.map(lambda text, kind=kind: (kind, text)) for kind, texts in kinds.items()))  # type: ignore[misc]


def invalid_sorts(columns: Columns) -> SearchStrategy[tuple[str, str]]:
    """Draw texts that are no sort over *columns*, each with what is wrong with it."""
    names = st.sampled_from(list(columns))
    orders = st.sampled_from(ORDERS_THAT_ARE_NONE)
    kinds: dict[str, SearchStrategy[str]] = {
        "not JSON": st.sampled_from(NO_SORT),
        "no array": st.builds(lambda name: json.dumps({name: "asc"}), names) | st.sampled_from(["1", '"name"', "null"]),
        "no object": st.builds(lambda name: json.dumps([name]), names)
        | st.sampled_from(["[1]", "[null]", "[[]]", "[{}]"]),
        "unknown order": st.builds(lambda name, order: json.dumps([{name: order}]), names, orders),
        "unknown column": st.sampled_from(_foreign_names(columns)).map(lambda name: json.dumps([{name: "asc"}])),
    }
    return st.one_of(*(texts.map(lambda text, kind=kind: (kind, text)) for kind, texts in kinds.items()))  # type: ignore[misc]


def _foreign_names(columns: Columns) -> list[str]:
    return [name for name in ("no_such_column", "", "secret_key", "1", *INJECTIONS) if name not in columns]


def _with_value(name: str, value: Any) -> str:
    return json.dumps({name: {"eq": value}})
