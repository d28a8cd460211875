"""The shape of answers: envelope, fields and their types, as the OpenAPI description has them.

Each departure from a schema belongs to one aspect, and each aspect of a resource is one requirement:

==========  ==========================================================================================
envelope    the answer is a JSON object that has the documented key, with one resource or a list in it
presence    every field that each documented example has is there
identity    ``id`` has its type; ``id``, ``name``, ``created_at`` and ``updated_at`` are not null
type        the other fields have the printed type or are null
time        times are ISO 8601 with milliseconds and an offset or ``Z``
enum        a field with documented values has one of them
==========  ==========================================================================================
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from contract import operations
from contract.exchange import Exchange
from contract.judgement import describe, expect, require

ASPECTS = ("envelope", "presence", "identity", "type", "time", "enum")
NEVER_NULL = ("id", "name", "created_at", "updated_at")
_TIME_SUFFIXES = ("_at", "_time")


@dataclass(frozen=True)
class Departure:
    """One place where an answer is not as described."""

    aspect: str
    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path or 'the body'}: {self.problem}"


@functools.cache
def _validator(operation_id: str, status: int) -> Any:
    schema = operations.get(operation_id).response_schema(status)
    return None if schema is None else jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=False)


def departures(exchange: Exchange, like: str | None = None) -> Iterator[Departure]:
    """Yield every departure of an answer from what the description says about its status."""
    assert exchange.operation is not None
    if (validator := _validator(like or exchange.operation.id, exchange.status)) is None:
        return
    if exchange.json is None:
        yield Departure("envelope", "", f"not JSON but {exchange.header('Content-Type') or 'without a content type'}")
        return
    for error in validator.iter_errors(exchange.json):
        path = list(error.instance_path)
        aspect = "envelope" if _is_lost_resource(path, error) else _aspect(path, error)
        yield Departure(aspect, ".".join(map(str, path)), error.message[:200])


def _is_lost_resource(path: list[Any], error: Any) -> bool:
    """Tell whether null or a text stands under the key of the envelope, where an object or a list belongs."""
    if len(path) != 1 or str(list(error.schema_path)[-1]) != "type":
        return False
    return any(f'"{kind}"' in error.message.rpartition(" of type")[2] for kind in ("object", "array"))


def _aspect(path: list[Any], error: Any) -> str:
    keyword = next((str(part) for part in reversed(error.schema_path) if not isinstance(part, int)), "")
    names = [part for part in path if isinstance(part, str)]
    field = names[-1] if names else ""
    if keyword == "required":
        return "presence" if len(names) > 0 else "envelope"
    if len(names) <= 1 and not (names and len(path) == 1 and not isinstance(error.instance, dict | list)):
        return "envelope"
    if keyword == "enum" or keyword == "const":
        return "enum"
    if field == "id" or (field in NEVER_NULL and error.instance is None):
        return "identity"
    if keyword in ("pattern", "format") and field.endswith(_TIME_SUFFIXES):
        return "time"
    return "type"


def has_shape(exchange: Exchange, *aspects: str, like: str | None = None) -> None:
    """
    Judge an accepted answer by some aspects of its described shape; all where none is named.

    Args:     like: another operation whose answer is described, where that of the exchange's own is not.
    Raises:   FindingRaised: it departs in one of them; the finding names up to five fields.
    """
    unknown = set(aspects) - set(ASPECTS)
    if unknown:
        raise ValueError(f"no aspects {sorted(unknown)}; there are {', '.join(ASPECTS)}")
    wanted = aspects or ASPECTS
    found = [departure for departure in departures(exchange, like) if departure.aspect in wanted]
    if found:
        listed = "; ".join(map(str, found[:5])) + (f"; and {len(found) - 5} more" if len(found) > 5 else "")
        expect(exchange).violated(f"an answer as described ({', '.join(wanted)})", listed)


def has_resource(exchange: Exchange, key: str) -> None:
    """Judge that an accepted answer holds an object under *key*. Raises: FindingRaised."""
    found = _under(exchange, key)
    expect(exchange).holds(isinstance(found, dict), f"an object under the key {key!r}", lambda: exchange.text[:200])


def has_rows(exchange: Exchange, key: str) -> None:
    """Judge that an accepted answer holds a list of objects under *key*. Raises: FindingRaised."""
    listed = _are_rows(_under(exchange, key))
    expect(exchange).holds(listed, f"a list of objects under the key {key!r}", lambda: exchange.text[:200])


def resource(exchange: Exchange, key: str) -> dict[str, Any]:
    """
    Return the resource under *key* of an accepted answer.

    Raises:   Inconclusive: there is no object; that is a finding of the requirement on the envelope only.
    """
    found = _under(exchange, key)
    require(isinstance(found, dict), f"there is no object under the key {key!r}: {describe(exchange)}")
    return dict(found or {})


def only_resource(exchange: Exchange) -> dict[str, Any]:
    """
    Return the resource of an accepted answer whose envelope is not documented: the object with an id.

    Raises:   FindingRaised: neither the body nor a value in it is an object with an id.
    """
    body = exchange.json if isinstance(exchange.json, Mapping) else {}
    found = [each for each in (*body.values(), body) if isinstance(each, Mapping) and "id" in each]
    expect(exchange).holds(found, "an object with an id", lambda: exchange.text[:200] or "no body")
    return dict(found[0])


def rows(exchange: Exchange, key: str) -> list[dict[str, Any]]:
    """
    Return the list under *key* of an accepted answer.

    Raises:   Inconclusive: there is no list of objects; that is a finding of the requirement on the envelope only.
    """
    found = _under(exchange, key)
    require(_are_rows(found), f"there is no list of objects under the key {key!r}: {describe(exchange)}")
    return list(found or [])


def _under(exchange: Exchange, key: str) -> Any:
    return exchange.json.get(key) if isinstance(exchange.json, Mapping) else None


def _are_rows(found: Any) -> bool:
    return isinstance(found, list) and all(isinstance(row, dict) for row in found)
