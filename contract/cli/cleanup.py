"""``conformance cleanup``: removes what runs left on a target that did not end by themselves."""

from __future__ import annotations

import re
from pathlib import Path

import click

from contract import cleanup, preflight
from contract.cleanup import Cleaner
from contract.cli.options import config_option
from contract.config import read_target
from contract.errors import ConfigurationError
from contract.journal import Left, prefix_of
from contract.results import Leak
from contract.state import State
from contract.target import Target

LEFT = 3
EPILOG = """
\b
Examples:
  conformance cleanup --target staging
  conformance cleanup --target staging --run 5f0c2a1b   # of another machine

\b
Exit status:
  0  nothing of the runs is left      2  options or config are wrong
  3  something is left; each is listed with its id
"""


def _run_id(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not re.fullmatch(r"[0-9a-f]{8}", value):
            raise click.BadParameter("a run's id is eight hex digits: what follows ct- in the names that it created")
    return values


@click.command("cleanup", epilog=EPILOG)
@click.option("--target", required=True, metavar="NAME", help="A target of the config file.")
@config_option
@click.option("--run", "runs", multiple=True, callback=_run_id, metavar="ID",
              help="Remove what bears this run's prefix, without its journal; repeatable.")  # fmt: skip
def command(target: str, config_file: Path | None, runs: tuple[str, ...]) -> int:
    """Remove what an interrupted run left behind on the target."""
    if target == "mock":
        raise ConfigurationError("the embedded mock ends with its run, and what is on it too; name another --target")
    found = read_target(target, config_file)
    state = State(found)
    state.lock("a cleanup")
    try:
        return _clean(found, state, runs)
    finally:
        state.unlock()


def _clean(target: Target, state: State, runs: tuple[str, ...]) -> int:
    preflight.check(target)
    removed, leaks = cleanup.clean_up(target, state)
    for run_id in runs:
        cleaner = Cleaner(preflight.sender_for(target))
        leaks += cleaner.clean(Left(run_id, prefix_of(run_id), (), ()))
        removed += cleaner.removed
    click.echo(f"removed {removed} {'resource' if removed == 1 else 'resources'} from {target.name}")
    for leak in leaks:
        click.echo(f"left behind: {leak}")
    _tell_of_others(target, leaks, runs)
    return LEFT if leaks else 0


def _tell_of_others(target: Target, leaks: list[Leak], runs: tuple[str, ...]) -> None:
    """Name the runs of other machines whose resources the lists show: they may still be going on."""
    known = {prefix_of(run_id) for run_id in (*runs, *(leak.run_id for leak in leaks))}
    for prefix, count in Cleaner(preflight.sender_for(target)).prefixes().items():
        if prefix not in known:
            run_id = prefix.removeprefix(prefix_of(""))
            click.echo(
                f"{count} with the prefix {prefix}, of a run that has no journal on this machine; if it has ended:"
            )
            click.echo(f"  conformance cleanup --target {target.name} --run {run_id}")
