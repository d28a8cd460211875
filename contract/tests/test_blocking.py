"""An operation that accepts nothing has one finding; what it leaves open is inconclusive and says why."""

from dataclasses import replace

import pytest

from contract import blocking, operations, verdict
from contract.judgement import ACCEPTANCE
from contract.requirements import load
from contract.results import CaseResult, Evidence, Finding, Known, KnownState, RequirementResult, RunVerdict, Verdict

CREATE = "exams_create"
SUCCESS, OTHER_FORM, ANSWER = "EXAM-040", "EXAM-049", "EXAM-045"


def refused(requirement: str, expected: str = ACCEPTANCE, operation: str = CREATE) -> CaseResult:
    finding = Finding(expected, "POST /exams -> 403", operation=operation)
    return CaseResult(f"{requirement}-1", requirement, "test", operation, Verdict.FAIL, "not accepted", finding)


def accepted(requirement: str) -> CaseResult:
    return CaseResult(
        f"{requirement}-2", requirement, "test", CREATE, Verdict.PASS, evidence={CREATE: Evidence(accepted=1)}
    )


def judged(*cases: CaseResult) -> dict[str, RequirementResult]:
    ids = {case.requirement for case in cases}
    results = verdict.judge(load(), cases, ids, {})
    return {result.id: result for result in results if result.id in ids}


def test_of_an_operation_that_accepts_nothing_only_its_success_is_found_missing() -> None:
    results = judged(refused(SUCCESS), refused(OTHER_FORM))

    assert results[SUCCESS].verdict is Verdict.FAIL
    assert results[OTHER_FORM].verdict is Verdict.INCONCLUSIVE
    assert "POST /exams -> 403" in results[OTHER_FORM].reason
    assert blocking.blocked_by(results[OTHER_FORM]) == SUCCESS
    assert [case.finding for case in results[OTHER_FORM].cases] == [None]


@pytest.mark.parametrize(
    "others",
    [
        [refused(OTHER_FORM), accepted(ANSWER)],
        [replace(refused(OTHER_FORM), finding=Finding(ACCEPTANCE, "", operation="exams_update"))],
        [replace(refused(OTHER_FORM), finding=Finding("a 4xx", "POST /exams -> 201", operation=CREATE))],
    ],
    ids=["another request was accepted", "it is about another operation", "it shows an accepted request"],
)
def test_any_other_finding_stays(others: list[CaseResult]) -> None:
    assert judged(refused(SUCCESS), *others)[OTHER_FORM].verdict is Verdict.FAIL


@pytest.mark.parametrize("expected", ["the request to be refused with 404", "the text 'is missing'"])
def test_no_refusal_has_a_control_then(expected: str) -> None:
    assert judged(refused(SUCCESS), refused(OTHER_FORM, expected))[OTHER_FORM].verdict is Verdict.INCONCLUSIVE


def test_a_secret_in_a_refusal_is_found_all_the_same() -> None:
    results = judged(refused(SUCCESS), refused("ISO-062", "no token in the answer"), refused("ISO-061"))

    assert results["ISO-062"].verdict is Verdict.FAIL
    assert results["ISO-061"].verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("why", ["SIGN-001", "TOKEN-001", "ACCEPT-001"])
def test_a_finding_that_says_why_nothing_is_accepted_stays(why: str) -> None:
    results = judged(refused(SUCCESS), refused(why))

    assert (results[SUCCESS].verdict, results[why].verdict) == (Verdict.FAIL, Verdict.FAIL)


def test_without_the_finding_that_says_it_all_nothing_is_blocked() -> None:
    assert judged(refused(OTHER_FORM))[OTHER_FORM].verdict is Verdict.FAIL


def test_what_a_known_deviation_blocks_does_not_make_the_run_uncertain() -> None:
    elsewhere = replace(accepted(ANSWER), operation="exams_index", evidence={"exams_index": Evidence(accepted=1)})
    results = judged(refused(SUCCESS), refused(OTHER_FORM), elsewhere)
    assert verdict.of_run(list(results.values())) is RunVerdict.DOES_NOT_CONFORM

    results[SUCCESS].known = Known(KnownState.HOLDS, "it is being mended")

    assert verdict.of_run(list(results.values())) is RunVerdict.CONFORMS


def test_a_shard_alone_cannot_tell_whether_an_operation_accepts_anything() -> None:
    shards = [refused(SUCCESS), refused(OTHER_FORM)], [accepted(ANSWER)]

    kept = [
        case
        for shard in shards
        for result in verdict.judge(load(), shard, {SUCCESS, OTHER_FORM, ANSWER}, {}, of_a_shard=True)
        for case in result.cases
    ]

    assert {id: each.verdict for id, each in judged(*kept).items()} == {
        id: each.verdict for id, each in judged(*shards[0], *shards[1]).items()
    }
    assert judged(*kept)[OTHER_FORM].verdict is Verdict.FAIL


def test_every_operation_has_a_requirement_of_success() -> None:
    assert not [name for name in operations.table() if blocking.success_requirement(name) is None]
