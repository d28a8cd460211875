"""The geometry of the page's plots; the templates draw it as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from contract.reporting import latency
from contract.results import OperationResult

LABELS = 290.0
WIDTH = 900.0
ROW = 17.0
HEAD = 26.0
_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Bar:
    """One operation of the plot: the places of its percentiles, in the units of the drawing."""

    name: str
    y: float
    p50: float
    p90: float
    p99: float
    words: str


@dataclass(frozen=True)
class LatencyPlot:
    """Latencies by operation on a logarithmic scale, the slowest first."""

    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, str]]
    """Place and label."""
    height: float
    width: float = WIDTH
    labels: float = LABELS


def latencies(operations: Sequence[OperationResult]) -> LatencyPlot | None:
    """Return the plot of the operations that answered, None where none did."""
    measured = [(each, figures) for each in operations if (figures := latency.figures(each.latencies_ms))]
    if not measured:
        return None
    measured.sort(key=lambda pair: -pair[1]["p50"])
    low, high = _bounds([value for _, figures in measured for value in (figures["p50"], figures["p99"])])

    def x(value: float) -> float:
        share = (math.log(max(value, low)) - math.log(low)) / (math.log(high) - math.log(low))
        return round(LABELS + share * (WIDTH - LABELS - 20), 1)

    bars = [
        Bar(each.operation_id, HEAD + number * ROW, x(figures["p50"]), x(figures["p90"]), x(figures["p99"]),
            f"{each.operation_id}: median {figures['p50']:.1f} ms, 90 % below {figures['p90']:.1f} ms, "
            f"99 % below {figures['p99']:.1f} ms")
        for number, (each, figures) in enumerate(measured)
    ]  # fmt: skip
    ticks = [(x(value), f"{value:g}") for value in _ticks(low, high)]
    return LatencyPlot(bars, ticks, HEAD + len(bars) * ROW + 6)


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """Return round numbers around *values*, of which the smallest may be nought."""
    low = _round_down(max(min(values), 0.05))
    high = max(values) * 1.02
    return low, max(high, low * 2)


def _round_down(value: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(value))
    return max(step * power for step in _STEPS if step * power <= value)


def _ticks(low: float, high: float) -> list[float]:
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [step * 10.0**power for power in powers for step in _STEPS if low <= step * 10.0**power <= high]
