"""The standard profile with 0, 20 and 100 ms of latency."""

from __future__ import annotations

from collections.abc import Iterator

from contract.benchmark import Row, standard

GROUP = "latency"
WORKERS = "auto"
MILLISECONDS = (20, 100)
GOALS = {100: 2.0}


def measure(quick: bool) -> Iterator[Row]:
    """Yield seconds by the clock with as many workers as the suite takes for such a target."""
    scope = standard.scope(quick)
    without = standard.run(WORKERS, 0, quick)
    yield Row(GROUP, f"{scope}, 0 ms", round(without.cost.wall_s, 1), "s", without.note)
    for milliseconds in MILLISECONDS:
        delayed = standard.run(WORKERS, milliseconds, quick)
        yield Row(GROUP, f"{scope}, {milliseconds} ms", round(delayed.cost.wall_s, 1), "s", delayed.note,
                  delayed.against(without), "times as long as 0 ms", at_most=GOALS.get(milliseconds))  # fmt: skip
