"""The matrix: everything that is known, as JSON and as a page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract.measure import matrix
from contract.measure.jobs import BASELINE, CAUGHT, LOCALISED, SEEDS, STOCK, VARIANTS, Job
from contract.measure.outcome import JUDGED, Outcome
from contract.tests.measure.factory import catalogue, fault, job, outcome, variant

BROKEN = fault("broken-<b>", "EXAM-001", also=("EXAM-002",), operation="exams_show")
MISSED = fault("missed", "TOKEN-001")
UNKNOWN = fault("not-measured", "NONCE-001")
KNOWN = catalogue(BROKEN, MISSED, UNKNOWN, variant("v"))
RESULTS = {
    job(BROKEN): outcome(job(BROKEN), EXAM_001="fail"),
    job(BROKEN, LOCALISED): outcome(job(BROKEN, LOCALISED), EXAM_001="fail", EXAM_007="fail", EXAM_008="inconclusive"),
    job(MISSED): outcome(job(MISSED), TOKEN_001="pass"),
    job(variant("v"), VARIANTS): outcome(job(variant("v"), VARIANTS), EXAM_003="fail"),
    Job(SEEDS, "seed-10", 10): outcome(Job(SEEDS, "seed-10", 10)),
    Job(SEEDS, "seed-9", 9): outcome(Job(SEEDS, "seed-9", 9)),
    Job(BASELINE, "clean-1", 1): Outcome(BASELINE, "clean-1", JUDGED, failures=(("Noise", "GET /exams"),)),
    job(BROKEN, STOCK): Outcome(STOCK, BROKEN.id, JUDGED, failures=(("Noise", "GET /exams"), ("News", "PUT /exams"))),
}


def test_a_fault_has_a_row_with_all_that_is_known() -> None:
    rows = {row["id"]: row for row in matrix.matrix(KNOWN, RESULTS)["faults"]}

    broken = rows[BROKEN.id]
    assert (broken["area"], broken["operation"], broken["requirements"]) == ("exams", "exams_show", ["EXAM-001"])
    assert broken[CAUGHT]["good"]
    assert not broken[LOCALISED]["good"]
    assert broken[LOCALISED]["besides"] == ("EXAM-007",)
    assert broken[LOCALISED]["uncertain"] == ("EXAM-008",)
    assert broken[STOCK]["reason"] == "News on PUT /exams"
    assert not rows["missed"][CAUGHT]["good"]
    assert rows["not-measured"][CAUGHT] is None


def test_figures_count_what_was_measured() -> None:
    assert matrix.matrix(KNOWN, RESULTS)["figures"] == {
        CAUGHT: {"good": 1, "measured": 2},
        LOCALISED: {"good": 0, "measured": 1},
        VARIANTS: {"good": 0, "measured": 1},
        SEEDS: {"good": 2, "measured": 2},
        STOCK: {"good": 1, "measured": 1},
    }


def test_seeds_stand_in_their_order() -> None:
    assert [row["id"] for row in matrix.matrix(KNOWN, RESULTS)["seeds"]] == ["seed-9", "seed-10"]


@pytest.fixture(scope="module")
def page() -> str:
    return matrix.html(matrix.matrix(KNOWN, RESULTS))


@pytest.mark.parametrize(
    "text",
    [
        "red too: EXAM-007",
        "1 inconclusive",
        "TOKEN-001 pass (why pass)",
        "News on PUT /exams",
        "Noise on",
        "EXAM-003 fail",
    ],
)
def test_the_page_says_what_went_otherwise(page: str, text: str) -> None:
    assert text in page


def test_the_page_escapes_what_it_shows(page: str) -> None:
    assert "broken-&lt;b&gt;" in page
    assert "broken-<b>" not in page


def test_the_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page


def test_rows_that_are_as_wanted_can_be_hidden(page: str) -> None:
    assert '<tr id="not-measured" class="as-wanted">' in page
    assert '<tr id="missed">' in page


def test_both_files_are_written(tmp_path: Path) -> None:
    matrix.write(KNOWN, RESULTS, tmp_path / "new")

    written = json.loads((tmp_path / "new" / "matrix.json").read_text(encoding="utf-8"))
    assert written["format"] == "conformance-fault-matrix/1"
    assert len(written["faults"]) == 3
    assert (tmp_path / "new" / "matrix.html").read_text(encoding="utf-8").startswith("<!doctype html>")
