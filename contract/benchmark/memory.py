"""Memory of suite and mock in a run of the standard profile."""

from __future__ import annotations

from collections.abc import Iterator

from contract.benchmark import Row, standard

GROUP = "memory"


def measure(quick: bool) -> Iterator[Row]:
    """Yield megabytes: of the suite over all its processes, what they share counted once; of the mock."""
    scope = standard.scope(quick)
    run = standard.run(2, 0, quick)
    yield Row(
        GROUP, f"suite, {scope}, two workers", round(run.suite_mb), "MB", "all processes, looked at every two seconds"
    )
    yield Row(GROUP, f"mock, {scope}", round(run.mock_mb), "MB", "one process")
