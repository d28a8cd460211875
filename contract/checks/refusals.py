"""Many ways to spoil one request, each decided by its own requirement, all resting on one control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from contract import operations
from contract.auth import Wrongly
from contract.bench import SampleSender
from contract.exchange import Exchange
from contract.judgement import NotTested, control, deciding, expect
from contract.samples import Sample

CONTROL = "the control"
Ways = Mapping[str, Sequence[Wrongly]]
"""Requirement id -> the spoiled forms that it says are refused."""


def each_refused(sender: SampleSender, request: Sample, ways: Ways) -> dict[str, Exchange]:
    """
    Send *request* in each of the spoiled forms, then as it should be, and judge every form by its own requirement.

    The control comes last: where a spoiled request was accepted after all and used the resource up, another sample
    takes its place, so that one broken rule does not hide the others.

    Returns:  the spoiled exchanges by label, and the control under `CONTROL`.
    """
    answered: dict[str, Exchange] = {}
    for requirement_id, forms in ways.items():
        if not forms:
            with deciding(requirement_id):
                raise NotTested("the target's config gives nothing to try it with")
        for wrongly in forms:
            with deciding(requirement_id):
                wrong = answered[wrongly.label] = sender.send(request, wrongly)
                if wrong.accepted and operations.get(request.operation_id).changes_state:
                    request = _another(sender, request)
                expect(wrong).refused()
    right = answered[CONTROL] = sender.send(request)
    for requirement_id in ways:
        with deciding(requirement_id):
            control(right).accepted()
    return answered


def is_json_refusal(exchange: Exchange) -> None:
    """
    Judge whether an exchange was refused with a body that clients can parse.

    Raises:   FindingRaised: it was not, or its body is not JSON.
    """
    expect(exchange).refused()
    expect(exchange).holds(exchange.json is not None, "a body that is JSON", lambda: exchange.text[:200] or "no body")


def _another(sender: SampleSender, used: Sample) -> Sample:
    """Return a fresh sample with the parameters that were added to the used one."""
    fresh = sender(used.operation_id)
    return Sample(fresh.operation_id, {**used.params, **fresh.params}, fresh.role)
