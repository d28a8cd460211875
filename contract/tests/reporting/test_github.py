"""What a run says inside GitHub Actions."""

from __future__ import annotations

from pathlib import Path

from contract.reporting import github
from contract.results import Finding, RunResult, Verdict
from contract.tests.reporting import factory
from contract.tests.reporting.factory import make_case, make_requirement, make_result

INSIDE = {"GITHUB_ACTIONS": "true"}


def test_nothing_outside_of_github(failing: RunResult, tmp_path: Path) -> None:
    github.write_summary(failing, tmp_path, {})

    assert github.notices(failing, {}) == []
    assert list(tmp_path.iterdir()) == []


def test_summary_is_appended_with_verdict_counts_and_causes(failing: RunResult, tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n", encoding="utf-8")

    github.write_summary(failing, tmp_path / "report", {"GITHUB_STEP_SUMMARY": str(path)})

    text = path.read_text(encoding="utf-8")
    assert text.startswith("before\n## ❌ staging does not conform")
    assert "| pass | fail | warn | inconclusive | not-tested |" in text
    assert "| **fail** | `SIGN-003` |" in text
    assert "| warn | `FILTER-002` |" in text
    assert "could not be judged: `ZIP-001`, `ZIP-002`: blocked by EXAM-001" in text
    assert "conformance run --target staging" in text


def test_a_conforming_run_has_no_table_of_findings(passing: RunResult, tmp_path: Path) -> None:
    text = "\n".join(github.summary(passing, tmp_path))

    assert "✅" in text
    assert "Observed" not in text
    assert github.notices(passing, INSIDE) == []


def test_a_cause_is_an_error_and_a_warning_a_warning(failing: RunResult) -> None:
    lines = github.notices(failing, INSIDE)

    assert [line.split("::")[1].split(" title=") for line in lines] == [
        ["error", "SIGN-003"],
        ["error", "NONCE-001"],
        ["error", "ROBUST-001"],
        ["warning", "FILTER-002"],
        ["warning", "ZIP-001 could not be judged"],
    ]
    assert "6 operations" in lines[0]


def test_what_the_target_answered_begins_no_command_and_no_markup(tmp_path: Path) -> None:
    hostile = "x\n::set-env name=PATH::/tmp\r\n| `a` <b> 100%"
    case = make_case("SIGN-001", verdict=Verdict.FAIL, finding=Finding("a 4xx", hostile))
    result = make_result([make_requirement("SIGN-001", cases=[case])])

    lines = github.notices(result, INSIDE)
    table = next(line for line in github.summary(result, tmp_path) if "SIGN-001" in line and line.startswith("|"))

    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert "100%25" in lines[0]
    assert "\\| \\`a\\` &lt;b&gt;" in table


def test_more_than_github_shows_is_said() -> None:
    cases = [
        make_case(
            f"EXAM-{number:03}", verdict=Verdict.FAIL, finding=Finding(f"rule {'abcdefghijklmnop'[number]}", "no")
        )
        for number in range(14)
    ]
    result = make_result([make_requirement(case.requirement, cases=[case]) for case in cases])

    lines = github.notices(result, INSIDE)

    assert len(lines) <= github.MOST_ANNOTATIONS


def test_what_was_left_behind_is_told(tmp_path: Path) -> None:
    told = "\n".join(github.summary(factory.leaking(), tmp_path))

    assert "left behind on the target: `exam 7`, `lti_resource (id unknown)`" in told
    assert "`conformance cleanup --target staging`" in told
