"""Every way to spoil a request: it does what it says, leaves the rest as documented, and its label tells of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import string
import time
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from contract import signing
from contract.auth import ACCEPT, SigningAuth, Wrongly, attach, authorization, params_of, places_of
from contract.client import Client
from contract.nonce import NonceSource
from contract.target import User
from contract.tests.recording_server import OWN, Received, recording_server, sender_to

KEY = "key-of-administrator"
USER = User("administrator", 1, "token-of-administrator", KEY)
NOW_MS = 1_700_000_000_500


def sent(operation_id: str, wrongly: Wrongly | None, **params: Any) -> Received:
    """Return what arrives of one request at a server."""
    with recording_server() as server:
        exchange = sender_to(server.base_url).client("administrator")(operation_id, wrongly=wrongly, **params)
        assert exchange.intent == (wrongly.intent if wrongly else "valid")
        (received,) = server.received
        return received


def carried(received: Received) -> dict[str, Any]:
    return received.query or received.json


def right_signature(params: dict[str, Any], key: str = KEY, **more: Any) -> str:
    return signing.sign({name: value for name, value in {**params, **more}.items() if name != "signature"}, key)


REQUESTS = [("exams_show", {"id": OWN}), ("exams_update", {"id": OWN, "name": "a"})]
both = pytest.mark.parametrize(("operation_id", "params"), REQUESTS, ids=["query", "body"])


# -- headers ----------------------------------------------------------------------------------------------------------


@both
def test_without_authorization(operation_id: str, params: dict[str, Any]) -> None:
    received = sent(operation_id, Wrongly("no token", authorization=None), **params)

    assert "authorization" not in received.headers
    assert carried(received)["signature"] == right_signature(carried(received), id=OWN)


@pytest.mark.parametrize("value", ["Token token=other", "Bearer x", "", "token-of-administrator"])
def test_another_authorization(value: str) -> None:
    received = sent("exams_index", Wrongly("other token", authorization=value))

    assert received.headers["authorization"] == value
    assert received.query["signature"] == right_signature(received.query)


def test_without_accept() -> None:
    received = sent("exams_index", Wrongly("no Accept", accept=None))

    # The library for HTTP must not add one of its own.
    assert "accept" not in received.headers
    assert received.headers["authorization"] == authorization("token-of-administrator")


@pytest.mark.parametrize("value", ["application/vnd.procwise.v2", "*/*", ""])
def test_another_accept(value: str) -> None:
    assert sent("exams_index", Wrongly("other version", accept=value)).headers["accept"] == value


def test_what_is_not_spoiled_is_right() -> None:
    received = sent("exams_index", Wrongly("nothing at all"))

    assert received.headers["accept"] == ACCEPT
    assert received.headers["authorization"] == authorization("token-of-administrator")
    assert received.query["signature"] == right_signature(received.query)
    assert abs(int(received.query["timestamp"]) - time.time() * 1000) < 60_000


# -- timestamp, nonce, signature --------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("name", ["timestamp", "nonce"])
def test_a_signing_parameter_left_out_is_not_signed_either(
    operation_id: str, params: dict[str, Any], name: str
) -> None:
    received = sent(operation_id, Wrongly(f"no {name}", **{name: None}), **params)  # type: ignore[arg-type]

    assert name not in carried(received)
    assert carried(received)["signature"] == right_signature(carried(received), id=OWN)


@both
@pytest.mark.parametrize("name", ["timestamp", "nonce"])
@pytest.mark.parametrize("value", [0, 12345, "yesterday", ""])
def test_a_signing_parameter_replaced_is_sent_and_signed(
    operation_id: str, params: dict[str, Any], name: str, value: int | str
) -> None:
    received = sent(operation_id, Wrongly(f"other {name}", **{name: value}), **params)  # type: ignore[arg-type]

    assert str(carried(received)[name]) == str(value)
    assert carried(received)["signature"] == right_signature(carried(received), id=OWN)


@both
def test_without_signature(operation_id: str, params: dict[str, Any]) -> None:
    received = sent(operation_id, Wrongly("no signature", signature=None), **params)

    assert "signature" not in carried(received)
    assert {"timestamp", "nonce"} <= carried(received).keys()


@both
def test_a_signature_made_of_the_right_one(operation_id: str, params: dict[str, Any]) -> None:
    received = sent(operation_id, Wrongly("cut off", signature=lambda right: right[:-1]), **params)

    assert carried(received)["signature"] == right_signature(carried(received), id=OWN)[:-1]


# -- what is signed, and how ------------------------------------------------------------------------------------------


@both
def test_another_key(operation_id: str, params: dict[str, Any]) -> None:
    received = sent(operation_id, Wrongly("other key", secret_key="k2"), **params)

    assert carried(received)["signature"] == right_signature(carried(received), key="k2", id=OWN)


def test_an_empty_key_is_another_key() -> None:
    received = sent("exams_index", Wrongly("empty key", secret_key=""))

    assert received.query["signature"] == right_signature(received.query, key="")


@both
def test_another_message(operation_id: str, params: dict[str, Any]) -> None:
    signed: list[dict[str, Any]] = []

    def message(of: Any) -> bytes:
        signed.append(dict(of))
        return b"this"

    received = sent(operation_id, Wrongly("other message", message=message), **params)

    assert carried(received)["signature"] == hmac.new(KEY.encode(), b"this", hashlib.sha256).hexdigest()
    assert signed[0].keys() == {*params, "timestamp", "nonce"}


@pytest.mark.parametrize("digest", ["sha1", "md5", "sha512"])
def test_another_digest(digest: str) -> None:
    received = sent("exams_index", Wrongly(digest, digest=digest))
    message = signing.message({name: received.query[name] for name in ("timestamp", "nonce")})

    assert received.query["signature"] == hmac.new(KEY.encode(), message, digest).hexdigest()


# -- changed after signing --------------------------------------------------------------------------------------------


@both
def test_parameters_changed_after_they_were_signed(operation_id: str, params: dict[str, Any]) -> None:
    wrongly = Wrongly("changed after signing", sent=lambda given: {**given, "name": "b", "more": "1"})

    received = sent(operation_id, wrongly, **params)

    values = carried(received)
    signed = {**params, **{name: values[name] for name in ("timestamp", "nonce")}}
    assert (values["name"], values["more"]) == ("b", "1")
    assert values["signature"] == right_signature(signed)
    assert values["signature"] != right_signature(values, id=OWN)


def test_a_path_id_changed_after_it_was_signed() -> None:
    received = sent("exams_show", Wrongly("other id", sent=lambda given: {"id": 5}), id=OWN)

    assert received.path == "/api/v3/exams/5"
    assert received.query["signature"] == right_signature(received.query, id=OWN)


def test_what_a_test_sends_is_not_changed_by_spoiling_it() -> None:
    given = {"id": OWN, "name": "a"}
    with recording_server() as server:
        client: Client = sender_to(server.base_url).client("administrator")
        exchange = client("exams_update", wrongly=Wrongly("x", sent=lambda each: each | {"name": "b"}), **given)  # type: ignore[arg-type]

    assert given == {"id": OWN, "name": "a"}
    assert exchange.params == {"id": OWN, "name": "b"}


def test_the_request_changed_on_its_way_out_was_signed_as_it_was() -> None:
    def change(request: requests.PreparedRequest) -> None:
        request.url = f"{request.url}&page=2"
        request.headers["X-More"] = "1"

    received = sent("exams_index", Wrongly("changed on the wire", wire=change))

    signed = {name: value for name, value in received.query.items() if name != "page"}
    assert received.query["page"] == "2"
    assert received.headers["x-more"] == "1"
    assert received.query["signature"] == right_signature(signed)


def test_several_ways_at_once() -> None:
    wrongly = Wrongly("two", nonce=5, secret_key="k2", accept="*/*", signature=str.upper)

    received = sent("exams_index", wrongly)

    assert (received.query["nonce"], received.headers["accept"]) == ("5", "*/*")
    assert received.query["signature"] == right_signature(received.query, key="k2").upper()


def test_the_label_tells_what_the_request_was_meant_to_be() -> None:
    assert Wrongly("no nonce", nonce=None).intent == "tampered: no nonce"


def test_no_secret_is_in_a_repr() -> None:
    wrongly = Wrongly("other", authorization=authorization("t0ken"), secret_key="s3cret")
    auth = SigningAuth(USER, NonceSource(1), wrongly=wrongly, signed_params={"password": "pa55word"})

    shown = repr(auth)

    assert [text for text in ("t0ken", "s3cret", "pa55word", KEY, USER.token) if text in shown] == []
    assert "label='other'" in shown


# -- reading and writing requests -------------------------------------------------------------------------------------


def prepared(method: str, path: str, **parts: Any) -> requests.PreparedRequest:
    return requests.Request(method, f"http://target/api/v3{path}", **parts).prepare()


@pytest.mark.parametrize(
    ("method", "path", "parts", "found"),
    [
        ("GET", "/exams/7?id=8&a=&b=1&b=2", {}, {"id": "7", "a": "", "b": "2"}),
        ("POST", "/exams?name=query", {"json": {"name": "body"}}, {"name": "body"}),
        ("PATCH", "/exams/7", {"json": [1]}, {"id": "7"}),
        ("PATCH", "/exams/7", {"data": b"no json"}, {"id": "7"}),
        ("PATCH", "/exams/7", {"data": b"[" * 100_000}, {"id": "7"}),
        ("GET", "/nothing/7", {}, {}),
        ("GET", "/exams/a%2Fb", {}, {}),
        ("POST", "/exams", {"data": {"a": "1 +&"}}, {"a": "1 +&"}),
        (
            "POST", "/exams/7/attachments", {"files": {"f": ("n.txt", b"x")}, "data": {"a": "1\r\n2"}},
            {"exam_id": "7", "a": "1\r\n2"},
        ),
    ],
)  # fmt: skip
def test_what_is_signed_is_read_from_the_request(
    method: str, path: str, parts: dict[str, Any], found: dict[str, Any]
) -> None:
    assert params_of(prepared(method, path, **parts)) == found


def test_nothing_hides_a_name_from_the_guard() -> None:
    request = prepared("POST", "/exams/7/add_student?id=8&id=9", data=b'{"id": 10, "id": 11}')
    request.headers["Content-Type"] = "application/json"

    assert list(places_of(request)) == [{"id": "7"}, {"id": "8"}, {"id": "9"}, {"id": [10, 11]}]


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text(string.ascii_lowercase, min_size=1), TEXTS | st.integers(), max_size=4))
def test_whatever_is_sent_is_signed_as_it_arrives(params: dict[str, Any]) -> None:
    params = {name: value for name, value in params.items() if name not in signing.SIGNING_NAMES}
    auth = SigningAuth(USER, NonceSource(1), lambda: NOW_MS)

    for parts in ({"params": params}, {"json": params}):
        method = "GET" if "params" in parts else "POST"
        request = prepared(method, "/exams", auth=auth, **parts)
        arrived = params_of(request)
        assert {name: str(value) for name, value in arrived.items() if name in params} == {
            name: str(value) for name, value in params.items()
        }
        assert arrived["signature"] == right_signature(arrived)


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"json": {"a": 1}}, "body"),
        ({}, "body"),
        ({"data": b"[1]", "headers": {"Content-Type": "application/json"}}, "query"),
        ({"data": b"no json"}, "query"),
        ({"data": {"a": "1"}}, "body"),
    ],
)
def test_signing_parameters_stand_where_there_is_room(parts: dict[str, Any], place: str) -> None:
    request = prepared("POST", "/exams", **parts)

    attach(request, {"nonce": 5})

    assert ("nonce=5" in str(request.url)) is (place == "query")
    assert params_of(request)["nonce"] in (5, "5")
    assert int(request.headers["Content-Length"] or 0) == len(request.body or b"")


def test_members_of_a_json_body_keep_their_types() -> None:
    request = prepared("POST", "/exams", json={"a": True, "b": None, "c": [1.5, "x"]})

    attach(request, {"nonce": 5})

    assert json.loads(request.body or b"") == {"a": True, "b": None, "c": [1.5, "x"], "nonce": 5}
