"""From cases to verdicts: which one wins, how much evidence it takes, and what the run as a whole is worth."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from contract import verdict
from contract.requirements import Register, Requirement, load
from contract.requirements.register import Evidence as Least
from contract.results import CaseResult, Evidence, RequirementResult, RunVerdict, Verdict, strongest

PASS, FAIL, WARN = Verdict.PASS, Verdict.FAIL, Verdict.WARN
INCONCLUSIVE, NOT_TESTED = Verdict.INCONCLUSIVE, Verdict.NOT_TESTED
ORDER = [FAIL, WARN, INCONCLUSIVE, PASS, NOT_TESTED]
"""As it is settled: the earlier one wins."""
ENOUGH = {"exams_show": Evidence(accepted=1, refused=1)}


def requirement(level: str = "must", id: str = "SIGN-900", **changed: Any) -> Requirement:
    fields: dict[str, Any] = {
        "statement": "It holds.", "source": "https://example.com", "operations": ("exams_show", "exams_index"),
        "since": "1", "area": "signing", **changed,
    }  # fmt: skip
    return Requirement(id=id, level=level, **fields)


def case(
    verdict: Verdict = PASS, id: str = "SIGN-900", operation: str | None = "exams_show", **changed: Any
) -> CaseResult:
    fields: dict[str, Any] = {"evidence": ENOUGH, "reason": f"{verdict} on {operation}", **changed}
    return CaseResult(f"{id}-1", id, "test_a.py::test_a", operation, verdict, **fields)


def judged(one: Requirement, *cases: CaseResult, answers: dict[str, Any] | None = None) -> RequirementResult:
    (result,) = verdict.judge(Register({one.id: one}), cases, {one.id}, answers or {})
    return result


# -- which verdict wins -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verdicts", list(itertools.permutations(ORDER, 2)))
def test_the_stronger_of_two_verdicts_wins(verdicts: tuple[Verdict, Verdict]) -> None:
    wanted = ORDER[min(map(ORDER.index, verdicts))]
    cases = [
        case(each, operation=f"op{number}", evidence={f"op{number}": Evidence(1, 1)})
        for number, each in enumerate(verdicts)
    ]

    result = judged(requirement(), *cases)

    assert strongest(verdicts) is wanted
    assert result.verdict is wanted
    assert result.reason == f"{wanted} on op{verdicts.index(wanted)}"


def test_without_any_case_nothing_was_tested() -> None:
    assert strongest([]) is NOT_TESTED
    assert (judged(requirement()).verdict, judged(requirement()).reason) == (NOT_TESTED, "no case of it ran")


def test_what_was_not_selected_is_not_tested_and_out_of_scope() -> None:
    one = requirement()

    (result,) = verdict.judge(Register({one.id: one}), [case(FAIL)], set(), {})

    assert (result.verdict, result.reason, result.in_scope) == (NOT_TESTED, "not selected for this run", False)


def test_what_no_test_can_decide_is_not_tested_with_the_reason_and_out_of_scope() -> None:
    result = judged(requirement(not_tested="nobody can see the mails"))

    assert (result.verdict, result.reason, result.in_scope) == (NOT_TESTED, "nobody can see the mails", False)


def test_a_flaky_case_shows_in_the_result() -> None:
    assert judged(requirement(), case(), case(INCONCLUSIVE, operation="exams_index", flaky=True)).flaky
    assert not judged(requirement(), case()).flaky


# -- least evidence ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("least", "got", "enough"),
    [
        (Least(1, 0), Evidence(1, 0), True), (Least(1, 0), Evidence(0, 9), False), (Least(1, 1), Evidence(1, 1), True),
        (Least(1, 1), Evidence(9, 0), False), (Least(1, 1), Evidence(0, 9), False),
        (Least(0, 2), Evidence(5, 1), False), (Least(0, 2), Evidence(0, 2), True), (Least(0, 0), Evidence(0, 0), True),
    ],
)  # fmt: skip
def test_a_pass_needs_the_least_evidence(least: Least, got: Evidence, enough: bool) -> None:
    result = judged(requirement(evidence=least), case(evidence={"exams_show": got}))

    assert result.verdict is (PASS if enough else INCONCLUSIVE)
    if not enough:
        assert result.reason == (
            f"too little evidence on exams_show: {got.accepted} of {least.accepted} accepted, "
            f"{got.refused} of {least.refused} refused"
        )


def test_evidence_is_needed_on_every_operation_that_was_tried() -> None:
    one = requirement(evidence=Least(1, 1))
    shown = case(evidence={"exams_show": Evidence(5, 5)})
    listed = case(operation="exams_index", evidence={"exams_index": Evidence(1, 0)})

    assert judged(one, shown).verdict is PASS
    assert judged(one, shown, listed).verdict is INCONCLUSIVE
    assert "exams_index" in judged(one, shown, listed).reason


def test_evidence_on_another_operation_does_not_count() -> None:
    result = judged(requirement(), case(operation="exams_show", evidence={"exams_index": Evidence(9, 9)}))

    assert result.verdict is INCONCLUSIVE


def test_evidence_of_several_cases_adds_up() -> None:
    one = requirement(evidence=Least(2, 1))
    cases = [case(evidence={"exams_show": Evidence(1, 0)}), case(evidence={"exams_show": Evidence(1, 1)})]

    assert judged(one, *cases[:1]).verdict is INCONCLUSIVE
    assert judged(one, *cases).verdict is PASS
    assert judged(one, *cases).evidence == {"exams_show": Evidence(2, 1)}


@pytest.mark.parametrize("least", [Least(), Least(0, 0)])
def test_a_pass_without_any_evidence_is_inconclusive(least: Least) -> None:
    assert judged(requirement(evidence=least), case(operation=None, evidence={})).verdict is INCONCLUSIVE


def test_too_little_evidence_does_not_hide_a_failure() -> None:
    assert judged(requirement(), case(FAIL, evidence={}), case(evidence={})).verdict is FAIL


def test_a_target_that_refuses_everything_passes_nothing_that_needs_an_accepted_request() -> None:
    refused = [
        case(id=each.id, operation=name, evidence={name: Evidence(refused=9)})
        for each in load()
        for name in each.operations
    ]
    demanding = {each.id for each in load() if each.level != "open" and each.evidence.accepted}

    results = verdict.judge(load(), refused, {each.id for each in load()}, {})

    assert len(demanding) > 150
    assert {each.verdict for each in results if each.id in demanding} <= {INCONCLUSIVE, NOT_TESTED}
    assert verdict.of_run(results) is RunVerdict.INCONCLUSIVE


# -- open questions ---------------------------------------------------------------------------------------------------


def observed(value: Any, key: str = "status", **changed: Any) -> CaseResult:
    return case(evidence={"exams_show": Evidence(0, 1)}, observed={key: {"exams_show": value}}, **changed)


def test_an_open_question_passes_once_it_is_observed() -> None:
    result = judged(requirement("open"), observed(403))

    assert (result.verdict, result.observed, result.pinned) == (PASS, {"status": 403}, False)


def test_an_open_question_without_observation_is_inconclusive() -> None:
    result = judged(requirement("open"), case())

    assert (result.verdict, result.reason) == (INCONCLUSIVE, "nothing could be observed")


@pytest.mark.parametrize("found", [FAIL, WARN])
def test_an_open_question_never_fails(found: Verdict) -> None:
    result = judged(requirement("open"), observed(403), case(found, operation="exams_index"))

    assert (result.verdict, result.reason) == (INCONCLUSIVE, f"{found} on exams_index")


@pytest.mark.parametrize("name", ["SIGN-900", "invalid_signature"])
def test_a_pinned_answer_makes_it_a_must(name: str) -> None:
    one = requirement("open", short="invalid_signature")

    same = judged(one, observed(403), answers={name: 403})
    other = judged(one, observed(401), answers={name: 403})

    assert (same.verdict, same.pinned) == (PASS, True)
    assert (other.verdict, other.pinned) == (FAIL, True)
    assert other.reason == f"the config pins {name} = 403; observed status 401"
    assert verdict.of_run([other]) is RunVerdict.DOES_NOT_CONFORM


def test_answers_of_other_questions_pin_nothing() -> None:
    assert not judged(requirement("open", short="mine"), observed(401), answers={"yours": 403, "SIGN-901": 403}).pinned


def test_a_pinned_answer_must_be_that_of_every_operation() -> None:
    cases = [
        observed(403),
        case(operation="exams_index", evidence=ENOUGH, observed={"status": {"exams_index": 401}}),
    ]

    result = judged(requirement("open"), *cases, answers={"SIGN-900": 403})

    assert result.verdict is FAIL
    assert result.observed == {"status": {"403": ["exams_show"], "401": ["exams_index"]}}


@pytest.mark.parametrize(
    ("seen", "pinned", "expected"),
    [
        ({"status": 200, "order": "by id"}, 200, PASS),
        ({"status": 404, "order": 200}, 200, FAIL),
        ({"order": "by id"}, "by id", PASS),
        ({"order": "by name"}, "by id", FAIL),
        ({"first": 1, "second": 1}, 1, PASS),
        ({"first": 1, "second": 2}, 1, FAIL),
        ({"status": 200, "order": "by id"}, {"order": "by id"}, PASS),
        ({"status": 200, "order": "by id"}, {"status": 200, "order": "by name"}, FAIL),
        ({"status": 200}, {"order": "by id"}, FAIL),
    ],
)
def test_several_observations_are_held_against_one_answer(seen: dict[str, Any], pinned: Any, expected: Verdict) -> None:
    values = {key: {"exams_show": value} for key, value in seen.items()}

    assert judged(requirement("open"), case(observed=values), answers={"SIGN-900": pinned}).verdict is expected


def test_a_pinned_question_that_could_not_be_observed_leaves_the_run_undecided() -> None:
    passed = judged(requirement(), case())
    unseen = judged(requirement("open"), case(INCONCLUSIVE), answers={"SIGN-900": 403})
    unpinned = judged(requirement("open"), case(INCONCLUSIVE))

    assert unseen.pinned
    assert verdict.of_run([passed, unseen]) is RunVerdict.INCONCLUSIVE
    assert verdict.of_run([passed, unpinned]) is RunVerdict.CONFORMS


# -- the run ----------------------------------------------------------------------------------------------------------


def result(level: str, found: Verdict, severity: str = "normal", in_scope: bool = True) -> RequirementResult:
    made = judged(requirement(level, severity=severity))
    made.verdict, made.in_scope = found, in_scope
    return made


GOOD = ("must", PASS)


@pytest.mark.parametrize(
    ("others", "options", "expected"),
    [
        ([], {}, 0),
        ([("must", NOT_TESTED)] * 3, {}, 0),
        ([("should", WARN)], {}, 0),
        ([("should", INCONCLUSIVE), ("open", INCONCLUSIVE)], {}, 0),
        ([("must", INCONCLUSIVE, "normal", False)], {}, 0),
        ([("must", FAIL)], {}, 1),
        ([("should", WARN)], {"strict": True}, 1),
        ([("should", WARN, "high")], {}, 1),
        ([("must", FAIL), ("must", INCONCLUSIVE)], {}, 1),
        ([("must", FAIL)], {"interrupted": True}, 1),
        ([("must", INCONCLUSIVE)], {}, 3),
        ([("must", INCONCLUSIVE), ("should", WARN)], {}, 3),
        ([], {"interrupted": True}, 3),
        ([("should", WARN)], {"interrupted": True}, 3),
    ],
)
def test_exit_code_of_a_run_in_which_something_passed(
    others: list[tuple[Any, ...]], options: dict[str, bool], expected: int
) -> None:
    results = [result(*each) for each in (GOOD, *others)]

    for ordered in (results, results[::-1]):
        assert verdict.of_run(ordered, **options).exit_code == expected


@pytest.mark.parametrize("found", [[], [NOT_TESTED], [INCONCLUSIVE], [WARN]])
def test_a_run_in_which_nothing_passed_concludes_nothing(found: list[Verdict]) -> None:
    results = [result("should", each) for each in found]

    assert verdict.of_run(results).exit_code == 3


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            [GOOD, GOOD, ("must", NOT_TESTED), ("should", WARN)],
            "staging conforms: 2 of 3 musts pass, 1 not tested; of 1 other 1 with a warning.",
        ),
        ([GOOD], "staging conforms: 1 of 1 musts pass."),
        ([GOOD, ("must", FAIL)], "staging does not conform: 1 broken (SIGN-900); 1 of 2 musts pass, 1 fail."),
        ([GOOD, ("must", INCONCLUSIVE)], "Nothing certain about staging: 1 of 2 musts pass, 1 inconclusive."),
    ],
)  # fmt: skip
def test_the_sentence_says_the_verdict_with_its_counts(found: list[tuple[Any, ...]], expected: str) -> None:
    results = [result(*each) for each in found]

    assert verdict.sentence(verdict.of_run(results), results, "staging") == expected
