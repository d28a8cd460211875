"""``python -m contract.benchmark``: measures, writes ``reports/bench.json`` and prints a table."""

from __future__ import annotations

import importlib
import json
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

import contract
from contract.benchmark import GROUPS, Row

EPILOG = """
\b
Examples:
  make bench
  make bench ARGS="report_page"
"""


@click.command(epilog=EPILOG)
@click.argument("groups", nargs=-1, type=click.Choice(GROUPS))
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=Path("reports/bench.json"),
              show_default=True, help="Where the figures go.")  # fmt: skip
def main(groups: tuple[str, ...], output: Path) -> None:
    """Measure the GROUPS named, or all."""
    console = Console(width=80)
    rows = []
    for row in _measured(groups or GROUPS):
        rows.append(row)
        console.print(f"{row.group} {row.name}: {_written(row)}", highlight=False, markup=False)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(_document(rows), indent=1) + "\n", encoding="utf-8")
    console.print(_table(rows))
    console.print(f"figures  {output}", highlight=False)


def _measured(groups: tuple[str, ...]) -> Iterator[Row]:
    for group in groups:
        yield from importlib.import_module(f"contract.benchmark.{group}").measure()


def _document(rows: list[Row]) -> dict[str, Any]:
    return {
        "format": "conformance-bench/1",
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "suite_version": contract.__version__,
        "machine": {"python": platform.python_version(), "cores": os.cpu_count(), "system": platform.platform()},
        "rows": [asdict(row) for row in rows],
    }


def _table(rows: list[Row]) -> Table:
    table = Table("Group", "Figure", "Value", "Note", box=None, header_style="bold")
    table.columns[2].justify = "right"
    for row in rows:
        table.add_row(row.group, row.name, _written(row), row.note)
    return table


def _written(row: Row) -> str:
    return "not measured" if row.value is None else f"{row.value:,.4g} {row.unit}".replace(",", "\u202f")


if __name__ == "__main__":
    main()
