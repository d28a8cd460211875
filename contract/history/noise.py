"""
Which operations answer slower or faster than before, beyond what two runs of one target differ by anyway.

Three kinds of noise are taken off before a change counts:

1. of the median: the standard error of a median of n answers is 1.2533 sd / √n, with sd from the distance of the 90th
   percentile to the median; that of both runs together;
2. of the whole: machine and network are faster or slower for all operations alike; the median of all ratios is taken
   for it, said as such, and taken off each;
3. between runs: how much the ratios of the operations scatter around that median (median absolute deviation). Where
   fewer than `ENOUGH_OPERATIONS` can be compared, 2 and 3 cannot be told from a change: no common shift is taken
   off then, and the scatter is taken to be `ASSUMED_SCATTER`.

What is left must exceed `SIGMAS` times that noise, be a factor of `LEAST_FACTOR` and `LEAST_MS`.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass

from contract.history.report import Answered, Latency

LEAST_ANSWERS = 10
ENOUGH_OPERATIONS = 8
ASSUMED_SCATTER = 0.25
SIGMAS = 4.0
LEAST_FACTOR = 1.25
LEAST_MS = 2.0
METHOD = (
    f"moved: the median, by more than {SIGMAS:.0f} times the noise, a factor of {LEAST_FACTOR} and {LEAST_MS:.0f} ms; "
    "noise: the standard errors of both medians and how far the operations scatter around their common shift"
)
_OF_A_MEDIAN = 1.2533
_P90_IN_SIGMAS = 1.2816
_MAD_IN_SIGMAS = 1.4826
_SMALLEST_MS = 0.001


@dataclass(frozen=True)
class Move:
    """An operation whose median moved; ms, and the factor beyond the common shift."""

    operation: str
    before_ms: float
    after_ms: float
    factor: float

    @property
    def slower(self) -> bool:
        """Tell whether it moved the wrong way."""
        return self.factor > 1


@dataclass(frozen=True)
class Moves:
    """Every operation that moved, the farthest first; by which factor all moved alike; how many could be compared."""

    operations: tuple[Move, ...] = ()
    shift: float = 1.0
    compared: int = 0

    @property
    def shifted(self) -> bool:
        """Tell whether all operations together moved enough to be said."""
        return max(self.shift, 1 / self.shift) >= LEAST_FACTOR


def moves(old: Mapping[str, Answered], new: Mapping[str, Answered]) -> Moves:
    """Return which operations moved between two runs, given by operation id."""
    pairs = {name: pair for name in old if name in new and (pair := _pair(old[name], new[name]))}
    ratios = {name: math.log(after.middle / before.middle) for name, (before, after) in pairs.items()}
    shift, scatter = _common(list(ratios.values()))
    found = []
    for name, (before, after) in pairs.items():
        beyond = ratios[name] - shift
        noise = math.sqrt(before.error**2 + after.error**2 + scatter**2)
        # What is left of the difference in ms once the common shift is taken off.
        left_ms = abs(after.middle - before.middle * math.exp(shift))
        if abs(beyond) > max(SIGMAS * noise, math.log(LEAST_FACTOR)) and left_ms >= LEAST_MS:
            found.append(Move(name, before.middle, after.middle, math.exp(beyond)))
    found.sort(key=lambda move: -abs(math.log(move.factor)))
    return Moves(tuple(found), math.exp(shift), len(pairs))


@dataclass(frozen=True)
class _Median:
    middle: float
    error: float
    """Standard error as a part of the median."""


def _pair(before: Answered, after: Answered) -> tuple[_Median, _Median] | None:
    if before.latency_ms is None or after.latency_ms is None or min(before.requests, after.requests) < LEAST_ANSWERS:
        return None
    return _median(before.latency_ms, before.requests), _median(after.latency_ms, after.requests)


def _median(latency: Latency, answers: int) -> _Median:
    middle = max(latency.p50, _SMALLEST_MS)
    sigma = max(latency.p90 - latency.p50, 0.0) / _P90_IN_SIGMAS
    return _Median(middle, _OF_A_MEDIAN * sigma / math.sqrt(answers) / middle)


def _common(ratios: list[float]) -> tuple[float, float]:
    if len(ratios) < ENOUGH_OPERATIONS:
        return 0.0, ASSUMED_SCATTER
    shift = statistics.median(ratios)
    return shift, _MAD_IN_SIGMAS * statistics.median(abs(ratio - shift) for ratio in ratios)
