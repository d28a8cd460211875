"""Refused requests that are carried out all the same: the answer says no, the state says otherwise."""

from __future__ import annotations

from contextlib import nullcontext

from contract.mock.call import Call
from contract.mock.errors import Refusal
from contract.mock.faults.kit.core import Deviation, When, always
from contract.mock.loading import load
from contract.mock.operations import Operation
from contract.mock.rules import Rules


def carried_out(*kinds: str, when: When = always) -> Deviation:
    """The operation is carried out, and then refused as one of *kinds* (keys of ``ERRORS``)."""

    def deviation(rules: Rules, operation: Operation) -> None:
        def effect(call: Call, refusal: Refusal) -> None:
            if call.operation.id == operation.id and refusal.kind in kinds and when(call):
                carry_out(call, by_anyone=refusal.kind.startswith("not_authorized"))

        rules.refusal_effects.append(effect)

    return deviation


def carry_out(call: Call, *, by_anyone: bool = False) -> None:
    """Do what *call* asks for without looking at who asks; what cannot be done is not. *by_anyone*: with all rights."""
    asking = call.user or caller(call)
    call.user = call.store.one("SELECT * FROM users WHERE role = 'superuser' ORDER BY id") if by_anyone else asking
    try:
        # A refusal of the signature comes before the transaction begins, one of the operation inside of it.
        with nullcontext() if call.store.in_transaction else call.store.transaction():
            for kind, id_name in call.operation.loads:
                load(call, kind, id_name)
            call.params = call.rules.parameters.clean(call.operation.params, {**call.sent, **call.files})
            call.operation.handler(call)
    except Refusal:
        pass
    finally:
        call.user = asking


def caller(call: Call) -> object:
    """Who asks: the user of the token, or where it is nobody's some administrator."""
    sql = "SELECT * FROM users ORDER BY api_token = ? DESC, role = 'administrator' DESC, id LIMIT 1"
    return call.store.one(sql, (call.rules.token.token(call),))
