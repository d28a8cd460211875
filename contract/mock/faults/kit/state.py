"""Deviations of the state: what is stored, which row is shown, which rows a list holds, what else changes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from contract.mock.access import Scope
from contract.mock.call import Call, Reply
from contract.mock.faults.kit.core import Deviation, When, always, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules

Statement = Callable[[Call], tuple[str, Sequence[Any]]]


def does_nothing(body: Any = None, when: When = always) -> Deviation:
    """The operation answers as if all were well, and does nothing."""
    return wrap(lambda call, inner: call.reply({} if body is None else body), when)


def only(statement: Statement, when: When = always) -> Deviation:
    """Run one SQL statement instead of the handler, and answer {}."""

    def around(call: Call, inner: Handler) -> Reply:
        call.store.execute(*statement(call))
        return call.reply({})

    return wrap(around, when)


def afterwards(statement: Statement, when: When = always) -> Deviation:
    """Run one more SQL statement after the handler: what else changes."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        call.store.execute(*statement(call))
        return reply

    return wrap(around, when)


def not_stored(kind: str, *columns: str) -> Deviation:
    """An update answers the new values of *columns*, but keeps the old ones. *kind*: of the row in the path."""

    def around(call: Call, inner: Handler) -> Reply:
        before = dict(call.found[kind])
        reply = inner(call)
        table = call.rules.tables[call.operation.resource].name
        for column in columns:
            call.store.execute(f'UPDATE {table} SET "{column}" = ? WHERE id = ?', (before[column], before["id"]))
        return reply

    return wrap(around)


def created_without(*columns: str, default: Any = None) -> Deviation:
    """A creation answers *columns* as sent, but does not keep them."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        created = next(iter(reply.body.values()))
        table = call.rules.tables[call.operation.resource].name
        for column in columns:
            call.store.execute(f'UPDATE {table} SET "{column}" = ? WHERE id = ?', (default, created["id"]))
        return reply

    return wrap(around)


def instead_of(kind: str, statement: Statement) -> Deviation:
    """Another row, found by *statement*, takes the place of the one that the path names."""

    def around(call: Call, inner: Handler) -> Reply:
        other = call.store.one(*statement(call))
        if other is not None:
            call.found[kind] = other
        return inner(call)

    return wrap(around)


def listing(rows: Callable[[Call, Scope], Scope], when: When = always) -> Deviation:
    """A list holds other rows than those of its scope."""

    def deviation(rules: Rules, operation: Operation) -> None:
        inner = operation.rows
        operation.rows = lambda call, scope: rows(call, inner(call, scope)) if when(call) else inner(call, scope)

    return deviation


def but(condition: str, *values: Any, when: When = always) -> Deviation:
    """A list leaves out the rows that do not meet *condition*."""
    return listing(lambda call, scope: (f"({scope[0]}) AND ({condition})", [*scope[1], *values]), when)


def and_also(condition: str, *values: Any, when: When = always) -> Deviation:
    """A list holds the rows that meet *condition* too."""
    return listing(lambda call, scope: (f"({scope[0]}) OR ({condition})", [*scope[1], *values]), when)


def everything(when: When = always) -> Deviation:
    """A list holds every row there is."""
    return listing(lambda call, scope: ("1", []), when)


def twice(position: int = -1) -> Deviation:
    """A list holds one of its rows twice, the last one where nothing else is said."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        for rows in reply.body.values():
            if rows:
                rows.append(rows[position])
        return reply

    return wrap(around)


def same_id_for_all() -> Deviation:
    """Every creation answers the id of the first one since the server started."""

    def deviation(rules: Rules, operation: Operation) -> None:
        first: list[int] = []

        def around(call: Call, inner: Handler) -> Reply:
            reply = inner(call)
            created = next(iter(reply.body.values()))
            first.append(created["id"])
            created["id"] = first[0]
            return reply

        wrap(around)(rules, operation)

    return deviation


def again(find: Callable[[Call], Any], shape: str) -> Deviation:
    """A creation answers the row that *find* knows, if there is one, and creates nothing."""

    def around(call: Call, inner: Handler) -> Reply:
        found = find(call)
        return inner(call) if found is None else call.object(shape, found)

    return wrap(around)


def dated(hours: int) -> Deviation:
    """A creation is dated so many hours ahead."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        key, created = next(iter(reply.body.items()))
        table = call.rules.tables[call.operation.resource]
        sql = f"UPDATE {table.name} SET created_at = created_at + ?, updated_at = updated_at + ? WHERE id = ?"
        call.store.execute(sql, (hours * 3_600_000, hours * 3_600_000, created["id"]))
        stored = call.store.one(f"SELECT created_at, updated_at FROM {table.name} WHERE id = ?", (created["id"],))
        dates = {name: call.write_time(stored[name]) for name in ("created_at", "updated_at")}
        return replace(reply, body={key: {**created, **dates}})

    return wrap(around)


def hides_only(named: Callable[[Call], int], *lists: str) -> Deviation:
    """The row whose id is *named* is taken out of *lists* and stays otherwise; what names an unknown row is refused."""

    def deviation(rules: Rules, operation: Operation) -> None:
        gone: set[int] = set()

        def around(call: Call, inner: Handler) -> Reply:
            gone.add(named(call))
            return call.reply({})

        def rows(call: Call, scope: Scope) -> Scope:
            return f"({scope[0]}) AND id NOT IN ({', '.join(map(str, gone)) or 0})", scope[1]

        wrap(around)(rules, operation)
        for name in lists:
            listing(rows)(rules, rules.operations[name])

    return deviation


def stale() -> Deviation:
    """What was answered once is answered ever after, to the same caller with the same parameters."""

    def deviation(rules: Rules, operation: Operation) -> None:
        kept: dict[str, Reply] = {}

        def around(call: Call, inner: Handler) -> Reply:
            key = repr((call.user["id"], sorted(call.path_ids.items()), sorted(call.params.items(), key=str)))
            if key not in kept:
                kept[key] = copy.deepcopy(inner(call))
            return copy.deepcopy(kept[key])

        wrap(around)(rules, operation)

    return deviation


def changes_once(kind: str) -> Deviation:
    """Only the first change of a row is carried out; later ones are answered with the row as it is."""

    def deviation(rules: Rules, operation: Operation) -> None:
        changed: set[int] = set()

        def around(call: Call, inner: Handler) -> Reply:
            row_id = int(call.found[kind]["id"])
            if row_id in changed:
                call.params = {}
            changed.add(row_id)
            return inner(call)

        wrap(around)(rules, operation)

    return deviation
