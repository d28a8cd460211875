"""Signs whatever ``requests`` is about to send, and spoils it where a test asks for that."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import requests
from requests.auth import AuthBase

from contract import operations, signing
from contract.nonce import Clock, NonceSource, now_ms
from contract.target import User

ACCEPT = "application/vnd.procwise.v3"


class _Right:
    def __repr__(self) -> str:
        return "RIGHT"


RIGHT: Final = _Right()
"""In `Wrongly`: this part is done as documented."""


@dataclass(frozen=True)
class Wrongly:
    """
    How one request departs from the documented form, on purpose.

    For ``authorization``, ``accept``, ``timestamp`` and ``nonce`` None leaves the part out and a text replaces it.
    ``signature`` replaces the right signature by what the function makes of it, None leaves it out. ``secret_key`` and
    ``message`` sign with another key or another text. ``sent`` changes the parameters after they were signed, ``wire``
    the request itself: its URL, headers and body.
    """

    label: str
    authorization: str | _Right | None = field(default=RIGHT, repr=False)
    accept: str | _Right | None = RIGHT
    timestamp: int | str | _Right | None = RIGHT
    nonce: int | str | _Right | None = RIGHT
    signature: Callable[[str], str] | _Right | None = RIGHT
    secret_key: str | None = field(default=None, repr=False)
    message: Callable[[Mapping[str, Any]], bytes] | None = None
    digest: str = "sha256"
    sent: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    wire: Callable[[requests.PreparedRequest], None] | None = None

    @property
    def intent(self) -> str:
        """Return the words that travel with the exchange."""
        return f"tampered: {self.label}"


def authorization(token: str) -> str:
    """Return the value of the ``Authorization`` header for *token*."""
    return f"Token token={token}"


def params_of(request: requests.PreparedRequest) -> dict[str, Any]:
    """
    Collect what gets signed from a request as it will be sent.

    Returns:  path ids by route name, query parameters and body fields, percent-decoded, without files; where a name
              stands in several places the path wins, then the body.
    """
    parts = urlsplit(request.url or "")
    found: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape"))
    found |= _body_params(request)
    if matched := operations.match(request.method or "", unquote(parts.path)):
        found |= matched[1]
    return found


def places_of(request: requests.PreparedRequest) -> Iterator[Mapping[str, Any]]:
    """
    Yield what *request* names as it will be sent, place by place: path, query, body.

    Unlike `params_of` nothing hides anything: a name that stands twice in a query is there with both values.
    """
    parts = urlsplit(request.url or "")
    if matched := operations.match(request.method or "", unquote(parts.path)):
        yield matched[1]
    for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="surrogateescape"):
        yield {name: value}
    content_type, boundary = _content_type(request)
    if content_type == "multipart/form-data" and boundary:
        yield from ({name: value} for name, value in _multipart_fields(_body_bytes(request), boundary))
    elif content_type == "application/x-www-form-urlencoded":
        for name, value in parse_qsl(_body_bytes(request).decode("utf-8", "replace"), keep_blank_values=True):
            yield {name: value}
    elif isinstance(value := _parsed(_body_bytes(request), _doubled), dict):
        yield value


def _content_type(request: requests.PreparedRequest) -> tuple[str, str | None]:
    return _parsed_type(str(request.headers.get("Content-Type", "")))


@functools.lru_cache(maxsize=64)
def _parsed_type(text: str) -> tuple[str, str | None]:
    header = Message()
    header["content-type"] = text
    return header.get_content_type(), header.get_param("boundary")  # type: ignore[return-value]


def _body_bytes(request: requests.PreparedRequest) -> bytes:
    body = request.body or b""
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")


def _doubled(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON in which a name that stands twice has the list of its values."""
    values: dict[str, list[Any]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: given[0] if len(given) == 1 else given for name, given in values.items()}


def _body_params(request: requests.PreparedRequest) -> dict[str, Any]:
    body = _body_bytes(request)
    content_type, boundary = _content_type(request)
    if not body:
        return {}
    if content_type == "multipart/form-data" and boundary:
        return dict(_multipart_fields(body, boundary))
    if content_type == "application/x-www-form-urlencoded":
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


_PART_NAME = re.compile(rb'[;\s]name="((?:[^"\\]|\\.)*)"')


def _multipart_fields(body: bytes, boundary: str) -> list[tuple[str, str]]:
    fields = []
    for part in body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = _PART_NAME.search(head)
        if name and b"filename=" not in head and b"filename*=" not in head:
            fields.append((name.group(1).decode(), content.removesuffix(b"\r\n").decode("utf-8", "replace")))
    return fields


@dataclass
class SigningAuth(AuthBase):
    """
    Adds timestamp, nonce and signature to a request: in the query on GET and DELETE, else in the body.

    The ``Authorization`` and ``Accept`` headers are the session's, so that tools which hide headers know them.
    """

    user: User
    nonces: NonceSource
    clock: Clock = now_ms
    wrongly: Wrongly | None = None
    signed_params: Mapping[str, Any] | None = field(default=None, repr=False)
    """What to sign instead of the request's own parameters."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign *request* in place, spoiled as `wrongly` says."""
        params = dict(self.signed_params) if self.signed_params is not None else params_of(request)
        for name in signing.SIGNING_NAMES:
            params.pop(name, None)
        attach(request, self.fields(params))
        if self.wrongly and self.wrongly.wire:
            self.wrongly.wire(request)
        return request

    def fields(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return timestamp, nonce and signature for *params*, those that `wrongly` leaves out excepted."""
        wrongly = self.wrongly or Wrongly(label="")
        timestamp = self.clock() if isinstance(wrongly.timestamp, _Right) else wrongly.timestamp
        nonce = self.nonces() if isinstance(wrongly.nonce, _Right) else wrongly.nonce
        fields = {name: value for name, value in (("timestamp", timestamp), ("nonce", nonce)) if value is not None}
        if wrongly.signature is None:
            return fields
        signature = self._signature({**params, **fields}, wrongly)
        if not isinstance(wrongly.signature, _Right):
            signature = wrongly.signature(signature)
        return {**fields, "signature": signature}

    def _signature(self, params: Mapping[str, Any], wrongly: Wrongly) -> str:
        key = self.user.secret_key if wrongly.secret_key is None else wrongly.secret_key
        if wrongly.message is None and wrongly.digest == "sha256":
            return signing.sign(params, key)
        import hmac

        text = (wrongly.message or signing.message)(params)
        return hmac.new(key.encode(), text, wrongly.digest).hexdigest()


def attach(request: requests.PreparedRequest, fields: Mapping[str, Any]) -> None:
    """Add the signing *fields* where the parameters of *request* are."""
    content_type, boundary = _content_type(request)
    body = _body_bytes(request)
    if request.method in ("GET", "DELETE", "HEAD"):
        _attach_to_query(request, fields)
    elif content_type == "multipart/form-data" and boundary:
        _set_body(request, _multipart_head(fields, boundary) + body)
    elif content_type == "application/x-www-form-urlencoded":
        _set_body(request, b"&".join(filter(None, (body, urlencode(fields).encode()))))
    elif not body or isinstance(value := _parsed(body), dict):
        whole = {**(value if body else {}), **fields}
        request.headers.setdefault("Content-Type", "application/json")
        _set_body(request, json.dumps(whole).encode())
    else:
        # A body that is no JSON object has no room for parameters.
        _attach_to_query(request, fields)


def _parsed(body: bytes, pairs_to_object: Callable[[list[tuple[str, Any]]], Any] | None = None) -> Any:
    try:
        return json.loads(body, object_pairs_hook=pairs_to_object)
    except (ValueError, RecursionError):
        return None


def _attach_to_query(request: requests.PreparedRequest, fields: Mapping[str, Any]) -> None:
    parts = urlsplit(request.url or "")
    query = "&".join(filter(None, (parts.query, urlencode(fields, quote_via=quote))))
    request.url = urlunsplit(parts._replace(query=query))


def _multipart_head(fields: Mapping[str, Any], boundary: str) -> bytes:
    return b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )


def _set_body(request: requests.PreparedRequest, body: bytes) -> None:
    request.body = body
    request.headers["Content-Length"] = str(len(body))
