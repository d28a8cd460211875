"""``junit.xml``, read back with junitparser."""

from __future__ import annotations

from pathlib import Path

import pytest
from junitparser import JUnitXml, Properties, TestCase

from contract.reporting import junit
from contract.results import Finding, RunResult, Verdict
from contract.tests.reporting.factory import make_case, make_requirement, make_result


def written(result: RunResult, folder: Path) -> dict[str, TestCase]:
    """Return the test cases of the written file by name."""
    junit.write(result, folder / "junit.xml")
    report = JUnitXml.fromfile(str(folder / "junit.xml"))
    return {case.name: case for suite in report for case in suite}


def properties(case: TestCase) -> dict[str, str]:
    """Return the properties of one test case."""
    return {each.name: each.value for each in case.child(Properties)}  # type: ignore[no-untyped-call]


def test_every_requirement_is_one_test_case_of_its_area(tmp_path: Path, failing: RunResult) -> None:
    cases = written(failing, tmp_path)

    assert list(cases) == [each.id for each in failing.requirements]
    assert [case.classname for case in cases.values()] == [each.area for each in failing.requirements]


def test_totals_say_what_the_cases_say(tmp_path: Path, failing: RunResult) -> None:
    junit.write(failing, tmp_path / "junit.xml")
    report = JUnitXml.fromfile(str(tmp_path / "junit.xml"))

    assert (report.tests, report.failures, report.errors, report.skipped) == (10, 3, 2, 1)


def test_a_failed_must_is_a_failure_with_expected_observed_and_exchanges(tmp_path: Path, failing: RunResult) -> None:
    (failure,) = written(failing, tmp_path)["NONCE-001"].result

    assert failure._tag == "failure"
    assert "expected a 4xx: the nonce was used before; observed exams_create answered 200" in failure.message
    for part in (
        "exchange: n-2",
        "control: n-1",
        "operations: exams_create",
        "--requirement NONCE-001",
        "source: https://",
    ):
        assert part in failure.text


@pytest.mark.parametrize(
    ("requirement", "kind", "words"),
    [
        ("ROBUST-001", "is_failure", "500"),
        ("ZIP-001", "is_error", "blocked by"),
        ("INST-001", "is_skipped", "superuser"),
    ],
)
def test_each_verdict_has_its_element(
    tmp_path: Path, failing: RunResult, requirement: str, kind: str, words: str
) -> None:
    case = written(failing, tmp_path)[requirement]

    assert getattr(case, kind)
    assert words in case.result[0].message


def test_a_warning_is_shown_and_not_red(tmp_path: Path, failing: RunResult) -> None:
    case = written(failing, tmp_path)["FILTER-002"]

    assert case.is_passed
    assert "rows 3 and 4 swapped" in case.system_out
    assert properties(case)["verdict"] == "warn"


def test_properties_hold_level_source_operations_and_answers(tmp_path: Path, failing: RunResult) -> None:
    cases = written(failing, tmp_path)

    assert properties(cases["SIGN-003"])["level"] == "must"
    assert properties(cases["SIGN-003"])["source"].startswith("https://docs.proctorexam.com")
    assert len(properties(cases["SIGN-003"])["operations"].split()) == 6
    assert properties(cases["PAGE-001"])["observed"] == '{"status": 403}'


def test_what_xml_cannot_hold_is_replaced(tmp_path: Path) -> None:
    dirty = Finding("a\x00b", "<c>&\x1b[31m \ud800 ]]>", detail="d\x0be")
    broken = make_requirement("SIGN-001", cases=[make_case("SIGN-001", verdict=Verdict.FAIL, finding=dirty)])

    (failure,) = written(make_result([broken]), tmp_path)["SIGN-001"].result

    assert "expected a\ufffdb; observed <c>&\ufffd[31m \ufffd ]]>" in failure.message
    assert "d\ufffde" in failure.text
