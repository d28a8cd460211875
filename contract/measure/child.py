"""What a forked child does: start a mock, prepare a run of its own, carry out the chosen tests, say the verdicts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from contract import preparation, pytest_plugin, requirements, verdict
from contract.errors import TargetError
from contract.measure.jobs import CAUGHT, Job
from contract.measure.outcome import ERROR, JUDGED, RED, Outcome, Shown
from contract.measure.selection import Selection
from contract.requirements import Register
from contract.results import RequirementResult, Verdict
from contract.session import Session
from contract.settings import Settings

REASON_CHARACTERS = 400


def work(job: Job, selection: Selection, config: pytest.Config, folder: Path) -> dict[str, Any]:
    """Return the outcome of *job* as plain data; reports and records go to *folder*."""
    started = time.monotonic()
    if not selection.tests:
        return _error(job, "no test decides a requirement that it names")
    settings = Settings(
        profile=selection.profile,
        seed=job.seed,
        workers="1",
        requirements=selection.requirements,
        faults=(job.deviation.id,) if job.deviation else (),
        report_dir=folder / "report",
    )
    try:
        run = preparation.prepare(settings)
    except TargetError as error:
        return _error(job, f"the run does not begin: {error}")
    run.keeps_exchanges = False
    try:
        pytest_plugin.adopt(config, run)
        tests = _carry_out(job, selection, run)
        return _outcome(job, selection, run, tests, time.monotonic() - started).as_dict()
    finally:
        run.close()


def _error(job: Job, message: str) -> dict[str, Any]:
    return Outcome(job.step, job.subject, ERROR, message).as_dict()


def _carry_out(job: Job, selection: Selection, run: Session) -> int:
    """Run the tests; of a fault against its own requirements, only until all of them are red. Returns: how many."""
    missing = set(selection.requirements) if job.step == CAUGHT else None
    items = [test.item for test in selection.tests]
    for number, (item, next_item) in enumerate(zip(items, [*items[1:], None], strict=True), start=1):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=next_item)
        if missing is not None:
            missing -= {case.requirement for case in run.cases if case.verdict in RED}
            if not missing:
                return number
    return len(items)


def _outcome(job: Job, selection: Selection, run: Session, tests: int, duration_s: float) -> Outcome:
    register = requirements.load()
    results = verdict.judge(register, run.cases, run.settings.selected(register), run.target.answers)
    return Outcome(
        step=job.step,
        subject=job.subject,
        ended=JUDGED,
        message="; ".join(dict.fromkeys(run.problems)),
        duration_s=round(duration_s, 2),
        tests=tests,
        requests=len({exchange for case in run.cases for exchange in case.exchanges}),
        shown={each.id: _shown(each) for each in results if _is_worth_telling(each, job)},
        undecided=_undecided(register, selection),
    )


def _is_worth_telling(result: RequirementResult, job: Job) -> bool:
    named = job.deviation is not None and result.id in job.deviation.requirements
    return named or result.verdict not in (Verdict.PASS, Verdict.NOT_TESTED)


def _shown(result: RequirementResult) -> Shown:
    return Shown(str(result.verdict), result.level, result.reason[:REASON_CHARACTERS])


def _undecided(register: Register, selection: Selection) -> tuple[str, ...]:
    return tuple(each.id for each in register if each.id not in selection.decided)
