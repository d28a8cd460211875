"""What tests cost, in requests and seconds against the mock: measured once, shipped, used to spread, cut and announce.

``python -m contract.costs REPORT SECONDS`` takes the figures from the ``report.json`` of a run with one worker, and
scales the times so that all tests together take SECONDS: those of an idle machine, or of its processor alone.
"""

from __future__ import annotations

import functools
import gzip
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract import data

FILE = data.PACKAGE / "ready" / "costs.json.gz"


@dataclass(frozen=True)
class Cost:
    """What one test sends, and how long it takes where nothing is far away."""

    requests: float
    seconds: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.requests + other.requests, self.seconds + other.seconds)

    def times(self, factor: float) -> Cost:
        """Return so many times as much."""
        return Cost(self.requests * factor, self.seconds * factor)


OF_A_TEST = Cost(5, 0.03)
OF_A_CASE = Cost(1.2, 0.008)
"""Of what was not measured: a test, and each generated case of one."""


@functools.cache
def table() -> dict[str, Cost]:
    """Return the measured cost by the test's name; empty where none was shipped."""
    if not FILE.exists():
        return {}
    written = json.loads(gzip.decompress(FILE.read_bytes()))
    return {name: Cost(*figures) for name, figures in written["tests"].items()}


def of(name: str, cases: int | None = None) -> Cost:
    """Return what a test costs; *cases* is how many generated ones it sends, for plans that were not measured."""
    if cases is not None:
        return OF_A_TEST + OF_A_CASE.times(cases)
    return table().get(name, OF_A_TEST)


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum."""
    return sum(costs, Cost(0, 0))


def of_report(report: dict[str, Any]) -> dict[str, list[float]]:
    """Return requests and seconds by test as a report has them."""
    sent: dict[str, set[str]] = {}
    seconds: dict[str, float] = {}
    for case in report["cases"]:
        sent.setdefault(case["test"], set()).update(case["exchanges"])
        seconds[case["test"]] = max(seconds.get(case["test"], 0.0), case["duration_s"])
    return {name: [len(sent[name]), round(seconds[name], 3)] for name in sorted(sent)}


def _scaled(tests: dict[str, list[float]], seconds: float) -> dict[str, list[float]]:
    factor = seconds / sum(each[1] for each in tests.values())
    return {name: [sent, round(took * factor, 4)] for name, (sent, took) in tests.items()}


if __name__ == "__main__":
    tests = _scaled(of_report(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), float(sys.argv[2]))
    text = json.dumps({"tests": tests}, separators=(",", ":"))
    FILE.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{FILE}: {len(tests)} tests")
