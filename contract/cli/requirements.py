"""``conformance requirements``: the register as a list, a table of totals, or JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from contract.cli import columns
from contract.requirements import AREAS, LEVELS, Requirement, load
from contract.testindex import tests_by_requirement

INDENT = 13
EPILOG = """
\b
Examples:
  conformance requirements --area signing
  conformance requirements 'NONCE-*' --json
  conformance requirements --summary
"""


@click.command("requirements", epilog=EPILOG)
@click.argument("patterns", nargs=-1, metavar="[ID]...")
@click.option("--area", "areas", multiple=True, metavar="AREA", help="Only these areas; repeatable, globs allowed.")
@click.option("--level", type=click.Choice(LEVELS), help="Only this level.")
@click.option("--summary", is_flag=True, help="Totals by area and level instead of the list.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with sources and tests.")
def command(patterns: tuple[str, ...], areas: tuple[str, ...], level: str | None, summary: bool, as_json: bool) -> None:
    """List the catalogue: id, level, statement, source, tests."""
    chosen = [each for each in _chosen(patterns, areas) if level in (None, each.level)]
    tests = tests_by_requirement()
    if as_json:
        click.echo(json.dumps([{**asdict(each), "tests": tests.get(each.id, [])} for each in chosen], indent=2))
    elif summary:
        _print_summary(chosen, tests)
    else:
        _print_list(chosen, tests)


def _chosen(patterns: tuple[str, ...], areas: tuple[str, ...]) -> list[Requirement]:
    register = load()
    if not patterns and not areas:
        return list(register)
    wanted = {each.id for pattern in patterns for each in register.matching(pattern)}
    wanted |= {each.id for pattern in areas for each in register.in_area(pattern)}
    return [each for each in register if each.id in wanted]


def _print_list(chosen: list[Requirement], tests: dict[str, list[str]]) -> None:
    for each in chosen:
        columns.echo(f"{each.id:12} {each.level:7} {each.statement}", INDENT + 8)
        columns.echo(f"{'':{INDENT}}source: {each.source}", INDENT + 2)
        tested = ", ".join(tests.get(each.id, [])) or f"not tested: {each.not_tested}"
        columns.echo(f"{'':{INDENT}}{'tests: ' if each.id in tests else ''}{tested}", INDENT + 2)


def _print_summary(chosen: list[Requirement], tests: dict[str, list[str]]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("area", *LEVELS, "total", "tested", "not tested"):
        table.add_column(name, justify="left" if name == "area" else "right")
    for area in AREAS:
        if here := [each for each in chosen if each.area == area]:
            table.add_row(area, *_totals(here, tests))
    table.add_row("all", *_totals(chosen, tests), style="bold")
    Console(highlight=False).print(table)


def _totals(chosen: list[Requirement], tests: dict[str, list[str]]) -> list[str]:
    levels = Counter(each.level for each in chosen)
    tested = sum(each.id in tests for each in chosen)
    return [*(str(levels[level]) for level in LEVELS), str(len(chosen)), str(tested), str(len(chosen) - tested)]
