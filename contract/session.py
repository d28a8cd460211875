"""One run, from the options to the report: what the command prepares and what the pytest plugin carries out."""

from __future__ import annotations

import difflib
import json
import os
import secrets
import shutil
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import contract
from contract import cleanup, embedded, operations, preflight, reporting, requirements, verdict
from contract import known as known_deviations
from contract.archive import Archive
from contract.config import read_target, refuse_what_is_not_there_yet
from contract.embedded import EmbeddedMock
from contract.errors import ConfigurationError
from contract.journal import prefix_of
from contract.nonce import new_run_number
from contract.results import CaseResult, Known, OperationResult, RequirementResult, RunInfo, RunResult, RunVerdict
from contract.settings import REPORTS, Settings
from contract.state import State
from contract.target import EMBEDDED, Target, User
from contract.target import Fixtures as TargetFixtures

PARTS = ".parts"


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
    workers: int = 1
    cases: list[CaseResult] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
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

    def for_worker(self) -> dict[str, Any]:
        """Return what a worker process needs, as plain data."""
        return {
            "target": asdict(self.target) | {"known": None},
            "settings": asdict(self.settings) | {"config": None, "report_dir": None, "history": None},
            "folder": str(self.folder),
            "run_id": self.run_id,
            "run_number": self.run_number,
            "started": self.started.isoformat(),
            "workers": self.workers,
            "rehearses": self.rehearses,
        }

    @classmethod
    def of_controller(cls, data: dict[str, Any]) -> Session:
        """Return the session of a worker from what the controller sent."""
        target = dict(data["target"])
        target["users"] = {role: User(**fields) for role, fields in target["users"].items()}
        target["fixtures"] = TargetFixtures(**target["fixtures"])
        return cls(
            settings=Settings(**data["settings"]),
            target=Target(**target),
            folder=Path(data["folder"]),
            run_id=data["run_id"],
            run_number=data["run_number"],
            started=datetime.fromisoformat(data["started"]),
            workers=data["workers"],
            rehearses=data["rehearses"],
        )

    def result(self) -> RunResult:
        """Say the verdicts and gather what the workers recorded."""
        register = requirements.load()
        # What shows a finding is recorded twice, the second time with its bodies whole.
        recorded = {each["id"]: each for each in self._recorded()}
        exchanges = sorted(recorded.values(), key=lambda each: (each["started_ms"], each["id"]))
        elsewhere = f"none of its cases is in the profile {self.settings.profile}"
        judged = verdict.judge(register, self.cases, self.settings.selected(register), self.target.answers, elsewhere)
        known_deviations.mark(judged, self.known, self.started.date())
        # A mock of the run's own takes with it what is left on it.
        harm = bool(self.leaks) and self.state is not None
        cut_short = self.interrupted or bool(self.problems) or harm
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
            ),
            target=target,
            verdict=overall,
            sentence=self._sentence(overall, judged),
            requirements=judged,
            operations=_by_operation(exchanges),
            exchanges=exchanges,
        )

    def _sentence(self, overall: RunVerdict, judged: list[RequirementResult]) -> str:
        said = verdict.sentence(overall, judged, self.target.name, self.settings.strict)
        left = len(self.leaks) if self.state is not None else 0
        return f"{said.removesuffix('.')}; {left} resource{'s' * (left != 1)} left behind." if left else said

    def finish(self) -> RunResult:
        """
        Remove what is left on the target and write the report, with what earlier runs say about it.

        ``reports/latest`` then points at it.
        """
        if self.state and not self.read_only:
            _, left = cleanup.clean_up(self.target, self.state, self.run_id)
            self.leaks = [str(leak) for leak in left]
        self.outcome = self.result()
        if not self.rehearses:
            self.outcome.past = Archive.of(self.settings).past(self.outcome, self.folder)
        reporting.write(self.outcome, self.folder)
        if self.settings.report_dir is None:
            latest = REPORTS / "latest"
            if latest.is_symlink() or not latest.exists():
                REPORTS.mkdir(exist_ok=True)
                latest.unlink(missing_ok=True)
                latest.symlink_to(os.path.relpath(self.folder, REPORTS))
        return self.outcome

    def _recorded(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self.parts.glob("exchanges-*.jsonl")):
            with path.open(encoding="utf-8") as lines:
                for line in lines:
                    yield json.loads(line)

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


def prepare(settings: Settings) -> Session:
    """
    Read the config, start the embedded mock where it is the target, and make sure that a verdict is possible.

    Raises:   ConfigurationError, UnknownName: the options or the config. TargetError: the target.
    """
    settings.selected(requirements.load())
    for operation_id in settings.operations:
        operations.get(operation_id)
    mock = embedded.start(settings.faults) if settings.target == EMBEDDED else None
    lock: State | None = None
    try:
        target = mock.target if mock else read_target(settings.target, settings.config)
        if not mock:
            refuse_what_is_not_there_yet(settings.target, settings.config)
        _check_answers(target)
        register = requirements.load()
        known = known_deviations.read(target.known, register, target.answers) if target.known else {}
        if not mock:
            lock = State(target)
            lock.lock("a run")
        preflight.check(target)
        folder = settings.new_report_folder()
        session = Session(
            settings=settings,
            target=target,
            folder=folder,
            run_id=secrets.token_hex(4),
            run_number=new_run_number(),
            started=datetime.now(UTC),
            mock=mock,
            known=known,
            lock=lock,
        )
        if lock:
            session.tidied = _tidied(session, lock)
        _make_empty(session.parts)
    except BaseException:
        if mock:
            mock.stop()
        if lock:
            lock.unlock()
        raise
    return session


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


def _by_operation(exchanges: list[dict[str, Any]]) -> list[OperationResult]:
    results = {
        operation.id: OperationResult(
            operation.id, operation.method, operation.path, operation.area, operation.deprecated
        )
        for operation in operations.table().values()
    }
    statuses: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for exchange in exchanges:
        if (result := results.get(exchange["operation"])) is None:
            continue
        result.requests += 1
        if exchange["response"]:
            statuses[result.operation_id][str(exchange["response"]["status"])] += 1
            result.latencies_ms.append(exchange["elapsed_ms"])
    for operation_id, counted in statuses.items():
        results[operation_id].statuses = dict(sorted(counted.items()))
    return list(results.values())
