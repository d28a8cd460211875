"""An exchange says what happened; what is kept of it holds no secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from contract.auth import Wrongly, authorization
from contract.checks import wire
from contract.client import Client, File
from contract.exchange import LONGEST_KEPT_BODY, Exchange, record
from contract.redaction import REMOVED, Redactor
from contract.tests.exchanges import exchange
from contract.tests.recording_server import HOME, OWN, Answer, RecordingServer, recording_server, sender_to


@pytest.fixture(scope="module")
def server() -> Iterator[RecordingServer]:
    with recording_server() as server:
        yield server


@pytest.fixture
def administrator(server: RecordingServer) -> Client:
    server.received.clear()
    return sender_to(server.base_url, headers={"X-Access": "gate-pass-1"}).client("administrator")


def kept(client: Client, sent: Exchange) -> dict[str, Any]:
    target = client.sender.target
    return record(sent, Redactor(target.secrets, target.headers), "EXAM-001-0badcafe")


# -- what is said about it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "accepted", "refused"),
    [
        (0, False, False), (200, True, False), (204, True, False), (299, True, False), (302, False, False),
        (304, False, False), (400, False, True), (403, False, True), (499, False, True), (500, False, False),
    ],
)  # fmt: skip
def test_a_2xx_is_accepted_and_a_4xx_refused(status: int, accepted: bool, refused: bool) -> None:
    answered = exchange("exams_index", status)

    assert (answered.accepted, answered.refused) == (accepted, refused)


@pytest.mark.parametrize("operation_id", ["exams_download_exam_documents_zip", "student_sessions_show_face_photo"])
def test_a_redirect_is_accepted_where_the_answer_may_be_one(operation_id: str) -> None:
    assert exchange(operation_id, 302).accepted


@pytest.mark.parametrize(
    ("body", "parsed"),
    [(b'{"a": [1]}', {"a": [1]}), (b"", None), (b"<html>", None), (b"\xff", None), (b"[" * 100_000, None)],
    ids=["object", "empty", "HTML", "bytes", "very deep"],
)
def test_a_body_that_is_no_json_reads_as_none(body: bytes, parsed: Any) -> None:
    assert exchange("exams_index", 200, body).json == parsed


def test_an_exchange_in_a_line_has_no_query() -> None:
    assert exchange("exams_show", 404, query="signature=abc&email=a@b.c").line == "GET /exams/7 -> 404"


def test_an_exchange_without_an_answer_says_why() -> None:
    assert exchange("exams_show", 0).line == "GET /exams/7 -> ConnectionError: refused"


# -- what is kept of it -----------------------------------------------------------------------------------------------


def test_what_is_kept_tells_the_whole_exchange(administrator: Client, server: RecordingServer) -> None:
    server.answers = [Answer(status=201, body={"exam": {"id": 9}}, headers={"X-Pagination-Count": "1"})]
    sent = administrator("exams_create", wrongly=Wrongly("no nonce", nonce=None), name="Zoë")

    found = kept(administrator, sent)

    assert {name: found[name] for name in ("case", "operation", "user", "intent", "purpose", "error")} == {
        "case": "EXAM-001-0badcafe",
        "operation": "exams_create",
        "user": "administrator",
        "intent": "tampered: no nonce",
        "purpose": "judged",
        "error": None,
    }
    assert found["request"]["method"] == "POST"
    assert found["request"]["url"] == f"{server.base_url}/api/v3/exams"
    assert json.loads(found["request"]["body"])["name"] == "Zoë"
    assert found["response"]["status"] == 201
    assert found["response"]["body"] == '{"exam": {"id": 9}}'
    assert ("X-Pagination-Count", "1") in found["response"]["headers"]
    assert json.loads(json.dumps(found)) is not None


PASSWORD = "Str0ng!pass w0rd"


@pytest.mark.parametrize(
    "change",
    [None, wire.as_form, wire.signing_parameters_in_query, wire.with_query(password=PASSWORD, api_token="in-a-query")],
    ids=["JSON", "form", "query too", "password in the query"],
)
def test_no_secret_is_kept_of_a_request(
    administrator: Client, server: RecordingServer, change: wire.Change | None
) -> None:
    other = administrator.sender.target.users["outsider"]
    wrongly = Wrongly("other user", authorization=authorization(other.token), wire=change)

    sent = administrator("users_create", wrongly=wrongly, institute_id=HOME, name="a", password=PASSWORD)

    found = kept(administrator, sent)
    text = json.dumps(found)
    hidden = [
        other.token,
        administrator.user.secret_key,
        administrator.user.token,
        "gate-pass-1",
        "Str0ng",
        "in-a-query",
    ]
    assert [secret for secret in hidden if secret in text] == []
    assert ("Authorization", REMOVED) in found["request"]["headers"]
    assert ("X-Access", REMOVED) in found["request"]["headers"]
    assert REMOVED in str(found["request"]["body"])


def test_no_secret_is_kept_of_a_multipart_request(administrator: Client) -> None:
    file = File("a.png", b"png", "image/png")

    sent = administrator("institutes_update", id=OWN, name="shown", tawk_api_key="hid den\r\nkey", logo_image=file)

    body = kept(administrator, sent)["request"]["body"]
    assert "hid den" not in body
    assert "key\r\n" not in body
    assert "shown" in body
    assert "png" in body


def test_a_signature_is_kept_only_in_part(administrator: Client, server: RecordingServer) -> None:
    texts = []
    for sent in (administrator("exams_index"), administrator("exams_create", name="a")):
        texts.append(json.dumps(kept(administrator, sent)))
    signatures = [server.received[0].query["signature"], server.received[1].json["signature"]]

    for text, signature in zip(texts, signatures, strict=True):
        assert signature[:8] in text
        assert signature[:9] not in text


def test_secrets_of_an_answer_are_gone_from_it_and_from_later_requests(
    administrator: Client, server: RecordingServer
) -> None:
    user = {"id": 9, "api_token": "tok-of-new-user", "secret_key": "key-of-new-user", "name": "shown"}
    server.answers = [Answer(body={"user": user}, headers={"Set-Cookie": "_session=cookie-value"})]
    redactor = Redactor(administrator.sender.target.secrets)

    created = json.dumps(record(administrator("users_create", institute_id=HOME), redactor, None))
    named = json.dumps(record(administrator("exams_index", name="see tok-of-new-user"), redactor, None))

    assert [text for text in ("tok-of-new-user", "key-of-new-user", "cookie-value") if text in created + named] == []
    assert "shown" in created


def test_a_long_body_is_cut_and_says_so(administrator: Client, server: RecordingServer) -> None:
    server.answers = [Answer(body=b"x" * (LONGEST_KEPT_BODY + 1)), Answer(body=b"x" * LONGEST_KEPT_BODY)]

    cut, whole = (kept(administrator, administrator("exams_index"))["response"] for _ in range(2))

    assert (len(cut["body"]), cut["cut"], cut["size"]) == (LONGEST_KEPT_BODY, True, LONGEST_KEPT_BODY + 1)
    assert (len(whole["body"]), whole["cut"]) == (LONGEST_KEPT_BODY, False)


@pytest.mark.parametrize("at", [LONGEST_KEPT_BODY - 5, 2 * LONGEST_KEPT_BODY - 5])
def test_no_half_of_a_secret_is_left_where_a_body_is_cut(
    administrator: Client, server: RecordingServer, at: int
) -> None:
    secret = administrator.user.secret_key
    server.answers = [Answer(body=b"-" * at + secret.encode() + b"-" * 3 * LONGEST_KEPT_BODY)]

    body = kept(administrator, administrator("exams_index"))["response"]["body"]

    assert secret[:4] not in body
