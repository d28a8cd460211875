"""``conformance diff``: what broke, what was mended, what the target now answers differently."""

from __future__ import annotations

import json
from pathlib import Path

import click

from contract.errors import ConfigurationError
from contract.history.comparison import compare
from contract.history.report import read

EPILOG = """
\b
Worse is a requirement that was judged, was not broken and is (known
deviations excepted), that was met and could not be judged, or that was met
and was no longer tested in the same profile and selection. What fails and
was not judged before, changed answers, latencies and requirements that only
the newer catalogue has are shown and are not worse. Of runs whose scope
differs (profile, selection, read-only, part, interrupted) only what both
judged is compared.

\b
An operation moved when its median did by more than 4 times the noise, a
factor of 1.25 and 2 ms. Noise is the standard error of both medians together
with how far all operations scatter around the shift that they have in common.

\b
Examples:
  conformance diff reports/runs/20261121T031500Z-staging reports/latest
  conformance diff old/report.json new/report.json --json
  conformance diff old new --html changes.html

\b
Exit status: 0 none worse, 1 something worse, 2 a report cannot be read.
"""


@click.command("diff", epilog=EPILOG)
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The comparison as JSON on standard output, nothing else.")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a page as well.")  # fmt: skip
def command(old: Path, new: Path, as_json: bool, page: Path | None) -> int:
    """Compare two runs: report folders, or their report.json."""
    from contract.reporting import changes, diff_page

    found = compare(read(old), read(new))
    if page:
        try:
            diff_page.write(found, page)
        except OSError as error:
            raise ConfigurationError(f"cannot write {page}: {error.strerror}") from None
    if as_json:
        click.echo(json.dumps(changes.data(found), indent=2))
    else:
        for line in changes.lines(found):
            click.echo(line)
    return 1 if found.worse else 0
