"""
From the bytes of a request to one map of named parameters.

Read as Rails reads them, and as tolerant as public clients need it: a JSON body on GET and DELETE, form bodies that are
not percent-encoded, no content type at all, an empty query after a question mark, an id in the body that is in the
path too. A name has one value: the body wins over the query, the path over both, the last of several wins.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from contract.mock.errors import Refusal


@dataclass
class UploadedFile:
    """One file part of a multipart body."""

    name: str
    content_type: str
    content: bytes


@dataclass
class WireRequest:
    """A request as it came in; header names in lower case."""

    method: str
    segments: list[str]
    query: bytes
    headers: dict[str, str]
    body: bytes
    base_url: str  # http://host:port, of URLs that the answer names
    path: str = ""  # as it was sent, for whoever cares about slashes and escapes

    @property
    def media_type(self) -> str:
        """Return the type of the body in lower case, without parameters; empty where none is named."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


@dataclass
class Parameters:
    """The parameters beside the path: *values* by name, *files* by name."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)


def path_segments(raw_path: bytes) -> list[str]:
    """Split a path; doubled and trailing slashes do not count. Raises: Refusal: not UTF-8."""
    return [_text(unquote_to_bytes(segment)) for segment in raw_path.split(b"/") if segment]


async def read_parameters(request: WireRequest) -> Parameters:
    """Read query and body. Raises: Refusal: the body or the query cannot be read."""
    parameters = Parameters(_read_form(request.query))
    if not request.body:
        return parameters
    kind = request.media_type
    if kind == "multipart/form-data":
        await _read_multipart(request, parameters)
    elif kind == "application/x-www-form-urlencoded" or (not kind and request.body.lstrip()[:1] not in (b"{", b"[")):
        parameters.values.update(_read_form(request.body))
    elif not kind or kind == "text/json" or (kind.startswith("application/") and kind.endswith("json")):
        parameters.values.update(_read_json(request.body))
    else:
        raise Refusal("content_type_not_supported")
    return parameters


def _read_form(encoded: bytes) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for pair in encoded.split(b"&"):
        if pair:
            name, _, value = pair.partition(b"=")
            values[_decoded(name)] = _decoded(value)
    return values


def _decoded(encoded: bytes) -> str:
    return _text(unquote_to_bytes(encoded.replace(b"+", b" ")))


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Refusal("body_malformed", reason="it is not UTF-8") from None


def _read_json(body: bytes) -> dict[str, Any]:
    try:
        values = read_json(body.decode("utf-8-sig"))
    except RecursionError:
        raise Refusal("body_malformed", reason="it is nested too deeply") from None
    except ValueError:
        raise Refusal("body_malformed", reason="it is not valid JSON") from None
    if not isinstance(values, dict):
        raise Refusal("body_malformed", reason="the JSON is not an object")
    return values


def read_json(text: str) -> Any:
    """Read JSON without NaN and Infinity. Raises: ValueError: not JSON. RecursionError: nested too deeply."""
    values = json.loads(text, parse_constant=_no_constant)
    if "\\u" in text:
        # Lone surrogates are legal JSON escapes, but no text that can be signed or stored.
        json.dumps(values, ensure_ascii=False).encode()
    return values


def _no_constant(name: str) -> Any:
    raise ValueError(name)


async def _read_multipart(request: WireRequest, parameters: Parameters) -> None:
    async def stream() -> Any:
        yield request.body
        yield b""

    headers = Headers(request.headers)
    try:
        form = await MultiPartParser(headers, stream(), max_part_size=len(request.body) + 1).parse()
    except (MultiPartException, KeyError, ValueError, LookupError) as error:
        raise Refusal("body_malformed", reason="it is not valid multipart form data") from error
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            content = await value.read()
            parameters.files[name] = UploadedFile(
                value.filename or "data", value.content_type or "application/octet-stream", content
            )
        else:
            parameters.values[name] = value
    await form.close()
