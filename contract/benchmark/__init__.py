"""
What ``make bench`` measures: each module named in `GROUPS` yields rows, all measured in the same run.

A further group is a module here with ``measure(quick: bool) -> Iterator[Row]`` and its name in `GROUPS`; the first line
of its docstring is what ``--help`` says of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

GROUPS = ("cases", "plan", "workers", "latency", "memory", "mock", "rows", "report_page")


@dataclass(frozen=True)
class Row:
    """One figure; `value` is None where it could not be measured, and then `note` says why."""

    group: str
    name: str
    value: float | None
    unit: str
    note: str = ""
    ratio: float | None = None
    """The figure against its other side."""
    against: str = ""
    """The other side: the name of its row, where it has one."""
    at_least: float | None = None
    at_most: float | None = None
    """The goal: of the ratio where there is one, else of the value."""

    @property
    def goal(self) -> str:
        """Return the goal in a few characters, nothing where there is none."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is met; None where there is none, or nothing was measured."""
        judged = self.ratio if self.against else self.value
        if judged is None or not self.goal:
            return None
        return judged >= self.at_least if self.at_least is not None else judged <= (self.at_most or 0)

    def as_dict(self) -> dict[str, Any]:
        """Return the row as it stands in ``bench.json``."""
        return asdict(self) | {"met": self.met}


class CannotMeasure(Exception):
    """Something that a group needs is not on this machine; the argument says what, and how to get it."""
