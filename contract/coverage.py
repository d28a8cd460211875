"""What was tried of each operation: which documented parameters were sent, which documented answers were seen."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from contract import operations
from contract.operations import Operation
from contract.signing import SIGNING_NAMES

_PART_NAME = re.compile(r'\bname="([^"]*)"')
_FIELD_NAME = re.compile(r'"(\w+)"\s*:')


@dataclass
class Parameter:
    """How often one documented parameter was sent, and how often the request was accepted then."""

    sent: int = 0
    accepted: int = 0


@dataclass
class Coverage:
    """What of one operation's documentation a run has touched."""

    parameters: dict[str, Parameter] = field(default_factory=dict)
    responses: dict[str, int] = field(default_factory=dict)
    """Documented status or class of statuses -> answers that it describes best."""
    undocumented: dict[str, int] = field(default_factory=dict)
    """Statuses seen that the description does not have."""

    @property
    def unsent(self) -> list[str]:
        """Return the documented parameters that no request had."""
        return [name for name, each in self.parameters.items() if not each.sent]

    @property
    def never_accepted(self) -> list[str]:
        """Return the parameters that were sent only in requests that were not accepted."""
        return [name for name, each in self.parameters.items() if each.sent and not each.accepted]

    @property
    def unseen(self) -> list[str]:
        """Return the documented statuses that were not answered."""
        return [status for status, count in self.responses.items() if not count]


def by_operation(exchanges: Iterable[Mapping[str, Any]]) -> dict[str, Coverage]:
    """Return the coverage of every operation of the description, counted over *exchanges*."""
    table = operations.table()
    found = {name: _nothing_yet(operation) for name, operation in table.items()}
    sent: dict[str, Counter[str]] = defaultdict(Counter)
    accepted: dict[str, Counter[str]] = defaultdict(Counter)
    for exchange in exchanges:
        name, response = exchange["operation"], exchange["response"]
        if name not in found:
            continue
        names = _names(exchange["request"], table[name])
        sent[name].update(names)
        if response:
            _count_status(found[name], response["status"])
            if response["status"] < 400:
                accepted[name].update(names)
    for name, coverage in found.items():
        for parameter in coverage.parameters:
            coverage.parameters[parameter] = Parameter(sent[name][parameter], accepted[name][parameter])
    return found


def documented(operation: Operation) -> Iterator[str]:
    """Yield the names of the parameters that the description has, without those of the signature."""
    seen = set(SIGNING_NAMES)
    places = [parameter["name"] for parameter in operation.document["parameters"] if parameter["in"] != "header"]
    for media in operation.document.get("requestBody", {}).get("content", {}).values():
        places += media.get("schema", {}).get("properties", {})
    for name in places:
        if name not in seen:
            seen.add(name)
            yield name


def _nothing_yet(operation: Operation) -> Coverage:
    return Coverage(
        parameters={name: Parameter() for name in documented(operation)},
        responses=dict.fromkeys(map(str, operation.document["responses"]), 0),
    )


def _count_status(coverage: Coverage, status: int) -> None:
    for described in (str(status), f"{status // 100}XX", "default"):
        if described in coverage.responses:
            coverage.responses[described] += 1
            return
    coverage.undocumented[str(status)] = coverage.undocumented.get(str(status), 0) + 1


def _names(request: Mapping[str, Any], operation: Operation) -> set[str]:
    names = _names_in_query(request["url"].partition("?")[2])
    return names | set(operation.path_names) | _names_in_body(request["body"], request["cut"])


def _names_in_query(text: str) -> set[str]:
    # Values are of no interest, and decoding them takes most of the time that it takes to count.
    return {unquote_plus(part.partition("=")[0]) for part in text.split("&") if part}


def _names_in_body(body: str, cut: bool) -> set[str]:
    if not body:
        return set()
    if body.startswith("--"):
        return set(_PART_NAME.findall(body))
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        # Of a body that was cut the beginning still tells which fields were there.
        return set(_FIELD_NAME.findall(body)) if cut else _names_in_query(body)
    return set(fields) if isinstance(fields, dict) else set()
