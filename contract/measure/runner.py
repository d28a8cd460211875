"""
Collects the suite once and works the jobs off in forked children of the process that did.

Starting pytest, importing schemathesis and collecting take seconds, the tests of one fault a fraction of one.
"""

from __future__ import annotations

import contextlib
import signal
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from contract import data, operations, plans
from contract.errors import SuiteError
from contract.measure import child, figures, forking, progress, reach, stock
from contract.measure.cache import Cache
from contract.measure.catalogue import Catalogue
from contract.measure.digest import Keys
from contract.measure.jobs import BASELINE, LOCALISED, REACH, RUN_SEED, SEEDS, STOCK, VARIANTS, WHOLE, Job
from contract.measure.outcome import ERROR, JUDGED, TIMEOUT, Outcome
from contract.measure.selection import Selection, Suite, Test

NEEDS_NO_TESTS = (STOCK, BASELINE)


@dataclass
class Measurement:
    """The jobs of one measurement and what they showed so far."""

    catalogue: Catalogue
    jobs: Sequence[Job]
    cache: Cache
    workers: int
    fresh: bool = False
    others: Sequence[Job] = ()
    """Jobs that were not asked for, whose outcomes are told where they are known."""
    results: dict[Job, Outcome] = field(default_factory=dict)
    interrupted: bool = False
    limits_s: dict[str, float] = field(default_factory=dict)
    """By step, where it is not the usual one."""

    def run(self) -> None:
        """
        Work all jobs off; those whose outcome is known are not done again.

        Raises:   SuiteError: the suite cannot be collected.
        """
        collected = _Collected(self)
        pytest.main(_arguments(), plugins=[collected])
        if collected.problem:
            raise SuiteError(f"the suite cannot be collected: {collected.problem}")

    def of_collected(self, items: Sequence[pytest.Item], config: pytest.Config) -> None:
        """Work all jobs off with the collected tests; what is done when it is interrupted is kept."""

        def stop(number: int, frame: object) -> None:
            raise KeyboardInterrupt

        before = signal.signal(signal.SIGTERM, stop)
        try:
            self._work_off(Suite([Test.of(item) for item in items]), config)
        except KeyboardInterrupt:
            self.interrupted = True
        finally:
            signal.signal(signal.SIGTERM, before)

    def _work_off(self, suite: Suite, config: pytest.Config) -> None:
        keys = Keys(self.catalogue)
        if any(job.step == LOCALISED for job in self.jobs):
            suite.reach = self._reach(suite, config, keys)
        selections = {job: suite.select(job) for job in (*self.jobs, *self.others)}
        key_of = {job: keys(job, selection.files) for job, selection in selections.items()}
        for job in self.others:
            if (known := self.cache.get(job, key_of[job])) is not None:
                self.results[job] = known
        with progress.display(self.jobs, self.workers) as display:
            waiting = {str(number): job for number, job in enumerate(self._unknown(key_of, display))}
            _prepare(waiting.values(), self.workers)
            children = forking.run(_tasks(waiting, selections, config, self.limits_s), self.workers)
            with contextlib.closing(children):
                for ended in children:
                    display.tick()
                    if ended is not None:
                        job = waiting[ended.name]
                        outcome = _outcome(job, ended)
                        self.cache.put(job, key_of[job], outcome)
                        self._note(job, outcome, display)

    def _reach(self, suite: Suite, config: pytest.Config, keys: Keys) -> dict[str, list[str]]:
        """Return which operations each explicit test calls; empty where that cannot be found out."""
        job = Job(REACH, "clean", RUN_SEED)
        selection = suite.select(job)
        key = keys(job)
        outcome = self.cache.get(job, key)
        if outcome is None or outcome.ended != JUDGED:
            work = partial(reach.work, job, selection, config)
            with contextlib.closing(forking.run([(REACH, job.limit_s, work)], 1)) as children:
                outcome = next(_outcome(job, ended) for ended in children if ended is not None)
            self.cache.put(job, key, outcome)
        return outcome.reach

    def _unknown(self, key_of: dict[Job, str], display: progress.Lines) -> Iterator[Job]:
        """Yield the jobs that have to be done; what ended without verdicts is tried again."""
        for job in self.jobs:
            known = None if self.fresh else self.cache.get(job, key_of[job])
            if known is not None and known.ended == JUDGED:
                self._note(job, known, display, cached=True)
            else:
                yield job

    def _note(self, job: Job, outcome: Outcome, display: progress.Lines, cached: bool = False) -> None:
        self.results[job] = outcome
        display.ended(job, outcome, figures.judge(job, outcome, figures.noise_of(self.results)), cached)


def _prepare(jobs: Collection[Job], workers: int) -> None:
    """Make what several children need, for it takes seconds: they find it ready."""
    if any(job.step in NEEDS_NO_TESTS for job in jobs):
        stock.document()
    whole = Counter((job.seed, job.profile) for job in jobs if job.step in (WHOLE, VARIANTS, SEEDS))
    for (seed, profile), count in whole.items():
        if count > 1:
            plans.of(seed, profile).prepare([*operations.table(), plans.SEQUENCES], workers)


def _tasks(
    jobs: Mapping[str, Job], selections: Mapping[Job, Selection], config: pytest.Config, limits_s: Mapping[str, float]
) -> Iterator[tuple[str, float, forking.Work]]:
    for name, job in jobs.items():
        limit_s = limits_s.get(job.step, job.limit_s)
        if job.step in NEEDS_NO_TESTS:
            yield name, limit_s, partial(stock.work, job)
        else:
            yield name, limit_s, partial(child.work, job, selections[job], config)


def _outcome(job: Job, ended: forking.Ended) -> Outcome:
    if ended.returned is not None:
        return Outcome.of_dict(ended.returned)
    how = TIMEOUT if ended.timed_out else ERROR
    return Outcome(job.step, job.subject, how, ended.reason, round(ended.duration_s, 2))


def _arguments() -> list[str]:
    folder = data.root()
    arguments = [str(data.tests_folder()), "--rootdir", str(folder), "--confcutdir", str(folder)]
    arguments += ["--collect-only", "--capture", "no"]
    for plugin in ("cacheprovider", "terminal", "xdist", "html", "junitxml"):
        arguments += ["-p", f"no:{plugin}"]
    return [*arguments, "-W", "ignore::pytest.PytestAssertRewriteWarning"]


class _Collected:
    """Takes the place of running the tests: they are run in children, again and again."""

    def __init__(self, measurement: Measurement) -> None:
        self.measurement = measurement
        self.problem = "nothing was collected"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember a file that could not be read."""
        if report.failed:
            lines = [line.strip() for line in str(report.longrepr).splitlines() if line.strip()]
            told = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
            self.problem = f"{report.nodeid}: {next(iter(told or lines[-1:]), 'unknown')}"

    def pytest_internalerror(self, excrepr: Any) -> None:
        """Remember a failure of pytest or of ours."""
        self.problem = str(excrepr).strip().splitlines()[-1]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Work the jobs off."""
        if session.testsfailed or not session.items:
            return True
        self.problem = ""
        session.config.option.collectonly = False
        self.measurement.of_collected(session.items, session.config)
        return True
