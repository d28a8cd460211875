"""Requests made from the description by schemathesis: boundary values, single departures from it, random ones."""

import pytest

from contract import requirements
from contract.checks.shape import has_shape
from contract.exchange import Exchange
from contract.judgement import current, deciding, expect, require

pytestmark = pytest.mark.generated
FEWEST_CASES = 2


@pytest.mark.requirement("ROBUST-101", "ROBUST-102", "ROBUST-103", "ROBUST-104")
def test_generated_requests(operation_id, part, generated_cases, sample):
    cases = generated_cases.of(operation_id, part)

    sent = generated_cases.judged(operation_id, cases, judge)
    if not any(exchange.accepted for exchange in sent):
        # A target may refuse whatever was made up, a filter that is documented nowhere; the plain request it may not.
        judge(sample.send(sample(operation_id)))

    current().cases = len(sent)
    fewest = min(FEWEST_CASES, len(cases))
    require(len(sent) >= fewest, f"only {len(sent)} of {len(cases)} generated cases could be sent")


def judge(exchange: Exchange) -> None:
    """Judge one exchange by every requirement that speaks of generated requests."""
    register = requirements.load()
    answered = expect(exchange)
    answered.holds(exchange.status < 500, "a status below 500", f"{exchange.line}: {exchange.text[:120]}")
    if exchange.accepted:
        answered.accepted()
        with deciding(register.get("ROBUST-103")):
            has_shape(exchange, "envelope", "presence", "identity", "time", "enum")
            answered.accepted()
        with deciding(register.get("ROBUST-104")):
            has_shape(exchange, "type")
            answered.accepted()
    elif exchange.refused:
        answered.refused()
        with deciding(register.get("ROBUST-102")):
            answered.holds(exchange.json is not None, "a JSON body", f"{exchange.line}: {exchange.text[:120]}")
            answered.refused()
