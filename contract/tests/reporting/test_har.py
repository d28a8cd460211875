"""``exchanges.har``, held to what HAR 1.2 requires."""

from __future__ import annotations

import json
import tracemalloc
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema

from contract.reporting import har
from contract.results import RunResult
from contract.tests.reporting.factory import make_exchange, make_result

RECORDS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "value"],
        "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
    },
}
MESSAGE = {"httpVersion": {"type": "string"}, "cookies": {"type": "array"}, "headers": RECORDS}
SIZES = {"headersSize": {"type": "integer"}, "bodySize": {"type": "integer"}}
REQUEST = {"method": {"type": "string"}, "url": {"type": "string"}, "queryString": RECORDS, **MESSAGE, **SIZES}
CONTENT = {"size": {"type": "integer"}, "mimeType": {"type": "string"}}
RESPONSE = {
    "status": {"type": "integer"},
    "statusText": {"type": "string"},
    "content": {"type": "object", "required": list(CONTENT), "properties": CONTENT},
    "redirectURL": {"type": "string"},
    **MESSAGE,
    **SIZES,
}
TIMINGS = {name: {"type": "number", "minimum": 0} for name in ("send", "wait", "receive")}
ENTRY = {
    "startedDateTime": {"type": "string"},
    "time": {"type": "number", "minimum": 0},
    "request": {"type": "object", "required": list(REQUEST), "properties": REQUEST},
    "response": {"type": "object", "required": list(RESPONSE), "properties": RESPONSE},
    "cache": {"type": "object"},
    "timings": {"type": "object", "required": list(TIMINGS), "properties": TIMINGS},
}
LOG = {
    "version": {"const": "1.2"},
    "creator": {"type": "object", "required": ["name", "version"]},
    "entries": {"type": "array", "items": {"type": "object", "required": list(ENTRY), "properties": ENTRY}},
}
HAR_1_2 = {
    "type": "object",
    "required": ["log"],
    "properties": {"log": {"type": "object", "required": list(LOG), "properties": LOG}},
}
"""The required fields and types of http://www.softwareishard.com/blog/har-12-spec/."""


def written(result: RunResult, folder: Path) -> dict[str, Any]:
    """Return the written file's log."""
    har.write(result, folder / "exchanges.har")
    document = json.loads((folder / "exchanges.har").read_text(encoding="utf-8"))
    jsonschema.validate(document, HAR_1_2)
    log: dict[str, Any] = document["log"]
    return log


def test_entries_stand_in_the_order_sent(tmp_path: Path) -> None:
    exchanges = [make_exchange("b", after_ms=20), make_exchange("a", after_ms=10), make_exchange("c", after_ms=20)]

    entries = written(make_result(exchanges=exchanges), tmp_path)["entries"]

    assert [entry["_id"] for entry in entries] == ["a", "b", "c"]
    moments = [datetime.fromisoformat(entry["startedDateTime"]) for entry in entries]
    assert moments == sorted(moments)
    assert moments[0].utcoffset() is not None


def test_custom_fields_say_what_the_exchange_was_for(tmp_path: Path, failing: RunResult) -> None:
    failing.exchanges[0]["case"] = "SIGN-003:exams_index:0"

    entry = written(failing, tmp_path)["entries"][0]

    assert entry["_case"] == "SIGN-003:exams_index:0"
    assert entry["_operation"] == "exams_index"
    assert entry["_intent"] == "tampered: value changed"
    assert entry["_user"] == "administrator"
    assert entry["_purpose"] == "case"
    assert entry["comment"] == "exams_index, tampered: value changed, as administrator"


def test_request_and_answer_are_whole(tmp_path: Path) -> None:
    entries = written(make_result(exchanges=[make_exchange("x", "exams_index"), make_exchange("y")]), tmp_path)[
        "entries"
    ]

    asked, posted = entries[0]["request"], entries[1]["request"]
    assert {"name": "limit", "value": "2"} in asked["queryString"]
    assert "postData" not in asked
    assert posted["postData"]["mimeType"] == "application/json"
    assert json.loads(posted["postData"]["text"])["name"] == "Physics"
    assert posted["bodySize"] == len(posted["postData"]["text"])
    assert entries[0]["response"]["content"]["text"] == '{"exam":{"id":7,"name":"Physics"}}'


def test_a_request_without_answer_has_status_0_and_its_error(tmp_path: Path) -> None:
    (entry,) = written(make_result(exchanges=[make_exchange(status=None)]), tmp_path)["entries"]

    assert entry["response"]["status"] == 0
    assert entry["_error"] == "ConnectTimeout"


def test_a_cut_body_says_so(tmp_path: Path) -> None:
    exchange = make_exchange(body="x" * 16)
    exchange["response"].update(cut=True, size=99_999)

    (entry,) = written(make_result(exchanges=[exchange]), tmp_path)["entries"]

    assert entry["response"]["content"]["comment"] == "cut after 16 characters"
    assert entry["response"]["content"]["size"] == 99_999


def test_a_run_that_sent_nothing_is_an_empty_log(tmp_path: Path) -> None:
    assert written(make_result(exchanges=[]), tmp_path)["entries"] == []


def test_bodies_that_look_like_the_file_do_not_break_it(tmp_path: Path) -> None:
    bodies = ["}", '"}]}', "\ud800", "\u2028", "]\n    }\n}"]
    exchanges = [make_exchange(f"x-{number}", body=body) for number, body in enumerate(bodies)]

    entries = written(make_result(exchanges=exchanges), tmp_path)["entries"]

    assert [entry["response"]["content"]["text"] for entry in entries] == bodies
    assert [entry["_id"] for entry in entries] == [f"x-{number}" for number in range(5)]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    result = make_result(exchanges=[make_exchange(f"x-{number}", body="y" * 16_000) for number in range(400)])

    tracemalloc.start()
    har.write(result, tmp_path / "exchanges.har")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert (tmp_path / "exchanges.har").stat().st_size > 6_400_000
    assert peak < 1_500_000
