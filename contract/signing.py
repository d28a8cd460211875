"""Parameters -> message -> signature. Pure: no clock, no network.

The documentation says: all parameters but ``signature``, as ``name=value``, ordered by name, joined by ``?``,
values not encoded, HMAC-SHA256 with the user's secret key, in hex. What it does not say is how values that are
neither text nor integers are written. There this module follows the vendor's own language (Ruby), as the public
clients do for the most part; the readings of others are recorded with the vectors of the project's tests:

========================  ====================  ==========================================
value                     written here          read differently by some clients
========================  ====================  ==========================================
``true``, ``false``       ``true``, ``false``   ``True``, ``False``
``null``                  empty                 ``None``, ``null``, ``<nil>``, left out
``90.0``                  ``90.0``              ``90``
``1e20``                  ``1.0e+20``           ``1e+20``
``["a", null]``           ``["a", nil]``        ``["a", null]``, ``["a",null]``, ``[a <nil>]``
``{"a": 1}``              ``{"a"=>1}``          ``{'a': 1}``, ``{"a":1}``, ``map[a:1]``
========================  ====================  ==========================================
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

SIGNATURE = "signature"
SIGNING_NAMES = ("timestamp", "nonce", SIGNATURE)

_RUBY_ESCAPES = {
    '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    "\a": "\\a", "\b": "\\b", "\v": "\\v", "\f": "\\f", "\x1b": "\\e",
}  # fmt: skip


class SignatureInParams(ValueError):
    """The parameters hold a signature already."""


def message(params: Mapping[str, Any]) -> bytes:
    """
    Write *params* the way the service signs them.

    Args:     params: all but ``signature``, path ids included by route name; ``timestamp`` in ms.
    Returns:  UTF-8 ``name=value`` pairs sorted by name, joined by ``?``, values not URL-encoded.
    Raises:   SignatureInParams: *params* is already signed.
    Source:   SIGN-001.
    """
    if SIGNATURE in params:
        raise SignatureInParams("the parameters hold a signature already; sign the others only")
    pairs = (f"{name}={value_text(params[name])}" for name in sorted(params))
    return "?".join(pairs).encode("utf-8", "surrogatepass")


def sign(params: Mapping[str, Any], secret_key: str) -> str:
    """Return the signature of *params* under *secret_key*: 64 lower-case hex digits."""
    return hmac.new(secret_key.encode(), message(params), hashlib.sha256).hexdigest()


def value_text(value: Any) -> str:
    """Return *value* as it stands in the message: text unchanged, the rest as in the module's table."""
    if isinstance(value, str):
        return value
    return "" if value is None else _ruby(value)


def _ruby(value: Any) -> str:
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _ruby_float(value)
    if isinstance(value, str):
        return _ruby_string(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_ruby(key)}=>{_ruby(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_ruby, value)) + "]"
    return str(value)


def _ruby_float(value: float) -> str:
    mantissa, e, exponent = repr(value).partition("e")
    if e and "." not in mantissa:
        mantissa += ".0"
    return mantissa + e + exponent


def _ruby_string(text: str) -> str:
    written = "".join(_RUBY_ESCAPES.get(char) or (f"\\u{ord(char):04X}" if ord(char) < 32 else char) for char in text)
    for mark in ("#{", "#$", "#@"):
        written = written.replace(mark, "\\" + mark)
    return f'"{written}"'
