"""What tests cost, in requests and seconds against the mock: measured once, shipped, used to spread, cut and announce.

``python -m contract.costs REPORT READ_ONLY SECONDS`` takes the figures from the ``report.json`` of two runs with one
worker, the second of them read-only, and scales the times so that all tests of the first together take SECONDS: those
of an idle machine, or of its processor alone.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
import sys
from collections import Counter
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


NOTHING = Cost(0, 0.0)
OF_A_TEST = Cost(5, 0.03)
OF_A_CASE = Cost(1.2, 0.008)
"""Of what was not measured: a test, and each generated case of one."""


@functools.cache
def _shipped() -> dict[str, Any]:
    """Return what was measured; nothing where none was shipped."""
    written = json.loads(gzip.decompress(FILE.read_bytes())) if FILE.exists() else {}
    return {name: written.get(name, {}) for name in ("tests", "read_only", "shared", "uses")}


@functools.cache
def table(read_only: bool = False) -> dict[str, Cost]:
    """Return the measured cost by the test's name, without what tests share; empty where none was shipped."""
    return {name: Cost(*figures) for name, figures in _shipped()["read_only" if read_only else "tests"].items()}


def of(name: str, cases: int | None = None, read_only: bool = False) -> Cost:
    """
    Return what a test costs, without what it shares with others.

    Args:     cases: how many generated ones it sends, for plans that were not measured. read_only: most tests send
              nothing then; those are the ones that did not when it was measured.
    """
    if read_only and cases is not None:
        return OF_A_CASE.times(cases) if _operation_in(name) in _sent_generated() else NOTHING
    if cases is not None:
        return OF_A_TEST + OF_A_CASE.times(cases)
    return table(read_only).get(name, NOTHING if read_only else OF_A_TEST)


@functools.cache
def _sent_generated() -> frozenset[str]:
    """Return the tests, but for the number of the slice, that send generated cases in a read-only run."""
    return frozenset(_operation_in(name) for name in table(read_only=True))


def _operation_in(name: str) -> str:
    """Return a test's name without what tells slices of one operation apart."""
    return re.sub(r"-\d+of\d+\]$|\]$", "", name)


def of_shared(names: Iterable[str], workers: int) -> Cost:
    """Return what it costs to make and to remove what tests share: each worker has its own of what its tests use."""
    users = Counter(key for name in names for key in _shipped()["uses"].get(name, ()))
    return total(
        Cost(_shipped()["shared"][key], 0.0).times(workers * (1 - (1 - 1 / workers) ** count))
        for key, count in users.items()
    )


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum."""
    return sum(costs, Cost(0, 0))


def of_report(report: dict[str, Any]) -> dict[str, list[float]]:
    """Return requests and seconds by test as a report has them, without the requests for what tests share."""
    sent: dict[str, set[str]] = {}
    seconds: dict[str, float] = {}
    for case in report["cases"]:
        sent.setdefault(case["test"], set()).update(case["exchanges"])
        seconds[case["test"]] = max(seconds.get(case["test"], 0.0), case["duration_s"])
    shared = {name: sum(requests for requests, _ in used.values()) for name, used in _uses(report).items()}
    return {name: [len(sent[name]) - shared.get(name, 0), round(seconds[name], 3)] for name in sorted(sent)}


def shared_of_report(report: dict[str, Any]) -> dict[str, int]:
    """Return what it takes to make each thing that tests share, and to remove what was created for it."""
    found: dict[str, int] = {}
    for used in _uses(report).values():
        for key, (requests, created) in used.items():
            found[key] = max(found.get(key, 0), requests + created)
    return dict(sorted(found.items()))


def _uses(report: dict[str, Any]) -> dict[str, dict[str, list[int]]]:
    """Return what each test used of what tests share."""
    found: dict[str, dict[str, list[int]]] = {}
    for case in report["cases"]:
        for key, counted in case.get("shared", {}).items():
            used = found.setdefault(case["test"], {})
            used[key] = max(used.get(key, counted), counted)
    return found


def figures(report: dict[str, Any], read_only: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Return what is shipped, from a report of everything and one of a read-only run."""
    tests = of_report(report)
    factor = seconds / sum(took for _, took in tests.values())
    sent = {name: each for name, each in of_report(read_only).items() if each[0]}
    return {
        "tests": _scaled(tests, factor),
        "read_only": _scaled(sent, factor),
        "shared": shared_of_report(report),
        "uses": {name: sorted(used) for name, used in sorted(_uses(report).items())},
    }


def _scaled(tests: dict[str, list[float]], factor: float) -> dict[str, list[float]]:
    return {name: [sent, round(took * factor, 4)] for name, (sent, took) in tests.items()}


if __name__ == "__main__":
    whole, reading = (json.loads(Path(path).read_text(encoding="utf-8")) for path in sys.argv[1:3])
    measured = figures(whole, reading, float(sys.argv[3]))
    FILE.write_bytes(gzip.compress(json.dumps(measured, separators=(",", ":")).encode(), 9, mtime=0))
    print(f"{FILE}: {len(measured['tests'])} tests")
