"""Seconds until a plan is at hand: made, and read."""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from contract import operations, plans
from contract.benchmark import Row
from contract.benchmark.processes import Cost

GROUP = "plan"
ROUNDS = 2
UNKNOWN_SEED = 20_260
"""A seed whose plan is not shipped."""


def measure(quick: bool) -> Iterator[Row]:
    """Yield seconds of the processor; everything is made in one process, into an empty cache."""
    names = [*operations.table(), plans.SEQUENCES]
    cold, ready = [], []
    for _ in range(1 if quick else ROUNDS):
        with (
            tempfile.TemporaryDirectory(prefix="conformance-bench-") as folder,
            mock.patch.dict(os.environ, {plans.CACHE_VARIABLE: str(Path(folder))}),
        ):
            cold.append(_cost(lambda: plans.Plans(UNKNOWN_SEED, "standard").prepare(names, 1)))
            ready.append(_cost(_read_all))
    yield _row("made", cold)
    yield _row("read", ready)


def _read_all() -> None:
    ready = plans.Plans(UNKNOWN_SEED, "standard")
    for name in operations.table():
        ready.cases(name)
    ready.sequences()


def _cost(work: Callable[[], object]) -> Cost:
    started, before = time.perf_counter(), _processor_s()
    work()
    return Cost(time.perf_counter() - started, _processor_s() - before)


def _processor_s() -> float:
    used = (resource.getrusage(each) for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def _row(name: str, measured: list[Cost]) -> Row:
    processor = statistics.median(each.processor_s for each in measured)
    wall = statistics.median(each.wall_s for each in measured)
    return Row(GROUP, f"standard profile, {name}", round(processor, 3), "s of a core", f"{wall:.2f} s by the clock")
