"""Rows that tests make for themselves."""

from __future__ import annotations

import itertools
import os
from typing import Any

from contract.tests.mock.client import Client, Part

_numbers = itertools.count(1)
PASSWORD = "Secret-passw0rd"


def unique(word: str) -> str:
    return f"{word} {os.getpid()}-{next(_numbers)}"


def email() -> str:
    return f"{unique('someone').replace(' ', '.')}@example.com"


def made(client: Client, method: str, path: str, params: dict[str, Any], **options: Any) -> Any:
    answer = client.call(method, path, params, **options)
    assert 200 <= answer.status < 300, (answer.status, answer.body)
    (made_object,) = answer.json.values()
    return made_object


def exam(client: Client, **params: Any) -> Any:
    return made(client, "POST", "/exams", {"name": unique("Exam"), "type": "record_review", **params})


def session(client: Client, exam_id: int, **params: Any) -> Any:
    values = {"name": unique("Student"), "email": email(), **params}
    return made(client, "POST", "/exams/{exam_id}/student_sessions", values, ids={"exam_id": exam_id})


def document(client: Client, exam_id: int) -> Any:
    values = {"exam_content": "<p>Read this</p>"}
    return made(client, "POST", "/exams/{exam_id}/documents", values, ids={"exam_id": exam_id})


def attachment(client: Client, exam_id: int) -> Any:
    files = {"document": Part("notes.txt", b"some notes")}
    return made(client, "POST", "/exams/{exam_id}/attachments", {}, ids={"exam_id": exam_id}, files=files)


def user(client: Client, institute_id: int, **params: Any) -> Any:
    values = {"name": unique("User"), "email": email(), "password": PASSWORD, **params}
    return made(client, "POST", "/institutes/{institute_id}/users", values, ids={"institute_id": institute_id})


def institute(client: Client, **params: Any) -> Any:
    return made(client, "POST", "/institutes", {"name": unique("Institute"), "short_name": "in", **params})


def tool_provider(client: Client, **params: Any) -> Any:
    values = {"tool_name": unique("Tool"), "oauth_consumer_key": "key", "oauth_consumer_secret": "secret", **params}
    return made(client, "POST", "/tool_providers", values)


def lti_resource(client: Client, exam_id: int, tool_provider_id: int, **params: Any) -> Any:
    values = {"lti_resource_link_name": unique("Link"), "exam_id": exam_id, "tool_provider_id": tool_provider_id}
    return made(client, "POST", "/lti_resources", {**values, **params})
