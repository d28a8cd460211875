"""One run that is ready to begin: what the pytest plugin carries out, and the report that it ends with."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import contract
from contract import cleanup, operations, plans, previous, recording, reporting, requirements, shards, verdict
from contract.archive import Archive
from contract.conclusion import Gathered, conclude
from contract.embedded import EmbeddedMock
from contract.examples import Examples
from contract.history.report import NOT_REACHED
from contract.interruption import OF_THIS_PROCESS
from contract.journal import prefix_of
from contract.results import CaseResult, Known, Leak, RunInfo, RunResult
from contract.settings import REPORTS, Settings
from contract.state import State
from contract.target import Target

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
    planned: list[CaseResult] = field(default_factory=list)
    """A case of every test and requirement that the run is to decide, as long as it is not reached."""
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
        return self.read_only_by is not None

    @property
    def read_only_by(self) -> str | None:
        """Return the option or key that has the run send nothing that changes state; None where none does."""
        if self.settings.read_only:
            return "--read-only"
        return "production = true" if self.target.production and not self.settings.production_allowed else None

    @property
    def prefix(self) -> str:
        """Return what the names of all created resources begin with."""
        return prefix_of(self.run_id)

    @property
    def state(self) -> State | None:
        """Return what is kept of the target between runs; nothing of a mock that ends with the run."""
        return None if self.target.embedded or self.rehearses else State(self.target)

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
            return f"{NOT_REACHED} within {most:g} s (--max-duration)"
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
            self.stop(f"{NOT_REACHED}: {most} tests failed before (--max-failures)")

    # -- the end ------------------------------------------------------------------------------------------------------

    def result(self) -> RunResult:
        """Say the verdicts and gather what the workers recorded."""
        # What shows a finding is recorded twice, the second time with its bodies whole.
        exchanges = {each["id"]: each for each in recording.read(self.parts)}
        return conclude(
            Gathered(
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
                    read_only=self.read_only_by,
                ),
                target={"name": self.target.name, "base_url": self.target.base_url, "version": self.target.version},
                selected=self.selected(requirements.load()),
                answers=self.target.answers,
                known=self.known,
                strict=self.settings.strict,
                cases=[*self.cases, *self._not_reached()],
                exchanges=exchanges.values(),
                leaks=list(self.leaks),
                cut_short=self.interrupted or bool(self.problems),
                elsewhere=self.elsewhere,
            )
        )

    def _not_reached(self) -> list[CaseResult]:
        """Return what an interrupted run was still to decide."""
        reached = {case.test for case in self.cases}
        return [case for case in self.planned if case.test not in reached] if self.interrupted else []

    def finish(self) -> RunResult:
        """
        Remove what is left on the target and write the report, with what earlier runs say about it.

        ``reports/latest`` then points at it.
        """
        if self.state and not self.read_only:
            _, self.leaks = cleanup.clean_up(self.target, self.state, self.run_id)
        with OF_THIS_PROCESS.ignored():
            return self._reported()

    def _reported(self) -> RunResult:
        self.outcome = self.result()
        if not self.rehearses:
            self.outcome.past = Archive.of(self.settings).past(self.outcome, self.folder)
        reporting.write(self.outcome, self.folder)
        if self.settings.shard:
            shards.write(self.outcome, shards.Head.of_run(self), self.folder)
        if self.settings.report_dir is None:
            self.notes += point_latest_at(self.folder)
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


def point_latest_at(folder: Path) -> list[str]:
    """Let ``reports/latest`` be the report in *folder*, unless something else is there; return what hindered it."""
    latest = REPORTS / "latest"
    try:
        if latest.is_symlink() or not latest.exists():
            REPORTS.mkdir(exist_ok=True)
            latest.unlink(missing_ok=True)
            latest.symlink_to(os.path.relpath(folder, REPORTS))
    except OSError as error:
        return [f"reports/latest does not point at this report: {error.strerror}"]
    return []
