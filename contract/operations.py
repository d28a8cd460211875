"""The operations of the API, as the description lists them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from contract import description
from contract.errors import UnknownName

METHODS = ("get", "post", "patch", "put", "delete")
BASE_PATH = "/api/v3"


@dataclass(frozen=True)
class Operation:
    """One method on one path: ``path`` is the template below ``/api/v3``, ``area`` its tag."""

    id: str
    method: str
    path: str
    area: str
    deprecated: bool
    document: Mapping[str, Any] = field(repr=False, hash=False, compare=False)

    @functools.cached_property
    def path_names(self) -> tuple[str, ...]:
        """Return the names of the ids in the path: they are signed under these names."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def changes_state(self) -> bool:
        """Tell whether a request may change what the target stores."""
        return self.method != "GET"

    @property
    def parameters_go_in_query(self) -> bool:
        """Tell whether parameters travel in the query string: on GET and DELETE, in the body elsewhere."""
        return self.method in ("GET", "DELETE")

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return the expression that matches this operation's paths below ``/api/v3``."""
        parts = re.split(r"\{(\w+)\}", self.path)
        text = "".join(f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts))
        return re.compile(f"^{text}/?$")

    def response_schema(self, status: int) -> Mapping[str, Any] | None:
        """Return the JSON schema of the answer with *status*, or None where none is described."""
        responses = self.document["responses"]
        response = responses.get(str(status)) or responses.get(f"{status // 100}XX") or {}
        schema: Mapping[str, Any] | None = response.get("content", {}).get("application/json", {}).get("schema")
        return schema

    def __str__(self) -> str:
        return self.id


@functools.cache
def table() -> dict[str, Operation]:
    """Return every operation by its id, in the order of the description."""
    return {operation.id: operation for operation in _read(description.load())}


def get(operation_id: str) -> Operation:
    """
    Return one operation.

    Raises:   UnknownName: no operation has that id.
    """
    try:
        return table()[operation_id]
    except KeyError:
        raise UnknownName("operation", operation_id, list(table())) from None


@functools.lru_cache(maxsize=1_024)
def match(method: str, path: str) -> tuple[Operation, Mapping[str, str]] | None:
    """
    Find the operation that a request addresses.

    Args:     path: as sent, percent-decoded, with or without the base path.
    Returns:  the operation and the ids of its path by name, or None.
    """
    _, _, below = path.rpartition(BASE_PATH + "/")
    wanted = "/" + below.lstrip("/")
    for operation in _by_method().get(method.upper(), ()):
        if found := operation.pattern.match(wanted):
            return operation, found.groupdict()
    return None


def changing(path: str) -> Iterator[tuple[Operation, Mapping[str, str]]]:
    """Yield the operations that change what *path* addresses, by whatever method, with the ids of the path."""
    for method in METHODS:
        if (found := match(method, path)) and found[0].changes_state:
            yield found


@functools.cache
def _by_method() -> dict[str, tuple[Operation, ...]]:
    # Paths with fewer variables first: /exams/{id} must not take what a literal path names.
    ordered = sorted(table().values(), key=lambda operation: len(operation.path_names))
    return {
        method.upper(): tuple(operation for operation in ordered if operation.method == method.upper())
        for method in METHODS
    }


def _read(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                shared = item.get("parameters", [])
                operation = {**item[method], "parameters": [*shared, *item[method].get("parameters", [])]}
                yield Operation(
                    id=operation["operationId"],
                    method=method.upper(),
                    path=path,
                    area=operation["tags"][0],
                    deprecated=bool(operation.get("deprecated")),
                    document=operation,
                )
