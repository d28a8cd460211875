"""Generated requests along the links of the description: what was created is found, what is gone is not."""

from contextlib import suppress
from dataclasses import replace

import pytest

from contract import operations, requirements
from contract.checks.shape import only_resource
from contract.exchange import Exchange
from contract.judgement import NotTested, control, current, deciding, expect, require
from contract.sequences import Sequences
from contract.stateful import Lifecycle

CHANGES = ("_update", "_update_put", "_end_exam")


@pytest.mark.requirement("ROBUST-110", "ROBUST-111")
def test_resource_is_shown_until_it_is_destroyed(operation_id, sample):
    show = sample(operation_id)
    removal = sample(operation_id.replace("_show", "_destroy"))
    ids = {name: removal.params[name] for name in operations.get(operation_id).path_names}
    changes = [operation_id.replace("_show", change) for change in CHANGES]

    found = sample.send(replace(show, params=ids), role=show.role)
    is_found(found)
    control(sample.send(show)).accepted()
    expect(found).accepted()
    for change in samples_of(sample, changes):
        control(sample.send(replace(change, params={**change.params, **ids}))).accepted()
        expect(sample.send(replace(show, params=ids), role=show.role)).accepted()

    removed = sample.send(removal)
    gone = sample.send(replace(show, params=ids), role=show.role)
    with deciding("ROBUST-111"):
        control(removed).accepted()
        is_gone(gone)


def samples_of(sample, operation_ids):
    """Yield a request for each operation that there is and that the target has what it needs for."""
    for operation_id in operation_ids:
        if operation_id in operations.table():
            with suppress(NotTested):
                yield sample(operation_id)


@pytest.mark.generated
@pytest.mark.requirement("ROBUST-110", "ROBUST-111")
def test_generated_sequences(plans, world, sample):
    planned = plans.sequences()

    sent = Sequences(world, sample, judge).judged(planned)

    current().cases = len(planned)
    require(sent >= len(planned) > 0, f"only {sent} requests were sent in {len(planned)} sequences")


def judge(exchange: Exchange, lifecycle: Lifecycle) -> None:
    """Judge one step by what the steps before it created and destroyed."""
    subject = lifecycle.subject(exchange)
    if exchange.request.method != "GET" or subject is None:
        return
    if subject in lifecycle.alive:
        is_found(exchange)
        if exchange.accepted:
            expect(exchange).accepted()
    elif subject in lifecycle.destroyed and exchange.operation.id.endswith("_show"):
        with deciding(requirements.load().get("ROBUST-111")):
            is_gone(exchange)


def is_found(exchange: Exchange) -> None:
    """Judge that what a create answered is there: a 404 needs no control, the id is the target's own."""
    expect(exchange).holds(exchange.status != 404, "a created resource to be found", exchange.line)


def is_gone(exchange: Exchange) -> None:
    """Judge that what was destroyed is shown no more; whether a student session is archived is not documented."""
    is_shown = exchange.operation.id == "student_sessions_show" and exchange.accepted
    if is_shown and only_resource(exchange).get("archived") is True:
        raise NotTested("student sessions that are destroyed stay as archived ones")
    expect(exchange).refused()
