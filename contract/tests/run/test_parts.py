"""A run in parts, a run that stops early, and a run of what failed before."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from contract.plans import CACHE_VARIABLE
from contract.tests.run.conftest import Finished, conformance
from contract.tests.run.sent import judged

SEED = "5"
GENERATED = ["--seed", "1", "--requirement", "ROBUST-10*", "--operation", "exams_create", "--operation", "exams_index"]
CRASHING = [*GENERATED, "--fault", "text-beyond-latin-1-crashes"]


def generated(run: Finished) -> list[dict[str, Any]]:
    """Return how the slices of generated cases were judged by the first of their requirements."""
    cases = run.report["cases"]
    return [each for each in cases if each["requirement"] == "ROBUST-101" and "test_generated.py" in each["test"]]


@pytest.fixture(scope="module")
def parts(tmp_path_factory) -> dict[str, Finished]:
    folder = tmp_path_factory.mktemp("parts")
    options = ["run", "--profile", "smoke", "--seed", SEED, "--workers", "1"]
    done = {name: conformance(folder, *options, "--shard", name, "--report-dir", name[0]) for name in ("1/2", "2/2")}
    done["whole"] = conformance(folder, *options, "--report-dir", "whole")
    done["merged"] = conformance(folder, "merge", "2", "1", "--report-dir", "merged")
    return done


def test_parts_merged_say_what_one_run_says(parts) -> None:
    merged, whole = parts["merged"], parts["whole"]

    assert merged.status == whole.status == 0, merged.out + merged.err
    assert merged.verdicts() == whole.verdicts()
    assert merged.report["verdict"] == whole.report["verdict"]
    for mine, other in zip(merged.report["requirements"], whole.report["requirements"], strict=True):
        assert mine["evidence"] == other["evidence"]
        assert sorted(mine["tests"]) == sorted(other["tests"])


def test_parts_send_together_what_one_run_sends(parts) -> None:
    assert judged(parts["1/2"], parts["2/2"]) == judged(parts["whole"]) == judged(parts["merged"])
    ids = [entry["_id"] for entry in parts["merged"].entries]
    assert len(ids) == len(set(ids))


def test_a_part_says_that_it_is_one(parts) -> None:
    assert parts["1/2"].status == 0
    assert parts["1/2"].report["run"]["shard"] == "1/2"
    assert "Part 1/2: mock conforms" in parts["1/2"].out
    assert not [each for each in parts["1/2"].report["requirements"] if each["verdict"] == "inconclusive"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["1"], "2/2 missing"),
        (["1", "1"], "more than once"),
        (["1", "whole"], "no part"),
        (["1", "nowhere"], "no part"),
    ],
    ids=" ".join,
)
def test_what_is_no_whole_run_is_not_merged(parts, given, told) -> None:
    finished = conformance(parts["whole"].report_folder.parent, "merge", *given, "--report-dir", "wrong")

    assert finished.status == 2
    assert told in finished.err
    assert len(finished.err.strip().splitlines()) == 1


def test_a_part_is_not_overwritten_by_the_report_of_all(parts) -> None:
    folder = parts["whole"].report_folder.parent
    before = (folder / "1" / "report.json").read_bytes()

    finished = conformance(folder, "merge", "2", "1", "--report-dir", "./1")

    assert finished.status == 2
    assert "is one of the parts" in finished.err
    assert (folder / "1" / "report.json").read_bytes() == before


def test_slices_are_the_same_with_every_number_of_workers(tmp_path: Path) -> None:
    runs = [conformance(tmp_path, "run", *GENERATED, "--workers", count, "--report-dir", count) for count in ("1", "2")]

    assert [run.status for run in runs] == [0, 0], runs[0].err + runs[1].err
    assert len(generated(runs[0])) == 4
    assert judged(runs[0]) == judged(runs[1])


def test_a_failing_case_is_shown_small_kept_and_tried_first(tmp_path: Path) -> None:
    cache = {CACHE_VARIABLE: str(tmp_path / "cache")}
    first = conformance(tmp_path, "run", *CRASHING, "--workers", "1", **cache)
    details = {case["finding"]["detail"] for case in generated(first) if case["finding"]}

    assert first.status == 1
    assert len(details) == 1
    detail = details.pop()
    assert detail.startswith("minimal failing case, positive: POST /exams\nbody {")
    assert len(detail) < 100

    second = conformance(tmp_path, "run", "--last-failed", *CRASHING, "--workers", "1", **cache)
    sent = [entry for entry in second.entries if entry["_intent"].startswith("generated")]
    assert second.status == 1
    assert {case["operation"] for case in generated(second)} == {"exams_create"}
    assert set(json.loads(sent[0]["request"]["postData"]["text"])) <= {"name", "type", *SIGNING}
    assert sent[0]["response"]["status"] == 500


SIGNING = {"timestamp", "nonce", "signature"}


def test_a_run_stops_after_so_many_failures_and_says_so(tmp_path: Path) -> None:
    options = ["--area", "accept", "--fault", "ignore-accept", "--seed", "1", "--workers", "1"]
    finished = conformance(tmp_path, "run", *options, "--max-failures", "2")
    cases = finished.report["cases"]
    reasons = Counter(case["reason"] for case in cases if case["verdict"] == "not-tested")

    assert finished.status == 1
    assert len({case["test"] for case in cases if case["verdict"] == "fail"}) == 2
    assert reasons["not reached: 2 tests failed before (--max-failures)"] > 50
    tests = {case["test"] for case in cases}
    left = {case["test"] for case in cases if str(case["reason"]).startswith("not reached")}
    assert f"Stopped early: {len(left)} of {len(tests)} tests not reached." in finished.report["sentence"]


def test_a_run_stops_after_its_time_and_a_budget_is_kept(tmp_path: Path) -> None:
    short = conformance(tmp_path, "run", "--area", "token", "--max-duration", "0.01", "--report-dir", "short")
    small = conformance(
        tmp_path, "run", "--area", "users", "--budget-requests", "60", "--seed", "1", "--report-dir", "small"
    )

    assert short.status == 3
    assert {case["reason"] for case in short.report["cases"]} == {"not reached within 0.01 s (--max-duration)"}
    assert 30 < small.report["summary"]["requests"] < 90
    assert small.report["summary"]["inconclusive"] == 0, small.out
    assert "left out by the budget of 60 requests" in small.out
    assert any(case["reason"].startswith("left out: the budget") for case in small.report["cases"])


def test_there_is_nothing_to_try_again_before_the_first_run(tmp_path: Path) -> None:
    finished = conformance(tmp_path, "run", "--last-failed")

    assert finished.status == 2
    assert "run once without --last-failed" in finished.err
