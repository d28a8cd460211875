"""
Fields, tables and shapes: the kinds of data that the tables of ``tables`` are written with.

A ``Field`` is a column; a ``Table`` makes its own SQL; a ``Shape`` is what an object looks like in an answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

_SQL_TYPES = {"integer": "INTEGER", "string": "TEXT", "boolean": "INTEGER", "time": "INTEGER", "list": "TEXT"}

Value = Any  # what a JSON answer holds


@dataclass(frozen=True)
class Field:
    """
    One column.

    Args:
        kind: integer, string, boolean, time (milliseconds since the epoch) or list (JSON text).
        default: what a new row gets. required: never null.
        sql: an expression for a value that is computed, not stored.
    """

    name: str
    kind: str = "string"
    default: Any = None
    required: bool = False
    sql: str | None = None

    @property
    def definition(self) -> str:
        return f'"{self.name}" {_SQL_TYPES[self.kind]}' + (" NOT NULL" if self.required else "")


@dataclass(frozen=True)
class Table:
    """A table with an ``id`` that is never used twice, ``created_at`` and ``updated_at``."""

    name: str
    fields: tuple[Field, ...]
    indexes: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()

    @cached_property
    def stored(self) -> tuple[Field, ...]:
        return tuple(column for column in self.fields if column.sql is None and column.name != "id")

    @cached_property
    def selected(self) -> list[str]:
        """The columns of ``select_sql``, in order."""
        return ["id", *(column.name for column in self.stored), *(c.name for c in self.fields if c.sql)]

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {column.name: column for column in self.fields}

    @cached_property
    def create_sql(self) -> list[str]:
        columns = ", ".join(["id INTEGER PRIMARY KEY AUTOINCREMENT", *(column.definition for column in self.stored)])
        statements = [f"CREATE TABLE IF NOT EXISTS {self.name} ({columns})"]
        for prefix, group in (("", self.indexes), ("UNIQUE ", self.unique)):
            for number, columns in enumerate(group):
                name = f"{self.name}_{prefix.strip().lower() or 'index'}_{number}"
                statements.append(f"CREATE {prefix}INDEX IF NOT EXISTS {name} ON {self.name} ({columns})")
        return statements

    @cached_property
    def insert_sql(self) -> str:
        names = ", ".join(f'"{column.name}"' for column in self.stored)
        return f"INSERT INTO {self.name} ({names}) VALUES ({', '.join('?' for _ in self.stored)})"

    @cached_property
    def select_sql(self) -> str:
        computed = "".join(f", ({column.sql}) AS {column.name}" for column in self.fields if column.sql)
        return f"SELECT {self.name}.*{computed} FROM {self.name}"

    def new_row(self, values: Mapping[str, Any]) -> list[Any]:
        return [values.get(column.name, column.default) for column in self.stored]

    def expression(self, name: str) -> str:
        """The SQL of column *name*, which is one of ours and never a caller's text."""
        column = self.by_name[name]
        return f"({column.sql})" if column.sql else f'{self.name}."{name}"'


Convert = Callable[[Any], Value]


@dataclass
class Shape:
    """
    An object of an answer.

    Args:
        key: its envelope key. plural: that of a list.
        fields: name in the answer -> column; the order is that of the answer.
        convert: name -> function from the stored value (never null), where the kind's own does not fit.
    """

    key: str
    plural: str
    table: Table
    fields: dict[str, str]
    convert: dict[str, Convert] = field(default_factory=dict)

    def render(self, row: Sequence[Any], write_time: Callable[[int], str]) -> dict[str, Value]:
        """Write one row, which must come from the table's own ``select_sql``."""
        values = dict(zip(self.fields, self._pick(row), strict=True))
        for name, convert in self._conversions:
            if values[name] is not None:
                values[name] = convert(values[name])
        for name in self._times:
            if values[name] is not None:
                values[name] = write_time(values[name])
        return values

    # The following are worked out at the first use: rendering by name would cost more than everything else.

    @cached_property
    def _pick(self) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
        return itemgetter(*(self.table.selected.index(column) for column in self.fields.values()))

    @cached_property
    def _times(self) -> list[str]:
        return [name for name in self.fields if self._kind(name) == "time" and name not in self.convert]

    @cached_property
    def _conversions(self) -> list[tuple[str, Convert]]:
        by_kind: dict[str, Convert] = {"boolean": bool, "list": json.loads}
        found = {name: self.convert.get(name) or by_kind.get(self._kind(name)) for name in self.fields}
        return [(name, convert) for name, convert in found.items() if convert]

    def _kind(self, name: str) -> str:
        return self.table.by_name[self.fields[name]].kind


def shape(key: str, plural: str, table: Table, names: str, **convert: Convert) -> Shape:
    """A shape whose fields are the columns of the same *names*, separated by blanks."""
    return Shape(key, plural, table, {name: name for name in names.split()}, dict(convert))
