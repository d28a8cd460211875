"""Known deviations show in every view: as what they are, neither red nor forgotten."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from junitparser import Failure, Skipped

from contract import known, verdict
from contract.reporting import page, summary, terminal
from contract.results import Known, KnownState, RunResult, Verdict
from contract.tests.reporting import factory
from contract.tests.reporting.test_junit import properties, written
from contract.tests.reporting.test_summary import SCHEMA, closed

LINK = "https://tracker.example.com/4711"


@pytest.fixture
def result() -> RunResult:
    """Return a run with a known deviation in each state: SIGN-003 holds, NONCE-001 expired, SIGN-001 is mended."""
    made = factory.failing()
    listed = {
        "SIGN-003": Known(KnownState.NOT_JUDGED, "the gateway does it", LINK, "2027-01-31"),
        "NONCE-001": Known(KnownState.NOT_JUDGED, "being mended", None, "2026-11-01"),
        "SIGN-001": Known(KnownState.NOT_JUDGED, "was broken"),
        "ZIP-001": Known(KnownState.NOT_JUDGED, "never ends"),
    }
    known.mark(made.requirements, listed, date(2026, 11, 22))
    return made


def test_junit_skips_what_is_excused_and_fails_what_expired(result: RunResult, tmp_path: Path) -> None:
    found = written(result, tmp_path)

    (skipped,) = found["SIGN-003"].result
    assert isinstance(skipped, Skipped)
    assert skipped.message == f"known deviation: the gateway does it; {LINK}; until 2027-01-31"
    named = properties(found["SIGN-003"])
    assert (named["known"], named["known.link"], named["known.expires"]) == ("holds", LINK, "2027-01-31")
    assert isinstance(found["NONCE-001"].result[0], Failure)
    assert properties(found["NONCE-001"])["known"] == "expired"
    assert found["SIGN-001"].result == []


def test_junit_fails_what_no_longer_fails_in_a_strict_run(result: RunResult, tmp_path: Path) -> None:
    result.run.arguments.append("--strict")

    (failure,) = written(result, tmp_path)["SIGN-001"].result

    assert isinstance(failure, Failure)
    assert "no longer fails" in failure.message


def test_the_terminal_marks_them(result: RunResult, tmp_path: Path) -> None:
    lines = terminal.lines(result, tmp_path)

    assert "known SIGN-003    6 operations: e.g. exams_index answered 200" in lines
    assert any(line.startswith("FAIL  NONCE-001") for line in lines)
    assert "known SIGN-001    no longer fails: take it out of the known deviations" in lines
    assert max(map(len, lines)) <= 80

    result.run.arguments.append("--strict")
    assert any(line.startswith("FAIL  SIGN-001    no longer") for line in terminal.lines(result, tmp_path))


def test_the_report_has_their_fields(result: RunResult) -> None:
    document = json.loads(json.dumps(summary.document(result)))

    jsonschema.Draft202012Validator(closed(SCHEMA)).validate(document)
    assert document["summary"]["known"] == {"holds": 1, "expired": 1, "mended": 1, "not-judged": 1}
    found = {each["id"]: each for each in document["requirements"]}
    assert found["SIGN-003"]["verdict"] == "fail"
    assert found["SIGN-003"]["known"] == {
        "state": "holds", "reason": "the gateway does it", "link": LINK, "expires": "2027-01-31",
    }  # fmt: skip
    assert found["SIGN-002"]["known"] is None
    assert {each["requirement"]: (each["known"], each["breaks_run"]) for each in document["findings"]} == {
        "SIGN-003": (True, False), "NONCE-001": (False, True), "ROBUST-001": (False, True),
        "FILTER-002": (False, False),
    }  # fmt: skip


def test_the_page_lists_them_apart(result: RunResult) -> None:
    text = page.html(result)

    assert text.index("What makes the target not conform") < text.index("<h3>Known deviations") < text.index("Warnings")
    for part in ("the gateway does it", LINK, "until 2027-01-31", "expired on 2026-11-01", "take it out of the list"):
        assert part in text


def test_a_page_without_any_says_nothing_of_them(failing: RunResult) -> None:
    assert "nown deviation" not in page.html(failing).split("<body", 1)[1]


def test_known_failures_alone_leave_nothing_broken(result: RunResult) -> None:
    kept = [each for each in result.requirements if each.id in ("SIGN-003", "SIGN-002")]
    result.requirements[:] = kept

    text = page.html(result)

    assert not verdict.fails_the_run(next(each for each in kept if each.verdict is Verdict.FAIL))
    assert "What makes the target not conform" not in text
    assert "Nothing that was tested is broken" not in text
