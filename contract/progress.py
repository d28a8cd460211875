"""What a run shows while it goes: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from types import TracebackType
from typing import Any, Self

import pytest
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from contract import announcement
from contract.results import Verdict
from contract.session import Session

SECONDS_BETWEEN_LINES = 10.0


class Quiet:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class _Counting(Quiet):
    """Counts what pytest reports."""

    def __init__(self, run: Session) -> None:
        self.run = run
        self.verdicts: Counter[str] = Counter()
        self.requests = 0
        self.done = 0
        self.total = 0
        self.area = ""
        self.announced = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn how many tests there are."""
        self.total = len(session.items)
        if not self.announced and (words := announcement.of(self.run)):
            self.announced = True
            self.announce(words)

    def announce(self, words: str) -> None:
        """Say before the first request what is going to happen."""

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Count the cases of one test."""
        if (written := getattr(report, "conformance", None)) is None:
            return
        cases = json.loads(written)
        self.done += 1
        self.requests += max((len(case["exchanges"]) for case in cases), default=0)
        for case in cases:
            self.verdicts[str(case["verdict"])] += 1
        self.area = report.nodeid.split("::")[0].rpartition("test_")[2].removesuffix(".py").replace("_", " ")
        self.show()

    def counted(self) -> str:
        """Return the verdicts so far in words."""
        return (
            "  ".join(f"{self.verdicts[each]} {each}" for each in Verdict if self.verdicts[each])
            or "nothing judged yet"
        )

    def show(self) -> None:
        """Tell the state of the run."""


class Lines(_Counting):
    """A line at the start and then every ten seconds."""

    def __enter__(self) -> Self:
        self._last = self._started = time.monotonic()
        settings, target = self.run.settings, self.run.target
        print(f"{target.name} {target.base_url}  profile {settings.profile}  seed {settings.seed}", flush=True)
        return self

    def announce(self, words: str) -> None:
        """Print it."""
        print(words, flush=True)

    def show(self) -> None:
        """Print a line when the last one is old enough."""
        now = time.monotonic()
        if now - self._last >= SECONDS_BETWEEN_LINES:
            self._last = now
            left = (now - self._started) / max(self.done, 1) * (self.total - self.done)
            print(
                f"{self.done}/{self.total} {self.area}: {self.counted()}; {self.requests} requests; {left:.0f} s left",
                flush=True,
            )


class Live(_Counting):
    """A bar with area, requests, verdicts and time left, drawn over itself."""

    def __enter__(self) -> Self:
        settings, target = self.run.settings, self.run.target
        self.console = Console(highlight=False)
        self.console.print(f"{target.name} {target.base_url}  profile {settings.profile}  seed {settings.seed}")
        self.progress = Progress(
            BarColumn(16),
            TextColumn("{task.completed}/{task.total}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.description}", markup=False),
            console=self.console,
            transient=True,
        )
        self.task = self.progress.add_task("collecting", total=None)
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def announce(self, words: str) -> None:
        """Print it above the bar."""
        self.progress.console.print(words)

    def show(self) -> None:
        """Redraw."""
        self.progress.update(
            self.task,
            total=self.total or None,
            completed=self.done,
            description=f"{self.area}  {self.requests} sent  {self.counted()}",
        )


def display(run: Session) -> Quiet:
    """Return what fits where standard output goes."""
    return Live(run) if sys.stdout.isatty() else Lines(run)
