"""Generated requests along the links of the description: what was created is found, what is gone is not."""

import pytest

from contract import generated, requirements, stateful
from contract.exchange import Exchange
from contract.judgement import current, deciding, expect, require
from contract.stateful import Lifecycle

pytestmark = pytest.mark.generated


@pytest.mark.requirement("ROBUST-110", "ROBUST-111")
def test_generated_sequences(run_settings, world, sample):
    budget = generated.BUDGETS[run_settings.profile]

    sent = stateful.run(world, sample, judge, run_settings.seed, budget.sequences, budget.steps)

    current().cases = budget.sequences
    require(sent >= budget.sequences, f"only {sent} requests were sent in {budget.sequences} sequences")


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
