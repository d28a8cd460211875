"""Whatever comes in, the answer is a refusal in JSON, and the next request works."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contract.tests.mock.client import Client
from contract.tests.mock.test_every_operation import CASES

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", JSON),
        (b'{"name": "cut', JSON),
        (b"[1]", JSON),
        (b"null", JSON),
        (b"\xff\xfe", JSON),
        (b"[" * 100_000, JSON),
        (b'{"a":' * 50_000, JSON),
        (b'{"a": NaN}', JSON),
        (b'{"a": 1e999}', JSON),
        (b'{"a": ' + b"9" * 5000 + b"}", JSON),
        (b'{"a": "\\ud800"}', JSON),
        (b"{}", "text/plain"),
        (b"<a/>", "application/xml"),
        (b"a=%ff", FORM),
        (b"%", FORM),
        (b"--x", MULTIPART),
        (b"--x\r\n\r\n", MULTIPART),
        (b"anything", "multipart/form-data"),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n', MULTIPART),
    ],
)
def test_unreadable_body(admin: Client, body: bytes, content_type: str) -> None:
    answer = admin.raw("POST", "/api/v3/exams", body, content_type)

    assert 400 <= answer.status < 500
    assert "errors" in answer.json
    assert b"Traceback" not in answer.body
    assert admin.call("GET", "/tool_providers").status == 200


@pytest.mark.parametrize(
    "path_id", ["abc", "-1", "0", "1.5", "99999999999999999999999", "%00", "a/b", "\u0661", "'", "1 OR 1=1", "😀", "+1"]
)
def test_path_id_that_names_nothing(admin: Client, path_id: str) -> None:
    answer = admin.call("GET", "/exams/{id}", ids={"id": path_id})

    assert answer.status == 404
    assert answer.json == {"errors": f"Couldn't find Exam with 'id'={path_id}"}


ODD_VALUES: list[Any] = ["", " ", "\0", "a\0b", "😀", "é", "' OR 1=1 --", "x" * 100_000, 0, -1, 2**70, "9" * 400, True]


@pytest.mark.parametrize("value", ODD_VALUES, ids=lambda value: repr(value)[:12])
def test_odd_values_of_every_parameter(admin: Client, value: Any) -> None:
    """Accepted or refused, but never an error of the server; what is accepted comes back as it was sent."""
    params = {"name": value, "type": "demo", "duration_minutes": 1}
    answer = admin.call("POST", "/exams", params)
    assert answer.status in (201, 422)
    if answer.status == 201:
        assert answer.json["exam"]["name"] == value

    for name in ("institute_id", "duration_minutes", "use_duration", "start_time", "restrictions", "allow_websites"):
        answer = admin.call("POST", "/exams", {"name": "n", "type": "demo", name: value})
        assert answer.status in (201, 403, 422), (name, answer.body)


@pytest.mark.parametrize("operation", sorted(CASES))
def test_every_operation_survives_odd_parameters(superuser: Client, operation: str) -> None:
    from contract.mock.operations import new_operations

    method, path, _, _ = CASES[operation]
    ids = {name: 424_242 for name in ("exam_id", "institute_id", "id") if f"{{{name}}}" in path}
    for value in ("\0", "9" * 30, "{}", "é" * 500):
        params = dict.fromkeys(new_operations()[operation].params, value)
        answer = superuser.call(method, path, params, ids=ids)
        assert answer.status < 500, answer.body


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH"])
def test_method_that_the_path_does_not_take(admin: Client, method: str) -> None:
    answer = admin.raw(method, "/api/v3/exams")

    assert answer.status == 405
    assert answer.headers["allow"] == "GET, POST"


def test_body_that_is_too_large(admin: Client) -> None:
    answer = admin.raw("POST", "/api/v3/exams", b" " * (33 * 1024 * 1024), JSON)

    assert answer.status == 413


def test_duplicate_keys_count_once(admin: Client) -> None:
    sent = admin.signed({}, {"name": "second", "type": "demo"})
    body = '{"name": "first", ' + json.dumps(sent)[1:]

    answer = admin.raw("POST", "/api/v3/exams", body.encode(), JSON)

    assert answer.json["exam"]["name"] == "second"
