"""Changes to a signed request on its way out: other spellings of the same request, and bodies that are none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from requests import PreparedRequest

from contract.signing import SIGNING_NAMES

Change = Callable[[PreparedRequest], None]


def _query(request: PreparedRequest) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(request.url or "").query, keep_blank_values=True)


def query_value(request: PreparedRequest, name: str) -> str:
    """Return one parameter of the query."""
    return dict(_query(request))[name]


def set_query(request: PreparedRequest, query: str) -> None:
    """Give *request* another query string."""
    request.url = urlunsplit(urlsplit(request.url or "")._replace(query=query))


def path_changed(change: Callable[[str], str]) -> Change:
    """Return a change of the path."""

    def apply(request: PreparedRequest) -> None:
        parts = urlsplit(request.url or "")
        request.url = urlunsplit(parts._replace(path=change(parts.path)))

    return apply


def set_body(request: PreparedRequest, body: bytes, content_type: str | None = None) -> None:
    """Give *request* another body, and another content type where one is named."""
    request.body = body
    request.headers["Content-Length"] = str(len(body))
    if content_type is not None:
        request.headers["Content-Type"] = content_type


def body_of(request: PreparedRequest) -> bytes:
    """Return the body as bytes."""
    body = request.body or b""
    return body if isinstance(body, bytes) else str(body).encode()


def is_multipart(request: PreparedRequest) -> bool:
    """Tell whether the body is multipart form data."""
    return str(request.headers.get("Content-Type", "")).startswith("multipart/")


def reversed_order(request: PreparedRequest) -> None:
    """Turn the order of the parameters around, wherever they stand."""
    if request.method in ("GET", "DELETE"):
        set_query(request, "&".join(reversed(urlsplit(request.url or "").query.split("&"))))
    elif is_multipart(request):
        boundary = b"--" + str(request.headers["Content-Type"]).partition("boundary=")[2].encode()
        first, *parts, last = body_of(request).split(boundary)
        set_body(request, boundary.join([first, *reversed(parts), last]))
    else:
        members = json.loads(body_of(request))
        set_body(request, json.dumps(dict(reversed(members.items()))).encode())


def in_order_of(reverse: bool = False) -> Change:
    """Return a change that orders the parameters by name, or by name backwards; of multipart only turned around."""

    def change(request: PreparedRequest) -> None:
        if request.method in ("GET", "DELETE"):
            pairs = sorted(urlsplit(request.url or "").query.split("&"), reverse=reverse)
            set_query(request, "&".join(pairs))
        elif not is_multipart(request):
            members = json.loads(body_of(request))
            set_body(request, json.dumps({name: members[name] for name in sorted(members, reverse=reverse)}).encode())
        else:
            reversed_order(request)

    return change


def encoded_throughout(request: PreparedRequest) -> None:
    """Write every character of every value as an escape: ``%41`` in a query, ``\\u0041`` in JSON."""
    if request.method in ("GET", "DELETE"):
        pairs = [(name, "".join(f"%{byte:02x}" for byte in value.encode())) for name, value in _query(request)]
        set_query(request, "&".join(f"{quote(name)}={value}" for name, value in pairs))
        return
    members = json.loads(body_of(request))
    written = ", ".join(f"{_escaped(name)}: {_escaped(value)}" for name, value in members.items())
    set_body(request, b"\n{ " + written.encode() + b" }\n")


def _escaped(value: Any) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    units = value.encode("utf-16-be")
    return '"' + "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)) + '"'


def with_query(**params: Any) -> Change:
    """Return a change that adds parameters to the query, whatever the method."""

    def change(request: PreparedRequest) -> None:
        added = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in params.items())
        set_query(request, "&".join(filter(None, (urlsplit(request.url or "").query, added))))

    return change


def with_raw_query(query: str) -> Change:
    """Return a change that appends a text to the query as it is."""
    return lambda request: set_query(request, f"{urlsplit(request.url or '').query}&{query}")


def method_changed(method: str) -> Change:
    """Return a change of the method."""

    def apply(request: PreparedRequest) -> None:
        request.method = method

    return apply


def with_members(params: Mapping[str, Any]) -> Change:
    """Return a change that adds parameters where those of the request stand: query, form part or JSON member."""

    def change(request: PreparedRequest) -> None:
        if request.method in ("GET", "DELETE"):
            with_query(**params)(request)
        elif is_multipart(request):
            boundary = str(request.headers["Content-Type"]).partition("boundary=")[2]
            set_body(request, _parts(params, boundary) + body_of(request))
        else:
            set_body(request, json.dumps({**json.loads(body_of(request)), **params}).encode())

    return change


def _parts(params: Mapping[str, Any], boundary: str) -> bytes:
    return b"".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in params.items()
    )


def as_json_body(request: PreparedRequest) -> None:
    """Move the query of a GET or DELETE into a JSON body, as some clients do."""
    members = dict(_query(request))
    set_query(request, "")
    set_body(request, json.dumps(members).encode(), "application/json")


def as_form(request: PreparedRequest) -> None:
    """Send the members of a JSON body as a percent-encoded form."""
    members = json.loads(body_of(request))
    form = "&".join(f"{quote(name)}={quote(str(value), safe='')}" for name, value in members.items())
    set_body(request, form.encode(), "application/x-www-form-urlencoded")


def without_content_type(request: PreparedRequest) -> None:
    """Leave the content type out."""
    request.headers.pop("Content-Type", None)


def signing_parameters_in_query(request: PreparedRequest) -> None:
    """Move timestamp, nonce and signature from a JSON body into the query."""
    members = json.loads(body_of(request))
    moved = {name: members.pop(name) for name in SIGNING_NAMES}
    set_body(request, json.dumps(members).encode())
    with_query(**moved)(request)


def with_body(make: Callable[[bytes], bytes], content_type: str | None = None) -> Change:
    """Return a change that makes another body of the signed one."""
    return lambda request: set_body(request, make(body_of(request)), content_type)


def doubled_member(name: str, value: Any) -> Callable[[bytes], bytes]:
    """Return a maker of a JSON body in which *name* stands once more, first, with *value*."""
    return lambda body: re.sub(rb"^\{", f"{{{json.dumps(name)}: {json.dumps(value)}, ".encode(), body, count=1)
