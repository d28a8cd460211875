"""``conformance explain``: one requirement in full."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click

from contract.explanation import Explanation, explain
from contract.requirements import load

WIDTH = 80
MOST_FAULTS = 5
MOST_OPERATIONS = 12


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
    yield from _item("operations", _operations(requirement.operations))
    shown = 0
    for name, text in explanation.items():
        shown += name == "fault"
        if name != "fault" or shown <= MOST_FAULTS:
            yield from _item(name, text)
        elif shown == len(explanation.faults):
            yield from _item("", f"and {shown - MOST_FAULTS} more faults: conformance faults")


def _operations(names: tuple[str, ...]) -> str:
    if len(names) <= MOST_OPERATIONS:
        return ", ".join(names)
    return f"{len(names)} operations: {', '.join(names[: MOST_OPERATIONS // 2])}, …"


def _item(name: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{name:12} ", subsequent_indent=" " * 13, break_on_hyphens=False)
