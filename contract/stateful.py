"""Generated sequences along the description's links: what one answer creates, later requests name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import hypothesis
import schemathesis
from hypothesis.stateful import run_state_machine_as_test
from schemathesis.config._phases import InferenceConfig
from schemathesis.core import NotSet
from schemathesis.core.transport import Response

from contract import operations
from contract.client import created_by
from contract.exchange import Exchange
from contract.generated import POSITIVE, Binder, PlannedCase, schema, send
from contract.ownership import kind_of
from contract.samples import Sample
from contract.world import World


@dataclass
class Lifecycle:
    """Which resources of a sequence are there and which were destroyed, as the accepted requests have it."""

    alive: set[tuple[str, int]] = field(default_factory=set)
    destroyed: set[tuple[str, int]] = field(default_factory=set)
    parents: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    """The ids of the path under which each was created."""

    def subject(self, exchange: Exchange) -> tuple[str, int] | None:
        """Return the resource that a request names by the id of its path."""
        assert exchange.operation is not None
        id = str(exchange.params.get("id", ""))
        kind = kind_of(exchange.operation, "id")
        return (kind, int(id)) if kind and id.isdecimal() else None

    def note(self, exchange: Exchange) -> None:
        """Follow what an accepted request did."""
        assert exchange.operation is not None
        if not exchange.accepted:
            return
        if made := created_by(exchange):
            self.alive.add(made)
            self.parents[made] = {name: exchange.params[name] for name in exchange.operation.path_names if name != "id"}
        elif exchange.operation.id.endswith("_destroy") and (gone := self.subject(exchange)):
            self.alive.discard(gone)
            self.destroyed.add(gone)
            if gone[0] == "exam":
                # Whether what belongs to an exam goes with it is not documented.
                self.alive = {each for each in self.alive if each[0] in ("exam", "user", "institute", "tool_provider")}


def run(
    world: World,
    sample: Callable[[str], Sample],
    judge: Callable[[Exchange, Lifecycle], None],
    seed: int,
    sequences: int,
    steps: int,
) -> int:
    """
    Send generated sequences and judge every exchange before the lifecycle takes it in.

    Returns:  how many requests were sent.
    Raises:   FindingRaised: what *judge* raised for the first sequence that showed it.
    """
    loaded = schema(POSITIVE)
    # Only the links that the description states: inferred ones join what merely has the same name.
    loaded.config.phases.stateful.inference = InferenceConfig(algorithms=[])
    sent = 0

    class Machine(loaded.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            self.lifecycle = Lifecycle()

        def call(self, case: schemathesis.Case[Any], **kwargs: Any) -> Response:
            nonlocal sent
            exchange = _sent(case, world, sample, self.lifecycle)
            if exchange is None or exchange.response is None:
                hypothesis.reject()
            sent += 1
            judge(exchange, self.lifecycle)
            self.lifecycle.note(exchange)
            if made := created_by(exchange) if exchange.accepted else None:
                # Chance may follow no link from a creation to what shows it.
                judge(_shown(made, world, sample, self.lifecycle), self.lifecycle)
            if exchange.accepted and exchange.operation and exchange.operation.id.endswith("_destroy"):
                # No link leads on from a removal.
                judge(_shown_again(exchange, world, sample), self.lifecycle)
            return Response.from_requests(exchange.response, verify=True)

        def validate_response(self, response: Response, case: schemathesis.Case[Any], **kwargs: Any) -> None:
            """Judged in `call`, where the exchange is at hand."""

    Machine._hypothesis_internal_use_seed = seed
    run_state_machine_as_test(
        Machine,
        settings=hypothesis.settings(
            max_examples=sequences,
            stateful_step_count=steps,
            database=None,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            phases=[hypothesis.Phase.generate],
            print_blob=False,
            verbosity=hypothesis.Verbosity.quiet,
            report_multiple_bugs=False,
        ),
    )
    return sent


def _sent(
    case: schemathesis.Case[Any], world: World, sample: Callable[[str], Sample], lifecycle: Lifecycle
) -> Exchange | None:
    operation = operations.get(case.operation.definition.raw["operationId"])
    body = None if isinstance(case.body, NotSet) else case.body
    planned = PlannedCase(operation.id, POSITIVE, dict(case.path_parameters), dict(case.query), body, case.media_type)
    one = sample(operation.id)
    bound = Binder(operation, world, one, keep_own=True).bind(planned)
    kind, id = kind_of(operation, "id"), str(bound.path.get("id", ""))
    if kind and id.isdecimal():
        # A link takes the parent's id from the request as it was made up, not as it was bound.
        bound = replace(bound, path={**bound.path, **lifecycle.parents.get((kind, int(id)), {})})
    return send(world.client(one.role), operation, bound)


def _shown(made: tuple[str, int], world: World, sample: Callable[[str], Sample], lifecycle: Lifecycle) -> Exchange:
    show = operations.get(f"{made[0]}s_show")
    ids = {**lifecycle.parents[made], "id": made[1]}
    return world.client(sample(show.id).role)(show.id, **{name: ids[name] for name in show.path_names})


def _shown_again(destroyed: Exchange, world: World, sample: Callable[[str], Sample]) -> Exchange:
    assert destroyed.operation is not None
    show = operations.get(destroyed.operation.id.replace("_destroy", "_show"))
    path = {name: destroyed.params[name] for name in show.path_names}
    return world.client(sample(show.id).role)(show.id, **path)
