"""The shapes in which public clients send their requests are understood."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from contract.tests.mock import data_makers as make
from contract.tests.mock.client import Client, MockProcess

JSON = "application/json"


def query(params: dict[str, Any]) -> str:
    """A query that is not percent-encoded, as some clients write it."""
    return "&".join(f"{name}={value}" for name, value in params.items())


def test_trailing_slash_and_content_type_on_get(admin: Client) -> None:
    answer = admin.raw("GET", f"/api/v3/exams/?{query(admin.signed({}, {}))}", None, JSON)

    assert answer.status == 200


def test_doubled_slash(admin: Client) -> None:
    exam_id = make.exam(admin)["id"]
    ids = {"exam_id": exam_id, "id": make.document(admin, exam_id)["id"]}

    answer = admin.raw("GET", f"/api/v3//exams/{exam_id}/documents/{ids['id']}?{query(admin.signed(ids, ids))}")

    assert answer.json["document"]["id"] == ids["id"]


def test_delete_with_everything_in_a_json_body(admin: Client) -> None:
    exam_id = make.exam(admin)["id"]
    ids = {"exam_id": exam_id, "id": make.attachment(admin, exam_id)["id"]}
    body = json.dumps(admin.signed(ids, ids)).encode()

    answer = admin.raw("DELETE", f"/api/v3/exams/{exam_id}/attachments/{ids['id']}", body, JSON)

    assert (answer.status, answer.json) == (200, {})


def test_get_with_a_json_body_and_a_parameter_that_is_not_documented(mock: MockProcess, admin: Client) -> None:
    known = dict(mock.fixtures["lti_student"])
    exam_id = known.pop("exam_id")
    params = {**known, "context_id": "course-v1:Org+C1+2019", "id": exam_id}
    body = json.dumps(admin.signed({"id": exam_id}, params)).encode()

    answer = admin.raw("GET", f"/api/v3/exams/{exam_id}/show_lti_student", body, JSON)

    assert answer.json["student"]["status"] == "registered"


def test_get_without_content_type_and_extra_parameters_after_the_signature(admin: Client) -> None:
    sent = admin.signed({"id": 1}, {"student_session_id": 1})
    extra = sent.pop("student_session_id")

    answer = admin.raw("GET", f"/api/v3/exams/1/show_student?{query(sent)}&student_session_id={extra}")

    assert answer.json["student"]["id"] == 1


def test_form_body_that_is_not_percent_encoded(admin: Client) -> None:
    params = {
        "name": "Test 7",
        "type": "record_review",
        "use_duration": "false",
        "for_reviewing": "true",
        "mobile_cam": "true",
        "start_time": "1701296000",
        "end_time": "1701641600",
        "restrictions": '[[false,[""]],[true,["notes"]]]',
    }
    body = query(admin.signed({}, params)).encode()

    answer = admin.raw("POST", "/api/v3/exams?", body, "application/x-www-form-urlencoded")

    exam = answer.json["exam"]
    assert (exam["name"], exam["use_duration"], exam["for_reviewing"]) == ("Test 7", False, True)
    assert (exam["mobile_cam"], exam["restrictions"]) == (True, params["restrictions"])
    assert exam["start_time"] == "2023-11-29T23:13:20.000+01:00"


def test_no_content_type_at_all(admin: Client) -> None:
    params = {"name": "n", "type": "demo"}

    as_form = admin.raw("POST", "/api/v3/exams", query(admin.signed({}, params)).encode())
    as_json = admin.raw("POST", "/api/v3/exams", json.dumps(admin.signed({}, params)).encode())

    assert (as_form.status, as_json.status) == (201, 201)


def test_integers_as_text_in_a_json_body(admin: Client) -> None:
    params = {"name": "n", "type": "demo", "duration_minutes": "90", "nonce": "1", "use_duration": "1"}

    exam = make.made(admin, "POST", "/exams", params)

    assert (exam["duration_minutes"], exam["use_duration"]) == (90, True)


def test_nonce_in_seconds_needs_the_switch(start: Callable[..., MockProcess]) -> None:
    mock = start()
    admin, now = mock.client(), int(time.time())
    assert admin.call("GET", "/exams", nonce=now).status == 200
    assert admin.call("GET", "/exams", nonce=now).status == 403

    mock.control("POST", "nonces", {"unique": False})

    assert admin.call("GET", "/exams", nonce=now).status == 200


def test_errors_are_json_with_a_text_under_errors(admin: Client) -> None:
    refused = [
        admin.call("GET", "/exams/{id}", ids={"id": 999_999}),
        admin.raw("GET", "/api/v3/exams"),
        admin.raw("GET", "/api/v3/nothing"),
        admin.raw("BREW", "/api/v3/exams"),
    ]

    for answer in refused:
        assert isinstance(answer.json["errors"], str)
        assert answer.headers["content-type"].startswith(JSON)
