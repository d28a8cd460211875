"""Generated cases a second and core: ours, stock, a bare loop."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.benchmark import Row, processes
from contract.benchmark.processes import Cost
from contract.measure import stock
from contract.session import GENERATED

GROUP = "cases"
ROUNDS = {"standard": 2, "every": 1}
TURNS = {"standard": 6, "every": 3}
"""Of the two loops in a round: a loop takes seconds, so that other work on the machine shows in a single one."""
SEED = 1
STOCK = {
    # As many cases as ours, all of them drawn at random: it cannot be told to stop among the boundary values.
    "standard": ("fuzzing", 18),
    # Every boundary value and departure that there is for the description, and as many random cases as ours.
    "every": ("coverage,fuzzing", 8),
}
NAMES = {"standard": "as standard", "every": "every case"}
READY_GOAL, COLD_GOAL, BARE_GOAL = 5.0, 1.5, 0.6
BOTH = (0, 1)
"""How a run may end: that something was found does not matter here."""


@dataclass(frozen=True)
class Sent:
    """So many cases or requests, and what they cost."""

    count: int
    cost: Cost

    @property
    def per_core(self) -> float:
        """Return how many went out in a second of the processor."""
        return self.count / self.cost.processor_s

    @property
    def per_second(self) -> float:
        """Return how many went out in a second by the clock."""
        return self.count / self.cost.wall_s


def measure(quick: bool) -> Iterator[Row]:
    """Yield the rates of both mixes; a figure is cases per processor second of the sending side, all its processes."""
    for mix in ("standard",) if quick else NAMES:
        sent: dict[str, list[Sent]] = defaultdict(list)
        for _ in range(1 if quick else ROUNDS[mix]):
            for name, one in _round(mix):
                sent[name].append(one)
        yield from _rows(NAMES[mix], sent)


def _round(mix: str) -> Iterator[tuple[str, Sent]]:
    with tempfile.TemporaryDirectory(prefix="conformance-bench-") as folder:
        yield "stock", _stock(Path(folder), *STOCK[mix])
        whole, said = _ours(Path(folder), mix, "--make")
        yield "cold", Sent(said["cases"], whole)
        whole, said = _ours(Path(folder), mix)
        yield "ready", Sent(said["cases"], whole)
        _, said = _ours(Path(folder), mix, "--turns", str(TURNS[mix]))
        for name in ("loop", "bare"):
            yield from ((name, Sent(said["requests"], Cost(**cost))) for cost in said[name])
        if mix == "standard":
            yield "run", _run(Path(folder))


def _ours(folder: Path, mix: str, *options: str) -> tuple[Cost, dict[str, Any]]:
    with processes.mock() as mock, (folder / "said").open("w+", encoding="utf-8") as said:
        command = [sys.executable, "-m", "contract.benchmark.sender", "--config", str(mock.config)]
        command += ["--folder", str(folder / "plans"), "--mix", mix, "--seed", str(SEED), *options]
        cost = processes.cost(command, stdout=said)
        said.seek(0)
        return cost, json.load(said)


def _stock(folder: Path, phases: str, examples: int) -> Sent:
    with processes.mock() as mock:
        report = folder / "stock.json"
        command = [*stock.command(mock.target, report, SEED), "--phases", phases, "-n", str(examples)]
        environment = stock.environment(mock.target, folder)
        cost = processes.cost(command, allowed=BOTH, cwd=folder, env=environment)
    said = json.loads(report.read_text(encoding="utf-8"))
    return Sent(said["test_cases"]["generated"], cost)


def _run(folder: Path) -> Sent:
    """The command as a user calls it, with pytest, report and all, for the generated cases alone."""
    with processes.mock() as mock:
        chosen = [word for id in GENERATED for word in ("--requirement", id)]
        report = folder / "report"
        command = [sys.executable, "-m", "contract", "run", "--target", processes.TARGET, "--config", str(mock.config)]
        command += [*chosen, "--workers", "1", "--seed", str(SEED), "--report-dir", str(report)]
        cost = processes.cost(command)
    said = json.loads((report / "report.json").read_text(encoding="utf-8"))
    return Sent(said["summary"]["cases"], cost)


def _rows(label: str, sent: dict[str, list[Sent]]) -> Iterator[Row]:
    stock_rate = _median(sent["stock"])
    yield _row(f"{label}: stock schemathesis", sent["stock"], "cases/s")
    for name, text, goal in (("ready", "ready plan", READY_GOAL), ("cold", "cold", COLD_GOAL)):
        ratio = _median(sent[name]) / stock_rate
        yield _row(f"{label}: ours, {text}", sent[name], "cases/s", ratio, "against stock", goal)
    if "run" in sent:
        ratio = _median(sent["run"]) / stock_rate
        yield _row(f"{label}: conformance run", sent["run"], "cases/s", ratio, "against stock")
    yield _row(f"{label}: bare signed loop", sent["bare"], "requests/s")
    # Each turn by itself: a machine that others use is seldom as fast in the next one.
    turns = zip(sent["loop"], sent["bare"], strict=True)
    ratio = statistics.median(ours.per_core / bare.per_core for ours, bare in turns)
    yield _row(f"{label}: our loop", sent["loop"], "requests/s", ratio, "against the bare loop", BARE_GOAL)


def _median(sent: list[Sent]) -> float:
    return statistics.median(each.per_core for each in sent)


def _row(
    name: str, sent: list[Sent], unit: str, ratio: float | None = None, against: str = "", goal: float | None = None
) -> Row:
    rate, ratio = _median(sent), None if ratio is None else round(ratio, 2)
    by_clock = statistics.median(each.per_second for each in sent)
    note = f"{sent[0].count} of them, {by_clock:.0f} a second by the clock, rounds: {len(sent)}"
    return Row(GROUP, name, round(rate, 1), f"{unit}/core", note, ratio, against, goal)
