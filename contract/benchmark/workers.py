"""The standard profile with one worker and with two."""

from __future__ import annotations

from collections.abc import Iterator

from contract.benchmark import Row, standard

GROUP = "workers"
GOAL = 1.7


def measure(quick: bool) -> Iterator[Row]:
    """Yield seconds by the clock; the ratio says how many times faster two workers are."""
    scope = standard.scope(quick)
    one, two = standard.run(1, 0, quick), standard.run(2, 0, quick)
    yield Row(GROUP, f"{scope}, one worker", round(one.cost.wall_s, 1), "s", one.note)
    yield Row(GROUP, f"{scope}, two workers", round(two.cost.wall_s, 1), "s", two.note, one.against(two),
              "times as fast as one", at_least=GOAL)  # fmt: skip
