"""``conformance merge``: one report of the parts of a sharded run."""

from __future__ import annotations

from pathlib import Path

import click

from contract import reporting, session, shards
from contract.archive import Archive
from contract.cli.run import show
from contract.settings import Settings

EPILOG = """
\b
Examples:
  conformance run --target staging --seed 7 --shard 1/2 --report-dir part-1
  conformance run --target staging --seed 7 --shard 2/2 --report-dir part-2
  conformance merge part-1 part-2 --report-dir report

\b
The verdicts and the exit status are those of one run without --shard.
"""


@click.command("merge", epilog=EPILOG)
@click.argument("folders", nargs=-1, required=True, metavar="DIR...", type=click.Path(file_okay=False, path_type=Path))
@click.option("--report-dir", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Where the report goes.  [default: reports/runs/<UTC time>-<target>]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON on standard output, nothing else.")
def command(folders: tuple[Path, ...], report_dir: Path | None, as_json: bool) -> int:
    """Make one report of the report folders of all parts of a sharded run."""
    if report_dir and report_dir.resolve() in [folder.resolve() for folder in folders]:
        raise click.BadParameter(f"{report_dir} is one of the parts; give another", param_hint="--report-dir")
    parts = [shards.read(folder) for folder in folders]
    shards.check(parts)
    settings = Settings(target=parts[0].head.target, report_dir=report_dir)
    folder, archive = settings.new_report_folder(), Archive.of(settings)
    folder.mkdir(parents=True, exist_ok=True)
    outcome = shards.merged(parts)
    outcome.past = archive.past(outcome, folder)
    reporting.write(outcome, folder)
    shards.copy_pages(parts, folder)
    if report_dir is None:
        for note in session.point_latest_at(folder):
            click.echo(f"conformance: {note}", err=True)
    show(outcome, folder, as_json)
    for note in archive.add(folder):
        click.echo(f"conformance: {note}", err=True)
    for problem in dict.fromkeys(problem for part in parts for problem in part.head.problems):
        click.echo(f"error in the suite: {problem}", err=True)
    return outcome.verdict.exit_code
