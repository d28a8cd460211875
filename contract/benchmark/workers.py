"""One worker against two, near and far; the explicit tests alone."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence

from contract.benchmark import Row, machine, standard
from contract.benchmark.standard import StandardRun

GROUP = "workers"
GOAL = 1.7
ROUNDS = {0: 5, 5: 3}
"""By latency in milliseconds. Without one the mock takes its share of the processors that the workers have; where
workers wait, there is room for all of them, as with a target on another machine."""
EXPLICIT_ROUNDS = 3
LONGEST_EXPLICIT_S = 20


def measure(quick: bool) -> Iterator[Row]:
    """Yield seconds by the clock, medians of rounds by turns; the ratio is the median of those of the rounds."""
    scope = standard.scope(quick)
    for latency_ms, rounds in ROUNDS.items():
        gains, turns = [], []
        for number in range(1, 2 if quick else rounds + 1):
            turns.append((standard.run(1, latency_ms, quick, number), standard.run(2, latency_ms, quick, number)))
            gains.append(machine.gain())
        ones, twos = zip(*turns, strict=True)
        was_stopped = any(each.was_stopped for turn in turns for each in turn)
        # Each round by itself: a machine that others use is seldom as fast in the next one.
        faster = statistics.median(one.cost.wall_s / two.cost.wall_s for one, two in turns)
        what = f"{scope}, {latency_ms} ms away" if latency_ms else scope
        yield Row(GROUP, f"{what}, one worker", _median_s(ones), "s", _note(ones))
        yield Row(GROUP, f"{what}, two workers", _median_s(twos), "s", _note(twos),
                  None if was_stopped else round(faster, 2), "times as fast as one", at_least=GOAL)  # fmt: skip
        yield Row(GROUP, f"{what}, two busy processes that share nothing", round(statistics.median(gains), 2),
                  "times as much as one", f"in the same rounds, {min(gains):.2f} to {max(gains):.2f}")  # fmt: skip
    numbers = range(1, 2 if quick else EXPLICIT_ROUNDS + 1)
    explicit = [standard.run(2, 0, quick, number, explicit=True) for number in numbers]
    yield Row(GROUP, f"{scope}, explicit tests alone, two workers", _median_s(explicit), "s", _note(explicit),
              at_most=LONGEST_EXPLICIT_S)  # fmt: skip


def _median_s(runs: Sequence[StandardRun]) -> float:
    return round(statistics.median(each.cost.wall_s for each in runs), 1)


def _note(runs: Sequence[StandardRun]) -> str:
    seconds = [each.cost.wall_s for each in runs]
    return f"median of {len(runs)} rounds, {min(seconds):.1f} to {max(seconds):.1f}; {runs[0].note}"
