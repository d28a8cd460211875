"""A recorded case is sent again by its id: still broken, mended, not there; and the formats that a run leaves."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from junitparser import Failure, JUnitXml, Properties

from contract.tests.run.conftest import Finished, conformance

pytestmark = pytest.mark.xdist_group("repro")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Run one requirement against a mock that breaks it, under GitHub Actions."""
    folder = tmp_path_factory.mktemp("repro")
    github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    arguments = ["--requirement", "EXAM-028", "--fault", "exams-show-name-cut", "--seed", "7", "--workers", "1"]
    return conformance(folder, "run", *arguments, **github)


def case_of(run: Finished) -> str:
    """Return the id of the case that failed."""
    (case,) = run.report["cases"]
    assert case["verdict"] == "fail"
    return str(case["id"])


def test_a_case_that_is_still_broken_is_shown_with_its_exchange(run: Finished) -> None:
    again = conformance(run.report_folder.parent, "repro", case_of(run), "--report-dir", "report")

    assert again.status == 1, again.err
    assert again.out.startswith(case_of(run))
    assert "was  fail: expected every parameter to come back" in again.out
    assert "now  fail: expected every parameter to come back" in again.out
    assert "> GET http://127.0.0.1" in again.out
    assert "< 200 OK" in again.out
    assert max(map(len, again.out.splitlines())) <= 80
    assert "demo-administrator-tok" not in again.out


@pytest.fixture(scope="module")
def mended(run: Finished) -> Path:
    """Return a report folder of the same run, without the fault in its arguments."""
    report = run.report
    report["run"]["arguments"] = [word for word in report["run"]["arguments"] if "name-cut" not in word]
    report["run"]["arguments"].remove("--fault")
    folder = run.report_folder.parent / "mended"
    folder.mkdir()
    (folder / "report.json").write_text(json.dumps(report), encoding="utf-8")
    return folder


def test_a_case_that_holds_is_shown_with_what_was_judged_and_not_with_its_removal(run: Finished, mended: Path) -> None:
    again = conformance(mended.parent, "repro", case_of(run), "--report-dir", "mended")

    assert again.status == 0, again.err
    assert "> GET http://127.0.0.1" in again.out
    assert "> DELETE" not in again.out


def test_a_case_that_was_mended_holds_now(run: Finished, mended: Path) -> None:
    again = conformance(mended.parent, "repro", case_of(run), "--report-dir", "mended", "--json")

    assert again.status == 0, again.err
    told = json.loads(again.out)
    assert (told["was"]["verdict"], told["now"]["verdict"]) == ("fail", "pass")
    assert told["exchanges"]


def test_a_case_that_cannot_be_judged_now_is_no_verdict(run: Finished) -> None:
    report = run.report
    arguments = report["run"]["arguments"]
    report["run"]["arguments"] = ["exams-show-fails" if "name-cut" in word else word for word in arguments]
    failing = run.report_folder.parent / "failing"
    failing.mkdir()
    (failing / "report.json").write_text(json.dumps(report), encoding="utf-8")

    again = conformance(failing.parent, "repro", case_of(run), "--report-dir", "failing")

    assert again.status == 3, again.out + again.err
    assert "now  inconclusive: the control was not accepted: GET /exams/" in again.out
    assert "-> 500" in again.out


@pytest.mark.parametrize("arguments", [["EXAM-028"], ["EXAM-028-00000000"], ["x", "--report-dir", "nowhere"]])
def test_a_case_that_is_not_there_is_told_in_one_line(run: Finished, arguments: list[str]) -> None:
    chosen = arguments if "--report-dir" in arguments else [*arguments, "--report-dir", "report"]

    again = conformance(run.report_folder.parent, "repro", *chosen)

    assert again.status == 2
    assert len(again.err.strip().splitlines()) == 1
    assert again.err.startswith("conformance: ")


def test_pytest_html_has_requirement_and_level(run: Finished) -> None:
    text = (run.report_folder / "pytest.html").read_text(encoding="utf-8")

    assert re.findall(r'data-column-type="[^"]*">([^<]*)', text)[:4] == [
        "Result", "Requirement", "Level", "Test",
    ]  # fmt: skip
    assert "EXAM-028" in text
    assert "col-level" in text


def test_junit_has_a_case_for_every_requirement_and_real_failures(run: Finished) -> None:
    (suite,) = JUnitXml.fromfile(str(run.report_folder / "junit.xml"))
    cases = {case.name: case for case in suite}

    assert set(cases) == {each["id"] for each in run.report["requirements"]}
    (failure,) = cases["EXAM-028"].result
    assert isinstance(failure, Failure)
    assert f"conformance repro {case_of(run)}" in failure.text
    properties = cases["EXAM-028"].child(Properties)
    assert {each.name: each.value for each in properties}["level"] == "must"


def test_github_gets_a_summary_and_an_annotation(run: Finished) -> None:
    summary = (run.report_folder.parent / "summary.md").read_text(encoding="utf-8")

    assert summary.startswith("## ❌ mock does not conform")
    assert "::error title=EXAM-028::Show gives the values" in run.err
    assert "::error" not in run.out
