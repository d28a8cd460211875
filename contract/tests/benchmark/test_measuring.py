"""What the figures are made of: medians, signed requests, runs that were stopped, other sides that are not there."""

from __future__ import annotations

import json
import shutil
import sys
from urllib.parse import parse_qsl

import pytest

from contract import signing
from contract.benchmark import (
    CannotMeasure,
    cases,
    latency,
    machine,
    mock,
    plan,
    prism,
    processes,
    rows,
    standard,
    workers,
    wrk,
)
from contract.benchmark.processes import Cost
from contract.benchmark.standard import StandardRun
from contract.nonce import NonceSource
from contract.target import User

USER = User("administrator", 1, "token", "secret")


def sent(count: int, processor_s: float) -> cases.Sent:
    return cases.Sent(count, Cost(2 * processor_s, processor_s))


def test_cases_are_held_against_stock_and_requests_against_the_bare_loop() -> None:
    made = {
        "stock": [sent(100, 2.0), sent(100, 4.0)],
        "cold": [sent(120, 2.0)],
        "ready": [sent(120, 0.5)],
        "run": [sent(120, 1.0)],
        "bare": [sent(200, 0.2), sent(200, 0.4), sent(200, 0.1)],
        "loop": [sent(200, 0.4), sent(200, 1.2), sent(200, 0.1)],
    }

    found = {row.name: row for row in cases._rows("x", made)}

    assert found["x: stock schemathesis"].value == 37.5
    assert (found["x: ours, ready plan"].ratio, found["x: ours, ready plan"].met) == (6.4, True)
    assert (found["x: ours, cold"].ratio, found["x: ours, cold"].met) == (1.6, True)
    assert (found["x: our loop"].ratio, found["x: our loop"].met) == (0.5, False)
    assert found["x: our loop"].against == "against the bare loop"


def test_a_command_that_fails_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="ended with 3, so nothing was measured: no target"):
        processes.cost([sys.executable, "-c", "import sys; sys.stderr.write('no target'); sys.exit(3)"])


def test_processor_seconds_are_those_of_the_command() -> None:
    took = processes.cost([sys.executable, "-c", "sum(range(3_000_000))"])

    assert took.processor_s > 0
    assert took.wall_s > 0


def test_the_plan_is_told_by_its_medians() -> None:
    row = plan._row("made", [Cost(10.0, 3.0), Cost(30.0, 1.0), Cost(20.0, 2.0)])

    assert (row.value, row.note) == (2.0, "20.00 s by the clock")


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[int | str, int], float]:
    """Seconds of a run, by workers and latency."""
    seconds: dict[tuple[int | str, int], float] = {}

    def run(workers: int | str, ms: int, quick: bool, number: int = 1, explicit: bool = False) -> StandardRun:
        slower = 40.0 if number == 2 else -20.0 if explicit else 0.0
        return StandardRun(Cost(seconds[workers, ms] + slower, 1.0), 9, 100, 50)

    monkeypatch.setattr(standard, "run", run)
    monkeypatch.setattr(machine, "gain", lambda: 1.9)
    return seconds


def test_workers_and_latency_are_ratios_of_whole_runs(runs) -> None:
    runs.update({(1, 0): 90.0, (2, 0): 50.0, (1, 5): 180.0, (2, 5): 90.0})
    runs.update({("auto", 0): 50.0, ("auto", 20): 60.0, ("auto", 100): 150.0})

    assert [row.ratio for row in workers.measure(False)] == [None, 1.8, None, None, 2.0, None, None]
    assert [(row.ratio, row.met) for row in latency.measure(False)] == [(None, None), (1.2, None), (3.0, False)]


def test_two_workers_are_told_by_the_medians_of_their_rounds(runs) -> None:
    runs.update({(1, 0): 90.0, (2, 0): 50.0, (1, 5): 180.0, (2, 5): 90.0})

    one, two, gain, *_, explicit = workers.measure(False)

    assert (one.value, two.value, two.ratio) == (90.0, 50.0, 1.8)
    assert (gain.value, gain.note) == (1.9, "in the same rounds, 1.90 to 1.90")
    assert (explicit.value, explicit.met) == (30.0, False)
    assert "median of 5 rounds, 50.0 to 90.0" in two.note


def test_what_two_busy_processes_get_done_is_measured(monkeypatch) -> None:
    monkeypatch.setattr(machine, "REPETITIONS", 200)

    # How much exactly hangs on the machine.
    assert 0 < machine.gain() < 20


def test_a_run_that_was_stopped_has_no_ratio(runs) -> None:
    runs.update({("auto", 0): 50.0, ("auto", 20): 60.0, ("auto", 100): standard.LONGEST_S + 5.0})

    last = list(latency.measure(False))[-1]

    assert (last.ratio, last.met) == (None, None)
    assert last.note.startswith("stopped after")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_request_of_a_load_is_signed_with_a_nonce_of_its_own(method: str) -> None:
    kind = wrk.Kind(method, "/exams/7", {"id": 7}, {"limit": 2})
    nonces, seen = NonceSource(1), set()

    for _ in range(3):
        raw = kind.written("http://127.0.0.1:1", USER, nonces)
        head, _, body = raw.partition(b"\r\n\r\n")
        path = head.decode().split(" ")[1]
        fields = dict(parse_qsl(path.partition("?")[2])) if method == "GET" else json.loads(body)
        signature = fields.pop("signature")
        assert signature == signing.sign({**fields, "id": 7}, USER.secret_key)
        assert path.startswith("/api/v3/exams/7")
        seen.add(fields["nonce"])

    assert len(seen) == 3


def test_without_wrk_and_npm_it_is_said_how_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setenv("CONFORMANCE_CACHE", str(tmp_path))

    with pytest.raises(CannotMeasure, match="apt-get install wrk"):
        wrk.needed()
    with pytest.raises(CannotMeasure, match="apt-get install nodejs npm"):
        prism.executable()


def test_without_prism_our_figures_stand_alone() -> None:
    made = list(mock._rows("GET", [mock.Rates(100, 200), mock.Rates(300, 400)], [], "npm is not installed"))

    assert [(row.value, row.ratio) for row in made] == [(None, None), (200, None), (None, None), (300, None)]
    assert made[0].note == "npm is not installed"


def test_mock_and_prism_are_medians_of_their_rounds() -> None:
    theirs = [mock.Rates(100, 100), mock.Rates(50, 100), mock.Rates(900, 100)]
    prisms, ours, *_ = mock._rows("GET", [mock.Rates(250, 1)], theirs, "")

    assert (prisms.value, ours.ratio, ours.met) == (100, 2.5, True)
    assert "50 to 900" in prisms.note


@pytest.mark.parametrize("size", rows.SIZES)
def test_the_same_is_asked_of_every_size(size: int) -> None:
    asked = rows._queries(size, 10)

    assert set(rows.JUDGED) < set(asked)
    assert len(asked) == 8


def test_only_indexed_filters_of_the_largest_table_are_judged() -> None:
    judged = rows._row(rows.JUDGED[0], 10**6, 9.0, 2.0, "median")
    assert (judged.ratio, judged.met) == (4.5, False)
    assert rows._row("list, first page of 20", 10**6, 9.0, 2.0, "median").met is None
    assert rows._row(rows.JUDGED[0], 10**3, 2.0, 2.0, "median").goal == ""
