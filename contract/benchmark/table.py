"""Rows as a document and as a table: what ``make bench`` leaves and prints."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

import contract
from contract.benchmark import Row

FORMAT = "conformance-bench/2"


def document(rows: Sequence[Row], failed: Mapping[str, str], quick: bool) -> dict[str, Any]:
    """Return everything as plain data; *failed* says of groups that ended early, why."""
    return {
        "format": FORMAT,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "quick": quick,
        "suite_version": contract.__version__,
        "machine": {
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "system": platform.platform(),
            "load_average": [round(each, 2) for each in os.getloadavg()],
        },
        "rows": [row.as_dict() for row in rows],
        "failed": dict(failed),
    }


def table(rows: Sequence[Row]) -> Table:
    """Return the rows as a table that fits in 80 columns; what they are held against stands in the JSON."""
    made = Table("figure", "value", "ratio", "goal", "met", box=None, header_style="bold", pad_edge=False)
    for column in made.columns[1:4]:
        column.justify = "right"
        column.no_wrap = True
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            made.add_row(f"[bold]{group}[/bold]")
        made.add_row(f"  {row.name}", written(row), _ratio(row), row.goal, _met(row))
    return made


def markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a table of a Markdown page."""
    lines = ["| group | figure | value | ratio | goal | met |", "|---|---|---|---|---|---|"]
    for row in rows:
        ratio = f"{_ratio(row)} {row.against}".strip() if row.ratio is not None else ""
        cells = (row.group, row.name, written(row), ratio, row.goal, _met(row))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def summary(rows: Sequence[Row], failed: Mapping[str, str]) -> str:
    """Return in one line how many goals are met."""
    judged = [row.met for row in rows if row.met is not None]
    missing = sum(row.value is None for row in rows)
    parts = [f"{sum(judged)} of {len(judged)} goals met"]
    parts += [f"{missing} figures not measured"] if missing else []
    parts += [f"failed: {', '.join(failed)}"] if failed else []
    return "; ".join(parts)


def written(row: Row) -> str:
    """Return value and unit."""
    if row.value is None:
        return "not measured"
    value = f"{row.value:,.0f}" if abs(row.value) >= 1000 else f"{row.value:.3g}"
    return f"{value} {row.unit}".replace(",", "\u202f")


def _ratio(row: Row) -> str:
    return "" if row.ratio is None else f"{row.ratio:.2f}"


def _met(row: Row) -> str:
    return {True: "yes", False: "no", None: ""}[row.met]
