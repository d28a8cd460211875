"""Deviations of the signature: other texts that serve too, or the only ones that do."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from contract.mock.call import Call
from contract.mock.faults.kit.core import When, always
from contract.mock.faults.kit.policies import in_policy
from contract.mock.faults.registry import Change
from contract.mock.signing import sign, value_text

Params = Mapping[str, Any]
Alternatives = Callable[[Call], Iterable[str]]
Rewrite = Callable[[str], str]

SIGNING_NAMES = ("timestamp", "nonce", "signature")


def serves_too(alternatives: Alternatives, when: When = always) -> Change:
    """Beside the right signature any of *alternatives* is accepted."""

    def matches(inner: Callable[[Call], bool], call: Call) -> bool:
        return inner(call) or call.signed["signature"] in alternatives(call)

    return in_policy("signature", "matches", matches, when)


def of_params(params: Callable[[Call], Params], when: When = always) -> Change:
    """The signature of other parameters is accepted too."""
    return serves_too(lambda call: [sign(params(call), key_of(call))], when)


def of_messages(messages: Callable[[Call], Iterable[str]], when: When = always) -> Change:
    """The signature of another message is accepted too."""
    return serves_too(lambda call: [digest(message, key_of(call)) for message in messages(call)], when)


def of_values(rewrite: Rewrite, when: When = always) -> Change:
    """A signature over rewritten values is accepted too."""
    return of_params(lambda call: rewritten(call.signed, rewrite), when)


def only_of_values(rewrite: Rewrite, when: When = always) -> Change:
    """The values are rewritten before their signature is checked, so that the right one is refused."""

    def expected(inner: Callable[[Call], str], call: Call) -> str:
        return sign(rewritten(call.signed, rewrite), key_of(call))

    return in_policy("signature", "expected", expected, when)


def never_looked_at(when: When = always) -> Change:
    """Any text serves as signature."""
    return in_policy("signature", "matches", lambda inner, call: True, when)


def key_of(call: Call) -> str:
    return str(call.user["secret_key"])


def digest(message: str, key: str, hash_name: str = "sha256") -> str:
    return hmac.new(key.encode(), message.encode(), getattr(hashlib, hash_name)).hexdigest()


def pairs(params: Params) -> list[str]:
    """``name=value`` of everything that is signed, ordered by name."""
    return [f"{name}={value_text(params[name])}" for name in sorted(params) if name != "signature"]


def rewritten(params: Params, rewrite: Rewrite) -> Params:
    """*params* with every text but those of the signature itself rewritten."""
    return {
        name: rewrite(value) if isinstance(value, str) and name not in SIGNING_NAMES else value
        for name, value in params.items()
    }


def without(params: Params, names: Iterable[str]) -> Params:
    left_out = set(names) - set(SIGNING_NAMES)
    return {name: value for name, value in params.items() if name not in left_out}
