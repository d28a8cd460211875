"""``conformance run``: the suite against a target, and a report."""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from contract import announcement, preparation
from contract.cli import suite
from contract.cli.options import config_option, target_option
from contract.interruption import OF_THIS_PROCESS
from contract.pace import MOST_AT_ONCE
from contract.results import RunResult
from contract.session import Session
from contract.settings import KEEP, PROFILES, SEEDS, Settings, random_seed, shard_of_text

EPILOG = """
\b
Examples:
  conformance run
  conformance run --target staging --profile smoke
  conformance run --target staging --area signing --seed 7
  conformance run --target staging --profile smoke --dry-run
  conformance run --target staging --workers 4
  conformance run --target staging --last-failed
  conformance run --target staging --seed 7 --shard 1/4
  conformance run --target staging --budget-requests 3000 --max-duration 600
  conformance run --target staging --history /var/lib/conformance --keep 100

\b
Exit status:
  0  the target conforms            1  it does not: a must failed
  2  options or config are wrong    3  nothing certain could be concluded
"""


def _workers(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if value != "auto" and not (value.isdecimal() and 0 < int(value) <= MOST_AT_ONCE):
        raise click.BadParameter(f"give a number from 1 to {MOST_AT_ONCE}, or auto for what cores and distance ask for")
    return value


def _finite(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter("give a number of seconds above 0")
    return value


def _shard(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[int, int] | None:
    if value is None:
        return None
    try:
        shard = shard_of_text(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    if ctx.params.get("seed") is None:
        raise click.UsageError("--shard needs --seed: all parts must have the same plan")
    return shard


@click.command("run", epilog=EPILOG)
@target_option
@config_option
@click.option("--profile", type=click.Choice(PROFILES), default="standard", show_default=True,
              help="Seconds, a release gate, or a long search.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, SEEDS - 1), metavar="N", is_eager=True,
              help="Everything generated follows from it; seed 1 has its plan shipped.  [default: random]")  # fmt: skip
@click.option("--workers", default="auto", callback=_workers, metavar="N|auto", show_default=True,
              help="Processes; auto is one per core, and more for a distant target.")  # fmt: skip
@click.option(
    "--requirement",
    "requirements",
    multiple=True,
    metavar="ID",
    help="Only these; repeatable, globs allowed; with --area they add up.",
)
@click.option(
    "--area",
    "areas",
    multiple=True,
    metavar="AREA",
    help="Only these areas; repeatable, globs allowed; with --requirement they add up.",
)
@click.option(
    "--operation", "operations", multiple=True, metavar="ID", help="Only requirements of this operation; repeatable."
)
@click.option("--read-only", is_flag=True, help="Send nothing that changes state: GET only.")
@click.option("--dry-run", is_flag=True,
              help="Print what would be sent and created; send nothing to the target.")  # fmt: skip
@click.option("--strict", is_flag=True,
              help="An unmet 'should', or a known deviation that no longer fails, fails the run too.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on standard output, nothing else.")
@click.option("--i-know-this-is-production", "production_allowed", is_flag=True,
              help="Allow writing to a target marked production.")  # fmt: skip
@click.option(
    "--fault", "faults", multiple=True, metavar="ID", help="Start the mock with this seeded fault; repeatable."
)
@click.option("--shard", callback=_shard, metavar="K/N",
              help="The K-th of N parts of the plan; 'conformance merge' joins the reports.")  # fmt: skip
@click.option("--last-failed", is_flag=True, help="Only what failed or was inconclusive in this target's last run.")
@click.option("--max-failures", type=click.IntRange(1), metavar="N", help="Begin no test after N have failed.")
@click.option("--max-duration", "max_duration_s", type=click.FloatRange(0, min_open=True), callback=_finite,
              metavar="S", help="Begin no test after S seconds.")  # fmt: skip
@click.option("--budget-requests", type=click.IntRange(1), metavar="N",
              help="Send about N requests at the most, those of most value.")  # fmt: skip
@click.option("--report-dir", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Where the report folder goes.  [default: <UTC time>-<target> in the history]")  # fmt: skip
@click.option("--history", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Compare with the earlier runs there, and add this one.  [default: reports/runs]")  # fmt: skip
@click.option("--keep", type=click.IntRange(min=1), default=KEEP, show_default=True, metavar="N",
              help="Runs of each target that stay in the history.")  # fmt: skip
def command(
    target: str, config_file: Path | None, seed: int | None, as_json: bool, dry_run: bool, **options: Any
) -> int:
    """Run the suite against a target and write a report folder."""
    chosen: dict[str, Any] = {"seed": random_seed(options["profile"]) if seed is None else seed}
    settings = Settings(target=target, config=config_file, **chosen, **options)
    OF_THIS_PROCESS.listen()
    if dry_run:
        return _rehearse(settings, as_json)
    prepared = preparation.prepare(settings)
    try:
        _plan(prepared, as_json)
        return _run(prepared, as_json)
    finally:
        prepared.close()
        for note in prepared.notes:
            click.echo(f"conformance: {note}", err=True)


def show(outcome: RunResult, folder: Path, as_json: bool) -> None:
    """Print the end of a run: a summary for people, or as JSON."""
    from contract.reporting import summary, terminal

    if as_json:
        document = summary.document(outcome)
        chosen = {name: document[name] for name in ("format", "run", "target", "verdict", "summary")}
        left = [str(leak) for leak in outcome.leaks]
        click.echo(json.dumps({**chosen, "report": str(folder), "left_behind": left}, indent=2))
        return
    for line in terminal.lines(outcome, folder):
        click.echo(line)


def _plan(prepared: Session, quiet: bool) -> None:
    missing = prepared.plans.missing(prepared.planned_names())
    if missing and not quiet:
        click.echo(announcement.making(missing, prepared))
    prepared.plan_ahead()


def _rehearse(settings: Settings, as_json: bool) -> int:
    from contract import progress, rehearsal

    with tempfile.TemporaryDirectory(prefix="conformance-plan-") as folder:
        wanted, prepared = rehearsal.prepare(settings, Path(folder))
        try:
            prepared.plan_ahead()
            suite.run(prepared, progress.Quiet())
        finally:
            prepared.close()
    if prepared.outcome is None or prepared.interrupted:
        click.echo("conformance: the rehearsal ended before the plan was whole", err=True)
        return 3
    plan = rehearsal.plan(wanted, prepared.outcome)
    if as_json:
        click.echo(json.dumps(plan.document(), indent=2))
    else:
        for line in rehearsal.lines(plan, settings):
            click.echo(line)
    return 0


def _run(prepared: Session, as_json: bool) -> int:
    # pytest is imported only now: bad options and credentials are told at once.
    from contract import progress
    from contract.reporting import github

    for note in prepared.tidied:
        click.echo(note, err=True)
    display = progress.Quiet() if as_json else progress.display(prepared)
    suite.run(prepared, display)
    outcome = prepared.outcome
    if outcome is None:
        click.echo("conformance: the run ended before anything was judged", err=True)
        return 3
    github.write_summary(outcome, prepared.folder, os.environ)
    for line in github.notices(outcome, os.environ):
        # The runner reads both streams; standard output is for JSON only where that was asked for.
        click.echo(line, err=True)
    show(outcome, prepared.folder, as_json)
    if not as_json:
        for problem in dict.fromkeys(prepared.problems):
            click.echo(f"error in the suite: {problem}", err=True)
    sys.stdout.flush()
    return outcome.verdict.exit_code
