"""Deviations of filter and sort: the decoded parameters are changed before they are compiled, or the rows after."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.core import Deviation, When, always, wrap
from contract.mock.filters import FilterGrammar
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules

Filter = dict[str, Any]
Sort = list[Any]
Conjunct = tuple[str, str, Any]


def filters(edit: Callable[[Filter], Filter], when: When = always) -> Deviation:
    """The filter is taken for another one."""

    def around(call: Call, inner: Handler) -> Reply:
        given = call.params.get("filter")
        if isinstance(given, dict):
            call.params["filter"] = edit(copy.deepcopy(given))
        return inner(call)

    return wrap(around, when)


def sorts(edit: Callable[[Sort], Sort], when: When = always) -> Deviation:
    """The sort is taken for another one."""

    def around(call: Call, inner: Handler) -> Reply:
        given = call.params.get("sort")
        if isinstance(given, list):
            call.params["sort"] = edit(copy.deepcopy(given))
        return inner(call)

    return wrap(around, when)


def conjuncts(given: Filter) -> Iterator[Conjunct]:
    """Every column, operator and value of a well-formed filter."""
    for column, comparisons in given.items():
        for operator, value in comparisons.items() if isinstance(comparisons, dict) else ():
            yield column, operator, value


def of_conjuncts(found: Iterator[Conjunct] | list[Conjunct]) -> Filter:
    given: Filter = {}
    for column, operator, value in found:
        given.setdefault(column, {})[operator] = value
    return given


def operator_read_as(read: dict[str, str], *columns: str) -> Deviation:
    """Operators are taken for others, on *columns* or on all."""

    def edit(given: Filter) -> Filter:
        changed: Filter = {}
        for column, comparisons in given.items():
            ours = isinstance(comparisons, dict) and (column in columns or not columns)
            changed[column] = {read.get(op, op): value for op, value in comparisons.items()} if ours else comparisons
        return changed

    return filters(edit)


def value_read_as(read: Callable[[Any], Any], *columns: str, operators: tuple[str, ...] = ()) -> Deviation:
    """Values are taken for others, on *columns* and with *operators*, or with all."""

    def edit(given: Filter) -> Filter:
        for column, comparisons in given.items():
            if isinstance(comparisons, dict) and (column in columns or not columns):
                for operator, value in comparisons.items():
                    if operator in operators or not operators:
                        comparisons[operator] = read(value)
        return given

    return filters(edit)


def conjunct_ignored(ignored: Callable[[int, Conjunct], bool], when: When = always) -> Deviation:
    """Some conditions are left out; *ignored* sees their number, from 0, and what they say."""

    def edit(given: Filter) -> Filter:
        if not all(isinstance(comparisons, dict) for comparisons in given.values()):
            return given
        kept = [each for number, each in enumerate(conjuncts(given)) if not ignored(number, each)]
        return of_conjuncts(kept)

    return filters(edit, when)


def key_read_as(read: Callable[[int, str, Any], tuple[str, Any]], when: When = always) -> Deviation:
    """Keys of a sort are taken for others; *read* sees number (from 0), column and order."""

    def edit(given: Sort) -> Sort:
        if not all(isinstance(key, dict) and len(key) == 1 for key in given):
            return given
        pairs = [next(iter(key.items())) for key in given]
        return [dict([read(number, *pair)]) for number, pair in enumerate(pairs)]

    return sorts(edit, when)


def grammar_method(method: str, around: Callable[..., Any]) -> Deviation:
    """One method of the grammar, for requests to the operation only; *around* gets the original and its arguments."""

    def deviation(rules: Rules, operation: Operation) -> None:
        def inside(call: Call, inner: Handler) -> Reply:
            strict: FilterGrammar = call.rules.grammar
            original = getattr(strict, method)
            setattr(strict, method, lambda *given: around(original, *given))
            try:
                return inner(call)
            finally:
                setattr(strict, method, original)

        wrap(inside)(rules, operation)

    return deviation


def lenient(param: str) -> Deviation:
    """A filter or sort that is not in the grammar counts as not sent."""

    def deviation(rules: Rules, operation: Operation) -> None:
        wrap(_retried_without(param))(rules, operation)

    return deviation


def _retried_without(param: str) -> Callable[[Call, Handler], Reply]:
    def around(call: Call, inner: Handler) -> Reply:
        try:
            return inner(call)
        except Refusal as refusal:
            if refusal.values.get("param") != param:
                raise
            call.params.pop(param)
            return inner(call)

    return around
