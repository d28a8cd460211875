"""Generated requests along the links of the description: what was created is found, what is gone is not."""

import pytest

from contract import requirements, stateful
from contract.exchange import Exchange
from contract.judgement import current, deciding, expect, require
from contract.stateful import Lifecycle

pytestmark = pytest.mark.generated


@pytest.mark.requirement("ROBUST-110", "ROBUST-111")
def test_generated_sequences(plans, world, sample):
    sequences = plans.sequences()

    sent = stateful.run(world, sample, judge, sequences)

    current().cases = len(sequences)
    require(sent >= len(sequences) > 0, f"only {sent} requests were sent in {len(sequences)} sequences")


def judge(exchange: Exchange, lifecycle: Lifecycle) -> None:
    """Judge one step by what the steps before it created and destroyed."""
    subject = lifecycle.subject(exchange)
    if exchange.request.method != "GET" or subject is None:
        return
    if subject in lifecycle.alive:
        expect(exchange).holds(exchange.status != 404, "a created resource to be found", exchange.line)
        if exchange.accepted:
            expect(exchange).accepted()
    elif subject in lifecycle.destroyed and exchange.operation.id.endswith("_show"):
        with deciding(requirements.load().get("ROBUST-111")):
            expect(exchange).refused()
