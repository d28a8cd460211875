"""``conformance run``: the suite against a target, and a report."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from contract import requirements, session
from contract.cli import suite
from contract.cli.options import config_option, target_option
from contract.errors import ConfigurationError
from contract.session import Session
from contract.settings import KEEP, PROFILES, Settings

EPILOG = """
\b
Examples:
  conformance run
  conformance run --target staging --profile smoke
  conformance run --target staging --area signing --seed 7
  conformance run --target staging --profile smoke --dry-run
  conformance run --target staging --history /var/lib/conformance --keep 100

\b
Exit status:
  0  the target conforms            1  it does not: a must failed
  2  options or config are wrong    3  nothing certain could be concluded
"""


def _workers(ctx: click.Context, param: click.Parameter, value: str) -> str:
    if value != "auto" and not (value.isdecimal() and 0 < int(value) <= 32):
        raise click.BadParameter("give a number from 1 to 32, or auto for one per core")
    return value


@click.command("run", epilog=EPILOG)
@target_option
@config_option
@click.option("--profile", type=click.Choice(PROFILES), default="standard", show_default=True,
              help="Seconds, a release gate, or a long search.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), metavar="N",
              help="Everything generated follows from it.  [default: a random one, printed]")  # fmt: skip
@click.option("--workers", default="auto", callback=_workers, metavar="N|auto", show_default=True,
              help="Processes; auto is one per core.")  # fmt: skip
@click.option(
    "--requirement", "requirements", multiple=True, metavar="ID", help="Only these; repeatable, globs allowed."
)
@click.option("--area", "areas", multiple=True, metavar="AREA", help="Only these areas; repeatable, globs allowed.")
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
    chosen: dict[str, Any] = {} if seed is None else {"seed": seed}
    settings = Settings(target=target, config=config_file, **chosen, **options)
    _check_report_folder(settings.report_dir)
    session.heed_termination()
    if dry_run:
        return _rehearse(settings, as_json)
    prepared = session.prepare(settings)
    try:
        return _run(prepared, as_json)
    finally:
        prepared.close()
        for note in prepared.notes:
            click.echo(f"conformance: {note}", err=True)


def _check_report_folder(folder: Path | None) -> None:
    if folder and folder.exists() and any(folder.iterdir()) and not (folder / "report.json").exists():
        raise ConfigurationError(f"{folder} is not empty and holds no report; choose a new folder for --report-dir")


def _rehearse(settings: Settings, as_json: bool) -> int:
    from contract import progress, rehearsal

    settings.selected(requirements.load())
    with tempfile.TemporaryDirectory(prefix="conformance-plan-") as folder:
        wanted, prepared = rehearsal.prepare(settings, Path(folder))
        try:
            suite.run(prepared, progress.Quiet(), suite.worker_count(prepared.settings.workers))
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
    from contract import progress, pytest_plugin
    from contract.reporting import github, summary, terminal

    for note in prepared.tidied:
        click.echo(note, err=True)
    display = progress.Quiet() if as_json else progress.display(prepared)
    suite.run(prepared, display, suite.worker_count(prepared.settings.workers))
    outcome = prepared.outcome
    if outcome is None:
        click.echo("conformance: the run ended before anything was judged", err=True)
        return 3
    github.write_summary(outcome, prepared.folder, os.environ)
    for line in github.notices(outcome, os.environ):
        # The runner reads both streams; standard output is for JSON only where that was asked for.
        click.echo(line, err=True)
    if as_json:
        document = summary.document(outcome)
        chosen = {name: document[name] for name in ("format", "run", "target", "verdict", "summary")}
        click.echo(json.dumps({**chosen, "report": str(prepared.folder), "left_behind": prepared.leaks}, indent=2))
    else:
        for line in terminal.lines(outcome, prepared.folder):
            click.echo(line)
        for problem in dict.fromkeys(prepared.problems):
            click.echo(f"error in the suite: {problem}", err=True)
        for line in pytest_plugin.left_behind(prepared):
            click.echo(line)
    sys.stdout.flush()
    return outcome.verdict.exit_code
