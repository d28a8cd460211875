"""A planned case, bound to a target, as the HTTP request that says it; schemathesis would write the same."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote, urljoin

import requests

from contract import operations
from contract.cases import Nothing, PlannedCase
from contract.operations import Operation

MULTIPART = "multipart/form-data"
JSON = "application/json"


def request(case: PlannedCase, base_url: str) -> requests.Request:
    """
    Write *case* for the API below *base_url*, unsigned and without credentials.

    Raises:   ValueError: there is no way to write it.
    """
    operation = operations.get(case.operation_id)
    written = requests.Request(operation.method, _url(operation, case.path, base_url), params=_query(case.query))
    if case.body is Nothing.BODY:
        return written
    if case.media_type == MULTIPART:
        _write_form(written, operation, case.body)
    elif case.media_type == JSON:
        written.headers["Content-Type"] = JSON
        _write_json(written, case.body)
    else:
        raise ValueError(f"{case.operation_id} has a body of the unknown type {case.media_type!r}")
    return written


def _url(operation: Operation, path: Mapping[str, Any], base_url: str) -> str:
    filled = operation.path.format(**path).lstrip("/")
    return unquote(urljoin(base_url.rstrip("/").replace("%", "%25") + "/", quote(filled)))


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    # requests leaves a parameter out that has an empty object for its value.
    return {name: "" if value == {} else value for name, value in query.items()}


def _write_json(written: requests.Request, body: Any) -> None:
    if body is None:
        written.data = b"null"  # requests takes None for no body.
    elif isinstance(body, bytes):
        written.data = body
    else:
        written.json = body


def _write_form(written: requests.Request, operation: Operation, body: Any) -> None:
    if isinstance(body, bytes):
        written.data = body
    elif not isinstance(body, dict):
        boundary = "conformance-body-that-is-no-form"
        written.headers["Content-Type"] = f"{MULTIPART}; boundary={boundary}"
        written.data = f"--{boundary}\r\n{body}--{boundary}--\r\n".encode()
    elif body:
        written.files = list(_parts(operation, body))
    else:
        boundary = "conformance-form-without-parts"
        written.headers["Content-Type"] = f"{MULTIPART}; boundary={boundary}"
        written.data = f"--{boundary}--\r\n".encode()


def _parts(operation: Operation, body: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str | None, Any]]]:
    files = _file_names(operation)
    for name, value in body.items():
        for item in value if isinstance(value, list) else [value]:
            yield name, (name if name in files and not isinstance(value, list) else None, _part(item))


def _part(value: Any) -> Any:
    """Return the text or the bytes of one part: what is no text is written as JSON."""
    if isinstance(value, dict | list | bool) or value is None:
        return json.dumps(value)
    return value if isinstance(value, str | bytes | int) else str(value).encode()


@functools.cache
def _file_names(operation: Operation) -> frozenset[str]:
    """Return the names of the parts that are files, and have a file name."""
    content = operation.document.get("requestBody", {}).get("content", {}).get(MULTIPART, {})
    properties = content.get("schema", {}).get("properties", {})
    return frozenset(name for name, schema in properties.items() if schema.get("format") == "binary")
