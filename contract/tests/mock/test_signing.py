"""The text that is signed and its signature, against known answers and over the wire."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from contract.mock.signing import base_string, sign, value_text
from contract.tests.mock.client import Client, signature

VECTORS = json.loads((Path(__file__).parent / "data" / "signing-vectors.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_vector(vector: dict[str, Any]) -> None:
    params = {name: value for name, value in vector["params"].items() if name not in vector["excluded_from_signature"]}

    assert base_string(params) == vector["base_string"]
    assert sign(params, vector["secret"]) == vector["signature"]


@pytest.mark.parametrize(
    ("value", "text"),
    [("#{a}", "#{a}"), (["#{a}", "a#b"], '["\\#{a}", "a#b"]'), (["\0\x1b"], '["\\u0000\\e"]'), (1e16, "1.0e+16")],
)
def test_values_are_written_as_ruby_writes_them(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_signature_itself_is_not_signed() -> None:
    assert base_string({"b": 1, "signature": "x", "a": 2}) == "a=2?b=1"


def tampered(sent: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**sent, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("changed value", {"name": "Other"}),
        ("added parameter", {"extra": "1"}),
        ("removed parameter", {"use_duration": None}),
        ("truncated", {"signature": "0" * 63}),
        ("extended", {"signature": "0" * 65}),
        ("not hex", {"signature": "é" * 64}),
        ("a number", {"signature": 5}),
        ("a list", {"signature": ["x"]}),
        ("missing signature", {"signature": None}),
        ("missing nonce", {"nonce": None}),
        ("missing timestamp", {"timestamp": None}),
        ("empty nonce", {"nonce": ""}),
        ("nonce no number", {"nonce": "abc"}),
        ("timestamp no number", {"timestamp": "soon"}),
    ],
)
def test_tampered_request_is_refused(admin: Client, what: str, changes: dict[str, Any]) -> None:
    params = {"name": "Signed", "type": "record_review", "use_duration": 1}
    right, wrong = admin.signed({}, params), tampered(admin.signed({}, params), **changes)

    control = admin.raw("POST", "/api/v3/exams", json.dumps(right).encode(), "application/json")
    answer = admin.raw("POST", "/api/v3/exams", json.dumps(wrong).encode(), "application/json")

    assert control.status == 201, control.body
    assert 400 <= answer.status < 500, what
    assert "errors" in answer.json


def test_nonce_that_is_signed_but_no_number_is_refused(admin: Client) -> None:
    assert admin.call("GET", "/exams", nonce="12ab").status == 422


def test_other_users_key_is_refused(admin: Client, superuser: Client) -> None:
    sent = {"nonce": 123456789, "timestamp": 1}
    sent["signature"] = signature(sent, superuser.user.secret_key)  # type: ignore[assignment]

    answer = admin.raw("POST", "/api/v3/exams", json.dumps(sent).encode(), "application/json")

    assert answer.status == 403


def test_path_id_is_part_of_the_signature(admin: Client) -> None:
    for_exam_1 = admin.signed({"id": 1}, {})
    query = "&".join(f"{name}={value}" for name, value in for_exam_1.items())

    assert admin.raw("GET", f"/api/v3/exams/2?{query}").status == 403
    assert admin.raw("GET", f"/api/v3/exams/1?{query}").status == 200


@pytest.mark.parametrize("repeated", [1, "1"])
def test_path_id_may_be_repeated_with_the_same_value(admin: Client, repeated: Any) -> None:
    assert admin.call("PATCH", "/exams/{id}", {"id": repeated}, ids={"id": 1}).status == 200


def test_path_id_may_not_be_contradicted(admin: Client) -> None:
    sent = admin.signed({"id": 1}, {})
    query = "&".join(f"{name}={value}" for name, value in {**sent, "id": 2}.items())

    assert admin.raw("GET", f"/api/v3/exams/1?{query}").status == 403


def test_order_and_encoding_on_the_wire_do_not_matter(admin: Client) -> None:
    sent = admin.signed({}, {"filter": '{"name":{"eq":"Ä & b+c?d=e"}}'})
    query = "&".join(
        f"{name}={''.join(f'%{byte:02x}' for byte in str(value).encode())}" for name, value in reversed(sent.items())
    )

    assert admin.raw("GET", f"/api/v3/exams?{query}").status == 200


def test_query_and_body_are_signed_together(admin: Client) -> None:
    sent = admin.signed({}, {"name": "In the query é", "type": "record_review"})
    name = sent.pop("name")

    answer = admin.raw("POST", f"/api/v3/exams?name={quote(name)}", json.dumps(sent).encode(), "application/json")

    assert answer.json["exam"]["name"] == name
