"""The client against a server that takes down what arrives: places, connections, patience, and what never leaves."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from email.utils import formatdate
from typing import Any

import pytest
import requests

from contract import client as client_module
from contract import operations, signing, transport
from contract.auth import Wrongly, authorization
from contract.checks import wire
from contract.client import TRIES_OF_IDEMPOTENT_CALLS, Client, File, Sender, created_by
from contract.errors import ReadOnlyRun, TargetUnreachable, UnsafeRequest
from contract.exchange import Exchange
from contract.tests.recording_server import (
    ADMINISTRATOR,
    FOREIGN,
    OWN,
    Answer,
    Received,
    RecordingServer,
    sender_to,
)

SIGNED = {"timestamp", "nonce", "signature"}


@pytest.fixture
def sender(server: RecordingServer) -> Iterator[Sender]:
    sender = sender_to(server.base_url)
    yield sender
    sender.session.close()


@pytest.fixture
def administrator(sender: Sender) -> Client:
    return sender.client("administrator")


def fields_of_multipart(received: Received) -> dict[str, str]:
    """Return the fields of a multipart body that are no files."""
    boundary = received.headers["content-type"].partition("boundary=")[2]
    found = {}
    for part in received.body.decode("latin-1").split(f"--{boundary}")[1:-1]:
        head, _, content = part.partition("\r\n\r\n")
        if "filename=" not in head and (name := re.search(r'name="([^"]*)"', head)):
            found[name[1]] = content.removesuffix("\r\n")
    return found


def signature_of(params: dict[str, Any]) -> str:
    signed = {name: value for name, value in params.items() if name != "signature"}
    return signing.sign(signed, ADMINISTRATOR.secret_key)


# -- where the parameters and the signature stand -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation_id", "params", "line", "ids"),
    [
        ("exams_index", {"limit": 3, "name": "Zoë & co"}, "GET /api/v3/exams", {}),
        ("exams_show", {"id": 5, "extra": "a"}, "GET /api/v3/exams/5", {"id": "5"}),
        ("exams_destroy", {"id": OWN}, f"DELETE /api/v3/exams/{OWN}", {"id": str(OWN)}),
        (
            "attachments_destroy",
            {"exam_id": OWN, "id": OWN},
            f"DELETE /api/v3/exams/{OWN}/attachments/{OWN}",
            {"exam_id": str(OWN), "id": str(OWN)},
        ),
    ],
)
def test_get_and_delete_carry_everything_in_the_query(
    administrator: Client,
    server: RecordingServer,
    operation_id: str,
    params: dict[str, Any],
    line: str,
    ids: dict[str, str],
) -> None:
    administrator(operation_id, **params)

    (received,) = server.received
    own = {name: str(value) for name, value in params.items() if name not in ids}
    assert received.line == line
    assert received.body == b""
    assert received.query.keys() == own.keys() | SIGNED
    assert own.items() <= received.query.items()
    assert received.query["signature"] == signature_of({**received.query, **ids})


@pytest.mark.parametrize(
    ("operation_id", "params", "line", "ids"),
    [
        ("exams_create", {"name": "Zoë", "duration_minutes": 90}, "POST /api/v3/exams", {}),
        ("exams_update", {"id": OWN, "name": "a"}, f"PATCH /api/v3/exams/{OWN}", {"id": str(OWN)}),
        ("exams_update_put", {"id": OWN, "name": "a"}, f"PUT /api/v3/exams/{OWN}", {"id": str(OWN)}),
        ("exams_send_emails", {"id": OWN}, f"POST /api/v3/exams/{OWN}/send_emails", {"id": str(OWN)}),
    ],
)
def test_post_patch_and_put_carry_everything_in_the_json_body(
    administrator: Client,
    server: RecordingServer,
    operation_id: str,
    params: dict[str, Any],
    line: str,
    ids: dict[str, str],
) -> None:
    administrator(operation_id, **params)

    (received,) = server.received
    own = {name: value for name, value in params.items() if name not in ids}
    assert received.line == line
    assert "?" not in received.url
    assert received.headers["content-type"] == "application/json"
    assert received.json.keys() == own.keys() | SIGNED
    assert own.items() <= received.json.items()
    assert received.json["signature"] == signature_of({**received.json, **ids})


@pytest.mark.parametrize(
    ("operation_id", "params", "ids"),
    [
        (
            "attachments_create",
            {"exam_id": OWN, "document": File("a.txt", b"\x00bytes\r\n--", "text/plain")},
            ["exam_id"],
        ),
        ("institutes_update", {"id": OWN, "name": "Zoë", "logo_image": File("l.png", b"png", "image/png")}, ["id"]),
    ],
)
def test_a_file_is_sent_beside_the_signed_fields_and_not_signed(
    administrator: Client, server: RecordingServer, operation_id: str, params: dict[str, Any], ids: list[str]
) -> None:
    administrator(operation_id, **params)

    (received,) = server.received
    fields = {name: value.encode("latin-1").decode() for name, value in fields_of_multipart(received).items()}
    own = {name: value for name, value in params.items() if name not in ids and not isinstance(value, File)}
    (file,) = (value for value in params.values() if isinstance(value, File))
    assert "?" not in received.url
    assert fields.keys() == own.keys() | SIGNED
    assert fields["signature"] == signature_of({**fields, **{name: str(params[name]) for name in ids}})
    assert file.content in received.body
    assert f'filename="{file.name}"'.encode() in received.body


@pytest.mark.parametrize("operation", operations.table().values(), ids=lambda operation: operation.id)
def test_ids_of_the_path_are_signed_under_their_route_names(
    administrator: Client, server: RecordingServer, operation: operations.Operation
) -> None:
    ids: dict[str, Any] = {name: 1 if name == "institute_id" else OWN for name in operation.path_names}

    administrator(operation.id, **ids)

    (received,) = server.received
    carried = received.query if operation.parameters_go_in_query else received.json
    assert received.method == operation.method
    assert carried["signature"] == signature_of({**carried, **ids})
    assert not ids.keys() & carried.keys()


def test_token_and_accept_are_sent_as_headers(administrator: Client, server: RecordingServer) -> None:
    administrator("exams_index")

    headers = server.received[0].headers
    assert headers["authorization"] == "Token token=token-of-administrator"
    assert headers["accept"] == "application/vnd.procwise.v3"


def test_headers_of_the_config_are_sent_with_every_request(server: RecordingServer) -> None:
    sender = sender_to(server.base_url, headers={"X-Access": "gate-pass-1"})

    sender.client("teacher")("exams_index")
    sender.client("outsider")("exams_show", id=7)

    assert [received.headers["x-access"] for received in server.received] == ["gate-pass-1"] * 2


def test_no_two_requests_share_a_nonce(sender: Sender, server: RecordingServer) -> None:
    for role in ("administrator", "teacher"):
        for _ in range(3):
            sender.client(role)("exams_index")

    assert len({received.query["nonce"] for received in server.received}) == 6


def test_a_value_is_quoted_into_the_path_and_signed_decoded(administrator: Client, server: RecordingServer) -> None:
    administrator("exams_show", id="a b/c?d")

    (received,) = server.received
    assert received.path == "/api/v3/exams/a%20b%2Fc%3Fd"


def test_another_path_template_is_signed_alike(administrator: Client, server: RecordingServer) -> None:
    administrator("tool_providers_show", path="/tool_provider/{id}", id=9)

    (received,) = server.received
    assert received.line == "GET /api/v3/tool_provider/9"
    assert received.query["signature"] == signature_of({**received.query, "id": 9})


# -- connections, time and patience -------------------------------------------------------------------------------


def test_one_connection_serves_many_requests(sender: Sender, server: RecordingServer) -> None:
    for role in ("administrator", "teacher", "administrator"):
        sender.client(role)("exams_index")
        sender.client(role)("exams_create", name="a")

    assert len({received.connection for received in server.received}) == 1


def test_cookies_of_one_answer_do_not_travel_with_the_next_request(sender: Sender, server: RecordingServer) -> None:
    server.answers = [Answer(headers={"Set-Cookie": "_session=of-the-superuser; Path=/"})]

    sender.client("superuser")("exams_index")
    sender.client("outsider")("exams_index")

    assert "cookie" not in server.received[1].headers


def test_an_answer_that_takes_too_long_is_given_up_and_not_asked_for_again(server: RecordingServer) -> None:
    sender = sender_to(server.base_url, timeout_s=0.15)
    server.otherwise = lambda received: Answer(after_s=1)

    with pytest.raises(TargetUnreachable, match="ReadTimeout"):
        sender.client("administrator")("exams_index")

    assert len(server.received) == 1


def test_an_answer_that_drips_ends_at_the_time_limit(server: RecordingServer) -> None:
    sender = sender_to(server.base_url, timeout_s=0.3)
    # More is announced than ever comes.
    server.otherwise = lambda received: Answer(body=b"{", headers={"Content-Length": "9"})

    with pytest.raises(TargetUnreachable, match="ReadTimeout"):
        sender.client("administrator")("exams_create", name="a")

    assert len(server.received) == 1


def test_an_answer_larger_than_the_limit_is_given_up(
    administrator: Client, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 100_000)
    server.otherwise = lambda received: Answer(body=b" " * 100_001)

    with pytest.raises(TargetUnreachable, match="more than 100000 bytes"):
        administrator("exams_index")

    server.otherwise = lambda received: Answer(body=b" " * 100_000)
    assert len(administrator("exams_index").body) == 100_000


def test_a_valid_get_that_is_cut_off_is_sent_again_with_a_new_nonce(
    administrator: Client, server: RecordingServer
) -> None:
    server.answers = [Answer(hangs_up=True), Answer(hangs_up=True), Answer(body={"exams": []})]
    heard: list[Exchange] = []
    administrator.sender.listeners.append(heard.append)

    exchange = administrator("exams_index")

    assert exchange.json == {"exams": []}
    assert len({received.query["nonce"] for received in server.received}) == 3
    assert [each.status for each in heard] == [0, 0, 200]
    assert len({each.id for each in heard}) == 3
    assert heard[0].error
    assert heard[-1].error is None


@pytest.mark.parametrize(
    ("error", "worth_it"),
    [
        (requests.ConnectionError(), True),
        (requests.exceptions.ChunkedEncodingError(), True),
        (requests.ConnectTimeout(), False),
        (requests.ReadTimeout(), False),
        (requests.exceptions.InvalidURL(), False),
        (transport.AnswerTooLarge(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_a_broken_connection_is_worth_another_try(error: requests.RequestException, worth_it: bool) -> None:
    assert transport.was_cut_off(error) is worth_it


def test_tries_are_bounded(administrator: Client, server: RecordingServer) -> None:
    server.otherwise = lambda received: Answer(hangs_up=True)

    with pytest.raises(TargetUnreachable, match=r"is http://127\.0\.0\.1:[0-9]+ up"):
        administrator("exams_index")

    assert len(server.received) == TRIES_OF_IDEMPOTENT_CALLS == 3


@pytest.mark.parametrize(
    ("operation_id", "params", "wrongly"),
    [
        ("exams_create", {"name": "a"}, None),
        ("exams_update", {"id": OWN}, None),
        ("exams_update_put", {"id": OWN}, None),
        ("exams_destroy", {"id": OWN}, None),
        ("exams_index", {}, Wrongly("no signature", signature=None)),
    ],
)
def test_nothing_else_is_sent_again(
    administrator: Client, server: RecordingServer, operation_id: str, params: dict[str, Any], wrongly: Wrongly | None
) -> None:
    server.otherwise = lambda received: Answer(hangs_up=True)

    with pytest.raises(TargetUnreachable):
        administrator(operation_id, wrongly=wrongly, **params)

    assert len(server.received) == 1


def test_a_server_error_is_an_answer_and_not_asked_for_again(administrator: Client, server: RecordingServer) -> None:
    server.otherwise = lambda received: Answer(status=503)

    assert administrator("exams_index").status == 503
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("retry_after", "slept_s"),
    [("7", 7), ("0.5", 0.5), ("0", 0.05), ("-3", 0.05), ("86400", 60), (None, 1), ("soon", 1), ("nan", 1), ("inf", 60),
     ("Mon, 01 Jan 99999999999 00:00:00 GMT", 1)],
)  # fmt: skip
@pytest.mark.parametrize("operation_id", ["exams_index", "exams_create"])
def test_429_is_waited_for_as_long_as_it_says(
    administrator: Client, server: RecordingServer, operation_id: str, retry_after: str | None, slept_s: float
) -> None:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    server.answers = [Answer(status=429, headers=headers), Answer(status=201)]

    exchange = administrator(operation_id)

    assert exchange.status == 201
    assert administrator.sender.slept == [slept_s]  # type: ignore[attr-defined]
    carried = [received.query or received.json for received in server.received]
    assert len({params["nonce"] for params in carried}) == 2


def test_a_date_in_retry_after_is_waited_for(administrator: Client, server: RecordingServer) -> None:
    in_20_s = formatdate(time.time() + 20, usegmt=True)
    server.answers = [Answer(status=429, headers={"Retry-After": in_20_s})]

    administrator("exams_index")

    (slept_s,) = administrator.sender.slept  # type: ignore[attr-defined]
    assert 15 < slept_s < 21


def test_429_without_end_is_handed_over(administrator: Client, server: RecordingServer) -> None:
    server.otherwise = lambda received: Answer(status=429)

    assert administrator("exams_index").status == 429
    assert len(server.received) == 1 + client_module.TRIES_AFTER_429


@pytest.mark.parametrize("location", ["http://other.invalid/steal", "/elsewhere", "http://[", "\xff\xfe"])
def test_a_redirect_is_not_followed(administrator: Client, server: RecordingServer, location: str) -> None:
    server.otherwise = lambda received: Answer(status=302, headers={"Location": location})

    exchange = administrator("exams_index")

    assert exchange.status == 302
    assert not exchange.accepted
    assert len(server.received) == 1


def test_a_proxy_of_the_environment_is_not_used(
    administrator: Client, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert administrator("exams_index").status == 200


def test_a_proxy_of_the_config_is_used(server: RecordingServer) -> None:
    sender = sender_to("http://target.invalid", proxy=server.base_url)

    sender.client("administrator")("exams_index")

    assert server.received[0].url.startswith("http://target.invalid/api/v3/exams?")


# -- what never leaves --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", operations.table().values(), ids=lambda operation: operation.id)
def test_a_read_only_run_sends_get_alone(
    administrator: Client, server: RecordingServer, operation: operations.Operation
) -> None:
    administrator.sender.read_only = True
    ids: dict[str, Any] = dict.fromkeys(operation.path_names, OWN)

    if operation.method == "GET":
        administrator(operation.id, **ids)
        assert len(server.received) == 1
    else:
        with pytest.raises(ReadOnlyRun, match=f"needs {operation.method} "):
            administrator(operation.id, **ids)
        assert server.received == []


@pytest.mark.parametrize("method", ["DELETE", "POST", "PATCH", "BREW"])
def test_a_read_only_run_refuses_a_method_changed_on_the_wire(
    administrator: Client, server: RecordingServer, method: str
) -> None:
    administrator.sender.read_only = True

    with pytest.raises(ReadOnlyRun):
        administrator("exams_show", wrongly=Wrongly(method, wire=wire.method_changed(method)), id=OWN)

    assert server.received == []


def test_a_read_only_run_refuses_requests_built_elsewhere(administrator: Client, server: RecordingServer) -> None:
    administrator.sender.read_only = True
    request = requests.Request("POST", f"{server.base_url}/api/v3/exams", json={"name": "a"})

    with pytest.raises(ReadOnlyRun):
        administrator.exchange(operations.get("exams_create"), request, "generated positive", "judged", {})

    assert server.received == []


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "PUT", "POST", "BREW"])
def test_a_foreign_id_is_not_sent_with_a_method_changed_on_the_wire(
    administrator: Client, server: RecordingServer, method: str
) -> None:
    with pytest.raises(UnsafeRequest):
        administrator("exams_show", wrongly=Wrongly(method, wire=wire.method_changed(method)), id=FOREIGN)

    assert server.received == []


@pytest.mark.parametrize("method", ["PATCH", "BREW"])
def test_an_own_id_is_sent_with_a_method_changed_on_the_wire(
    administrator: Client, server: RecordingServer, method: str
) -> None:
    exchange = administrator("exams_show", wrongly=Wrongly(method, wire=wire.method_changed(method)), id=OWN)

    # The server knows no BREW.
    assert exchange.status == (501 if method == "BREW" else 200)


def test_the_guard_looks_at_requests_built_elsewhere(administrator: Client, server: RecordingServer) -> None:
    request = requests.Request("DELETE", f"{server.base_url}/api/v3/exams/{FOREIGN}")

    with pytest.raises(UnsafeRequest):
        administrator.exchange(None, request, "valid", "judged", {})

    assert server.received == []


# -- secrets ------------------------------------------------------------------------------------------------------


def all_secrets(sender: Sender) -> list[str]:
    return [text for user in sender.target.users.values() for text in (user.token, user.secret_key)]


def test_no_secret_is_shown_where_the_target_does_not_answer() -> None:
    sender = sender_to("http://127.0.0.1:9", headers={"X-Access": "gate-pass-1"}, basic_auth=("gate", "gate-pass-2"))
    administrator = sender.client("administrator")
    heard: list[Exchange] = []
    sender.listeners.append(heard.append)

    with pytest.raises(TargetUnreachable) as raised:
        administrator("exams_index", name="a")

    shown = f"{raised.value} {heard} {heard[0].line} {sender} {administrator} {sender.target}"
    assert not [secret for secret in (*all_secrets(sender), "gate-pass") if secret in shown]
    assert "signature" not in str(raised.value)
    assert str(heard[0].request.url).partition("signature=")[2] not in shown


def test_no_secret_is_shown_in_an_exchange(administrator: Client) -> None:
    other = administrator.sender.target.users["outsider"]
    wrongly = Wrongly("other user", authorization=authorization(other.token), secret_key=other.secret_key)

    exchange = administrator("users_create", wrongly=wrongly, institute_id=1, password="Secr3t!password")

    shown = f"{exchange!r} {exchange.line} {wrongly!r}"
    assert not [secret for secret in (*all_secrets(administrator.sender), "Secr3t!password") if secret in shown]
    assert exchange.line == "POST /institutes/1/users -> 200"


# -- what the answer tells ----------------------------------------------------------------------------------------


def test_what_an_exchange_was_meant_to_be_travels_with_it(administrator: Client) -> None:
    valid = administrator("exams_index", purpose="poll")
    wrong = administrator("exams_index", wrongly=Wrongly("no nonce", nonce=None))

    assert (valid.intent, valid.purpose, valid.user) == ("valid", "poll", "administrator")
    assert (wrong.intent, wrong.purpose) == ("tampered: no nonce", "judged")
    assert valid.id != wrong.id


@pytest.mark.parametrize(
    ("operation_id", "body", "made"),
    [
        ("exams_create", {"exam": {"id": 9, "institute": {"id": 1}}}, ("exam", 9)),
        ("exams_create", {"id": 9}, ("exam", 9)),
        ("exams_create", {"institute": {"id": 1}, "id": 9}, ("exam", 9)),
        ("exams_create", {"institute": {"id": 1}, "exam": {"id": "9"}}, ("exam", 9)),
        ("student_sessions_create", {"exam": {"id": 4}, "student": {"id": 9}}, ("student_session", 9)),
        ("exams_create", {"exam": {"id": "nine"}}, None),
        ("exams_create", {"exam": {"id": True}}, None),
        ("exams_create", [1], None),
        ("exams_update", {"exam": {"id": 9}}, None),
    ],
)
def test_what_was_created_is_read_from_the_answer(
    administrator: Client, server: RecordingServer, operation_id: str, body: Any, made: tuple[str, int] | None
) -> None:
    server.answers = [Answer(body=body)]
    params: dict[str, Any] = dict.fromkeys(operations.get(operation_id).path_names, OWN)

    exchange = administrator(operation_id, **params)

    owned = administrator.sender.ownership.created
    assert created_by(exchange) == made
    assert {(kind, id) for kind, ids in owned.items() for id in ids if id != OWN} == ({made} if made else set())


def test_what_a_refused_request_answers_is_not_owned(administrator: Client, server: RecordingServer) -> None:
    server.answers = [Answer(status=422, body={"exam": {"id": FOREIGN}})]

    administrator("exams_create", name="a")

    assert FOREIGN not in administrator.sender.ownership.created["exam"]


def test_every_client_of_a_sender_may_change_what_one_of_them_created(sender: Sender, server: RecordingServer) -> None:
    server.answers = [Answer(body={"exam": {"id": 9}})]

    sender.client("administrator")("exams_create", name="a")
    sender.client("outsider")("exams_destroy", id=9)

    assert server.lines == ["POST /api/v3/exams", "DELETE /api/v3/exams/9"]
