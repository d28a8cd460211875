"""The previous run: the newest whole report on the same target, and what of it is tried again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract import previous
from contract.errors import ConfigurationError
from contract.previous import Previous


def report(target: str, started_at: str, cases=(), requirements=()) -> dict[str, object]:
    return {
        "run": {"started_at": started_at},
        "target": {"name": target},
        "cases": [
            {"requirement": requirement, "test": f"test_it[{operation}]", "operation": operation, "verdict": verdict}
            for requirement, operation, verdict in cases
        ],
        "requirements": [{"id": id, "verdict": verdict} for id, verdict in requirements],
    }


def write(folder: Path, said: dict[str, object]) -> Path:
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(said))
    return folder


def test_the_newest_run_of_the_target_is_the_previous_one(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    write(runs / "1", report("staging", "2026-01-01T00:00:00Z"))
    newest = write(runs / "2", report("staging", "2026-01-03T00:00:00Z"))
    write(runs / "3", report("mock", "2026-01-09T00:00:00Z"))
    chosen = write(tmp_path / "chosen", report("staging", "2026-01-02T00:00:00Z"))
    write(runs / "4", {})
    write(runs / "5", {}).joinpath("report.json").write_text("{")

    assert previous.report_of("staging", runs, chosen)[0] == newest / "report.json"
    assert previous.report_of("staging", tmp_path / "none", chosen)[0] == chosen / "report.json"


def test_without_a_previous_run_the_user_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="run once without --last-failed"):
        previous.report_of("staging", tmp_path, None)


def test_what_failed_or_was_inconclusive_is_tried_again() -> None:
    cases = [
        ("A-001", "one", "fail"), ("A-001", "two", "pass"), ("A-002", None, "inconclusive"), ("A-003", "one", "warn"),
        ("A-004", "one", "pass"), ("A-004", "two", "pass"), ("A-005", "one", "not-tested"),
    ]  # fmt: skip
    judged = [
        ("A-001", "fail"),
        ("A-002", "inconclusive"),
        ("A-003", "warn"),
        ("A-004", "inconclusive"),
        ("A-005", "pass"),
    ]

    found = previous.failed(Previous.model_validate(report("mock", "", cases, judged)), Path("report.json"))

    assert found == {("A-001", "one"), ("A-002", None), ("A-003", "one"), ("A-004", "one"), ("A-004", "two")}


def test_a_test_of_something_else_in_which_a_5xx_came_is_tried_again() -> None:
    cases = [("A-001", "one", "pass"), ("A-001", "two", "pass"), ("ROBUST-101", "one", "warn")]

    found = previous.failed(Previous.model_validate(report("mock", "", cases)), Path("report.json"))

    assert found == {("A-001", "one"), ("ROBUST-101", "one")}


def test_where_nothing_failed_there_is_nothing_to_try() -> None:
    said = Previous.model_validate(report("mock", "", [("A-001", "one", "pass")], [("A-001", "pass")]))

    with pytest.raises(ConfigurationError, match="nothing failed"):
        previous.failed(said, Path("report.json"))


@pytest.mark.parametrize("text", ["5", "[]", '{"target": "mock"}', "{", "\xff"])
def test_what_is_no_report_is_no_previous_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "report.json").write_text(text, encoding="latin-1")

    with pytest.raises(ConfigurationError, match="no run of mock"):
        previous.report_of("mock", tmp_path, None)
