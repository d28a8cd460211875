"""Which exchanges keep their bodies in a report: of failed cases whole, of those that passed within a budget."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contract.results import RunResult, Verdict

BUDGET = 24_000_000
"""Characters of all bodies together, of exchanges whose cases passed."""
LEFT_OUT = "left out: the bodies of cases that passed are kept within a budget"


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
    Yield every exchange, and whether its bodies were left out.

    Args:     whole: ids of those that keep their bodies whatever they weigh. budget: characters for all others.
    """
    for exchange in exchanges:
        if exchange["id"] in whole:
            yield exchange, False
            continue
        budget -= sum(len(message["body"]) for message in _messages(exchange))
        yield (exchange, False) if budget >= 0 else (_without_bodies(exchange), True)


def _messages(exchange: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [message for message in (exchange["request"], exchange["response"]) if message]


def _without_bodies(exchange: dict[str, Any]) -> dict[str, Any]:
    emptied = {
        name: {**exchange[name], "body": "", "cut": bool(exchange[name]["body"])}
        for name in ("request", "response")
        if exchange[name]
    }
    return {**exchange, **emptied}
