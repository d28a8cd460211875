"""A recorded exchange as lines for a terminal: what was sent, what was answered, cut with a mark."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract.reporting import text

COLUMNS = 80
BODY_LINES = 24


def lines(exchange: Mapping[str, Any], full: bool = False) -> Iterator[str]:
    """Yield the request, marked with ``>``, and the answer, marked with ``<``; long lines and bodies are cut."""
    for line in _all(exchange, full):
        yield line if full else text.shortened(line, COLUMNS)


def _all(exchange: Mapping[str, Any], full: bool) -> Iterator[str]:
    request, response = exchange["request"], exchange["response"]
    parts = urlsplit(request["url"])
    yield f"> {request['method']} {parts._replace(query='', fragment='').geturl()}"
    for number, (name, value) in enumerate(parse_qsl(parts.query, keep_blank_values=True)):
        yield f">   {'&' if number else '?'}{text.one_line(f'{name}={value}')}"
    yield from _message(request, ">", full)
    if response is None:
        yield f"< no answer: {exchange['error'] or 'unknown'}"
        return
    yield f"< {response['status']} {response['reason'] or ''}".rstrip()
    yield from _message(response, "<", full)


def _message(message: Mapping[str, Any], mark: str, full: bool) -> Iterator[str]:
    for name, value in message["headers"]:
        yield f"{mark} {name}: {text.one_line(value)}"
    if not message["body"]:
        return
    yield mark
    rows = _pretty(message["body"]).splitlines()
    shown = rows if full else rows[:BODY_LINES]
    yield from (f"{mark} {text.for_xml(row)}" for row in shown)
    if len(rows) > len(shown):
        yield f"{mark} … {text.counted(len(rows) - len(shown), 'more line')}; --full shows them"
    if message["cut"]:
        yield f"{mark} … cut when it was recorded"


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body
