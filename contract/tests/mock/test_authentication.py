"""Accept, token and nonce; and that a refused request leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from contract.tests.mock import data_makers as make
from contract.tests.mock.client import ACCEPT, Answer, Client, MockProcess

HOUR_MS = 3_600_000


def with_headers(client: Client, headers: dict[str, str], *, accept: str | None = None) -> Answer:
    query = "&".join(f"{name}={value}" for name, value in client.signed({}, {}).items())
    plain = Client(client.base_url, client.user, accept=accept)
    try:
        return plain.raw("GET", f"/api/v3/tool_providers?{query}", headers=headers)
    finally:
        plain.connection.close()


@pytest.mark.parametrize("accept", [ACCEPT, f"text/html, {ACCEPT}", f"{ACCEPT}; q=0.5", ACCEPT.upper()])
def test_accept_of_version_3_is_let_in(admin: Client, accept: str) -> None:
    assert with_headers(admin, {"Accept": accept}).status == 200


@pytest.mark.parametrize(
    "accept",
    [None, "", "*/*", "application/json", ACCEPT[:-1] + "2", ACCEPT + "0", ACCEPT + ";q=0"],
)
def test_any_other_accept_is_refused(admin: Client, accept: str | None) -> None:
    assert with_headers(admin, {} if accept is None else {"Accept": accept}).status == 406


@pytest.mark.parametrize("form", ["Token token={}", 'Token token="{}"', "token token={}"])
def test_token_is_let_in(admin: Client, form: str) -> None:
    assert with_headers(admin, {"Authorization": form.format(admin.user.token)}, accept=ACCEPT).status == 200


@pytest.mark.parametrize("form", ["", "Token", "Token token=", "{}", "Bearer {}", "Token token=x{}", "Token {}"])
def test_missing_unknown_or_malformed_token_is_refused(admin: Client, form: str) -> None:
    assert with_headers(admin, {"Authorization": form.format(admin.user.token)}, accept=ACCEPT).status == 401


def test_nonce_serves_once_whatever_the_operation_and_user(mock: MockProcess, admin: Client) -> None:
    nonce = 77_000_001

    assert admin.call("GET", "/exams", nonce=nonce).status == 200
    assert admin.call("GET", "/exams", nonce=nonce).status == 403
    assert admin.call("GET", "/exams/{id}", ids={"id": 1}, nonce=str(nonce)).status == 403
    assert admin.call("POST", "/exams", {"name": "n", "type": "demo"}, nonce=nonce).status == 403
    assert mock.client("superuser").call("GET", "/exams", nonce=nonce).status == 403


def test_nonce_is_used_up_by_a_refusal_of_the_operation_but_not_of_the_signature(admin: Client) -> None:
    wrong = {**admin.signed({}, {}, nonce=77_000_002), "signature": "0" * 64}
    assert admin.raw("POST", "/api/v3/exams", json.dumps(wrong).encode(), "application/json").status == 403
    assert admin.call("POST", "/exams", {"type": "demo"}, nonce=77_000_002).status == 422
    assert admin.call("GET", "/exams", nonce=77_000_002).status == 403


def test_nonce_is_free_again_after_24_hours(start: Callable[..., MockProcess]) -> None:
    mock = start()
    admin = mock.client()
    assert admin.call("GET", "/exams", nonce=5).status == 200

    mock.control("POST", "clock", {"advance_ms": 24 * HOUR_MS - 60_000})
    assert admin.call("GET", "/exams", nonce=5).status == 403
    mock.control("POST", "clock", {"advance_ms": 120_000})
    assert admin.call("GET", "/exams", nonce=5).status == 200
    assert admin.call("GET", "/exams", nonce=5).status == 403


def test_of_two_at_once_exactly_one_is_accepted(mock: MockProcess, admin: Client) -> None:
    clients = [mock.client_of(admin.user) for _ in range(4)]

    def send(job: tuple[Client, int]) -> tuple[int, int]:
        client, nonce = job
        return nonce, client.call("GET", "/tool_providers", nonce=nonce).status

    for nonce in range(77_100_000, 77_100_010):
        with ThreadPoolExecutor(len(clients)) as pool:
            statuses = sorted(status for _, status in pool.map(send, [(client, nonce) for client in clients]))
        assert statuses == [200, 403, 403, 403]


def test_uniqueness_of_nonces_can_be_switched_off(start: Callable[..., MockProcess]) -> None:
    mock = start()
    mock.control("POST", "nonces", {"unique": False})

    statuses = [mock.client().call("GET", "/exams", nonce=9).status for _ in range(2)]

    assert statuses == [200, 200]


def test_request_refused_for_its_signature_changes_nothing(admin: Client) -> None:
    exam = make.exam(admin)
    before = admin.call("GET", "/exams/{id}", ids={"id": exam["id"]}).json

    for method, body in (("PATCH", {"name": "Changed"}), ("DELETE", {}), ("PUT", {"name": "Changed"})):
        sent: dict[str, Any] = {**admin.signed({"id": exam["id"]}, body), "signature": "0" * 64}
        answer = admin.raw(method, f"/api/v3/exams/{exam['id']}", json.dumps(sent).encode(), "application/json")
        assert answer.status == 403

    assert admin.call("GET", "/exams/{id}", ids={"id": exam["id"]}).json == before
