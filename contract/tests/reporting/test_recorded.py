"""Reading a case back from a report, and an exchange as lines for a terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract.errors import ConfigurationError
from contract.reporting import exchange_text, recorded, summary
from contract.results import RunResult
from contract.tests.reporting.factory import make_exchange

CASE = "NONCE-001:exams_create:1"


def test_a_case_is_found_with_its_run(failing: RunResult, tmp_path: Path) -> None:
    failing.run.arguments += ["--fault", "a", "--fault=b", "--config", "c.toml"]
    summary.write(failing, tmp_path / "report.json")

    found = recorded.read_case(tmp_path, CASE)

    assert found.case["test"].endswith("test_nonce_001[exams_create]")
    assert found.run["seed"] == 7
    assert found.target["name"] == "staging"
    assert found.values("--fault") == ["a", "b"]
    assert found.values("--config") == ["c.toml"]


@pytest.mark.parametrize(
    ("case", "words"),
    [("NONCE-001", "its cases: NONCE-001:exams_create:1"), ("NONCE-001:exams_create:2", "near: "), ("x", "look like")],
)
def test_an_unknown_case_is_told_with_what_helps(failing: RunResult, tmp_path: Path, case: str, words: str) -> None:
    summary.write(failing, tmp_path / "report.json")

    with pytest.raises(ConfigurationError, match=words):
        recorded.read_case(tmp_path, case)


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "run the suite first"), ("{", "cannot read"), ("[]", "no report of format"), ('{"format": "x"}', "format")],
)
def test_what_is_no_report_is_told(tmp_path: Path, text: str | None, words: str) -> None:
    if text is not None:
        (tmp_path / "report.json").write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError, match=words):
        recorded.read_case(tmp_path, CASE)


def test_an_exchange_is_cut_to_a_terminal_and_says_so() -> None:
    body = json.dumps({"exams": [{"id": number, "name": "x" * 200} for number in range(20)]})
    exchange = make_exchange(operation="exams_index", body=body)

    lines = list(exchange_text.lines(exchange))

    assert lines[0] == "> GET https://staging.example.com/api/v3/exams"
    assert ">   ?limit=2" in lines
    assert "< 200 OK" in lines
    assert max(map(len, lines)) <= 80
    assert lines[-1].endswith("--full shows them")
    assert "x" * 200 in "\n".join(exchange_text.lines(exchange, full=True))


def test_an_exchange_without_an_answer_says_why() -> None:
    assert list(exchange_text.lines(make_exchange(status=None)))[-1] == "< no answer: ConnectTimeout"
