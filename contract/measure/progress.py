"""What a measurement shows while it goes: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from contract.measure.figures import Judgement
from contract.measure.jobs import USUAL_S, Job
from contract.measure.outcome import Outcome

SECONDS_BETWEEN_LINES = 15.0
SECONDS_BETWEEN_REDRAWS = 0.25


class Lines:
    """A line for every job that did not end as it should, and the state every quarter of a minute."""

    def __init__(self, jobs: Sequence[Job], workers: int) -> None:
        self.waiting = Counter(job.step for job in jobs)
        self.total = len(jobs)
        self.workers = workers
        self.done = 0
        self.good: Counter[str] = Counter()
        self.judged: Counter[str] = Counter()
        self._durations: dict[str, list[float]] = defaultdict(list)
        self._shown = self._last_end = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def ended(self, job: Job, outcome: Outcome, judgement: Judgement, cached: bool = False) -> None:
        """Count one job."""
        self.done += 1
        self._last_end = time.monotonic()
        self.waiting[job.step] -= 1
        self.judged[job.step] += 1
        self.good[job.step] += judgement.good
        if not cached:
            self._durations[job.step].append(outcome.duration_s)
            if not judgement.good and job.step != "stock":
                self.say(f"{job.step} {job.subject}: {judgement.reason[:300]}")

    def tick(self) -> None:
        """Show the state, if it was not shown a moment ago."""
        if time.monotonic() - self._shown >= SECONDS_BETWEEN_LINES:
            self._shown = time.monotonic()
            self.say(f"{self.done}/{self.total}  {self.counted()}  {self.left()} left")

    def say(self, text: str) -> None:
        """Print one line."""
        print(text, flush=True)

    def counted(self) -> str:
        """Return the figures so far."""
        return "  ".join(f"{step} {self.good[step]}/{judged}" for step, judged in self.judged.items())

    def left(self) -> str:
        """Return the time that the rest will take, by what jobs of its step took so far."""
        whole = sum(count * self._usual_s(step) for step, count in self.waiting.items()) / self.workers
        seconds = max(whole - (time.monotonic() - self._last_end), 0)
        return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"

    def _usual_s(self, step: str) -> float:
        taken = self._durations[step]
        return sum(taken) / len(taken) if taken else USUAL_S[step]


class Live(Lines):
    """The state as a bar that is drawn over itself, without a thread: children are forked meanwhile."""

    def __enter__(self) -> Self:
        self._progress = Progress(
            BarColumn(20),
            TextColumn("{task.completed}/{task.total}"),
            TextColumn("{task.description}", markup=False),
            console=Console(highlight=False),
            auto_refresh=False,
            transient=True,
        )
        self._task = self._progress.add_task("", total=self.total)
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def tick(self) -> None:
        """Redraw."""
        if time.monotonic() - self._shown >= SECONDS_BETWEEN_REDRAWS:
            self._shown = time.monotonic()
            self._progress.update(self._task, completed=self.done, description=f"{self.counted()}  {self.left()} left")
            self._progress.refresh()

    def say(self, text: str) -> None:
        """Print one line above the bar."""
        self._progress.console.print(text, markup=False)


def display(jobs: Sequence[Job], workers: int) -> Lines:
    """Return what fits where standard output goes."""
    return Live(jobs, workers) if sys.stdout.isatty() else Lines(jobs, workers)
