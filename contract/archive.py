"""The history that a run belongs to: what it says about the run, and the run's place in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from contract.history import folder as folders
from contract.history import past
from contract.history.comparison import compare
from contract.history.folder import Run, Scan
from contract.history.past import Past
from contract.history.report import NotAReport, Report, read_head
from contract.reporting import runs_page, summary
from contract.results import RunResult
from contract.settings import REPORTS, RUNS, Settings

PLOTTED = 30
"""Runs of the target that a page shows."""


@dataclass(frozen=True)
class Archive:
    """A folder of report folders, and the page that lists them."""

    folder: Path
    page: Path
    keep: int
    adds: bool = True
    """Whether the run is to lie in it; one whose report was sent elsewhere is only compared."""

    @classmethod
    def of(cls, settings: Settings) -> Archive:
        """Return the archive that the options name."""
        if settings.history:
            return cls(settings.history, settings.history / runs_page.FILE, settings.keep)
        return cls(RUNS, REPORTS / runs_page.FILE, settings.keep, adds=settings.report_dir is None)

    def past(self, result: RunResult, report_folder: Path) -> Past:
        """Return what earlier runs say about *result*, whose report will lie in *report_folder*."""
        run = summary.as_report(result)
        earlier = self._earlier(run, report_folder)
        reports = _once(earlier)
        before = past.previous(run, reports())
        heads = [each.head for each in reversed(earlier[: PLOTTED - 1])]
        return Past(
            comparison=compare(before, run) if before else None,
            previous_page=_link(before, earlier, report_folder) if before else None,
            since=past.since(run, reports()),
            runs=(*heads, run),
        )

    def add(self, report_folder: Path) -> list[str]:
        """
        Put the finished report among the others, drop old ones, and write the page that lists them.

        Returns:  what could not be done, in words: the run has its verdict and its report all the same.
        """
        if not self.adds:
            return []
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if report_folder.resolve().parent != self.folder.resolve():
                _copy(report_folder, self.folder)
            found = folders.scan(self.folder)
            if folders.prune(found, self.keep):
                found = folders.scan(self.folder)
            runs_page.write(found, self.page)
        except OSError as error:
            return [f"the run was not added to the history {self.folder}: {error.strerror or error}"]
        return []

    def _earlier(self, run: Report, report_folder: Path) -> list[Run]:
        own = report_folder.resolve()
        found = [each for each in folders.scan(self.folder).of(run.target.name) if each.folder.resolve() != own]
        # The report that this one will replace, where a folder is named, is of an earlier run too.
        found += [each for each in _replaced(report_folder).of(run.target.name) if each.head.run.id != run.run.id]
        found = [each for each in found if each.head.run.started_at <= run.run.started_at]
        return sorted(found, key=lambda each: each.head.run.started_at, reverse=True)


def _replaced(report_folder: Path) -> Scan:
    try:
        return Scan((Run(report_folder, read_head(report_folder)),))
    except NotAReport:
        return Scan()


def _once(runs: list[Run]) -> Callable[[], Iterator[Report]]:
    """Return what goes through the reports of *runs*; each is read when it is reached, and once."""

    @cache
    def read(number: int) -> Report | None:
        try:
            return runs[number].report()
        except NotAReport:
            return None

    return lambda: (report for number in range(len(runs)) if (report := read(number)))


def _link(before: Report, earlier: list[Run], report_folder: Path) -> str | None:
    place = next((each.folder for each in earlier if each.head.run.id == before.run.id), None)
    if place is None or place.resolve().parent != report_folder.resolve().parent or place == report_folder:
        return None
    return Path(os.path.relpath(place / "index.html", report_folder)).as_posix()


def _copy(report_folder: Path, history: Path) -> None:
    """Copy a report that was sent elsewhere; it is listed only once it is whole."""
    head = read_head(report_folder)
    name = f"{head.run.started_at:%Y%m%dT%H%M%SZ}-{head.target.name}"
    number = 1
    while (history / name).exists():
        number += 1
        name = f"{head.run.started_at:%Y%m%dT%H%M%SZ}-{head.target.name}-{number}"
    unfinished = history / f".{name}"
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(report_folder, unfinished, ignore=shutil.ignore_patterns(".*"))
    unfinished.rename(history / name)
