"""Reports are read again: older ones, those of other programs, and those that were never finished."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract.history.report import NotAReport, read, read_head
from contract.reporting import summary
from contract.tests.history.reports import document, write
from contract.tests.reporting import factory


def test_a_folder_and_its_file_are_read_alike(tmp_path: Path) -> None:
    folder = write(tmp_path, {"SIGN-001": "fail"})

    assert read(folder) == read(folder / "report.json")
    assert read(folder).judged["SIGN-001"].unmet


def test_what_the_suite_writes_it_reads(tmp_path: Path) -> None:
    result = factory.failing()
    summary.write(result, tmp_path / "report.json")

    found = read(tmp_path)

    assert found == summary.as_report(result)
    assert {each.id: each.verdict for each in found.requirements} == {
        each.id: each.verdict.value for each in result.requirements
    }
    assert (found.summary.passed, found.summary.not_tested) == (3, 1)


def test_fields_of_later_versions_are_ignored_and_those_of_earlier_ones_may_lack(tmp_path: Path) -> None:
    written = document()
    written["later"] = {"a": 1}
    written["requirements"][0] = {"id": "SIGN-001", "verdict": "pass", "invented": True}
    (tmp_path / "report.json").write_text(json.dumps(written), encoding="utf-8")

    assert read(tmp_path).judged["SIGN-001"].known is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"format": "conformance-report/1", "run": {', "is not valid JSON: was it written to the end?"),
        ("", "is not valid JSON"),
        ("[]", "is no whole report"),
        ('{"name": "package"}', "is no report: it does not say format conformance-report/1"),
        ('{"format": 7}', "is no report"),
        (json.dumps(document(format="conformance-report/2")), "has the format conformance-report/2; this version"),
        (json.dumps({**document(), "requirements": [{"id": "X"}]}), "is no whole report: requirements.0.verdict"),
        (json.dumps(document({"SIGN-001": "splendid"})), "requirements.0.verdict: input should be 'pass'"),
    ],
)
def test_what_is_no_report_is_told(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "report.json").write_text(content, encoding="utf-8")

    with pytest.raises(NotAReport, match=r"report\.json ") as raised:
        read(tmp_path)

    assert said in str(raised.value)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("path", ["nowhere", "."])
def test_where_no_report_is_the_message_says_what_to_give(tmp_path: Path, path: str) -> None:
    with pytest.raises(NotAReport, match=r"give a report folder or its report\.json"):
        read_head(tmp_path / path)
