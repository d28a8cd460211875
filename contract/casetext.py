"""Planned cases as text and back, exactly: what JSON cannot say is written as an object with one ``$`` member.

    {"$bytes": "AP8="}      bytes, as base64
    {"$int": "0x1f…"}       an integer beyond 64 bits: decimal text of such a size is refused by Python
    {"$text": "2D3d3g=="}   a text that holds surrogates, as base64 of UTF-32
    {"$map": [[k, v], …]}   an object with names that JSON would change or that begin with ``$``
    {"$tuple": [v, …]}      a tuple
    {"$nothing": 0}         no body at all
    {"$float": "nan"}       a number that is none, or an infinite one

Everything else stands as it is; floats are written so that the same one is read again.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from contract.cases import Nothing, PlannedCase

_LARGEST = 2**63


def to_plain(value: Any) -> Any:
    """
    Return *value* as JSON can hold it.

    Raises:   TypeError: it is of a type that would not come back as it was.
    """
    kind = type(value)
    if value is Nothing.BODY:
        return {"$nothing": 0}
    if value is None or kind is bool:
        return value
    if (writer := _WRITERS.get(kind)) is None:
        raise TypeError(f"a planned case holds a {kind.__module__}.{kind.__name__}, which cannot be stored")
    return writer(value)


def _int(value: int) -> Any:
    return value if -_LARGEST <= value < _LARGEST else {"$int": hex(value)}


def _float(value: float) -> Any:
    return value if math.isfinite(value) else {"$float": repr(value)}


def _has_surrogates(text: str) -> bool:
    # Two lone surrogates side by side would be read as one character.
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def _text(value: str) -> Any:
    if not _has_surrogates(value):
        return value
    # Not UTF-16: there a pair of lone surrogates looks like the character that they would make.
    return {"$text": _base64(value.encode("utf-32-be", "surrogatepass"))}


def _map(value: Mapping[Any, Any]) -> Any:
    if all(type(name) is str and not name.startswith("$") and not _has_surrogates(name) for name in value):
        return {name: to_plain(item) for name, item in value.items()}
    return {"$map": [[to_plain(name), to_plain(item)] for name, item in value.items()]}


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


_WRITERS: dict[type, Callable[[Any], Any]] = {
    int: _int,
    float: _float,
    str: _text,
    bytes: lambda value: {"$bytes": _base64(value)},
    dict: _map,
    list: lambda value: [to_plain(item) for item in value],
    tuple: lambda value: {"$tuple": [to_plain(item) for item in value]},
}
_READERS: dict[str, Callable[[Any], Any]] = {
    "$nothing": lambda value: Nothing.BODY,
    "$int": lambda value: int(value, 16),
    "$float": float,
    "$text": lambda value: base64.b64decode(value).decode("utf-32-be", "surrogatepass"),
    "$bytes": base64.b64decode,
    "$map": lambda value: {from_plain(name): from_plain(item) for name, item in value},
    "$tuple": lambda value: tuple(from_plain(item) for item in value),
}


def from_plain(value: Any) -> Any:
    """
    Return what `to_plain` was given.

    Raises:   KeyError, ValueError: it is not as `to_plain` writes it.
    """
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and (name := next(iter(value))).startswith("$"):
        return _READERS[name](value[name])
    return {name: from_plain(item) for name, item in value.items()}


def case_to_plain(case: PlannedCase) -> list[Any]:
    """Return a case as JSON can hold it."""
    parts = (dict(case.path), dict(case.query), case.body)
    return [case.operation_id, case.mode, case.media_type, *(to_plain(part) for part in parts)]


def case_from_plain(plain: list[Any]) -> PlannedCase:
    """
    Return the case that `case_to_plain` was given.

    Raises:   KeyError, TypeError, ValueError: it is not as `case_to_plain` writes it.
    """
    operation_id, mode, media_type, *parts = plain
    path, query, body = (from_plain(part) for part in parts)
    return PlannedCase(operation_id, mode, path, query, body, media_type)


def dumps(value: Any) -> str:
    """Return plain data as ASCII text, the same for the same data."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
