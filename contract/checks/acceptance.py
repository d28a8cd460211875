"""Acceptance that is judged only where it can be told what a refusal is about."""

from __future__ import annotations

import re
from collections.abc import Callable

from contract.auth import Wrongly
from contract.bench import SampleSender
from contract.exchange import Exchange
from contract.judgement import control, describe, expect, require
from contract.samples import Sample

_CHANCE = re.compile(r"[0-9a-f]{8}[0-9a-f-]*|\d+")
"""What differs between two answers that say the same: ids, times, numbers of requests."""


def accepted_as_usual(exchange: Exchange, usual: Callable[[], object]) -> Exchange:
    """
    Judge that a request in an unusual form is accepted.

    Args:     usual: sends a request in the usual form, and raises Inconclusive where that is not accepted; called only
              where the unusual one was refused, for then the operation itself may be what is broken.
    Raises:   FindingRaised: it is refused, and the usual form is accepted. Inconclusive: neither is accepted.
    """
    if not exchange.accepted:
        usual()
    return expect(exchange).accepted()


def usual(sender: SampleSender, operation_id: str) -> Callable[[], object]:
    """Return what sends a valid request and demands that it is accepted: else its operation is broken as it is."""
    return lambda: control(sender.send(sender(operation_id))).accepted()


def answered(exchange: Exchange, usual: Callable[[], object]) -> None:
    """
    Judge that a request, however odd, is answered by whatever but a 5xx.

    Args:     usual: as in `accepted_as_usual`; called only where the odd request ended in a 5xx.
    Raises:   FindingRaised: it ended in one. Inconclusive: the usual request is not accepted either.
    """
    if exchange.status >= 500:
        usual()
    expect(exchange).holds(0 < exchange.status < 500, "a status below 500", describe(exchange))
    if exchange.refused:
        expect(exchange).refused()


def accepted_like(sender: SampleSender, request: Sample, exchange: Exchange) -> Exchange:
    """Judge that *exchange*, a form of the sample *request*, is accepted where the sample as it is is."""
    return accepted_as_usual(exchange, lambda: control(sender.send(request)).accepted())


def not_refused_as(sender: SampleSender, request: Sample, exchange: Exchange, spoiled: Wrongly) -> Exchange:
    """
    Judge that a right request is not refused in the way in which a spoiled one is.

    Raises:   FindingRaised: it is answered as the spoiled one is. Inconclusive: it is refused for another reason.
    """
    if not exchange.accepted:
        wrong = sender.send(request, spoiled)
        alike = (exchange.status, _CHANCE.sub("", exchange.text)) == (wrong.status, _CHANCE.sub("", wrong.text))
        require(alike, f"refused for another reason than {spoiled.label}: {describe(exchange)}")
    return expect(exchange).accepted()
