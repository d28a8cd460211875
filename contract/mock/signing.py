"""
The signature as the server sees it: the text that is signed, and its HMAC.

``name=value`` of all parameters but ``signature``, ordered by name, joined by ``?``, nothing escaped; HMAC-SHA256 with
the user's secret key, lower-case hex. Values that are not text are written as Ruby writes them, which is what the
vendor's own client does.

Source: the signature row of every endpoint page, e.g. https://docs.proctorexam.com/v3/apidoc/exams/index.html;
path ids and the writing of values: public clients (https://github.com/almeidabbm/api_request_helpers).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

_RUBY_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    '"': '\\"',
    "\\": "\\\\",
}


def value_text(value: Any) -> str:
    """Write one parameter value: text unchanged, null empty, arrays and objects as Ruby inspects them."""
    if isinstance(value, str):
        return value
    return "" if value is None else _inspect(value)


def _inspect(value: Any) -> str:
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, float):
        return _float_text(value)
    if isinstance(value, list):
        return "[" + ", ".join(_inspect(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)}=>{_inspect(item)}" for key, item in value.items()) + "}"
    return str(value)


def _float_text(value: float) -> str:
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else text


def _quoted(text: str) -> str:
    return '"' + "".join(_escaped(text, at) for at in range(len(text))) + '"'


def _escaped(text: str, at: int) -> str:
    character = text[at]
    if character in _RUBY_ESCAPES:
        return _RUBY_ESCAPES[character]
    if character == "#" and text[at + 1 : at + 2] in ("{", "$", "@"):
        return "\\#"
    if character.isprintable():
        return character
    return f"\\u{ord(character):04X}" if ord(character) <= 0xFFFF else f"\\u{{{ord(character):X}}}"


def base_string(params: Mapping[str, Any]) -> str:
    """Write the text that is signed: *params* without ``signature``, path ids under their route names included."""
    return "?".join(f"{name}={value_text(params[name])}" for name in sorted(params) if name != "signature")


def sign(params: Mapping[str, Any], secret_key: str) -> str:
    """Sign *params*: 64 lower-case hex characters."""
    return hmac.new(secret_key.encode(), base_string(params).encode(), hashlib.sha256).hexdigest()
