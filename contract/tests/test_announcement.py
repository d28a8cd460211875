"""What is said before the first request: how much, and how long."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from contract import announcement, portions, session, settings, verdict
from contract.announcement import OVERHEAD_S
from contract.requirements import load
from contract.results import CaseResult, Evidence, Verdict

PLAN = {"tests": 100, "requests": 600, "seconds": 30.0, "left_out": 0}


def run(tmp_path: Path, bound: float | None = None, latency_ms: float = 0.0, workers: int = 1, embedded=False):
    target = SimpleNamespace(requests_per_second=bound, embedded=embedded)
    return SimpleNamespace(
        parts=tmp_path, target=target, latency_ms=latency_ms, workers=workers, processes=2, budget_requests=600
    )


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ({}, 30),
        ({"workers": 2}, 15),
        ({"latency_ms": 100}, 30 + 60),
        ({"latency_ms": 100, "workers": 2}, 45),
        ({"latency_ms": 100, "workers": 30}, 15 + 2),
        ({"latency_ms": 100, "embedded": True}, 30),
        ({"bound": 2}, 300),
        ({"bound": 2, "workers": 4}, 300),
        ({"bound": 1000}, 30),
    ],
    ids=str,
)
def test_time_follows_from_computing_waiting_and_the_bound(tmp_path: Path, options, seconds) -> None:
    assert announcement.seconds(PLAN, run(tmp_path, **options)) == pytest.approx(OVERHEAD_S + seconds)


def test_the_plan_is_told_in_lines_that_fit_a_terminal(tmp_path: Path) -> None:
    one = run(tmp_path, bound=2)
    assert announcement.of(one) is None

    (tmp_path / session.PLAN_FILE).write_text(json.dumps({**PLAN, "left_out": 7}))

    said = announcement.of(one)
    assert said == (
        "100 tests, about 600 requests, about 5 min at 2 requests per second;\n"
        "7 tests left out by the budget of 600 requests"
    )
    assert max(map(len, said.splitlines())) <= 80


def test_plans_that_have_to_be_made_are_told_with_their_time() -> None:
    asked = SimpleNamespace(seed=7, profile="deep")

    said = announcement.making(["exams_index"] * 65, SimpleNamespace(settings=asked, processes=2))

    assert said == "making the plan of 65 operations for seed 7: about 2 min; it is kept"


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "a/b", "1/101", "-1/2", "1/2/3"])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="such as 1/4"):
        settings.shard_of_text(text)


def judged(*cases: CaseResult):
    return {each.id: each for each in verdict.judge(load(), cases, {"EXAM-007", "EXAM-001"}, {})}


def case(requirement: str, result: Verdict, reason: str = "", accepted: int = 0) -> CaseResult:
    evidence = {"exams_index": Evidence(accepted=accepted)}
    return CaseResult("c", requirement, "t", "exams_index", result, reason, evidence=evidence)


def test_too_little_evidence_is_not_held_against_a_run_that_left_cases_out() -> None:
    least = load().get("EXAM-007").evidence.accepted
    assert least > 1
    some = case("EXAM-007", Verdict.PASS, accepted=1)
    left = case("EXAM-007", Verdict.NOT_TESTED, f"{verdict.LEFT_OUT}: the budget")
    unsure = case("EXAM-007", Verdict.INCONCLUSIVE, "the control was not accepted")

    assert judged(some)["EXAM-007"].verdict is Verdict.INCONCLUSIVE
    assert judged(some, left)["EXAM-007"].verdict is Verdict.NOT_TESTED
    assert judged(some, left)["EXAM-007"].reason == left.reason
    assert judged(some, left, unsure)["EXAM-007"].verdict is Verdict.INCONCLUSIVE


def test_a_part_says_nothing_where_other_parts_add_to_the_evidence() -> None:
    some = case("EXAM-007", Verdict.PASS, accepted=1)
    found = case("EXAM-001", Verdict.FAIL, "broken")
    results = judged(some, found)

    verdict.leave_to_other_shards(results.values(), {"EXAM-007", "EXAM-001"})

    assert results["EXAM-007"].verdict is Verdict.NOT_TESTED
    assert "conformance merge" in results["EXAM-007"].reason
    assert results["EXAM-001"].verdict is Verdict.FAIL


def test_the_levels_are_those_of_the_register() -> None:
    assert {each.level for each in load()} == set(portions.LEVELS)
