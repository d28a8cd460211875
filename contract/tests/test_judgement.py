"""How judgements count evidence and end a case: with a finding, or because nothing can be said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contract import judgement
from contract.judgement import (
    FindingRaised,
    Inconclusive,
    Ledger,
    NotTested,
    control,
    deciding,
    expect,
    judging,
    observe,
    require,
)
from contract.requirements import load
from contract.results import Evidence, Finding
from contract.tests.exchanges import exchange

FIRST, SECOND = "NONCE-001", "SIGN-003"


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with judging(Ledger(load().get(FIRST), f"{FIRST}-0badcafe")) as ledger:
        yield ledger


# -- controls ---------------------------------------------------------------------------------------------------------


def test_an_accepted_control_counts(ledger: Ledger) -> None:
    right = exchange("exams_show", 200)

    control(right).accepted()

    assert ledger.evidence == {"exams_show": Evidence(accepted=1)}
    assert ledger.control == right.id
    assert ledger.exchanges == [right]


@pytest.mark.parametrize("status", [0, 302, 401, 403, 404, 429, 500])
def test_a_control_that_is_not_accepted_leaves_the_case_undecided(ledger: Ledger, status: int) -> None:
    with pytest.raises(Inconclusive, match="the control was not accepted: GET /exams/7 -> "):
        control(exchange("exams_show", status)).accepted()

    assert ledger.evidence == {}
    assert ledger.control is None


# -- expectations -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_a_refusal_counts(ledger: Ledger, status: int) -> None:
    expect(exchange("exams_show", status)).refused()
    expect(exchange("exams_index", status)).refused(status, 499)

    assert ledger.evidence == {"exams_show": Evidence(refused=1), "exams_index": Evidence(refused=1)}


@pytest.mark.parametrize("status", [200, 302, 500, 503])
def test_what_is_not_refused_is_a_finding(ledger: Ledger, status: int) -> None:
    right, wrong = exchange("exams_index", 200), exchange("exams_show", status, b"answered\n  this")
    control(right).accepted()

    with pytest.raises(FindingRaised, match="expected the request to be refused with a 4xx; observed GET") as raised:
        expect(wrong).refused()

    finding = raised.value.finding
    assert (finding.exchange, finding.control, finding.operation) == (wrong.id, right.id, "exams_show")
    assert finding.observed == f"GET /exams/7 -> {status}: answered this"
    assert raised.value.requirement == FIRST
    assert "exams_show" not in ledger.evidence


def test_a_refusal_with_another_status_is_a_finding_and_yet_a_refusal(ledger: Ledger) -> None:
    with pytest.raises(FindingRaised, match="refused with 401 or 403; observed GET /exams/7 -> 404"):
        expect(exchange("exams_show", 404)).refused(401, 403)

    assert ledger.evidence == {"exams_show": Evidence(refused=1)}


@pytest.mark.parametrize("status", [302, 400, 403, 500])
def test_what_is_not_accepted_is_a_finding(ledger: Ledger, status: int) -> None:
    with pytest.raises(FindingRaised, match="expected the request to be accepted with a 2xx"):
        expect(exchange("exams_show", status)).accepted()

    assert ledger.evidence == {}


def test_a_request_put_off_to_the_last_is_neither_accepted_nor_refused(ledger: Ledger) -> None:
    put_off = exchange("exams_show", 429)

    for judge in (expect(put_off).accepted, expect(put_off).refused, lambda: expect(put_off).refused(422)):
        with pytest.raises(Inconclusive, match="still limits the rate"):
            judge()

    assert ledger.evidence == {}


def test_a_condition_that_holds_says_nothing_and_one_that_does_not_is_a_finding(ledger: Ledger) -> None:
    shown = expect(exchange("exams_show", 200))
    shown.holds(True, "a", lambda: pytest.fail("not asked for"))
    shown.equals([1], [1], "ids")

    with pytest.raises(FindingRaised, match="expected a name; observed none"):
        shown.holds([], "a name", lambda: "none")
    with pytest.raises(FindingRaised, match=r"expected ids to be \[2\]; observed \[1\]"):
        shown.equals([1], [2], "ids")


def test_a_finding_is_an_assertion_so_that_hypothesis_shrinks_it() -> None:
    assert issubclass(FindingRaised, AssertionError)
    assert not issubclass(Inconclusive, AssertionError)
    assert not issubclass(NotTested, AssertionError)


def test_what_a_judgement_rests_on_is_demanded() -> None:
    require(1, "never said")

    with pytest.raises(Inconclusive, match=r"no rows \(blocked by EXAM-001\)") as raised:
        require([], "no rows", blocked_by="EXAM-001")

    assert raised.value.blocked_by == "EXAM-001"


# -- observations -----------------------------------------------------------------------------------------------------


def test_an_observation_is_kept_by_operation(ledger: Ledger) -> None:
    observe(exchange("exams_show", 200))
    observe(exchange("exams_index", 404))
    observe(exchange("exams_index", 503), order="by id", total=3)

    assert ledger.observed == {
        "status": {"exams_show": 200, "exams_index": 404},
        "order": {"exams_index": "by id"},
        "total": {"exams_index": 3},
    }
    assert ledger.evidence == {"exams_show": Evidence(accepted=1), "exams_index": Evidence(refused=1)}


# -- several requirements in one test ---------------------------------------------------------------------------------


def test_each_block_counts_for_its_own_requirement(ledger: Ledger) -> None:
    with deciding(FIRST):
        expect(exchange("exams_show", 200)).accepted()
    with deciding(SECOND):
        expect(exchange("exams_show", 403)).refused()
        expect(exchange("exams_show", 403)).refused()
    control(exchange("exams_show", 200)).accepted()

    second = ledger.parts[SECOND]
    assert ledger.evidence == {"exams_show": Evidence(accepted=2)}
    assert second.evidence == {"exams_show": Evidence(refused=2)}
    assert second.case_id == f"{SECOND}-0badcafe"


def test_a_finding_in_a_block_is_that_of_its_requirement_and_does_not_end_the_test(ledger: Ledger) -> None:
    with deciding(SECOND):
        expect(exchange("exams_show", 200)).refused()

    ended = ledger.parts[SECOND].ended
    assert isinstance(ended, FindingRaised)
    assert ended.requirement == SECOND
    assert ledger.ended is None


@pytest.mark.parametrize("later", [Inconclusive("no rows"), NotTested("no user"), None])
def test_nothing_that_follows_takes_a_finding_back(ledger: Ledger, later: Exception | None) -> None:
    with deciding(SECOND):
        expect(exchange("exams_show", 200)).refused()
    with deciding(SECOND):
        if later:
            raise later

    assert isinstance(ledger.parts[SECOND].ended, FindingRaised)


def test_a_finding_takes_the_place_of_what_was_undecided(ledger: Ledger) -> None:
    with deciding(SECOND):
        raise Inconclusive("no rows")
    with deciding(SECOND):
        expect(exchange("exams_show", 200)).refused()

    assert isinstance(ledger.parts[SECOND].ended, FindingRaised)


def test_errors_of_the_suite_are_not_swallowed_by_a_block(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), deciding(SECOND):
        1 / 0  # noqa: B018

    assert judgement.current() is ledger


# -- the running case -------------------------------------------------------------------------------------------------


def test_exchanges_are_taken_down_for_the_running_case_only(ledger: Ledger) -> None:
    first, second = exchange(), exchange()
    judgement.listen(first)
    with deciding(SECOND):
        judgement.listen(second)
        expect(second).accepted()

    assert ledger.exchanges == [first]
    assert ledger.parts[SECOND].exchanges == [second]


def test_outside_of_a_case_nothing_can_be_judged() -> None:
    judgement.listen(exchange())

    assert judgement.running() is None
    with pytest.raises(RuntimeError, match="no case is being judged"):
        expect(exchange()).accepted()


@pytest.mark.parametrize("body", [b"<h1>Sign in</h1>", b'{"exam": {"id": 1,}'])
def test_success_that_is_no_json_is_no_evidence(body):
    page = exchange("exams_show", 200, body)

    for judged in (control(page).accepted, expect(page).accepted):
        with pytest.raises(Inconclusive, match="no JSON, so it is hardly the API's"):
            judged()


@pytest.mark.parametrize("body", [b"", b"null", {}])
def test_success_without_a_body_is_evidence(body):
    with judging(Ledger(load().get("NONCE-001"), "case")):
        assert expect(exchange("exams_destroy", 200, body)).accepted()


@pytest.mark.parametrize(
    ("requirement", "expected", "stands"),
    [
        ("NONCE-001", "the request to be refused with a 4xx", True),
        ("NONCE-001", "the request to be accepted with a 2xx", False),
        ("ISO-001", "no exam of the other institute", True),
        ("ISO-001", "the request to be accepted with a 2xx", False),
        ("SIGN-002", "the request to be refused with a 4xx", False),
    ],
)
def test_what_one_exchange_proves_needs_no_second_try(requirement, expected, stands):
    assert judgement.proves_itself(load().get(requirement), Finding(expected, "GET /exams -> 200")) is stands
