"""``conformance explain``: one requirement in full."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click

from contract.requirements import Requirement, load
from contract.testindex import docstring_of, tests_by_requirement

WIDTH = 80
MEANING = {
    "must": "the documentation says it; unmet, the target does not conform",
    "should": "it follows from the documentation or public clients rely on it; unmet, it is a warning",
    "open": "the documentation does not say; what the target does is recorded and never failed",
}


@click.command("explain", epilog="\b\nExample:\n  conformance explain SIGN-002")
@click.argument("requirement_id", metavar="ID")
def command(requirement_id: str) -> None:
    """Tell all about one requirement: what, why, source, how it is tested, what a failure means."""
    for line in _lines(load().get(requirement_id.upper())):
        click.echo(line)


def _lines(requirement: Requirement) -> Iterator[str]:
    yield f"{requirement.id}  {requirement.level}  {requirement.area}"
    yield ""
    yield from textwrap.wrap(requirement.statement, WIDTH)
    yield ""
    level = MEANING[requirement.level]
    if requirement.severity == "high":
        level = "it follows from the documentation and weighs heavily; unmet, the target does not conform"
    yield from _item("level", f"{requirement.level}: {level}" + (f". {requirement.why}" if requirement.why else ""))
    yield from _item("source", requirement.source)
    yield from _item("operations", _operations(requirement))
    yield from _item("evidence", _evidence(requirement))
    if requirement.needs:
        yield from _item("needs", ", ".join(requirement.needs))
    if requirement.short:
        yield from _item("name", requirement.short)
    yield from _tested(requirement)
    yield from _item("if it fails", requirement.hint or "see the exchange and its control in the report")
    yield from _item("run it", f"conformance run --requirement {requirement.id}")


def _tested(requirement: Requirement) -> Iterator[str]:
    tests = tests_by_requirement().get(requirement.id, [])
    if not tests:
        yield from _item("not tested", requirement.not_tested or "no test decides it")
    for test in tests:
        described = docstring_of(test)
        yield from _item("tested by", test + (f": {described}" if described else ""))


def _operations(requirement: Requirement) -> str:
    names = requirement.operations
    return ", ".join(names) if len(names) <= 12 else f"{len(names)} operations: {', '.join(names[:6])}, …"


def _evidence(requirement: Requirement) -> str:
    least = requirement.evidence
    return f"per operation at least {least.accepted} accepted and {least.refused} refused as required"


def _item(name: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"{name:12} ", subsequent_indent=" " * 13, break_on_hyphens=False)
