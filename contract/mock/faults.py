"""
Seeded faults: named deviations, off by default, that the suite has to catch.

Each is a function that changes one decision of the rules, registered under its id. ``breaks`` names the requirements
that must turn red; they are filled in with the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contract.mock.authentication import AcceptPolicy, NoncePolicy, SignaturePolicy
from contract.mock.call import Call
from contract.mock.rules import Rules

Change = Callable[[Rules], None]


@dataclass(frozen=True)
class Fault:
    """One deviation: what it changes, in words and as a function."""

    id: str
    description: str
    change: Change
    breaks: tuple[str, ...] = ()


FAULTS: dict[str, Fault] = {}


def fault(fault_id: str, description: str, *breaks: str) -> Callable[[Change], Change]:
    """Register the decorated function as a fault."""

    def register(change: Change) -> Change:
        if fault_id in FAULTS:
            raise ValueError(f"fault {fault_id} is registered twice")
        FAULTS[fault_id] = Fault(fault_id, description, change, breaks)
        return change

    return register


class UnknownFaultError(Exception):
    """No fault has this id."""

    def __init__(self, fault_id: str) -> None:
        super().__init__(f"unknown fault {fault_id!r}; --list-faults prints those there are")


def apply(rules: Rules, fault_ids: tuple[str, ...]) -> None:
    """Change *rules* by each fault in turn. Raises: UnknownFaultError."""
    for fault_id in fault_ids:
        if fault_id not in FAULTS:
            raise UnknownFaultError(fault_id)
        FAULTS[fault_id].change(rules)


# the catalogue -------------------------------------------------------------------------------------------------------


@fault("accept-any-signature", "any text serves as the signature of any request")
def _(rules: Rules) -> None:
    class AnySignature(SignaturePolicy):
        def matches(self, call: Call) -> bool:
            return True

    rules.signature = AnySignature()


@fault("accept-replayed-nonce", "a nonce can be used again within 24 hours")
def _(rules: Rules) -> None:
    class AnyNonce(NoncePolicy):
        def record(self, call: Call, oldest_ms: int) -> bool:
            super().record(call, oldest_ms)
            return True

    rules.nonce = AnyNonce()


@fault("ignore-accept", "the Accept header is not looked at")
def _(rules: Rules) -> None:
    class AnyAccept(AcceptPolicy):
        def check(self, call: Call) -> None:
            pass

    rules.accept = AnyAccept()
