"""One worker against two: the mock beside them, and a way off."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from contract.benchmark import Row, standard
from contract.benchmark.standard import StandardRun

GROUP = "workers"
GOAL = 1.7
ROUNDS = {0: 3, 5: 1}
"""By latency in milliseconds. Without one the mock takes its share of the processors that the workers have; where
workers wait, there is room for all of them, as with a target on another machine."""


def measure(quick: bool) -> Iterator[Row]:
    """Yield seconds by the clock, medians of rounds by turns; the ratio says how many times faster two workers are."""
    scope = standard.scope(quick)
    for latency_ms, rounds in ROUNDS.items():
        turns = [
            (standard.run(1, latency_ms, quick, number), standard.run(2, latency_ms, quick, number))
            for number in range(1, 2 if quick else rounds + 1)
        ]
        ones, twos = zip(*turns, strict=True)
        one_s, two_s = _median_s(ones), _median_s(twos)
        was_stopped = any(each.was_stopped for turn in turns for each in turn)
        what = f"{scope}, {latency_ms} ms away" if latency_ms else scope
        yield Row(GROUP, f"{what}, one worker", round(one_s, 1), "s", _note(ones))
        yield Row(GROUP, f"{what}, two workers", round(two_s, 1), "s", _note(twos),
                  None if was_stopped else round(one_s / two_s, 2), "times as fast as one", at_least=GOAL)  # fmt: skip


def _median_s(runs: tuple[StandardRun, ...]) -> float:
    return statistics.median(each.cost.wall_s for each in runs)


def _note(runs: tuple[StandardRun, ...]) -> str:
    seconds = [each.cost.wall_s for each in runs]
    return f"median of {len(runs)} rounds by turns, {min(seconds):.1f} to {max(seconds):.1f}; {runs[0].note}"
