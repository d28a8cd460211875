"""The end of a run fits a terminal and says the essential."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from contract.reporting import causes, terminal
from contract.results import Finding, Leak, RunResult, RunVerdict, Verdict
from contract.tests.reporting import factory
from contract.tests.reporting.factory import make_case, make_requirement, make_result


def crowded() -> RunResult:
    """Return a run whose every text is too long, of many lines, or of wide characters."""
    finding = Finding("x", "試験 " * 60 + "\n\x1b[31mred")
    cases = [make_case("STUDENT-001", verdict=Verdict.FAIL, finding=finding)]
    return make_result(
        [make_requirement(f"SESSION-{number:03}", cases=cases) for number in range(40)],
        sentence="staging does not conform: " + "many things are broken, " * 40,
        profile="standard",
    )


@pytest.mark.parametrize("make", [factory.passing, factory.failing, crowded, lambda: factory.huge(1000, 60)])
def test_at_most_25_lines_of_80_columns(make: Callable[[], RunResult], tmp_path: Path) -> None:
    lines = terminal.lines(make(), tmp_path / "a-rather-long-folder-name" / "20261122T031500Z-staging")

    assert len(lines) <= 25
    assert max(cell_len(line) for line in lines) <= 80
    assert not any(character in line for line in lines for character in "\n\x1b")


def test_verdict_counts_findings_report_and_command_are_there(failing: RunResult, tmp_path: Path) -> None:
    lines = terminal.lines(failing, tmp_path)
    text = "\n".join(lines)

    assert lines[0] == "staging does not conform: 2 of 10 musts failed."
    assert "fail 2  warn 2  inconclusive 2" in text
    assert "FAIL  SIGN-003    6 operations: e.g. exams_index answered 200" in lines
    assert "FAIL  ROBUST-001  exams_show: 500 Internal Server Error" in lines
    assert "warn  FILTER-002  exams_index: rows 3 and 4 swapped" in lines
    assert any("ZIP-001 +1" in line and "blocked by EXAM-001" in line for line in lines)
    # A long path is broken over lines, and shown from the current folder where that is shorter.
    assert f"{tmp_path.name}/index.html" in "".join(text.split())


def test_the_command_can_be_pasted(failing: RunResult, tmp_path: Path) -> None:
    lines = terminal.lines(failing, tmp_path)
    start = next(number for number, line in enumerate(lines) if line.startswith("again"))
    command = "\n".join([lines[start].removeprefix("again"), *lines[start + 1 :]])

    assert shlex.split(command.replace("\\\n", " ")) == [
        "conformance", "run", "--target", "staging", "--profile", "standard", "--seed", "7",
        "--requirement", "SIGN-003",
    ]  # fmt: skip


def test_what_does_not_fit_is_counted(tmp_path: Path) -> None:
    result = factory.huge(1000, 60)
    lines = terminal.lines(result, tmp_path)
    shown = sum(line.startswith("FAIL") for line in lines)
    total = len(causes.of(result))

    assert f"and {total - shown} more in the report" in lines
    assert shown >= 10


def test_nothing_found_has_no_list(passing: RunResult, tmp_path: Path) -> None:
    lines = terminal.lines(passing, tmp_path)

    assert not any(line.startswith(("FAIL", "warn", "?")) for line in lines)


def test_a_long_path_is_wrapped_and_not_cut(passing: RunResult, tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 90) / ("b" * 90)
    joined = "".join(line.strip() for line in terminal.lines(passing, folder))

    assert "a" * 90 in joined
    assert "b" * 90 + "/index.html" in joined


def test_an_inconclusive_run_shows_how_to_look_again(tmp_path: Path) -> None:
    unsure = make_requirement("ZIP-001", cases=[make_case("ZIP-001", verdict=Verdict.INCONCLUSIVE)], reason="too slow")
    text = "\n".join(terminal.lines(make_result([unsure], verdict=RunVerdict.INCONCLUSIVE), tmp_path))

    assert "?     ZIP-001     too slow" in text
    assert "--requirement ZIP-001" in text


def test_what_was_left_behind_is_named_within_the_25_lines(tmp_path: Path) -> None:
    result = crowded()
    result.leaks = [Leak("exam", number, "4f", "DELETE answers 500") for number in range(1, 10)]

    told = terminal.lines(result, tmp_path)

    assert len(told) <= 25
    assert "left behind:" in told
    assert "  exam 1 of run 4f: DELETE answers 500" in told
    assert "  and 5 more" in told
