"""How much of the grammar of filter and sort a run has tried: operator by type by number of conditions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from contract.filters import FieldType, Operator
from contract.results import RequirementResult

MOST = 3
"""Conditions of a filter, and columns of a sort, that the generated expressions have at most."""


@dataclass(frozen=True)
class Grammar:
    """What was held against the oracle on one list."""

    label: str
    filters: Mapping[tuple[str, str, int], int]
    """(operator, type, number of conditions) -> times tried."""
    sorts: Mapping[int, int]
    """Number of columns -> times tried."""

    def tried(self, operator: str, type: str, conditions: int) -> int:
        """Return how often a comparison stood in a filter of so many conditions."""
        return self.filters.get((operator, type, conditions), 0)

    @property
    def total(self) -> int:
        """Return how many comparisons were tried."""
        return sum(self.filters.values())

    @property
    def combinations(self) -> int:
        """Return how many combinations of operator, type and number of conditions were tried."""
        return len(self.filters)


OPERATORS = tuple(each.value for each in Operator)
TYPES = tuple(each.value for each in FieldType)


def of(requirements: Iterable[RequirementResult]) -> list[Grammar]:
    """Return what the requirements that observe coverage have observed, one entry a list, the widest first."""
    found = [
        _grammar(label, rows)
        for requirement in requirements
        for label, rows in requirement.observed.items()
        if _is_coverage(rows)
    ]
    return sorted(found, key=lambda each: -each.combinations)


def _is_coverage(rows: Any) -> bool:
    return isinstance(rows, list) and bool(rows) and all(isinstance(row, dict) and "tried" in row for row in rows)


def _grammar(label: str, rows: list[dict[str, Any]]) -> Grammar:
    filters: Counter[tuple[str, str, int]] = Counter()
    sorts: Counter[int] = Counter()
    for row in rows:
        if "sort_columns" in row:
            sorts[row["sort_columns"]] += row["tried"]
        else:
            filters[row["operator"], row["type"], row["conditions"]] += row["tried"]
    return Grammar(label, dict(filters), dict(sorts))
