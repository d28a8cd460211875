"""
Filter and sort of the index operations, compiled to SQL with every value bound.

``filter={"column": {"operator": "value"}}``, all conditions together; ``sort=[{"column": "asc"}, ...]`` in order of
precedence. Source: https://docs.proctorexam.com/v3/apidoc.html and .../exams/index_students.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contract.mock.answers import OpenAnswers
from contract.mock.clock import read_time
from contract.mock.errors import Refusal
from contract.mock.fields import Shape
from contract.mock.parameters import read_integer

Condition = tuple[str, list[Any]]

OPERATORS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
ORDERS = {"asc": "ASC", "desc": "DESC"}


class FilterGrammar:
    """Compiles decoded filter and sort values; one small method for each rule of the grammar."""

    def __init__(self, answers: OpenAnswers) -> None:
        self.answers = answers
        self.operators = dict(OPERATORS)
        self.orders = dict(ORDERS)

    # filter ------------------------------------------------------------------------------------------------------

    def conditions(self, shape: Shape, given: Any) -> list[Condition]:
        """SQL conditions, to be joined with AND. Raises: Refusal: not in the grammar."""
        if not isinstance(given, dict):
            raise self._bad("filter", "must be an object of columns")
        conditions = [
            self.condition(shape, column, operator, value) for column, operator, value in self._conjuncts(given)
        ]
        if len(conditions) > self.answers.maximum_conjuncts:
            raise self._bad("filter", "has too many conditions")
        return conditions

    def _conjuncts(self, given: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
        for column, comparisons in given.items():
            if not isinstance(comparisons, dict):
                raise self._bad("filter", "must be an object of operators for each column")
            for operator, value in comparisons.items():
                yield column, operator, value

    def condition(self, shape: Shape, column: str, operator: str, value: Any) -> Condition:
        expression = self.column(shape, column, "filter")
        if operator not in self.operators:
            raise self._bad("filter", f"does not know the operator {_quoted(operator)}")
        if value is None:
            return self._null_condition(expression, operator)
        return f"{expression} {self.operators[operator]} ?", [self.value(shape, column, value)]

    def _null_condition(self, expression: str, operator: str) -> Condition:
        if operator != "eq":
            raise self._bad("filter", "compares null with eq only")
        return f"{expression} IS NULL", []

    def column(self, shape: Shape, name: str, param: str) -> str:
        """The SQL of a column that callers may name: every single-valued field of the object."""
        field = shape.table.by_name[shape.fields[name]] if name in shape.fields else None
        if field is None or field.kind == "list":
            raise self._bad(param, f"does not know the column {_quoted(name)}")
        return shape.table.expression(field.name)

    def value(self, shape: Shape, column: str, value: Any) -> Any:
        """Read a compared value as the kind of its column. Raises: Refusal: of another kind."""
        kind = shape.table.by_name[shape.fields[column]].kind
        read = getattr(self, f"_read_{kind}")(value)
        if read is None:
            raise self._bad("filter", f"compares {_quoted(column)} with something that is no {kind}")
        return read

    def _read_integer(self, value: Any) -> int | None:
        return read_integer(value)

    def _read_string(self, value: Any) -> str | None:
        return value if isinstance(value, str) else None

    def _read_boolean(self, value: Any) -> int | None:
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return {"true": 1, "1": 1, "false": 0, "0": 0}.get(text)

    def _read_time(self, value: Any) -> int | None:
        return read_time(value, self.answers.naive_time_offset_minutes) if isinstance(value, str) else None

    # sort --------------------------------------------------------------------------------------------------------

    def order_by(self, shape: Shape, given: Any) -> list[str]:
        """SQL order terms, in order of precedence. Raises: Refusal: not in the grammar."""
        if not isinstance(given, list) or not all(isinstance(key, dict) for key in given):
            raise self._bad("sort", "must be a list of objects")
        keys = [pair for key in given for pair in key.items()]
        if len(keys) > self.answers.maximum_conjuncts:
            raise self._bad("sort", "has too many columns")
        return self.terms(shape, keys)

    def terms(self, shape: Shape, keys: list[tuple[str, Any]]) -> list[str]:
        return [self.term(shape, column, order) for column, order in keys]

    def term(self, shape: Shape, column: str, order: Any) -> str:
        expression = self.column(shape, column, "sort")
        if not isinstance(order, str) or order not in self.orders:
            raise self._bad("sort", "knows the orders asc and desc only")
        direction = self.orders[order]
        if shape.table.by_name[shape.fields[column]].required:
            return f"{expression} {direction}"
        return f"{expression} {direction} NULLS {self.nulls(direction)}"

    def nulls(self, direction: str) -> str:
        return "LAST" if (direction == "ASC") == self.answers.nulls_last else "FIRST"

    def _bad(self, param: str, rule: str) -> Refusal:
        return Refusal("invalid", param=param, rule=rule)


def _quoted(name: Any) -> str:
    text = str(name)
    return repr(text if len(text) <= 60 else text[:60] + "…")
