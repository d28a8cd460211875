"""``python -m contract.benchmark``: measures, writes ``reports/bench.json`` and prints a table."""

from __future__ import annotations

import importlib
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console

from contract.benchmark import GROUPS, CannotMeasure, Row
from contract.benchmark.table import document, markdown, summary, table, written

FAILED = 1


def _first_line(group: str) -> str:
    """Return the first line of a group's docstring, without importing what it needs."""
    source = (Path(__file__).parent / f"{group}.py").read_text(encoding="utf-8")
    return source.split('"""')[1].strip().splitlines()[0]


_LISTED = "\n".join(f"  {group:<12}{_first_line(group)}" for group in GROUPS)
EPILOG = f"""
\b
Groups:
{_LISTED}

\b
Examples:
  make bench
  make bench ARGS="--quick"
  make bench ARGS="--only cases --only mock"

Exit status: 0 when everything was measured, whether goals are met or not; 1 when
a group failed. What is not installed (wrk, npm, a browser) is "not measured".
"""


@click.command(epilog=EPILOG, context_settings={"max_content_width": 80})
@click.option("--only", "groups", multiple=True, type=click.Choice(GROUPS), help="Only this group; repeatable.")
@click.option("--quick", is_flag=True, help="Fewer rounds and smaller sizes: a short look, no figures to quote.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), default=Path("reports/bench.json"),
              show_default=True, help="Where the figures go.")  # fmt: skip
@click.option("--markdown", "page", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the table for a page of docs too.")  # fmt: skip
def main(groups: tuple[str, ...], quick: bool, output: Path, page: Path | None) -> None:
    """Measure the suite and its mock against others, all in one run."""
    # What was started ends with us, also where a CI job is told to stop.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    rows: list[Row] = []
    failed: dict[str, str] = {}
    output.parent.mkdir(parents=True, exist_ok=True)
    for row in measured(groups or GROUPS, quick, failed):
        rows.append(row)
        click.echo(f"{row.group}: {row.name}: {written(row)}{f' ({row.note})' if row.note else ''}", err=True)
        # After every row: who interrupts a run of twenty minutes keeps what was measured.
        _write(output, page, rows, failed, quick)
    _write(output, page, rows, failed, quick)
    console = Console(width=80, highlight=False)
    console.print(table(rows))
    _say_what_is_missing(console, rows, failed)
    console.print(f"\n{summary(rows, failed)}\nfigures  {output}", markup=False)
    sys.exit(FAILED if failed else 0)


def _write(output: Path, page: Path | None, rows: list[Row], failed: dict[str, str], quick: bool) -> None:
    output.write_text(json.dumps(document(rows, failed, quick), indent=1) + "\n", encoding="utf-8")
    if page:
        page.write_text(markdown(rows), encoding="utf-8")


def measured(groups: tuple[str, ...], quick: bool, failed: dict[str, str]) -> Iterator[Row]:
    """Yield the rows of *groups*; one that fails does not take the others down and is entered in *failed*."""
    for group in groups:
        started = time.monotonic()
        click.echo(f"{group} …", err=True)
        try:
            yield from importlib.import_module(f"contract.benchmark.{group}").measure(quick)
        except CannotMeasure as reason:
            yield Row(group, "all figures", None, "", str(reason))
        except Exception as error:
            failed[group] = f"{type(error).__name__}: {error}"
            click.echo(f"{group} failed: {failed[group]}", err=True)
        click.echo(f"{group}: {time.monotonic() - started:.0f} s", err=True)


def _say_what_is_missing(console: Console, rows: list[Row], failed: dict[str, str]) -> None:
    for row in rows:
        if row.value is None:
            console.print(f"not measured: {row.group}, {row.name}: {row.note}", markup=False)
    for group, reason in failed.items():
        console.print(f"failed: {group}: {reason}", markup=False)


if __name__ == "__main__":
    main()
