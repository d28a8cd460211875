"""Generated sequences along the description's links: what one answer creates, later requests name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from contract import operations
from contract.cases import PlannedCase, Step
from contract.client import created_by
from contract.exchange import Exchange
from contract.generated import Binder, send
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


Judge = Callable[[Exchange, Lifecycle], None]


def follow(steps: Sequence[Step], world: World, sample: Callable[[str], Sample], judge: Judge) -> int:
    """
    Send one planned sequence and judge every exchange before the lifecycle takes it in.

    Returns:  how many requests of the plan were sent.
    Raises:   FindingRaised: what *judge* raised first.
    """
    lifecycle = Lifecycle()
    ids: dict[int, int] = {}
    sent = 0
    for step in steps:
        exchange = _sent(_named(step.case, ids), world, sample, lifecycle)
        if exchange is None:
            continue
        sent += 1
        judge(exchange, lifecycle)
        lifecycle.note(exchange)
        if made := created_by(exchange) if exchange.accepted else None:
            if step.makes is not None:
                ids[step.makes] = made[1]
            # Chance may follow no link from a creation to what shows it.
            judge(_shown(made, world, sample, lifecycle), lifecycle)
        if exchange.accepted and exchange.operation and exchange.operation.id.endswith("_destroy"):
            # No link leads on from a removal.
            judge(_shown_again(exchange, world, sample), lifecycle)
    return sent


def _named(case: PlannedCase, ids: Mapping[int, int]) -> PlannedCase:
    """Return *case* with the ids that the target chose in the place of the numbers that the plan has for them."""
    if not ids:
        return case

    def value(planned: Any) -> Any:
        if isinstance(planned, str) and planned.isdecimal() and int(planned) in ids:
            return str(ids[int(planned)])
        return ids.get(planned, planned) if type(planned) is int else planned

    def part(values: Any) -> Any:
        return {name: value(each) for name, each in values.items()} if isinstance(values, Mapping) else values

    return replace(case, path=part(case.path), query=part(case.query), body=part(case.body))


def _sent(planned: PlannedCase, world: World, sample: Callable[[str], Sample], lifecycle: Lifecycle) -> Exchange | None:
    operation = operations.get(planned.operation_id)
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
