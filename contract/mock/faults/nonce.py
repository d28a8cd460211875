"""Faults of nonce and timestamp."""

from __future__ import annotations

from contract.mock.authentication import NoncePolicy
from contract.mock.call import Call
from contract.mock.faults.registry import fault
from contract.mock.rules import Rules


@fault("accept-replayed-nonce", "a nonce can be used again within 24 hours")
def _(rules: Rules) -> None:
    class AnyNonce(NoncePolicy):
        def record(self, call: Call, oldest_ms: int) -> bool:
            super().record(call, oldest_ms)
            return True

    rules.nonce = AnyNonce()
