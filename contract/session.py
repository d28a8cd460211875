"""One run, from the options to the report: what the command prepares and what the pytest plugin carries out."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import secrets
import shutil
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import contract
from contract import (
    cleanup,
    embedded,
    operations,
    plans,
    preflight,
    previous,
    recording,
    reporting,
    requirements,
    shards,
    verdict,
)
from contract import known as known_deviations
from contract.archive import Archive
from contract.config import read_examples, read_target
from contract.embedded import EmbeddedMock
from contract.errors import ConfigurationError
from contract.examples import Examples
from contract.journal import prefix_of
from contract.nonce import new_run_number
from contract.pace import workers_for
from contract.requirements import Register
from contract.results import CaseResult, Known, Leak, RequirementResult, RunInfo, RunResult, RunVerdict, operations_of
from contract.settings import REPORTS, RUNS, Settings, processors
from contract.state import State
from contract.target import EMBEDDED, Target

PARTS, PLAN_FILE, STOP_FILE = ".parts", "plan.json", "stop"
GENERATED = ("ROBUST-101", "ROBUST-102", "ROBUST-103", "ROBUST-104")
SEQUENCES = ("ROBUST-110", "ROBUST-111")
"""What generated cases decide, and what generated sequences do."""


@dataclass
class Session:
    """A run that is ready to begin: the target answered and accepted the credentials."""

    settings: Settings
    target: Target
    folder: Path
    run_id: str
    run_number: int
    started: datetime
    mock: EmbeddedMock | None = field(default=None, repr=False)
    lock: State | None = field(default=None, repr=False)
    processes: int = 1
    """How many compute at the same time."""
    workers: int = 1
    """How many processes send."""
    cases: list[CaseResult] = field(default_factory=list)
    leaks: list[Leak] = field(default_factory=list)
    """What could not be removed from the target."""
    tidied: list[str] = field(default_factory=list)
    """What was removed that earlier runs had left, and what could not be."""
    problems: list[str] = field(default_factory=list)
    """What went wrong with the suite itself; nothing is certain then."""
    notes: list[str] = field(default_factory=list)
    """What the user has to know beside the verdict."""
    known: dict[str, Known] = field(default_factory=dict)
    """The target's known deviations, by requirement id."""
    interrupted: bool = False
    keeps_exchanges: bool = True
    """Whether every exchange is written down; a run that nobody reads a report of is faster without."""
    rehearses: bool = False
    """Whether it only shows what another run would send; its target is a mock that ends with it."""
    outcome: RunResult | None = None
    again: frozenset[previous.Pair] | None = None
    """With ``--last-failed``: what is tried again."""
    stored: dict[str, list[Any]] = field(default_factory=dict)
    """Generated cases that found something in earlier runs, as plain data by operation."""
    examples: Examples | None = None
    """Where such cases are kept; None where nothing is."""
    latency_ms: float = 0.0
    chosen: dict[str, list[int]] = field(default_factory=dict)
    """Where a budget cuts a slice of generated cases: the positions that are left."""
    elsewhere: set[str] = field(default_factory=set)
    """Requirements that tests of other shards decide too."""

    def __post_init__(self) -> None:
        self._clock = time.monotonic()

    @property
    def parts(self) -> Path:
        """Return the folder where workers leave what they recorded."""
        return self.folder / PARTS

    @property
    def read_only(self) -> bool:
        """Tell whether nothing may be sent that changes state."""
        return self.settings.read_only or (self.target.production and not self.settings.production_allowed)

    @property
    def prefix(self) -> str:
        """Return what the names of all created resources begin with."""
        return prefix_of(self.run_id)

    @property
    def state(self) -> State | None:
        """Return what is kept of the target between runs; nothing of a mock that ends with the run."""
        return None if self.target.embedded or self.rehearses else State(self.target)

    @property
    def harm(self) -> int:
        """Return how many resources stay on the target; a mock of the run's own takes them with it."""
        return 0 if self.state is None else len(self.leaks)

    def begin_worker(self) -> None:
        """Become the session of a worker that was forked: what it shares with the others are files."""
        if self.examples is not None:
            self.examples = Examples(self.examples.target, self.examples.redis)

    # -- the plan ---------------------------------------------------------------------------------------------------

    @property
    def plans(self) -> plans.Plans:
        """Return the plans of the generated cases."""
        return plans.of(self.settings.seed, self.settings.profile, self.parts / "plans")

    @property
    def budget_requests(self) -> int | None:
        """Return how many requests the run may send about, None for as many as it takes."""
        return self.settings.budget_requests or self.target.budget_requests.get(self.settings.profile)

    def selected(self, register: requirements.Register) -> set[str]:
        """Return the ids of the requirements that the run is about."""
        chosen = self.settings.selected(register)
        return chosen if self.again is None else chosen & {id for id, _ in self.again}

    def planned_names(self) -> list[str]:
        """Return the operations that the run sends generated cases to."""
        if self.settings.profile == "smoke" or not self.selected(requirements.load()).intersection(GENERATED):
            return []
        wanted = self.settings.operations or tuple(operations.table())
        return [name for name in operations.table() if name in wanted and self._is_tried_again(name)]

    def _is_tried_again(self, operation_id: str) -> bool:
        return self.again is None or any((id, operation_id) in self.again for id in GENERATED)

    def has_sequences(self) -> bool:
        """Tell whether the run sends generated sequences."""
        return self.settings.profile != "smoke" and bool(self.selected(requirements.load()).intersection(SEQUENCES))

    def plan_ahead(self) -> None:
        """
        Fix the plan of the generated cases before it is spread: make what is not ready, fetch what failed before.

        Raises:   SuiteError: it cannot be made.
        """
        names = self.planned_names()
        self.plans.prepare([*names, *([plans.SEQUENCES] if self.has_sequences() else [])], max(1, self.processes))
        if self.examples is not None:
            fetched = {name: self.examples.fetch(name) for name in names}
            self.stored = {name: plans.to_plain(cases) for name, cases in fetched.items() if cases}

    def note_plan(self, plan: dict[str, Any]) -> None:
        """Write down what the plan costs, for whoever shows it."""
        (self.parts / PLAN_FILE).write_text(json.dumps(plan), encoding="utf-8")

    # -- stopping early -----------------------------------------------------------------------------------------------

    def stop(self, reason: str) -> None:
        """Let no process begin another test."""
        (self.parts / STOP_FILE).write_text(reason, encoding="utf-8")

    def stopped(self) -> str:
        """Return why no other test is begun, or an empty text."""
        most = self.settings.max_duration_s
        if most is not None and (datetime.now(UTC) - self.started).total_seconds() > most:
            return f"{verdict.NOT_REACHED} within {most:g} s (--max-duration)"
        with contextlib.suppress(FileNotFoundError):
            return (self.parts / STOP_FILE).read_text(encoding="utf-8")
        return ""

    def count_failures(self) -> None:
        """Stop when as many tests failed as the options allow."""
        most = self.settings.max_failures
        if most is None or self.stopped():
            return
        failed = {case.test for case in self.cases if verdict.breaks_the_run(case, self.settings.strict)}
        if len(failed) >= most:
            self.stop(f"{verdict.NOT_REACHED}: {most} tests failed before (--max-failures)")

    # -- the end ------------------------------------------------------------------------------------------------------

    def result(self) -> RunResult:
        """Say the verdicts and gather what the workers recorded."""
        register = requirements.load()
        # What shows a finding is recorded twice, the second time with its bodies whole.
        recorded = {each["id"]: each for each in recording.read(self.parts)}
        exchanges = sorted(recorded.values(), key=lambda each: (each["started_ms"], each["id"]))
        elsewhere = f"none of its cases is in the profile {self.settings.profile}"
        judged = verdict.judge(
            register,
            self.cases,
            self.selected(register),
            self.target.answers,
            elsewhere,
            of_a_shard=self.settings.shard is not None,
        )
        known_deviations.mark(judged, self.known, self.started.date())
        if self.settings.shard:
            verdict.leave_to_other_shards(judged, self.elsewhere)
        cut_short = self.interrupted or bool(self.problems) or self.harm > 0
        overall = verdict.of_run(judged, cut_short, self.settings.strict)
        target = {"name": self.target.name, "base_url": self.target.base_url, "version": self.target.version}
        return RunResult(
            run=RunInfo(
                id=self.run_id,
                started_at=self.started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                duration_s=round(time.monotonic() - self._clock, 3),
                seed=self.settings.seed,
                profile=self.settings.profile,
                suite_version=contract.__version__,
                workers=self.workers,
                arguments=sys.argv[1:],
                interrupted=self.interrupted,
                shard="/".join(map(str, self.settings.shard)) if self.settings.shard else None,
            ),
            target=target,
            verdict=overall,
            sentence=self._sentence(overall, judged),
            requirements=judged,
            operations=operations_of(exchanges),
            exchanges=exchanges,
            leaks=list(self.leaks),
        )

    def _sentence(self, overall: RunVerdict, judged: list[RequirementResult]) -> str:
        said = verdict.sentence(overall, judged, self.target.name, self.settings.strict, self.harm)
        part = f"Part {'/'.join(map(str, self.settings.shard))}: " if self.settings.shard else ""
        early = sum(case.reason.startswith(verdict.NOT_REACHED) for case in self.cases)
        return f"{part}{said}" + (f" Stopped early: {early} cases not reached." if early else "")

    def finish(self) -> RunResult:
        """
        Remove what is left on the target and write the report, with what earlier runs say about it.

        ``reports/latest`` then points at it.
        """
        if self.state and not self.read_only:
            _, self.leaks = cleanup.clean_up(self.target, self.state, self.run_id)
        self.outcome = self.result()
        if not self.rehearses:
            self.outcome.past = Archive.of(self.settings).past(self.outcome, self.folder)
        reporting.write(self.outcome, self.folder)
        if self.settings.shard:
            shards.write(self.outcome, shards.Head.of_run(self), self.folder)
        if self.settings.report_dir is None:
            try:
                point_latest_at(self.folder)
            except OSError as error:
                self.notes.append(f"reports/latest does not point at this report: {error.strerror}")
        return self.outcome

    def close(self) -> None:
        """Stop the embedded mock, drop the workers' parts, put a finished report among the earlier ones, unlock."""
        if self.mock:
            self.mock.stop()
            self.mock = None
        shutil.rmtree(self.parts, ignore_errors=True)
        # Only now: pytest-html writes its file after everything else.
        if self.outcome and not self.rehearses:
            self.notes += Archive.of(self.settings).add(self.folder)
        if self.lock:
            self.lock.unlock()
            self.lock = None


def point_latest_at(folder: Path) -> None:
    """Let ``reports/latest`` be the report in *folder*, unless something else is there."""
    latest = REPORTS / "latest"
    if latest.is_symlink() or not latest.exists():
        REPORTS.mkdir(exist_ok=True)
        latest.unlink(missing_ok=True)
        latest.symlink_to(os.path.relpath(folder, REPORTS))


def prepare(settings: Settings) -> Session:
    """
    Read the config, start the embedded mock where it is the target, and make sure that a verdict is possible.

    Raises:   ConfigurationError, UnknownName: the options or the config. TargetError: the target.
    """
    # Whatever ends this before the session is there, Ctrl-C included, stops the mock and unlocks the target.
    with contextlib.ExitStack() as undone:
        mock = None
        if settings.target == EMBEDDED:
            mock = embedded.start(settings.faults)  # it starts while the options are checked
            undone.callback(mock.stop)
        register = requirements.load()
        check_names(settings, register)
        again = tried_again(settings)
        # A config file that merely lies there has nothing to do with a run against the mock.
        redis = read_examples(settings.config) if settings.config or settings.target != EMBEDDED else None
        target = mock.target if mock else read_target(settings.target, settings.config)
        known = known_of(target, register)
        lock: State | None = None
        if not mock:
            lock = State(target)
            undone.callback(lock.unlock)
            lock.lock("a run")
        probes = preflight.check(target)
        # The first one connects, and the machine may be busy: the shortest tells how far the target is.
        latency_ms = min(probe.exchange.elapsed_ms for probe in probes)
        examples = Examples(_examples_name(target, settings), redis)
        examples.check()
        folder = settings.new_report_folder()
        session = Session(
            settings=settings,
            target=target,
            folder=folder,
            run_id=secrets.token_hex(4),
            run_number=new_run_number(),
            started=datetime.now(UTC),
            mock=mock,
            processes=min(settings.process_count(), processors()),
            workers=_workers_for(settings, target, latency_ms),
            again=again,
            examples=examples,
            latency_ms=latency_ms,
            known=known,
            lock=lock,
        )
        if lock:
            session.tidied = _tidied(session, lock)
        _make_empty(session.parts)
        undone.pop_all()
    return session


def check_names(settings: Settings, register: Register) -> None:
    """
    Make sure that what the options name is there.

    Raises:   UnknownName: a requirement, an area or an operation is not.
    """
    settings.selected(register)
    for operation_id in settings.operations:
        operations.get(operation_id)


def known_of(target: Target, register: Register) -> dict[str, Known]:
    """
    Return the known deviations of a target.

    Raises:   ConfigurationError: what its config pins or excuses is not there to be pinned or excused.
    """
    _check_answers(target)
    return known_deviations.read(target.known, register, target.answers) if target.known else {}


def _workers_for(settings: Settings, target: Target, latency_ms: float) -> int:
    """Return how many workers send: as many as were asked for, or as the target's distance allows."""
    processes = settings.process_count()
    if settings.workers != "auto" or target.embedded:
        return processes
    return workers_for(latency_ms, processes, target.requests_per_second)


def tried_again(settings: Settings) -> frozenset[previous.Pair] | None:
    """
    Return what ``--last-failed`` tries again, None without it.

    Raises:   ConfigurationError: there was no previous run, or nothing of it failed.
    """
    if not settings.last_failed:
        return None
    path, said = previous.report_of(settings.target, settings.history or RUNS, settings.report_dir)
    return previous.failed(said, path)


def _examples_name(target: Target, settings: Settings) -> str:
    """Return what tells targets apart: the embedded mock is always the same, whatever its port."""
    return " ".join([target.name, "" if target.embedded else target.base_url, *settings.faults])


def heed_termination() -> None:
    """Let a polite end from outside (SIGTERM, of CI systems) remove what was created, as Ctrl-C does."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, interrupt)


def _tidied(session: Session, state: State) -> list[str]:
    """Remove what earlier runs left, and say what was removed and what is still there."""
    if session.read_only:
        left = state.runs_left()
        return [f"left by earlier runs, and kept in a read-only run: {', '.join(left)}"] if left else []
    removed, leaks = cleanup.clean_up(session.target, state)
    notes = [f"removed {removed} resources that earlier runs had left"] if removed else []
    return notes + [f"left behind earlier: {leak}" for leak in leaks]


def _check_answers(target: Target) -> None:
    """
    Make sure that every pinned answer is to a question that is open.

    Raises:   ConfigurationError: a name under ``answers`` is that of no open requirement.
    """
    known = {name for each in requirements.load() if each.level == "open" for name in (each.id, each.short) if name}
    for name in target.answers:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=3) or ["conformance requirements --level open lists them"]
            table = f"targets.{target.name}.answers.{name}"
            raise ConfigurationError(
                f"{table}: no open requirement has this id or short name; near: {', '.join(close)}"
            )


def _make_empty(folder: Path) -> None:
    """Make the folder of the parts; what a killed run left in it is dropped."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    except OSError as error:
        raise ConfigurationError(f"cannot write the report to {folder.parent}: {error.strerror}") from None
