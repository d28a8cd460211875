"""Faults of the Accept header."""

from __future__ import annotations

from contract.mock.authentication import AcceptPolicy
from contract.mock.call import Call
from contract.mock.faults.registry import fault
from contract.mock.rules import Rules


@fault("ignore-accept", "the Accept header is not looked at")
def _(rules: Rules) -> None:
    class AnyAccept(AcceptPolicy):
        def check(self, call: Call) -> None:
            pass

    rules.accept = AnyAccept()
