"""``conformance repro``: one recorded case again, signed afresh and judged."""

from __future__ import annotations

import json
import sys
import tempfile
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from contract import data, preparation
from contract.cli import suite
from contract.cli.options import config_option
from contract.errors import ConfigurationError
from contract.exchange import VALID
from contract.reporting import commands, evidence, exchange_text, recorded, text
from contract.reporting.findings import BROKEN
from contract.reporting.recorded import Recorded
from contract.results import CaseResult, Finding, RunResult, Verdict
from contract.settings import REPORTS, Settings
from contract.target import EMBEDDED
from contract.verdict import fails_the_run

LATEST = REPORTS / "latest"
NOTHING_CERTAIN = 3
COLUMNS = 80

EPILOG = """
\b
Examples:
  conformance repro SIGN-002-78382d97
  conformance repro EXAM-028-1fa0c733 --report-dir nightly/report
  conformance repro EXAM-028-1fa0c733 --target production-copy --full

The test of the case runs again: what it needs is made anew, since the resources
of the earlier run are gone, and only what this run made is changed. Nonce, time
and signature are new; seed, profile and faults are those of the report.

\b
Exit status:
  0  the case holds now            1  it is broken
  2  no such report or case        3  it could not be judged
"""


@click.command("repro", epilog=EPILOG)
@click.argument("case_id", metavar="CASE")
@click.option("--report-dir", type=click.Path(file_okay=False, path_type=Path), default=LATEST, show_default=True,
              metavar="DIR", help="The report folder that names the case.")  # fmt: skip
@click.option("--target", metavar="NAME", help="Send it to this target instead of the one of the report.")
@config_option
@click.option("--full", is_flag=True, help="Show bodies whole.")
@click.option("--json", "as_json", is_flag=True, help="What came of it as JSON, nothing else.")
def command(
    case_id: str, report_dir: Path, target: str | None, config_file: Path | None, full: bool, as_json: bool
) -> int:
    """Send one recorded case again, signed afresh, and judge it: CASE is an id of the report."""
    before = recorded.read_case(report_dir, case_id)
    _check_that_the_test_exists(before)
    with tempfile.TemporaryDirectory(prefix="conformance-repro-") as folder:
        settings = _settings(before, target, config_file, Path(folder) / "report")
        outcome = _again(settings, before)
    after = _case(outcome, case_id)
    if after is None or outcome is None:
        raise ConfigurationError(f"the test of {case_id} did not run: is this the version of the suite that made it?")
    if as_json:
        click.echo(json.dumps(_document(before, after, outcome), indent=2, default=str))
    else:
        for line in [*_lines(before, after, outcome, full), *_by_hand(after, outcome, settings.config)]:
            click.echo(line)
    sys.stdout.flush()
    return _status(after, outcome, "--strict" in before.run["arguments"])


def _check_that_the_test_exists(before: Recorded) -> None:
    file, _, name = before.case["test"].partition("::")
    path = data.tests_folder() / file
    function = name.partition("[")[0].rpartition("::")[2]
    if not path.is_file() or f"def {function}(" not in path.read_text(encoding="utf-8"):
        test, version = before.case["test"], before.run["suite_version"]
        raise ConfigurationError(f"this version of the suite has no test {test}; the report is of {version}")


def _settings(before: Recorded, target: str | None, config_file: Path | None, folder: Path) -> Settings:
    same_target = target in (None, before.target["name"])
    configs = before.values("--config")
    return Settings(
        target=target or before.target["name"],
        config=config_file or (Path(configs[-1]) if configs else None),
        profile=before.run["profile"],
        seed=before.run["seed"],
        workers="1",
        requirements=(before.case["requirement"],),
        read_only="--read-only" in before.run["arguments"],
        strict="--strict" in before.run["arguments"],
        faults=tuple(before.values("--fault")) if same_target else (),
        report_dir=folder,
    )


def _again(settings: Settings, before: Recorded) -> RunResult | None:
    prepared = preparation.prepare(settings)
    from contract import progress

    try:
        suite.run(prepared, progress.Quiet(), [before.case["test"]])
        return prepared.outcome
    finally:
        prepared.close()


def _case(outcome: RunResult | None, case_id: str) -> CaseResult | None:
    cases = (case for requirement in (outcome.requirements if outcome else ()) for case in requirement.cases)
    return next((case for case in cases if case.id == case_id), None)


def _status(after: CaseResult, outcome: RunResult, strict: bool) -> int:
    if after.verdict is Verdict.PASS:
        return 0
    if after.verdict not in BROKEN:
        return NOTHING_CERTAIN
    requirement = next(each for each in outcome.requirements if each.id == after.requirement)
    return 1 if fails_the_run(requirement, strict) else 0


def _lines(before: Recorded, after: CaseResult, outcome: RunResult, full: bool) -> list[str]:
    requirement = next(each for each in outcome.requirements if each.id == after.requirement)
    was, now = before.case["verdict"], after.verdict.value
    lines = [
        f"{after.id}  {after.test}",
        *textwrap.wrap(text.one_line(f"{requirement.id} ({requirement.level}): {requirement.statement}"), COLUMNS),
        "",
        *_told("was", was, before.case["reason"]),
        *_told("now", now, after.reason),
    ]
    found = after.finding or after.earlier
    if found and found.detail:
        lines += ["", *found.detail.splitlines()]
    return [*lines, *_exchanges(after, found, outcome, full)]


def _told(label: str, verdict: str, reason: str) -> list[str]:
    told = text.one_line(f"{verdict}: {reason}" if reason else verdict)
    return textwrap.wrap(told, COLUMNS, initial_indent=f"{label}  ", subsequent_indent="     ")


def _exchanges(after: CaseResult, found: Finding | None, outcome: RunResult, full: bool) -> list[str]:
    by_id = evidence.by_id(outcome)
    judged = (found.exchange if found else None) or _last_judged(after, by_id)
    control = found.control if found and found.control != judged else None
    shown = [("judged", judged), ("control, accepted", control)]
    lines: list[str] = []
    for label, name in shown:
        if name in by_id:
            lines += ["", f"{label}: {by_id[name]['intent']}, as {by_id[name]['user']}"]
            lines += exchange_text.lines(by_id[name], full)
    return lines


def _last_judged(after: CaseResult, by_id: Mapping[str, Any]) -> str | None:
    """Return the last exchange that the test is about: not what was set up before it, or removed after it."""
    judged = [name for name in after.exchanges if by_id.get(name, {}).get("purpose") in ("judged", "control")]
    return next(reversed(judged or after.exchanges), None)


def _by_hand(after: CaseResult, outcome: RunResult, config: Path | None) -> list[str]:
    """Return a curl line for what was judged, or for its control; the embedded mock cannot be asked any more."""
    found, target = after.finding or after.earlier, str(outcome.target["name"])
    by_id = evidence.by_id(outcome)
    judged = (found.control or found.exchange if found else None) or _last_judged(after, by_id)
    wanted = by_id.get(judged or "")
    if wanted is None or wanted["intent"] != VALID or target == EMBEDDED:
        return []
    line = commands.curl(target, wanted, ["--config", str(config)] if config else [])
    return ["", "by hand, the token in $API_TOKEN:", line] if line else []


def _document(before: Recorded, after: CaseResult, outcome: RunResult) -> dict[str, Any]:
    by_id = evidence.by_id(outcome)
    return {
        "case": after.id,
        "requirement": after.requirement,
        "test": after.test,
        "target": outcome.target,
        "was": {"verdict": before.case["verdict"], "reason": before.case["reason"]},
        "now": {"verdict": after.verdict.value, "reason": after.reason},
        "finding": vars(after.finding) if after.finding else None,
        "exchanges": [by_id[name] for name in after.exchanges if name in by_id],
    }
