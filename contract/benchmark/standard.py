"""Runs of the standard profile against a mock of our own; each kind is made once, however many groups ask for it."""

from __future__ import annotations

import functools
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from contract import requirements
from contract.benchmark import processes
from contract.benchmark.processes import Cost, MemoryWatch
from contract.plans import SHIPPED_SEED
from contract.session import GENERATED, SEQUENCES

QUICK_AREAS = ("exams", "token", "users")
LONGEST_S = 300
"""A run that is not done by then is stopped; what it says then is how long it took at the least."""


@dataclass(frozen=True)
class StandardRun:
    """What one run took and held."""

    cost: Cost
    requests: int
    suite_mb: float
    mock_mb: float

    def against(self, other: StandardRun) -> float | None:
        """Return how many times as long as *other* it took; None where one of them was stopped."""
        if self.was_stopped or other.was_stopped:
            return None
        return round(self.cost.wall_s / other.cost.wall_s, 2)

    @property
    def note(self) -> str:
        """Return what is to be known beside the figure."""
        stopped = f"stopped after {LONGEST_S} s, it takes longer; " if self.was_stopped else ""
        return f"{stopped}{self.requests} requests, {self.cost.processor_s:.0f} s of the processor"

    @property
    def was_stopped(self) -> bool:
        """Tell whether the run had to end before it was done."""
        return self.cost.wall_s >= LONGEST_S


def run(workers: int | str, latency_ms: int, quick: bool, number: int = 1, explicit: bool = False) -> StandardRun:
    """
    Run the standard profile, or some areas of it, with a ready plan, against a target that can only be asked.

    Args:     workers: how many, or ``auto``: as many as the latency asks for. number: of a run that is
              made several times; each is made once. explicit: without what generated cases decide.
    Raises:   RuntimeError: it did not find the mock to conform, so something else was measured.
    """
    return _run(workers, latency_ms, quick, number, explicit)


@functools.cache
def _run(workers: int | str, latency_ms: int, quick: bool, number: int, explicit: bool) -> StandardRun:
    with (
        tempfile.TemporaryDirectory(prefix="conformance-bench-") as folder,
        processes.mock(*_latency(latency_ms), control=False) as mock,
    ):
        report = Path(folder) / "report"
        command = [sys.executable, "-m", "contract", "run", "--target", processes.TARGET, "--config", str(mock.config)]
        command += ["--workers", str(workers), "--seed", str(SHIPPED_SEED), "--report-dir", str(report)]
        command += ["--max-duration", str(LONGEST_S)]
        command += [word for area in QUICK_AREAS if quick for word in ("--area", area)]
        command += _only_explicit() if explicit else []
        environment = {**os.environ, "CONFORMANCE_STATE_DIR": folder}
        with MemoryWatch(frozenset({mock.process.pid})) as watch:
            cost = processes.cost(command, env=environment)
        said = json.loads((report / "report.json").read_text(encoding="utf-8"))
        return StandardRun(cost, said["summary"]["requests"], watch.peak_mb, mock.peak_memory_mb)


def _only_explicit() -> list[str]:
    explicit = [each.id for each in requirements.load() if each.id not in (*GENERATED, *SEQUENCES)]
    return [word for id in explicit for word in ("--requirement", id)]


def scope(quick: bool) -> str:
    """Return what a run is of, in a word."""
    return "three areas" if quick else "standard"


def _latency(milliseconds: int) -> list[str]:
    return ["--latency", str(milliseconds)] if milliseconds else []
