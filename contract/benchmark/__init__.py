"""
What ``make bench`` measures: each module named in `GROUPS` yields rows, all measured in the same run.

A further group is a module here with ``measure() -> Iterator[Row]`` and its name in `GROUPS`.
"""

from __future__ import annotations

from dataclasses import dataclass

GROUPS = ("report_page",)


@dataclass(frozen=True)
class Row:
    """One figure; `value` is None where it could not be measured, and then `note` says why."""

    group: str
    name: str
    value: float | None
    unit: str
    note: str = ""
