"""Faults of the signature: what is signed, how it is compared, and where it is not looked at."""

from __future__ import annotations

from contract.mock.authentication import SignaturePolicy
from contract.mock.call import Call
from contract.mock.faults.registry import fault
from contract.mock.rules import Rules


@fault("accept-any-signature", "any text serves as the signature of any request")
def _(rules: Rules) -> None:
    class AnySignature(SignaturePolicy):
        def matches(self, call: Call) -> bool:
            return True

    rules.signature = AnySignature()
