"""``conformance explain``: one requirement in full."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click

from contract.cli import columns
from contract.explanation import FAULT, Explanation, explain
from contract.requirements import load

WIDTH, INDENT = 80, 13
FEW = 5
"""More operations than these are counted too."""


@click.command("explain", epilog="\b\nExample:\n  conformance explain SIGN-002")
@click.argument("requirement_id", metavar="ID")
def command(requirement_id: str) -> None:
    """Tell all about one requirement: what, why, source, test, fault, what a failure means."""
    for line in _lines(explain(load().get(requirement_id.upper()))):
        click.echo(line)


def _lines(explanation: Explanation) -> Iterator[str]:
    requirement = explanation.requirement
    yield f"{requirement.id}  {requirement.level}  {requirement.area}"
    yield ""
    yield from textwrap.wrap(requirement.statement, WIDTH)
    yield ""
    # The lists that can be long come last.
    items = [item for item in explanation.items() if item[0] != FAULT]
    items += [("operations", _operations(requirement.operations))]
    items += [item for item in explanation.items() if item[0] == FAULT]
    for name, text in items:
        yield from columns.lines(f"{name:{INDENT - 1}} {text}", INDENT, WIDTH)


def _operations(names: tuple[str, ...]) -> str:
    counted = f"{len(names)}: " if len(names) > FEW else ""
    return counted + ", ".join(names)
