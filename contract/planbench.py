"""
Benchmark rows about plans and workers: ``python -m contract.planbench`` prints them as JSON.

    plan cold / ready     seconds until the plan of the standard profile is at hand: made, and read
    workers               the same part of the standard profile with one worker and with two, in alternating rounds

Times are medians over the rounds, with the lowest and the highest; seconds of the processor stand beside, for on a
machine that others use too only those can be compared.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from contract import operations, plans

ROUNDS = 3
UNKNOWN_SEED = 20_260
"""A seed whose plan is not shipped."""
AREAS = ("exams", "users", "student-sessions", "tool-providers", "lti-resources", "robustness")


def rows(rounds: int = ROUNDS, areas: tuple[str, ...] = AREAS) -> Iterator[dict[str, Any]]:
    """Yield the rows; everything is measured now, on this machine."""
    names = [*operations.table(), plans.SEQUENCES]
    with tempfile.TemporaryDirectory(prefix="conformance-bench-") as folder:
        cold, ready = [], []
        for number in range(rounds):
            os.environ[plans.CACHE_VARIABLE] = str(Path(folder) / str(number))
            cold.append(_measured(lambda: plans.Plans(UNKNOWN_SEED, "standard").prepare(names, 1)))
            ready.append(_measured(_read_all))
        yield _row("plan cold, one process", cold)
        yield _row("plan ready", ready)
        alone, together = [], []
        for _ in range(rounds):
            alone.append(_measured(lambda: _run(1, areas, Path(folder))))
            together.append(_measured(lambda: _run(2, areas, Path(folder))))
        yield _row("run, one worker", alone)
        yield _row("run, two workers", together)
        ratio = statistics.median(wall for wall, _ in alone) / statistics.median(wall for wall, _ in together)
        yield {"name": "two workers against one", "ratio": round(ratio, 2), "goal": 1.7}


def _read_all() -> None:
    ready = plans.Plans(UNKNOWN_SEED, "standard")
    for name in operations.table():
        ready.cases(name)
    ready.sequences()


def _run(workers: int, areas: tuple[str, ...], folder: Path) -> None:
    chosen = [word for area in areas for word in ("--area", area)]
    options = ["--seed", str(plans.SHIPPED_SEED), "--workers", str(workers), "--report-dir", str(folder / "report")]
    command = [sys.executable, "-m", "contract", "run", *chosen, *options]
    done = subprocess.run([*command, "--json"], stdout=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the run ended with {done.returncode}: nothing was measured")


def _measured(work: Callable[[], object]) -> tuple[float, float]:
    """Return how many seconds *work* took, and how many of the processor, its children included."""
    started, before = time.perf_counter(), _processor_s()
    work()
    return time.perf_counter() - started, _processor_s() - before


def _processor_s() -> float:
    used = (resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _row(name: str, measured: list[tuple[float, float]]) -> dict[str, Any]:
    walls, processor = zip(*measured, strict=True)
    return {
        "name": name,
        "seconds": round(statistics.median(walls), 3),
        "lowest": round(min(walls), 3),
        "highest": round(max(walls), 3),
        "processor_seconds": round(statistics.median(processor), 3),
        "rounds": len(measured),
    }


if __name__ == "__main__":
    print(json.dumps(list(rows(int(sys.argv[1]) if sys.argv[1:] else ROUNDS)), indent=2))
