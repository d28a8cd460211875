"""A refusal is blamed on what is unusual about a request only where the usual request is accepted."""

from __future__ import annotations

from typing import cast

import pytest

from contract import requirements
from contract.auth import Wrongly
from contract.bench import SampleSender
from contract.checks.acceptance import accepted_like, not_refused_as
from contract.judgement import FindingRaised, Inconclusive, Ledger, judging
from contract.samples import Sample
from contract.tests.exchanges import exchange

SPOILED = Wrongly("a wrong signature", signature=lambda right: "0" * 64)
REQUEST = Sample("exams_index")


class Answering:
    """Sends nothing, and answers each request with a status and a body."""

    def __init__(self, status: int, body: object = None) -> None:
        self.status, self.body, self.sent = status, body, 0

    def send(self, request: Sample, wrongly: Wrongly | None = None) -> object:
        self.sent += 1
        return exchange(request.operation_id, self.status, self.body)


def sender(answering: Answering) -> SampleSender:
    return cast(SampleSender, answering)


@pytest.fixture(autouse=True)
def ledger():
    with judging(Ledger(requirements.load().get("SIGN-050"), "SIGN-050-0")):
        yield


def test_what_is_accepted_needs_no_comparison() -> None:
    usual = Answering(500)

    accepted_like(sender(usual), REQUEST, exchange("exams_index", 200, {}))
    not_refused_as(sender(usual), REQUEST, exchange("exams_index", 200, {}), SPOILED)

    assert usual.sent == 0


def test_a_refusal_is_a_finding_where_the_usual_request_is_accepted() -> None:
    with pytest.raises(FindingRaised):
        accepted_like(sender(Answering(200, {})), REQUEST, exchange("exams_index", 403, {}))


def test_a_refusal_says_nothing_where_the_usual_request_is_refused_too() -> None:
    with pytest.raises(Inconclusive):
        accepted_like(sender(Answering(500, {})), REQUEST, exchange("exams_index", 500, {}))


def test_an_answer_like_that_to_a_wrong_signature_is_a_finding() -> None:
    wrong = Answering(401, {"errors": "no", "request": 18})

    with pytest.raises(FindingRaised):
        not_refused_as(sender(wrong), REQUEST, exchange("exams_index", 401, {"errors": "no", "request": 7}), SPOILED)


@pytest.mark.parametrize(("status", "body"), [(404, {"errors": "no"}), (401, {"errors": "not yours"})])
def test_a_refusal_for_another_reason_says_nothing_about_the_signature(status: int, body: object) -> None:
    wrong = Answering(401, {"errors": "no"})

    with pytest.raises(Inconclusive, match="another reason than a wrong signature"):
        not_refused_as(sender(wrong), REQUEST, exchange("exams_index", status, body), SPOILED)
