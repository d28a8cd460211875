"""The exchange of a finding, and a valid one beside it."""

from __future__ import annotations

from typing import Any

from contract.reporting import evidence, findings
from contract.results import Finding, Verdict
from contract.tests.reporting.factory import make_case, make_exchange, make_requirement, make_result


def shown(finding: Finding, *exchanges: dict[str, Any]) -> evidence.Shown:
    """Return what is shown for one failed case that sent *exchanges*."""
    sent = [exchange["id"] for exchange in exchanges]
    case = make_case("SIGN-001", verdict=Verdict.FAIL, finding=finding, exchanges=sent)
    result = make_result([make_requirement("SIGN-001", cases=[case])], list(exchanges))
    (group,) = findings.groups(result)
    return evidence.shown(group.variants[0], evidence.by_id(result))


BROKEN = make_exchange("b", intent="tampered: value changed")
WRONG = Finding("a 4xx", "200", exchange="b")


def test_the_control_that_the_test_named_is_shown() -> None:
    named = Finding("a 4xx", "200", exchange="b", control="c")

    assert shown(named, make_exchange("a"), make_exchange("c"), BROKEN) == evidence.Shown("b", "c")


def test_a_control_of_another_operation_gives_way_to_one_of_the_same() -> None:
    named = Finding("a 4xx", "200", exchange="b", control="c")
    listed = make_exchange("c", "exams_index")

    assert shown(named, listed, BROKEN, make_exchange("a")) == evidence.Shown("b", "a", declared=False)
    assert shown(named, listed, BROKEN) == evidence.Shown("b", "c")


def test_a_valid_accepted_request_of_the_same_case_stands_in() -> None:
    assert shown(WRONG, make_exchange("a"), BROKEN) == evidence.Shown("b", "a", declared=False)


def test_nothing_stands_in_that_is_no_fair_comparison() -> None:
    other_operation = make_exchange("a", "exams_index")
    refused = make_exchange("c", status=403)
    unanswered = make_exchange("d", status=None)
    tampered = make_exchange("e", intent="tampered: nonce again")
    other_user = make_exchange("f") | {"user": "outsider"}

    assert shown(WRONG, other_operation, refused, unanswered, tampered, other_user, BROKEN).control is None


def test_a_valid_request_with_a_wrong_answer_needs_no_control() -> None:
    assert shown(WRONG, make_exchange("a"), make_exchange("b")).control is None


def test_the_two_tries_of_a_flaky_case_are_found() -> None:
    sent = [make_exchange(name, intent=intent) for name, intent in
            (("a1", "valid"), ("b1", "tampered: x"), ("a2", "valid"), ("b2", "tampered: x"))]  # fmt: skip
    by_id = {each["id"]: each for each in sent}
    case = make_case("SIGN-001", verdict=Verdict.INCONCLUSIVE, flaky=True, exchanges=list(by_id))

    case.earlier = Finding("a 4xx", "200", exchange="b1")
    assert evidence.tries(case, by_id) == evidence.Tries("b1", "b2")
    case.earlier = Finding("a 4xx", "200", exchange="b2")
    assert evidence.tries(case, by_id) == evidence.Tries("b2", "b1")
    case.exchanges = ["a1", "b2"]
    assert evidence.tries(case, by_id) == evidence.Tries("b2", None)
    case.flaky = False
    assert evidence.tries(case, by_id) is None
