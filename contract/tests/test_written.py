"""Requests written from planned cases: what schemathesis would send, without schemathesis."""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest
import requests

from contract import operations, planning, written
from contract.cases import NEGATIVE, POSITIVE, Nothing, PlannedCase
from contract.plans import SHIPPED_SEED, Plans

BASE = "http://127.0.0.1:8080/api/v3"
_BOUNDARY = re.compile(rb"(?:boundary=|--)([0-9a-f]{32}|conformance(?:-[a-z]+)+)")
_EXTENSION = re.compile(rb'(filename="\w+)\.\w+"')
SESSION = requests.Session()


def shape(request: requests.Request) -> tuple[object, ...]:
    prepared = SESSION.prepare_request(request)
    body = prepared.body or b""
    whole = body.encode() if isinstance(body, str) else body
    content_type = str(prepared.headers.get("Content-Type", "")).encode()
    # A file is called after its parameter; schemathesis adds an extension where it knows the content.
    whole = _EXTENSION.sub(rb'\1"', whole)
    return prepared.method, prepared.url, _BOUNDARY.sub(b"BOUNDARY", content_type), _BOUNDARY.sub(b"BOUNDARY", whole)


def by_schemathesis(case: PlannedCase) -> requests.Request:
    parts: dict[str, Any] = {"path_parameters": dict(case.path), "query": dict(case.query)}
    if case.body is not Nothing.BODY:
        parts |= {"body": case.body, "media_type": case.media_type}
    made = planning._operations(case.mode)[case.operation_id].Case(**parts).as_transport_kwargs(base_url=BASE)
    headers = {name: value for name, value in made["headers"].items() if name.lower() == "content-type"}
    chosen = {name: made[name] for name in ("method", "url", "params", "json", "data", "files") if name in made}
    return requests.Request(**chosen, headers=headers)


def outcome(write, case: PlannedCase) -> object:
    try:
        return shape(write(case))
    except (ValueError, TypeError, requests.RequestException):
        return "cannot be written"


@functools.cache
def shipped() -> Plans:
    return Plans(SHIPPED_SEED, "standard")


@pytest.mark.parametrize("area", sorted({operation.area for operation in operations.table().values()}))
def test_every_shipped_case_is_written_as_schemathesis_would(area: str) -> None:
    names = [operation.id for operation in operations.table().values() if operation.area == area]
    cases = [case for name in names for case in shipped().cases(name)]
    ours = [outcome(lambda each: written.request(each, BASE), case) for case in cases]

    assert cases
    assert ours == [outcome(by_schemathesis, case) for case in cases]


@pytest.mark.parametrize("body", [None, [], "text", {"name": "a"}, {}, 7, b"\xff"], ids=repr)
def test_every_kind_of_body_is_written_as_schemathesis_would(body) -> None:
    case = PlannedCase("exams_create", NEGATIVE, {}, {}, body, "application/json")

    assert shape(written.request(case, BASE)) == shape(by_schemathesis(case))


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": [1, "b"]}, {"logo": b"\x00", "name": 1.5}, {"name": None}])
def test_every_kind_of_form_is_written_as_schemathesis_would(body) -> None:
    case = PlannedCase("institutes_create", POSITIVE, {}, {}, body, "multipart/form-data")

    assert shape(written.request(case, BASE)) == shape(by_schemathesis(case))


def test_an_unknown_type_of_body_is_refused() -> None:
    with pytest.raises(ValueError, match="text/xml"):
        written.request(PlannedCase("exams_create", POSITIVE, {}, {}, "a", "text/xml"), BASE)
