"""Which answers keep their bodies in a report: of failed cases whole, of those that passed within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from contract.results import RunResult, Verdict

BUDGET = 10_000_000
"""Characters of all answers together, of exchanges whose cases passed; what was sent is always kept."""
LEFT_OUT = "left out: the answers of cases that passed are kept within a budget"


def telling(result: RunResult) -> set[str]:
    """Return the ids of the exchanges of every case that did not pass, with what its findings name."""
    cases = [case for each in result.requirements for case in each.cases if case.verdict is not Verdict.PASS]
    named = {name for case in cases for name in case.exchanges}
    for finding in (finding for case in cases for finding in (case.finding, case.earlier) if finding):
        named |= {name for name in (finding.exchange, finding.control) if name}
    return named


def within_budget(
    exchanges: Iterable[dict[str, Any]], whole: set[str], budget: int = BUDGET
) -> Iterator[tuple[dict[str, Any], bool]]:
    """
    Yield every exchange, and whether its answer's body was left out.

    Args:     whole: ids of those that keep their bodies whatever they weigh. budget: characters for all others.
    """
    for exchange in exchanges:
        if exchange["id"] in whole:
            yield exchange, False
            continue
        body = exchange["response"]["body"] if exchange["response"] else ""
        budget -= len(body)
        yield (_without_answer(exchange), True) if body and budget < 0 else (exchange, False)


def _without_answer(exchange: dict[str, Any]) -> dict[str, Any]:
    return {**exchange, "response": {**exchange["response"], "body": "", "cut": True}}
