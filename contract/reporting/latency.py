"""What an operation's latencies say in a few figures."""

from __future__ import annotations

import math
from collections.abc import Sequence

PERCENTILES = (50, 90, 99)


def figures(latencies_ms: Sequence[float]) -> dict[str, float] | None:
    """
    Return the percentiles of *latencies_ms* by the nearest-rank rule: every figure is one that was measured.

    Returns:  ``{"p50": …, "p90": …, "p99": …, "max": …}`` in ms, or None where nothing was measured.
    """
    if not latencies_ms:
        return None
    ordered = sorted(latencies_ms)
    found = {f"p{percent}": ordered[math.ceil(percent / 100 * len(ordered)) - 1] for percent in PERCENTILES}
    return {name: round(value, 3) for name, value in {**found, "max": ordered[-1]}.items()}
