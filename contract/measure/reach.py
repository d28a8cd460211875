"""
Which operations each explicit test sends requests to, found out once against the clean mock.

A fault of some operations cannot be noticed by a test that calls none of them. What tests share is made anew for each,
so that a test is counted for the operations by which it is made, too.
"""

from __future__ import annotations

import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from contract import preparation, pytest_plugin, recording
from contract.measure.jobs import Job
from contract.measure.outcome import JUDGED, Outcome
from contract.measure.selection import Selection
from contract.session import Session
from contract.settings import Settings
from contract.trial import BENCHES


def work(job: Job, selection: Selection, config: pytest.Config, folder: Path) -> dict[str, Any]:
    """Return the outcome of *job*, its ``reach``, as plain data."""
    started = time.monotonic()
    run = preparation.prepare(Settings(seed=job.seed, workers="1", report_dir=folder / "report"))
    try:
        pytest_plugin.adopt(config, run)
        benches = config.stash[BENCHES]
        for test in selection.tests:
            benches.forget_shared()
            test.item.ihook.pytest_runtest_protocol(item=test.item, nextitem=None)
        benches.close()
        found = _reach(run)
    finally:
        run.close()
    taken_s = round(time.monotonic() - started, 2)
    return Outcome(job.step, job.subject, JUDGED, duration_s=taken_s, tests=len(found), reach=found).as_dict()


def _reach(run: Session) -> dict[str, list[str]]:
    """Join cases, which know their test, with exchanges, which know their case."""
    operations: dict[str, set[str]] = defaultdict(set)
    for exchange in recording.read(run.parts):
        if exchange["case"] and exchange["operation"]:
            operations[_common(exchange["case"])].add(exchange["operation"])
    return {case.test: sorted(operations[_common(case.id)]) for case in run.cases}


def _common(case_id: str) -> str:
    """Return what the ids of all cases of one test end with."""
    return case_id.rpartition("-")[2]
