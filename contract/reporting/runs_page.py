"""``reports/index.html``: the list of the runs, by target and build."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from contract.history.folder import Run, Scan, write_whole
from contract.history.report import Head
from contract.reporting import page, text
from contract.reporting.verdict_plot import Plot, plot

FILE = "index.html"
PLOTTED = 30
_FILES = ("report.json", "junit.xml", "exchanges.har", "pytest.html")


@dataclass(frozen=True)
class Row:
    """One run and its files, the links relative to the page."""

    head: Head
    link: str | None
    files: tuple[tuple[str, str], ...]
    compare: str | None
    """The command that compares it with the run before it."""


@dataclass(frozen=True)
class Section:
    """The runs of one target: by build, newest first."""

    target: str
    base_url: str
    count: int
    builds: tuple[tuple[str | None, tuple[Row, ...]], ...]
    plot: Plot | None


def write(found: Scan, path: Path) -> None:
    """Write the page; links lead from where it lies to the reports."""
    write_whole(path, text.encodable(html(found, path.parent)).encode())


def html(found: Scan, folder: Path) -> str:
    """Return the page as it is to lie in *folder*."""
    return page.render("runs.html.j2", sections=[_section(runs, folder) for runs in found.targets.values()],
                       left_out=found.left_out)  # fmt: skip


def _section(runs: list[Run], folder: Path) -> Section:
    latest = runs[0].head
    return Section(
        target=latest.target.name,
        base_url=latest.target.base_url,
        count=len(runs),
        builds=tuple(_by_build(runs, folder)),
        plot=plot([run.head for run in reversed(runs[:PLOTTED])]),
    )


def _by_build(runs: list[Run], folder: Path) -> Iterator[tuple[str | None, tuple[Row, ...]]]:
    builds: dict[str | None, list[Row]] = {}
    for number, run in enumerate(runs):
        before = runs[number + 1] if number + 1 < len(runs) else None
        builds.setdefault(run.head.target.version, []).append(_row(run, before, folder))
    yield from ((build, tuple(rows)) for build, rows in builds.items())


def _row(run: Run, before: Run | None, folder: Path) -> Row:
    files = tuple((name, _link(run.folder / name, folder)) for name in _FILES if (run.folder / name).is_file())
    whole = run.folder / "index.html"
    return Row(
        head=run.head,
        link=_link(whole, folder) if whole.is_file() else None,
        files=files,
        compare=f"conformance diff {_named(before)} {_named(run)}" if before else None,
    )


def _link(path: Path, folder: Path) -> str:
    return quote(Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix())


def _named(run: Run) -> str:
    return shlex.quote(run.folder.as_posix())
