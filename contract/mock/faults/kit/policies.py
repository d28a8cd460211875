"""Deviations of a policy that holds for every operation; and how an area adds them to the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from contract.mock.call import Call
from contract.mock.faults.kit.core import When, always, override
from contract.mock.faults.registry import Change, fault
from contract.mock.rules import Rules


class AddChange(Protocol):
    """Register a fault: id, what the server does wrong, change of the rules, requirements."""

    def __call__(
        self,
        fault_id: str,
        description: str,
        change: Change,
        *breaks: str,
        also: tuple[str, ...] = (),
        operation: str | None = None,
    ) -> None: ...


def catalogue(module: str) -> AddChange:
    """Return the ``add`` of the area whose faults are written in *module*."""

    def add(
        fault_id: str,
        description: str,
        change: Change,
        *breaks: str,
        also: tuple[str, ...] = (),
        operation: str | None = None,
    ) -> None:
        def change_here(rules: Rules) -> None:
            change(rules)

        change_here.__module__ = module
        fault(fault_id, description, *breaks, also=also, operation=operation)(change_here)

    return add


def in_policy(policy: str, method: str, around: Callable[..., Any], when: When = always) -> Change:
    """
    Put *around* one method of a policy whose first argument is the call.

    Args: around: called with the original method and its arguments, where *when* holds.
    """

    def change(rules: Rules) -> None:
        owner = getattr(rules, policy)
        inner = getattr(owner, method)

        def replaced(call: Call, *rest: Any) -> Any:
            return around(inner, call, *rest) if when(call) else inner(call, *rest)

        override(owner, **{method: replaced})

    return change


def skipped(policy: str, method: str, when: When = always) -> Change:
    """A check of a policy is left out."""
    return in_policy(policy, method, lambda inner, call, *rest: None, when)


def on(*operations: str) -> When:
    """The request is one to these operations; a name that ends in ``_`` stands for all that begin so."""
    return lambda call: any(
        call.operation.id == name or (name[-1] == "_" and call.operation.id.startswith(name)) for name in operations
    )


def by_method(*methods: str) -> When:
    """The request has one of *methods*, as it was sent."""
    return lambda call: call.request.method in methods


def all_of(*conditions: When) -> When:
    return lambda call: all(condition(call) for condition in conditions)


def has_body(call: Call) -> bool:
    return bool(call.request.body)


def is_multipart(call: Call) -> bool:
    return call.headers.get("content-type", "").startswith("multipart/")
