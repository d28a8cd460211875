"""
Sends and checks generated cases in one process, as a worker of a run does, and says how long that took.

``python -m contract.benchmark.sender``: reads a plan, or makes it with ``--make``; sends it. ``--turns N`` sends it N
times more, each time followed by the same requests, signed afresh, in a loop that does nothing else. Prints one line of
JSON.
"""

from __future__ import annotations

import copy
import importlib.util
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import requests

from contract import data, operations, plans
from contract.bench import Bench, SampleSender
from contract.cases import BUDGETS, Budget, PlannedCase, slice_of, slices_of
from contract.casetext import case_from_plain
from contract.config import read_target
from contract.generatedcases import GeneratedCases, Judge
from contract.judgement import FindingRaised, Inconclusive, Ledger, NotTested, judging
from contract.nonce import new_run_number
from contract.plans import Key, Plans, Shelf
from contract.requirements import load
from contract.samples import Samples
from contract.target import Target

EVERY_CASE = 1_000_000
MIXES = {"standard": BUDGETS["standard"], "every": Budget(cases=EVERY_CASE, drawn=4, single_use=EVERY_CASE)}
"""How many cases: those of the standard profile, or every one that schemathesis makes for it to choose from."""
REQUIREMENT = "ROBUST-101"


def shelf(folder: Path, mix: str, seed: int) -> Shelf:
    """Return where the plans of a mix are kept, in the form of the plans of a run."""
    return Shelf(folder, replace(Key.of(seed, "standard"), profile=mix))


def make(where: Shelf, mix: str, seed: int) -> None:
    """Make the plans of all operations."""
    from contract import planning

    for operation in operations.table().values():
        where.put(operation.id, plans.to_plain(planning.plan(operation, seed, MIXES[mix])))


def send(target: Target, where: Shelf, judge: Judge) -> tuple[int, int, list[requests.Request]]:
    """
    Send every planned case, judge it and record every exchange.

    Args:     judge: raises for an answer that breaks what the suite demands of generated cases.
    Returns:  how many cases and how many findings there were, and all requests that went out, what prepares a case
              included.
    """
    cases = findings = 0
    with tempfile.TemporaryDirectory(prefix="conformance-bench-") as folder:
        bench = Bench(target, new_run_number(), 0, f"ct-{new_run_number():08x}", Path(folder))
        sent = _kept(bench.sender.session)
        for operation_id in operations.table():
            planned = [case_from_plain(case) for case in where.get(operation_id)]
            for part in range(slices_of(len(planned))):
                with judging(Ledger(load().get(REQUIREMENT), f"{operation_id}-{part}")) as ledger:
                    done, found = _slice(bench, ledger, slice_of(planned, part), judge)
                    cases, findings = cases + done, findings + found
        bench.close()
    return cases, findings, sent


def _slice(bench: Bench, ledger: Ledger, planned: Sequence[PlannedCase], judge: Judge) -> tuple[int, int]:
    world = bench.open_world(ledger.case_id)
    sample = SampleSender(Samples(world, bench.shared), bench.clients)
    unused = Plans(1, "standard")
    generated = GeneratedCases(unused, bench.memory, world, sample)
    try:
        return len(generated.judged(planned[0].operation_id, planned, judge)), 0
    except FindingRaised:
        return len(planned), 1
    except (Inconclusive, NotTested) as reason:
        raise RuntimeError(f"{planned[0].operation_id} could not be tested: {reason}") from None
    finally:
        bench.close_world(world)


def _judge() -> Judge:
    """Return how the suite judges generated cases, from the very test that does."""
    path = data.tests_folder() / "test_generated.py"
    spec = importlib.util.spec_from_file_location("test_generated", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    judge: Judge = module.judge
    return judge


def _kept(session: requests.Session) -> list[requests.Request]:
    """Keep every request that *session* signs and sends, as it was before it was signed."""
    kept: list[requests.Request] = []
    prepare: Callable[[requests.Request], requests.PreparedRequest] = session.prepare_request

    def keeping(request: requests.Request) -> requests.PreparedRequest:
        if request.auth is not None:
            kept.append(copy.copy(request))
        return prepare(request)

    session.prepare_request = keeping  # type: ignore[method-assign]
    return kept


def send_bare(target: Target, sent: Sequence[requests.Request]) -> None:
    """Send requests, signed afresh, with nothing around: what any script that uses `requests` would do."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers.update(target.headers)
        for request in _with_accept(sent):
            session.send(session.prepare_request(request), allow_redirects=False)


def _reset(target: Target) -> None:
    """Let the mock begin anew, so that the same ids come into being in the same order."""
    requests.post(f"{target.base_url}/__mock__/reset", json={}, timeout=60).raise_for_status()


def _with_accept(sent: Sequence[requests.Request]) -> Iterator[requests.Request]:
    from contract.auth import ACCEPT

    for request in sent:
        request.headers = {"Accept": ACCEPT, **request.headers}
        yield request


@click.command()
@click.option("--config", type=click.Path(path_type=Path), required=True)
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Where the plans are, or go.")
@click.option("--mix", type=click.Choice(list(MIXES)), required=True)
@click.option("--seed", type=int, default=1)
@click.option("--make", "makes", is_flag=True, help="Make the plans first.")
@click.option("--turns", default=0, help="So many times more, by turns with a bare loop.")
def command(config: Path, folder: Path, mix: str, seed: int, makes: bool, turns: int) -> None:
    """Send the generated cases of a mix to the mock of a config file."""
    target = read_target("local", config, {})
    where = shelf(folder, mix, seed)
    if makes:
        make(where, mix, seed)
    # Description, register and pytest are read once in a process, however many cases it sends.
    operations.table()
    load()
    judge = _judge()
    cases, findings, sent = send(target, where, judge)
    said: dict[str, Any] = {"cases": cases, "findings": findings, "requests": len(sent), "loop": [], "bare": []}
    for _ in range(turns):
        _reset(target)
        with _timed(said["loop"]):
            *_, sent = send(target, where, judge)
        _reset(target)
        with _timed(said["bare"]):
            send_bare(target, sent)
    click.echo(json.dumps(said))


@contextmanager
def _timed(spent: list[dict[str, float]]) -> Iterator[None]:
    started, before = time.perf_counter(), time.process_time()
    yield
    spent.append({"wall_s": time.perf_counter() - started, "processor_s": time.process_time() - before})


if __name__ == "__main__":
    command()
