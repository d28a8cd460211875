"""
Workers: processes that are forked when the tests are collected, and take the tests from a queue.

They share what was read and collected until then with the process that forked them, so that one more costs milliseconds
and little memory. Near a target there are as many as processors; far from it more, for most of them wait for answers.

What goes through the pipe of a worker::

    -> (place, ...)             carry out these tests, in this order
    -> None                     there is nothing more to do
    <- ("tested", place, [..])  the reports of a test, as plain data
    <- ("done",)                ready for the next bundle
    <- ("ended", {...})         what is left on the target, and what went wrong; nothing follows
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Protocol

import pytest

from contract.interruption import OF_THIS_PROCESS
from contract.session import Session
from contract.spreading import Bundle, Queue

LONGEST_END_S, LONGEST_END_OF_INTERRUPTED_S = 300.0, 20.0
"""How long workers may take to remove what their tests share, before they are ended; the journals know the rest."""
_POLL_S = 0.5


class Carrier(Protocol):
    """What a worker does with tests."""

    def begin(self, number: int) -> None:
        """Become worker *number* of the run."""

    def carry_out(self, item: pytest.Item, next_item: pytest.Item | None) -> Sequence[pytest.TestReport]:
        """Carry out a test; return its reports."""

    def end(self, session: pytest.Session) -> dict[str, Any]:
        """Remove what tests shared; return plain data about what is left, and what went wrong."""


@dataclass(eq=False)
class _Worker:
    number: int
    process: BaseProcess
    connection: Connection
    bundle: Bundle | None = None
    """What it is at work on."""
    reached: int = 0
    """How many tests of it are done."""
    told_to_end: bool = False


@dataclass
class Workers:
    """A plugin that lets workers carry out what pytest has collected."""

    run: Session
    carrier: Carrier
    bundles: Callable[[Sequence[pytest.Item]], list[Bundle]]
    _workers: list[_Worker] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Hand out the tests, unless there is nothing to share."""
        bundles = self.bundles(session.items)
        self.run.workers = max(1, min(self.run.workers, len(bundles)))
        if self.run.workers == 1 or session.config.option.collectonly:
            return None
        patience_s = LONGEST_END_S
        try:
            with _shared_memory():
                self._fork(session)
            self._hand_out(session, Queue(bundles))
        except BaseException:
            patience_s = LONGEST_END_OF_INTERRUPTED_S
            self._interrupt()
            raise
        finally:
            self._end(session, patience_s)
        return True

    def _fork(self, session: pytest.Session) -> None:
        context = multiprocessing.get_context("fork")
        for number in range(self.run.workers):
            ours, theirs = context.Pipe()
            # Ends that others inherit would keep a worker waiting when this process is killed.
            foreign = [ours, *(worker.connection for worker in self._workers)]
            process = context.Process(
                target=_work,
                args=(session, self.carrier, number, theirs, foreign),
                name=f"worker {number}",
                daemon=True,
            )
            process.start()
            theirs.close()
            self._workers.append(_Worker(number, process, ours))

    def _hand_out(self, session: pytest.Session, queue: Queue) -> None:
        while queue or any(worker.bundle for worker in self._workers):
            if session.shouldstop or not self._workers:
                return
            at_work = [worker.bundle for worker in self._workers if worker.bundle]
            idle = [worker for worker in self._workers if worker.bundle is None and not worker.told_to_end]
            ending = len(self._workers) - len(at_work) - len(idle)
            given = list(queue.given_to(len(idle), at_work, ending))
            for worker, bundle in zip(idle, given, strict=False):
                worker.bundle, worker.reached = bundle, 0
                self._send(worker, bundle.places)
            # What workers share with nobody is removed by them before a test that cannot stand others begins.
            waiting = idle[len(given) :]
            for worker in waiting[queue.needs(len(waiting)) :]:
                self._tell_to_end(worker)
            self._receive(session, None)

    def _receive(self, session: pytest.Session, timeout_s: float | None) -> None:
        by_connection: dict[Any, _Worker] = {worker.connection: worker for worker in self._workers}
        for connection in wait(list(by_connection), timeout_s):
            worker = by_connection[connection]
            try:
                kind, *said = worker.connection.recv()
            except (EOFError, OSError):
                self._lose(worker, session)
                continue
            if kind == "tested":
                worker.reached += 1
                _report(session, *said)
            elif kind == "done":
                worker.bundle = None
            else:
                self._take_over(worker, *said)

    def _take_over(self, worker: _Worker, said: dict[str, Any]) -> None:
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join(_POLL_S)
        worker.process.kill()  # it has said all that it had to say
        self.run.leaks += said["leaks"]
        self.run.notes += said["notes"]
        self.run.problems += said["problems"]

    def _lose(self, worker: _Worker, session: pytest.Session) -> None:
        """Note that a worker died: what it was at work on was not judged."""
        self._workers.remove(worker)
        worker.process.join(_POLL_S)
        places = worker.bundle.places[worker.reached :] if worker.bundle else ()
        during = f" during {session.items[places[0]].nodeid}" if places else ""
        self.run.problems.append(f"worker {worker.number} ended unexpectedly{during} ({worker.process.exitcode})")
        self.run.interrupted = True

    def _interrupt(self) -> None:
        """Let every worker leave its test; what the test made is removed."""
        for worker in self._workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker.process.pid or 0, signal.SIGTERM)

    def _end(self, session: pytest.Session, patience_s: float) -> None:
        """Wait until all workers have ended, but not for ever; a second Ctrl-C ends them at once."""
        end = time.monotonic() + patience_s
        try:
            for worker in list(self._workers):
                self._tell_to_end(worker)
            while self._workers and time.monotonic() < end:
                self._receive(session, _POLL_S)
        finally:
            for worker in self._workers:
                worker.process.kill()
                worker.process.join()
                self.run.problems.append(f"worker {worker.number} did not end by itself")

    def _tell_to_end(self, worker: _Worker) -> None:
        if not worker.told_to_end:
            worker.told_to_end = True
            self._send(worker, None)

    def _send(self, worker: _Worker, what: Any) -> None:
        # One that has died is noticed when it is read from.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            worker.connection.send(what)


@contextlib.contextmanager
def _shared_memory() -> Iterator[None]:
    """Keep the garbage collector from touching, and so copying, what forked processes share."""
    gc.collect()
    gc.freeze()
    with warnings.catch_warnings():
        # Threads of this process are of no concern to a worker: it touches nothing of theirs.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            yield
        finally:
            gc.unfreeze()


def _report(session: pytest.Session, place: int, written: Sequence[dict[str, Any]]) -> None:
    """Let all plugins hear of a test as if it had been carried out here."""
    hook, item = session.config.hook, session.items[place]
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for each in written:
        report = hook.pytest_report_from_serializable(config=session.config, data=each)
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


# -- in a worker ------------------------------------------------------------------------------------------------------


def _work(
    session: pytest.Session, carrier: Carrier, number: int, connection: Connection, foreign: Sequence[Connection]
) -> None:
    """Carry out tests until there are no more, the controller is gone, or it says that it was interrupted."""
    for other in foreign:
        other.close()
    OF_THIS_PROCESS.listen_in_worker()
    carrier.begin(number)
    problems: list[str] = []
    try:
        # Without a controller, what was made is removed all the same.
        with contextlib.suppress(KeyboardInterrupt, EOFError, BrokenPipeError):
            while (places := connection.recv()) is not None:
                for place, next_place in zip(places, [*places[1:], None], strict=True):
                    # Who is at work is told nothing but that the run ends.
                    if not connection.poll():
                        _test(session, carrier, connection, place, next_place)
                connection.send(("done",))
    except BaseException as error:
        # Whatever it is, pytest's exits included: the controller is told, and below what was made is still removed.
        problems.append(f"worker {number}: {type(error).__name__}: {error}")
    with contextlib.suppress(BrokenPipeError):
        connection.send(("ended", {"notes": [], "leaks": [], **carrier.end(session), "problems": problems}))


def _test(
    session: pytest.Session,
    carrier: Carrier,
    connection: Connection,
    place: int,
    next_place: int | None,
) -> None:
    item, next_item = session.items[place], None if next_place is None else session.items[next_place]
    with OF_THIS_PROCESS.allowed():
        reports = carrier.carry_out(item, next_item)
    hook = session.config.hook
    written = [hook.pytest_report_to_serializable(config=session.config, report=report) for report in reports]
    connection.send(("tested", place, written))
