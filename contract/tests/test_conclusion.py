"""What a run says of itself beside its verdict: that it ended early, and that it was to change nothing."""

from __future__ import annotations

import re
from typing import Any

from contract.conclusion import Gathered, conclude
from contract.errors import ReadOnlyRun
from contract.requirements import load
from contract.results import CaseResult, Evidence, RunInfo, RunResult, Verdict

LATE = "not reached: 2 tests failed before (--max-failures)"
PASSED = CaseResult("c", "EXAM-001", "a", "exams_index", Verdict.PASS, evidence={"exams_index": Evidence(9, 9)})


def untested(requirement: str, test: str, reason: str) -> CaseResult:
    return CaseResult("c", requirement, test, "exams_index", Verdict.NOT_TESTED, reason)


def run(*cases: CaseResult, profile: str = "standard", more: tuple[str, ...] = (), **changed: Any) -> RunResult:
    info = RunInfo("id", "2026-11-22T03:15:00Z", 1.0, 1, profile, "0.1.0", 1, **changed)
    target = {"name": "staging", "base_url": "https://staging.example.com"}
    selected = {*more, *(case.requirement for case in cases)}
    return conclude(Gathered(info, target, selected, {}, {}, False, list(cases), [], [], info.interrupted))


def test_a_test_that_decides_several_requirements_is_one_that_was_not_reached() -> None:
    late = [untested("EXAM-002", "b", LATE), untested("EXAM-003", "b", LATE)]

    assert run(PASSED, *late).sentence.endswith(" Stopped early: 1 of 2 tests not reached.")
    assert "not reached" not in run(PASSED).sentence


def test_an_interrupted_run_says_so_also_where_nothing_was_left() -> None:
    late = untested("EXAM-002", "b", "not reached: the run was interrupted")

    assert run(PASSED, late, interrupted=True).sentence.endswith(" Interrupted: 1 of 2 tests not reached.")
    assert run(PASSED, interrupted=True).sentence.endswith(" Interrupted: 0 of 1 tests not reached.")


def test_a_run_that_was_to_change_nothing_says_why_and_how_much_that_left() -> None:
    needs = str(ReadOnlyRun("POST /exams"))
    left = [untested("EXAM-002", "b", needs), untested("EXAM-003", "c", needs), untested("EXAM-004", "d", "another")]

    said = run(PASSED, *left, read_only="production = true").sentence

    assert re.search(r"\. Read-only \(production = true\): 2 not tested that need more than GET\.$", said)
    assert "Read-only" not in run(PASSED, *left).sentence


def test_what_was_chosen_and_is_in_a_larger_profile_only_is_named() -> None:
    few = run(PASSED, profile="smoke", more=("EXAM-002", "EXAM-003")).sentence
    everything = tuple(each.id for each in load())

    assert few.endswith(" Chosen and not in the profile smoke: EXAM-002, EXAM-003; use --profile standard.")
    assert "Chosen" not in run(PASSED, profile="smoke").sentence
    assert "Chosen" not in run(PASSED, profile="smoke", more=everything).sentence, "nothing was chosen"
