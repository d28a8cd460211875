"""The mock's queries with 10^3, 10^5 and 10^6 rows."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from contract.benchmark import Row, processes, wrk
from contract.benchmark.processes import Mock
from contract.nonce import NonceSource, new_run_number

GROUP = "rows"
SIZES, QUICK_SIZES = (10**3, 10**5, 10**6), (10**3, 10**4)
SECONDS, QUICK_SECONDS = 3, 1
MOST_PER_SECOND = 15_000
"""With one connection no more than that come back."""
MATCHING = 300
PREFIX = "Benchmark"
GOAL = 3.0
JUDGED = ("filter by start_time, 300 match", "filter by name, 300 match", "filter by name, 1 matches")
"""Filters on indexed columns: they shall not become slower with the table."""
# How the mock's seeding spreads the start times: the first one, hours apart, over so many hours.
FIRST_START, START_HOURS = datetime(2026, 1, 1, 9, tzinfo=UTC), 10_007


def measure(quick: bool) -> Iterator[Row]:
    """Yield the median latency of each query over one connection, by the number of exams and of used nonces."""
    wrk.needed()
    smallest: dict[str, float] = {}
    for size in QUICK_SIZES if quick else SIZES:
        with processes.mock() as mock:
            first = _filled(mock, size)
            for name, kind in _queries(size, first).items():
                latency_ms = _median_ms(mock, kind, QUICK_SECONDS if quick else SECONDS)
                yield _row(name, size, latency_ms, smallest.setdefault(name, latency_ms), _matching(mock, kind))


def _filled(mock: Mock, size: int) -> int:
    """Fill in exams and used nonces; return the id of the first exam."""
    institute = mock.target.users["administrator"].institute_id
    ids = mock.control("seed", kind="exams", count=size, institute_id=institute, prefix=PREFIX)["ids"]
    mock.control("seed", kind="nonces", count=size)
    return int(ids[0])


def _queries(size: int, first: int) -> dict[str, wrk.Kind]:
    """Return what is asked, by name; the filters match as many rows whatever the size."""
    begin = FIRST_START + timedelta(hours=START_HOURS // 3 if size > START_HOURS else first)
    hours = MATCHING * START_HOURS // size if size > START_HOURS else MATCHING
    starting = {"gte": _time(begin), "lt": _time(begin + timedelta(hours=hours))}
    one, many = f"{PREFIX} {first + 20:07d}", f"{PREFIX} {first + 20 + MATCHING:07d}"
    unindexed = {"token": {"eq": f"{first + 20:032x}"}}
    return {
        "nonce check (show an exam)": wrk.Kind("GET", f"/exams/{first}", {"id": first}, {}),
        "list, first page of 20": _list(limit=20),
        "list, last page of 20": _list(limit=20, page=size // 20),
        "filter by start_time, 300 match": _list(filter={"start_time": starting}),
        "filter by name, 300 match": _list(filter={"name": {"gte": one, "lt": many}}),
        "filter by name, 1 matches": _list(filter={"name": {"eq": one}}),
        "filter by token, not indexed": _list(filter=unindexed),
        "sort by start_time, 20 rows": _list(limit=20, sort=[{"start_time": "desc"}]),
    }


def _list(**params: Any) -> wrk.Kind:
    written = {name: value if isinstance(value, int) else json.dumps(value) for name, value in params.items()}
    return wrk.Kind("GET", "/exams", {}, written)


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _median_ms(mock: Mock, kind: wrk.Kind, seconds: int) -> float:
    base_url, user = mock.target.base_url, mock.target.users["administrator"]
    nonces = NonceSource(new_run_number())
    signed = (kind.written(base_url, user, nonces) for _ in itertools.repeat(None, MOST_PER_SECOND * seconds))
    load = wrk.load(base_url, signed, seconds, connections=1)
    if load.refused:
        raise RuntimeError(
            f"{load.refused} of {load.requests} requests for {kind.path} {dict(kind.params)} were refused"
        )
    return load.median_ms


def _matching(mock: Mock, kind: wrk.Kind) -> str:
    """Return how many rows the answer counts, so that nobody has to believe it."""
    request = kind.written(mock.target.base_url, mock.target.users["administrator"], NonceSource(new_run_number()))
    count = wrk.once(request, mock.target.base_url).headers.get("X-Pagination-Item-Count")
    return f"median; {count} rows match" if count else "median"


def _row(name: str, size: int, latency_ms: float, smallest_ms: float, note: str) -> Row:
    of = f"10^{len(str(size)) - 1}"
    ratio = round(latency_ms / smallest_ms, 2) if latency_ms != smallest_ms else None
    goal = GOAL if name in JUDGED and ratio is not None and size == SIZES[-1] else None
    return Row(GROUP, f"{name}, {of}", round(latency_ms, 3), "ms", note, ratio, "against 10^3", at_most=goal)
