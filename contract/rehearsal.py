"""The plan of a run: the run itself, against a mock that lacks what the target lacks.

The same seed sends the same requests whatever the target is, but for what the target's own answers decide: how often a
zip job is polled, and what a finding makes the run try once more.
"""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract import embedded, operations, requirements
from contract.client import CREATED_KIND
from contract.config import read_target
from contract.nonce import new_run_number
from contract.operations import METHODS
from contract.preparation import check_names, known_of, tried_again
from contract.results import RunResult
from contract.session import Session
from contract.settings import Settings, processors
from contract.target import EMBEDDED, Fixtures, Target

NAME = "rehearsal"


def prepare(settings: Settings, folder: Path) -> tuple[Target, Session]:
    """
    Make a run ready that sends to a mock what *settings* would send to their target.

    Returns:  the target that was asked for, of which only the config is read, and the run, with its report in *folder*.
    Raises:   ConfigurationError: the config. TargetUnreachable: the mock did not start.
    """
    register, again = requirements.load(), tried_again(settings)
    check_names(settings, register)
    wanted = None if settings.target == EMBEDDED else read_target(settings.target, settings.config)
    if wanted:
        known_of(wanted, register)
    mock = embedded.start(settings.faults)
    wanted = wanted or mock.target
    session = Session(
        settings=replace(settings, target=EMBEDDED, read_only=_reads_only(settings, wanted), report_dir=folder),
        target=_as_poor_as(wanted, mock.target),
        folder=folder,
        run_id=secrets.token_hex(4),
        run_number=new_run_number(),
        started=datetime.now(UTC),
        mock=mock,
        rehearses=True,
        processes=min(settings.process_count(), processors()),
        workers=settings.process_count(),
        again=again,
    )
    session.parts.mkdir(parents=True)
    return wanted, session


def _reads_only(settings: Settings, target: Target) -> bool:
    return settings.read_only or (target.production and not settings.production_allowed)


def _as_poor_as(wanted: Target, mock: Target) -> Target:
    """Return the mock with no more users and fixtures than the target has."""
    users = {role: user for role, user in mock.users.items() if role in wanted.users}
    nothing, handed = Fixtures(), {}
    for each in fields(Fixtures):
        lacking = getattr(wanted.fixtures, each.name) == getattr(nothing, each.name)
        handed[each.name] = getattr(nothing if lacking else mock.fixtures, each.name)
    name = EMBEDDED if wanted.embedded else NAME
    return replace(
        mock,
        name=name,
        users=users,
        fixtures=Fixtures(**handed),
        control=wanted.control,
        budget_requests=wanted.budget_requests,
    )


@dataclass(frozen=True)
class Plan:
    """What a run would send and create."""

    target: Target
    by_method: dict[str, int]
    by_operation: dict[str, int]
    created: dict[str, int]
    """Kind -> how many."""
    tested: int
    not_tested: int

    @property
    def requests(self) -> int:
        """Return how many requests there are."""
        return sum(self.by_method.values())

    @property
    def shortest_s(self) -> float | None:
        """Return how long the config's bound on requests makes the run at least, in seconds."""
        bound = self.target.requests_per_second
        return self.requests / bound if bound else None

    def document(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        return {
            "format": "conformance-rehearsal/1",
            "target": {"name": self.target.name, "base_url": self.target.base_url},
            "requests": self.requests,
            "by_method": self.by_method,
            "by_operation": self.by_operation,
            "created": self.created,
            "requirements": {"tested": self.tested, "not_tested": self.not_tested},
            "shortest_s": self.shortest_s,
        }


def plan(target: Target, result: RunResult) -> Plan:
    """Read the plan off a rehearsal."""
    methods = Counter(each["request"]["method"] for each in result.exchanges)
    created = Counter(
        CREATED_KIND[each["operation"]]
        for each in result.exchanges
        if each["operation"] in CREATED_KIND and each["response"] and 200 <= each["response"]["status"] < 300
    )
    sent = {each.operation_id: each.requests for each in result.operations if each.requests}
    counts = result.counts()
    known = [name.upper() for name in METHODS if name.upper() in methods]
    return Plan(
        target=target,
        by_method={name: methods[name] for name in [*known, *sorted(methods.keys() - set(known))]},
        by_operation=sent,
        created=dict(created.most_common()),
        tested=sum(counts.values()) - counts["not-tested"],
        not_tested=counts["not-tested"],
    )


def lines(plan: Plan, settings: Settings) -> list[str]:
    """Return the plan as it is printed, at most 80 columns wide."""
    methods = ", ".join(f"{count} {name}" for name, count in plan.by_method.items())
    said = [
        f"plan for {plan.target.name} {plan.target.base_url}",
        f"profile {settings.profile}  seed {settings.seed}; rehearsed against the mock, nothing else was sent",
        "",
        f"sends     {plan.requests} requests: {methods}",
        f"tests     {plan.tested} requirements; {plan.not_tested} are not tested",
    ]
    made = [f"{count} {kind.replace('_', ' ')}{'s' * (count != 1)}" for kind, count in plan.created.items()]
    rows = [", ".join(made[start : start + 4]) for start in range(0, len(made), 4)] or ["nothing"]
    said += [f"creates   {row}" for row in rows]
    if plan.created:
        said.append("          each with the run's prefix, and removes them again")
    if plan.shortest_s is not None:
        bound = plan.target.requests_per_second
        said.append(f"takes     {plan.shortest_s:.0f} s or more at {bound:g} requests per second")
    said += ["", "requests  operation"]
    for operation_id, count in sorted(plan.by_operation.items(), key=lambda each: (-each[1], each[0])):
        operation = operations.get(operation_id)
        said.append(f"{count:8}  {operation.method:6} {operation_id}")
    return said
