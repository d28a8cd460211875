"""One cause, one group."""

from __future__ import annotations

from contract.reporting import findings
from contract.results import Finding, RunResult, Verdict
from contract.tests.reporting.factory import make_case, make_requirement, make_result


def test_six_operations_with_one_broken_rule_are_one_group(failing: RunResult) -> None:
    signing = findings.groups(failing)[0]

    assert signing.requirement.id == "SIGN-003"
    assert len(signing.variants) == 1
    assert len(signing.operations) == 6
    assert len(signing.cases) == 6


def test_what_fails_the_run_comes_first_and_the_widest_before_the_rest(failing: RunResult) -> None:
    groups = findings.groups(failing)

    assert [group.requirement.id for group in groups] == ["SIGN-003", "NONCE-001", "ROBUST-001", "FILTER-002"]
    assert [group.breaks_run for group in groups] == [True, True, True, False]


def test_strict_makes_a_warning_fail_the_run() -> None:
    warned = make_requirement("FILTER-002", "should", cases=[make_case("FILTER-002", verdict=Verdict.WARN)])

    lenient, strict = make_result([warned]), make_result([warned], arguments=["run", "--strict"])

    assert not findings.groups(lenient)[0].breaks_run
    assert findings.groups(strict)[0].breaks_run


def test_ids_and_values_do_not_split_a_cause_but_statuses_do() -> None:
    def case(number: int, observed: str) -> object:
        return make_case("EXAM-001", number, Verdict.FAIL, finding=Finding("404", observed, operation="exams_show"))

    seen = ["GET /exams/7 answered 200", "GET /exams/8123 answered 200", "GET /exams/9 answered 500"]
    requirement = make_requirement("EXAM-001", cases=[case(number, text) for number, text in enumerate(seen)])  # type: ignore[misc]

    (group,) = findings.groups(make_result([requirement]))

    assert [len(variant.cases) for variant in group.variants] == [2, 1]
    assert group.variants[0].differs
    assert not group.variants[1].differs


def test_passing_cases_of_a_failed_requirement_are_no_findings() -> None:
    cases = [
        make_case("SIGN-001", 1, Verdict.PASS, "exams_index"),
        make_case("SIGN-001", 2, Verdict.FAIL, "exams_show"),
    ]

    (group,) = findings.groups(make_result([make_requirement("SIGN-001", cases=cases)]))

    assert group.operations == ["exams_show"]


def test_a_pinned_answer_that_differs_is_a_finding_with_what_was_sent() -> None:
    observed = make_case("TOKEN-004", verdict=Verdict.PASS, exchanges=["x-1", "x-2"])
    reason = "the config pins TOKEN-004 = 401; observed status 403"
    pinned = make_requirement("TOKEN-004", "open", "token", [observed], Verdict.FAIL, reason=reason, pinned=True)

    (group,) = findings.groups(make_result([pinned]))

    assert group.breaks_run
    assert group.variants[0].observed == reason
    assert group.variants[0].finding.exchange == "x-2"


def test_the_example_is_a_case_whose_exchange_is_known() -> None:
    bare = make_case("SIGN-001", 1, Verdict.FAIL, finding=Finding("a 4xx", "200"))
    shown = make_case("SIGN-001", 2, Verdict.FAIL, finding=Finding("a 4xx", "200", exchange="x-9"))

    (group,) = findings.groups(make_result([make_requirement("SIGN-001", cases=[bare, shown])]))

    assert group.variants[0].finding.exchange == "x-9"


def test_what_was_blocked_by_one_thing_has_one_reason(failing: RunResult) -> None:
    (reason,) = findings.reasons(failing, Verdict.INCONCLUSIVE)

    assert "EXAM-001" in reason.text
    assert [each.id for each in reason.requirements] == ["ZIP-001", "ZIP-002"]


def test_a_missing_reason_says_so() -> None:
    (reason,) = findings.reasons(make_result([make_requirement("ZIP-001", cases=[])]), Verdict.NOT_TESTED)

    assert reason.text == "no reason was recorded"
