"""
Faults of how is signed: other messages and digests that serve too, and how two signatures are compared.

Source: the signature row of every endpoint page, e.g. https://docs.proctorexam.com/v3/apidoc/exams/index.html.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator
from itertools import combinations, permutations
from math import factorial
from typing import Any
from urllib.parse import quote, quote_plus

from contract.mock.call import Call
from contract.mock.faults.kit.core import When, always
from contract.mock.faults.kit.policies import by_method, catalogue, in_policy, on
from contract.mock.faults.kit.signatures import SIGNING_NAMES, digest, key_of, of_messages, pairs, serves_too
from contract.mock.faults.registry import Change
from contract.mock.signing import base_string, sign, value_text

add = catalogue(__name__)

# What shows wherever a request is let in that should not be.
LET_IN = ("SIGN-080",)


# the message ---------------------------------------------------------------------------------------------------------


def _swapped(call: Call) -> Iterator[str]:
    names = sorted(set(call.signed) - {"signature"})
    for one, other in combinations(names, 2):
        values = {one: call.signed[other], other: call.signed[one]}
        yield sign({**call.signed, **values}, key_of(call))


_MOST_ORDERS = 7


def _any_order(call: Call) -> Iterable[str]:
    """Every order where they are few, else the likely ones."""
    ordered = pairs(call.signed)
    if factorial(len(ordered)) <= factorial(_MOST_ORDERS):
        return ("?".join(order) for order in permutations(ordered))
    as_sent = pairs({name: call.signed[name] for name in (*call.path_ids, *call.sent)})
    last = [pair for pair in ordered if pair.partition("=")[0] in SIGNING_NAMES]
    first = [pair for pair in ordered if pair not in last]
    return ("?".join(order) for order in (ordered[::-1], as_sent, first + last, last + first))


def _joined(*joints: str) -> Any:
    return lambda call: [joint.join(pairs(call.signed)) for joint in joints]


def _hashed(call: Call) -> Iterator[str]:
    message, key = base_string(call.signed), key_of(call)
    for text in (message, key + message, message + key, f"{message}?{key}", f"{key}?{message}"):
        yield hashlib.sha256(text.encode()).hexdigest()


def _in_base64(call: Call) -> list[str]:
    raw = hmac.new(key_of(call).encode(), base_string(call.signed).encode(), "sha256").digest()
    return [encode(raw).decode() for encode in (base64.b64encode, base64.urlsafe_b64encode)]


def _encoded_values(call: Call) -> Iterator[str]:
    for encode in (quote, quote_plus, lambda text: quote(text, safe="")):
        changed = {name: encode(value_text(value)) for name, value in call.signed.items()}
        yield sign(changed, key_of(call))


add(
    "signature-with-swapped-values-serves",
    "which value belongs to which name is not part of what is signed",
    serves_too(_swapped),
    "SIGN-024",
    also=LET_IN,
)
add(
    "signature-in-any-order-serves",
    "the parameters may be signed in any order",
    of_messages(_any_order),
    "SIGN-026",
    also=LET_IN,
)
add(
    "signature-in-reverse-order-serves-on-delete",
    "the parameters of a DELETE may be signed in reverse order",
    of_messages(_any_order, by_method("DELETE")),
    "SIGN-026",
    also=LET_IN,
)
add(
    "signature-joined-by-ampersand-serves",
    "the parameters may be joined by '&' as well as by '?'",
    of_messages(_joined("&")),
    "SIGN-027",
    also=LET_IN,
)
add(
    "signature-joined-by-ampersand-serves-on-put",
    "the parameters of a PUT may be joined by '&' as well as by '?'",
    of_messages(_joined("&"), by_method("PUT")),
    "SIGN-027",
    also=LET_IN,
)
add(
    "signature-with-leading-question-mark-serves",
    "the message may begin with '?'",
    of_messages(lambda call: ["?" + base_string(call.signed)]),
    "SIGN-034",
    also=LET_IN,
)
add(
    "signature-with-leading-question-mark-serves-on-get",
    "the message of a GET may begin with '?', as a query does",
    of_messages(lambda call: ["?" + base_string(call.signed)], by_method("GET")),
    "SIGN-034",
)
add(
    "signature-with-sha1-serves",
    "HMAC-SHA1 serves too, as in an earlier version",
    serves_too(lambda call: [digest(base_string(call.signed), key_of(call), "sha1")]),
    "SIGN-028",
    also=LET_IN,
)
add(
    "signature-with-sha1-serves-on-one-operation",
    "the list of the students of an exam takes HMAC-SHA1 too",
    serves_too(lambda call: [digest(base_string(call.signed), key_of(call), "sha1")], on("exams_index_students")),
    "SIGN-028",
    operation="exams_index_students",
)
add(
    "plain-hash-serves",
    "a SHA-256 hash of the message serves too, with the key or without",
    serves_too(_hashed),
    "SIGN-029",
    also=LET_IN,
)
add(
    "base64-signature-serves",
    "the HMAC may be written in Base64 as well as in hex",
    serves_too(_in_base64),
    "SIGN-035",
    also=LET_IN,
)
add(
    "signature-over-encoded-values-serves",
    "values may be percent-encoded where they are signed",
    serves_too(_encoded_values),
    "SIGN-033",
    also=("SIGN-061", "SIGN-074", *LET_IN),
)
add(
    "signature-over-encoded-values-serves-in-queries",
    "values of a query may be percent-encoded where they are signed",
    serves_too(_encoded_values, by_method("GET")),
    "SIGN-033",
    also=("SIGN-061",),
)


# the comparison ------------------------------------------------------------------------------------------------------


def compared(same: Any, when: When = always) -> Change:
    """Compare the signature that is expected with the one that was given by *same*."""

    def matches(inner: Any, call: Call) -> bool:
        return inner(call) or bool(same(call.rules.signature.expected(call), call.signed["signature"]))

    return in_policy("signature", "matches", matches, when)


add(
    "shortened-signature-serves",
    "a signature need only begin like the right one",
    compared(lambda expected, given: len(given) >= 1 and expected.startswith(given)),
    "SIGN-030",
    also=LET_IN,
)
add(
    "last-digit-of-signature-may-be-missing",
    "the last digit of a signature may be missing",
    compared(lambda expected, given: given == expected[:-1]),
    "SIGN-030",
    also=LET_IN,
)
add(
    "extended-signature-serves",
    "what follows the 64 digits of a signature is not looked at",
    compared(lambda expected, given: given[:64] == expected),
    "SIGN-031",
    also=LET_IN,
)
add(
    "extended-signature-serves-on-post",
    "what follows the 64 digits of the signature of a POST is not looked at",
    compared(lambda expected, given: given[:64] == expected, by_method("POST")),
    "SIGN-031",
    also=LET_IN,
)
add(
    "last-digit-of-signature-not-compared",
    "the last digit of a signature is not compared",
    compared(lambda expected, given: len(given) == 64 and given[:63] == expected[:63]),
    "SIGN-036",
    also=LET_IN,
)
add(
    "first-digit-of-signature-not-compared",
    "the first digit of a signature is not compared",
    compared(lambda expected, given: len(given) == 64 and given[1:] == expected[1:]),
    "SIGN-036",
    also=LET_IN,
)
add(
    "half-of-signature-compared",
    "only the first 32 digits of a signature are compared",
    compared(lambda expected, given: len(given) == 64 and given[:32] == expected[:32]),
    "SIGN-036",
    also=LET_IN,
)
