"""Workers carry out every test once, whatever their number; those that have to be alone are; a lost one is told."""

from __future__ import annotations

import json
import os
import signal
import time
from types import SimpleNamespace

import pytest

from contract.costs import Cost
from contract.spreading import Beside, Task, bundles
from contract.workers import Workers

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.xdist_group("workers")

TESTS = """
import pytest

@pytest.mark.parametrize("number", range(12))
def test_short(number):
    pass

def test_alone():
    pass
"""


class Recorded:
    """Carries tests out for a run in which each of them takes a while, and writes down when."""

    def __init__(self, path, deed=None):
        self.path, self.deed = path, deed

    def begin(self, number):
        self.number = number

    def carry_out(self, item, next_item):
        from _pytest.runner import runtestprotocol

        began = time.monotonic()
        if self.deed:
            self.deed(item, self.number)
        time.sleep(0.02)
        reports = runtestprotocol(item, nextitem=next_item, log=False)
        self._write({"test": item.name, "worker": self.number, "began": began, "ended": time.monotonic()})
        return reports

    def end(self, session):
        return {"leaks": [f"exam {self.number}"]}

    def _write(self, line):
        with self.path.open("a") as stream:
            stream.write(json.dumps(line) + "\n")

    def read(self):
        return [json.loads(line) for line in self.path.read_text().splitlines()]


class Heard:
    """Hears of what was carried out, and stops the run after so many tests."""

    def __init__(self, enough):
        self.calls, self.enough = [], enough

    def pytest_sessionstart(self, session):
        self.session = session

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.calls.append(report.nodeid)
            if len(self.calls) == self.enough:
                self.session.shouldstop = "enough"


def spread(items):
    beside = {"test_alone": Beside.NOBODY}
    return bundles(
        Task(place, Cost(1, 0.03), beside=beside.get(item.name, Beside.ANYBODY)) for place, item in enumerate(items)
    )


def spread_in_kinds(items):
    """Five tests and one that has to be alone come when all others have ended."""
    kinds = [Beside.ITS_KIND if place < 5 else Beside.ANYBODY for place in range(len(items))]
    kinds[-1] = Beside.NOBODY
    return bundles(Task(place, Cost(1, 0.03), beside=kind) for place, kind in enumerate(kinds))


def spread_in_two(items):
    return bundles(Task(place, Cost(1, 0.03), f"half {2 * place // len(items)}") for place in range(len(items)))


@pytest.fixture
def carried_out(pytester, tmp_path):
    """Return a function that carries out tests with so many workers."""

    def run(count, deed=None, spread=spread, enough=None):
        pytester.makepyfile(test_it=TESTS)
        told = SimpleNamespace(workers=count, leaks=[], notes=[], problems=[], interrupted=False)
        carrier, heard = Recorded(tmp_path / f"{count}.jsonl", deed), Heard(enough)
        arguments = ["-p", "no:schemathesis", "-p", "no:xdist", "-p", "no:cacheprovider", "--capture=sys"]
        plugins = [Workers(told, carrier, spread), heard]
        status = pytester.inline_run(*arguments, plugins=plugins, no_reraise_ctrlc=True).ret
        return SimpleNamespace(status=status, run=told, tests=carrier.read(), heard=heard.calls)

    return run


@pytest.mark.parametrize("count", [2, 5])
def test_every_test_is_carried_out_once(carried_out, count):
    done = carried_out(count)

    assert done.status == 0
    assert len(done.tests) == len(done.heard) == 13
    assert sorted(test["test"] for test in done.tests) == sorted(node.split("::")[1] for node in done.heard)
    assert {test["worker"] for test in done.tests} == set(range(count))
    assert sorted(done.run.leaks) == [f"exam {number}" for number in range(count)]


def test_more_workers_than_tests_are_not_forked(carried_out):
    done = carried_out(32)

    assert done.run.workers == 13
    assert len(done.tests) == 13


def test_who_has_several_tests_begins_no_other_when_the_run_is_stopped(carried_out):
    done = carried_out(2, lambda item, number: time.sleep(0.5), spread_in_two, enough=2)

    assert 2 <= len(done.tests) <= 8
    assert sorted(done.run.leaks) == ["exam 0", "exam 1"]


@pytest.mark.parametrize("count", [2, 3, 12])
def test_all_kinds_are_carried_out(carried_out, count):
    done = carried_out(count, spread=spread_in_kinds)

    assert done.status == 0
    assert len(done.tests) == len(done.heard) == 13
    assert len(done.run.leaks) == count


def test_a_test_that_has_to_be_alone_is(carried_out):
    tests = carried_out(4).tests

    alone = next(test for test in tests if test["test"] == "test_alone")
    assert alone["began"] >= max(test["ended"] for test in tests if test is not alone)


def test_a_worker_that_dies_is_told_and_the_others_go_on(carried_out):
    def die(item, number):
        if item.name == "test_short[3]":
            os.kill(os.getpid(), signal.SIGKILL)

    done = carried_out(3, die)

    assert len(done.tests) == 12
    assert done.run.interrupted
    (problem,) = done.run.problems
    assert "ended unexpectedly during test_it.py::test_short[3]" in problem


def test_an_error_of_a_worker_is_told(carried_out):
    def fail(item, number):
        if item.name == "test_short[3]":
            raise RuntimeError("broken")

    done = carried_out(2, fail)

    assert "RuntimeError: broken" in done.run.problems[0]


def test_after_an_interrupt_workers_leave_their_tests_and_remove_what_is_shared(carried_out):
    parent = os.getpid()

    def interrupt(item, number):
        if item.name == "test_short[5]":
            os.kill(parent, signal.SIGINT)
            time.sleep(30)

    began = time.monotonic()
    done = carried_out(2, interrupt)

    assert done.status == pytest.ExitCode.INTERRUPTED
    assert time.monotonic() - began < 15
    assert sorted(done.run.leaks) == ["exam 0", "exam 1"]
