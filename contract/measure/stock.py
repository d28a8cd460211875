"""
The same faults under stock ``schemathesis run``, so that a reader sees what the suite adds.

It gets the same description, without the fields that the hooks add, and as long a time for every fault. It has caught
a fault when it reports a failure, as (check, operation), that is no noise. Noise is what it reports in any of several
longer runs, with the same seed, against the clean mock, and what it reports in any run with a fault of operations that
this fault is not on (`figures.noise_of`).
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from contract import embedded
from contract.cases import NEGATIVE
from contract.errors import TargetError
from contract.measure.jobs import BASELINE, Job
from contract.measure.outcome import ERROR, JUDGED, Outcome
from contract.measure.stock_hooks import CONFIG_VARIABLE
from contract.operations import BASE_PATH
from contract.target import Target

SECONDS, BASELINE_SECONDS = 20, 60
DOCUMENT = "openapi.json"
HOOKS = "contract.measure.stock_hooks"


@functools.cache
def document() -> str:
    """Return the description as JSON, without timestamp, nonce and signature."""
    from contract import planning

    return json.dumps(planning.view(NEGATIVE))


def work(job: Job, folder: Path) -> dict[str, Any]:
    """Return the outcome of one run of schemathesis as plain data; what it writes goes to *folder*."""
    started = time.monotonic()
    mock = embedded.start([job.deviation.id] if job.deviation else [])
    try:
        report = folder / "report.json"
        seconds = BASELINE_SECONDS if job.step == BASELINE else SECONDS
        call = [*command(mock.target, report, job.seed), "--max-time", str(seconds)]
        subprocess.run(call, cwd=folder, env=environment(mock.target, folder), check=False)
    except TargetError as error:
        return Outcome(job.step, job.subject, ERROR, str(error)).as_dict()
    finally:
        mock.stop()
    return _outcome(job, report, time.monotonic() - started).as_dict()


def command(target: Target, report: Path, seed: int) -> list[str]:
    """Return how schemathesis is called in the folder of `environment`; its figures go to *report*."""
    # It is told to go on after a failure, for of several only a new one counts. ignored_auth takes requests that
    # our hooks signed for unsigned ones.
    return [
        sys.executable, "-m", "schemathesis.cli", "run", DOCUMENT, "--url", target.base_url + BASE_PATH,
        "--seed", str(seed), "--continue-on-failure", "--no-shrink",
        "--exclude-checks", "ignored_auth", "--generation-database", "none", "--report-json-path", str(report),
    ]  # fmt: skip


def environment(target: Target, folder: Path) -> dict[str, str]:
    """Write to *folder* what schemathesis needs to sign requests to *target*; return its environment."""
    (folder / DOCUMENT).write_text(document(), encoding="utf-8")
    config = folder / "target.toml"
    config.write_text(_config(target), encoding="utf-8")
    return {**os.environ, CONFIG_VARIABLE: str(config), "SCHEMATHESIS_HOOKS": HOOKS}


def _outcome(job: Job, report: Path, duration_s: float) -> Outcome:
    if not report.exists():
        return Outcome(job.step, job.subject, ERROR, "schemathesis wrote no report", round(duration_s, 2))
    said = json.loads(report.read_text(encoding="utf-8"))
    failures = {(each["type"], operation) for each in said["failures"] for operation in each["operations"]}
    return Outcome(
        step=job.step,
        subject=job.subject,
        ended=JUDGED,
        duration_s=round(duration_s, 2),
        tests=said["operations"]["tested"],
        requests=said["test_cases"]["generated"],
        failures=tuple(sorted(failures)),
    )


def _config(target: Target) -> str:
    lines = ["[targets.local]", f"base_url = {json.dumps(target.base_url)}"]
    for role, user in target.users.items():
        lines += [f"[targets.local.users.{role}]", f"institute_id = {user.institute_id}"]
        lines += [f"token = {json.dumps(user.token)}", f"secret_key = {json.dumps(user.secret_key)}"]
    return "\n".join(lines) + "\n"
