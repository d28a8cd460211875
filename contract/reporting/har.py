"""``exchanges.har``: every exchange in the order sent, as HAR 1.2, readable by browsers' network panels."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import parse_qsl, urlsplit

import harfile

from contract.reporting import kept
from contract.results import RunResult

HTTP_VERSION = "HTTP/1.1"
_ENTRY = re.compile(r',?\s*\{\s*"startedDateTime"')


def write(result: RunResult, path: Path) -> None:
    """Write ``exchanges.har`` entry by entry, so that memory does not grow with the run."""
    creator = harfile.Creator(name="conformance", version=result.run.suite_version)
    comment = f"run {result.run.id} against {result.target.get('name')}; secrets are removed, signatures shortened"
    with path.open("w", encoding="utf-8") as stream:
        annotated = _Annotated(stream)
        with harfile.HarFile(annotated, creator=creator, comment=comment) as log:  # type: ignore[arg-type]
            for exchange, left_out in kept.within_budget(in_order(result.exchanges), kept.telling(result)):
                annotated.fields = _custom_fields(exchange) | ({"_answer": kept.LEFT_OUT} if left_out else {})
                log.add_entry(**_entry(exchange))
        stream.write("\n")


def in_order(exchanges: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return *exchanges* in the order sent; those of one millisecond stay as they stand."""
    return sorted(exchanges, key=lambda exchange: int(exchange["started_ms"]))


class _Annotated:
    """
    A text stream that adds custom fields to each entry.

    HAR allows fields that start with an underscore, and harfile has no place for them. It writes an entry with one
    call that begins with the entry's opening brace and its time, and ends with its closing brace.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.fields: Mapping[str, Any] = {}

    def write(self, chunk: str) -> int:
        if _ENTRY.match(chunk) and chunk.endswith("}"):
            added = json.dumps(self.fields)[1:-1]
            chunk = f"{chunk[:-1].rstrip()},\n                {added}\n            }}"
        return self._stream.write(chunk)


def _custom_fields(exchange: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "case", "operation", "intent", "user", "purpose", "error")
    return {f"_{name}": exchange.get(name) for name in names}


def _entry(exchange: Mapping[str, Any]) -> dict[str, Any]:
    elapsed_ms = float(exchange["elapsed_ms"])
    return {
        "startedDateTime": datetime.fromtimestamp(exchange["started_ms"] / 1000, UTC),
        "time": elapsed_ms,
        "request": _request(exchange["request"]),
        "response": _response(exchange["response"]),
        "timings": harfile.Timings(send=0, wait=elapsed_ms, receive=0),
        "comment": f"{exchange.get('operation') or 'no operation'}, {exchange['intent']}, as {exchange['user']}",
    }


def _request(request: Mapping[str, Any]) -> harfile.Request:
    query = parse_qsl(urlsplit(request["url"]).query, keep_blank_values=True)
    body = request["body"]
    posted = harfile.PostData(mimeType=_header(request, "content-type"), text=body, comment=_cut(request))
    return harfile.Request(
        method=request["method"],
        url=request["url"],
        httpVersion=HTTP_VERSION,
        headers=_records(request["headers"]),
        queryString=_records(query),
        postData=posted if body else None,
        bodySize=-1 if request["cut"] else len(body.encode("utf-8", "replace")),
    )


def _response(response: Mapping[str, Any] | None) -> harfile.Response:
    if response is None:
        # What HAR's readers take for "no answer came"; `_error` says why.
        return harfile.Response(status=0, statusText="", httpVersion=HTTP_VERSION)
    content = harfile.Content(
        size=response["size"],
        mimeType=_header(response, "content-type"),
        text=response["body"],
        comment=_cut(response),
    )
    return harfile.Response(
        status=response["status"],
        statusText=response["reason"] or "",
        httpVersion=HTTP_VERSION,
        headers=_records(response["headers"]),
        content=content,
        redirectURL=_header(response, "location"),
        bodySize=response["size"],
    )


def _records(pairs: Iterable[Iterable[str]]) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in pairs]


def _header(message: Mapping[str, Any], name: str) -> str:
    return next((value for key, value in message["headers"] if key.lower() == name), "")


def _cut(message: Mapping[str, Any]) -> str | None:
    return f"cut after {len(message['body'])} characters" if message["cut"] else None
