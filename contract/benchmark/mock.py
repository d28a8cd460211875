"""Signed requests per second of our mock and of Prism, in rounds by turns."""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from contract.auth import ACCEPT
from contract.benchmark import CannotMeasure, Row, prism, processes, wrk
from contract.nonce import NonceSource, new_run_number
from contract.operations import BASE_PATH
from contract.target import Target, User

GROUP = "mock"
ROUNDS, SECONDS, CONNECTIONS = 5, 3, 16
QUICK_ROUNDS, QUICK_SECONDS = 2, 1
MOST_PER_SECOND = 12_000
"""So many requests are signed for each second, more than either side answers."""
GOAL = 2.0
OURS, PRISM = "our mock", "Prism"


@dataclass(frozen=True)
class Side:
    """One of the two servers, and how it wants to be asked."""

    name: str
    base_url: str
    base_path: str
    accept: str

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
        sides = [Side(OURS, mock.target.base_url, BASE_PATH, ACCEPT)]
        lacking = ""
        try:
            # Prism takes the media type of the answer only, not the one by which the API asks for a version.
            sides.append(Side(PRISM, stack.enter_context(prism.serving()), "", "application/json"))
        except CannotMeasure as reason:
            lacking = str(reason)
        kinds = _kinds(mock.target)
        for side, kind in itertools.product(sides, kinds):
            _see_that_it_answers(side, side.request(kind, user, _nonces()))
        rates: dict[tuple[str, str], list[float]] = defaultdict(list)
        for _, kind, side in itertools.product(range(rounds), kinds, sides):
            rates[side.name, kind.method].append(_rate(side, kind, user, seconds))
        for kind in kinds:
            yield from _rows(kind, rates[OURS, kind.method], rates.get((PRISM, kind.method), []), lacking)


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


def _rate(side: Side, kind: wrk.Kind, user: User, seconds: int) -> float:
    nonces = _nonces()
    signed = (side.request(kind, user, nonces) for _ in range(MOST_PER_SECOND * seconds))
    load = wrk.load(side.base_url, signed, seconds, CONNECTIONS)
    if load.refused:
        raise RuntimeError(f"{side.name} refused {load.refused} of {load.requests} {kind.method} requests")
    return load.per_second


def _see_that_it_answers(side: Side, request: bytes) -> None:
    """Raises: RuntimeError: a request that is right is refused, so the figures would be those of refusals."""
    answer = wrk.once(request, side.base_url)
    if not answer.ok or "exam" not in answer.json():
        raise RuntimeError(f"{side.name} answers with {answer.status_code}: {answer.text[:200]}")


def _rows(kind: wrk.Kind, ours: list[float], others: list[float], lacking: str) -> Iterator[Row]:
    name = f"{kind.method} {'/exams/:id' if kind.method == 'GET' else '/exams'}"
    if others:
        yield Row(GROUP, f"{name}, {PRISM}", round(statistics.median(others)), "requests/s", _range(others))
        ratio = round(statistics.median(ours) / statistics.median(others), 2)
        yield Row(GROUP, f"{name}, {OURS}", round(statistics.median(ours)), "requests/s",
                  f"{_range(ours)}; ambition ≥ 4", ratio, f"against {PRISM}", at_least=GOAL)  # fmt: skip
    else:
        yield Row(GROUP, f"{name}, {PRISM}", None, "requests/s", lacking)
        yield Row(GROUP, f"{name}, {OURS}", round(statistics.median(ours)), "requests/s", _range(ours))


def _range(rates: list[float]) -> str:
    return f"median of {len(rates)} rounds by turns, {min(rates):,.0f} to {max(rates):,.0f}"
