"""Signed requests a second: our mock and Prism, by turns."""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import psutil

from contract.auth import ACCEPT
from contract.benchmark import CannotMeasure, Row, prism, processes, wrk
from contract.nonce import NonceSource, new_run_number
from contract.operations import BASE_PATH
from contract.target import Target, User

GROUP = "mock"
ROUNDS, SECONDS, CONNECTIONS = 5, 3, 16
QUICK_ROUNDS, QUICK_SECONDS = 2, 1
MOST_PER_SECOND = 25_000
"""So many requests are signed for each second, more than either side answers."""
NAMES = {"GET": "GET /exams/:id", "POST": "POST /exams"}
GOAL, AMBITION = 2.0, 4.0
OURS, PRISM = "our mock", "Prism"


@dataclass(frozen=True)
class Rates:
    """Requests in a second by the clock, and in a second of the server's processor."""

    per_second: float
    per_core: float


@dataclass(frozen=True)
class Side:
    """One of the two servers, and how it wants to be asked."""

    name: str
    base_url: str
    process: int
    base_path: str = BASE_PATH
    accept: str = ACCEPT
    checks_nonces: bool = True
    """Whether a request can be sent once only."""

    def request(self, kind: wrk.Kind, user: User, nonces: NonceSource) -> bytes:
        """Return one signed request as it travels."""
        return kind.written(self.base_url, user, nonces, self.base_path, self.accept)


def measure(quick: bool) -> Iterator[Row]:
    """Yield requests per second for GET and POST, ours against Prism's; one process each, one after the other."""
    wrk.needed()
    rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if quick else (ROUNDS, SECONDS)
    with ExitStack() as stack:
        mock = stack.enter_context(processes.mock())
        user = mock.target.users["administrator"]
        sides = [Side(OURS, mock.target.base_url, mock.process.pid)]
        lacking = ""
        try:
            # Prism takes the media type of the answer only, not the one by which the API asks for a version.
            base_url, process = stack.enter_context(prism.serving())
            sides.append(Side(PRISM, base_url, process, "", "application/json", checks_nonces=False))
        except CannotMeasure as reason:
            lacking = str(reason)
        kinds = _kinds(mock.target)
        for side, kind in itertools.product(sides, kinds):
            _see_that_it_answers(side, side.request(kind, user, _nonces()))
        rates: dict[tuple[str, str], list[Rates]] = defaultdict(list)
        for number, kind, side in itertools.product(range(rounds + 1), kinds, sides):
            measured = _rates(side, kind, user, seconds)
            if number:  # in the first round Node is still compiling
                rates[side.name, kind.method].append(measured)
        for kind in kinds:
            yield from _rows(NAMES[kind.method], rates[OURS, kind.method], rates[PRISM, kind.method], lacking)


def _kinds(target: Target) -> list[wrk.Kind]:
    exam = target.fixtures.empty_exam
    params = {"name": "Exam of the benchmark", "type": "record_review", "start_time": "2026-01-01T09:00:00.000Z",
              "duration_minutes": 60}  # fmt: skip
    return [
        wrk.Kind("GET", f"/exams/{exam}", {"id": exam}, {}),
        wrk.Kind("POST", "/exams", {}, params),
    ]


def _nonces() -> NonceSource:
    return NonceSource(new_run_number())


def _rates(side: Side, kind: wrk.Kind, user: User, seconds: int) -> Rates:
    """Let wrk send for some seconds and return what came back in a second, and in one of the server's processor."""
    nonces = _nonces()
    many = MOST_PER_SECOND * seconds if side.checks_nonces else MOST_PER_SECOND
    signed = [side.request(kind, user, nonces) for _ in range(many)]
    before = _processor_s(side.process)
    load = wrk.load(side.base_url, signed, seconds, CONNECTIONS)
    if load.refused:
        raise RuntimeError(f"{side.name} refused {load.refused} of {load.requests} {kind.method} requests")
    return Rates(load.per_second, load.requests / (_processor_s(side.process) - before))


def _processor_s(process: int) -> float:
    server = psutil.Process(process)
    times = [each.cpu_times() for each in (server, *server.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def _see_that_it_answers(side: Side, request: bytes) -> None:
    """Raises: RuntimeError: a request that is right is refused, so the figures would be those of refusals."""
    answer = wrk.once(request, side.base_url)
    if not answer.ok or "exam" not in answer.json():
        raise RuntimeError(f"{side.name} answers with {answer.status_code}: {answer.text[:200]}")


def _rows(name: str, ours: list[Rates], others: list[Rates], lacking: str) -> Iterator[Row]:
    for unit, part, goal in (("requests/s", "per_second", GOAL), ("requests/s/core", "per_core", None)):
        mine, theirs = ([getattr(each, part) for each in rates] for rates in (ours, others))
        if theirs:
            ratio = round(statistics.median(mine) / statistics.median(theirs), 2)
            yield Row(GROUP, f"{name}, {PRISM}", round(statistics.median(theirs)), unit, _range(theirs))
            note = f"{_range(mine)}; ambition ≥ {AMBITION:g}"
            yield Row(GROUP, f"{name}, {OURS}", round(statistics.median(mine)), unit, note, ratio,
                      f"against {PRISM}", at_least=goal)  # fmt: skip
        else:
            yield Row(GROUP, f"{name}, {PRISM}", None, unit, lacking)
            yield Row(GROUP, f"{name}, {OURS}", round(statistics.median(mine)), unit, _range(mine))


def _range(rates: list[float]) -> str:
    return f"median of {len(rates)} rounds by turns, {min(rates):,.0f} to {max(rates):,.0f}"
