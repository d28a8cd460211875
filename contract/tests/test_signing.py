"""The signature against known answers, and the request that carries it."""

import json
import shutil
import string
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from contract import signing
from contract.auth import SigningAuth, Wrongly, params_of
from contract.nonce import NonceSource
from contract.target import User

VECTORS = json.loads((Path(__file__).parent / "data" / "signing-vectors.json").read_text(encoding="utf-8"))
NAMES = [vector["id"] for vector in VECTORS]
USER = User("administrator", 1, "a-token", "mock-signing-secret-for-vectors-0001")
NOW_MS = 1_700_000_000_500


@pytest.mark.parametrize("vector", VECTORS, ids=NAMES)
def test_message_and_signature_are_those_of_the_vector(vector: dict[str, Any]) -> None:
    assert signing.message(vector["params"]) == vector["base_string"].encode()
    assert signing.sign(vector["params"], vector["secret"]) == vector["signature"]


@pytest.mark.parametrize("vector", [each for each in VECTORS if each["alternatives"]], ids=lambda vector: vector["id"])
def test_disputed_values_are_not_written_the_other_ways(vector: dict[str, Any]) -> None:
    signature = signing.sign(vector["params"], vector["secret"])

    assert signature not in [reading["signature"] for reading in vector["alternatives"]]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize("vector", VECTORS[:3], ids=NAMES[:3])
def test_openssl_computes_the_same(vector: dict[str, Any]) -> None:
    command = ["openssl", "dgst", "-sha256", "-hmac", vector["secret"]]

    printed = subprocess.run(command, input=vector["base_string"].encode(), capture_output=True, check=True).stdout

    assert printed.decode().split()[-1] == vector["signature"]


def test_there_are_37_vectors() -> None:
    assert len(VECTORS) == len(set(NAMES)) == 37


def test_signed_parameters_are_not_signed_again() -> None:
    with pytest.raises(signing.SignatureInParams, match="sign the others only"):
        signing.message({"nonce": 1, "signature": "ab"})


VALUES = st.text(st.characters(exclude_categories=["Cs"])) | st.integers()


@given(st.dictionaries(st.text(string.ascii_lowercase + "_", min_size=1), VALUES, min_size=1))
def test_order_of_parameters_does_not_matter(params: dict[str, Any]) -> None:
    params.pop("signature", None)

    assert signing.sign(params, "key") == signing.sign(dict(reversed(params.items())), "key")


@given(st.integers())
def test_integer_and_its_text_are_signed_alike(number: int) -> None:
    assert signing.message({"id": number}) == signing.message({"id": str(number)})


def signer(wrongly: Wrongly | None = None) -> SigningAuth:
    return SigningAuth(USER, NonceSource(run_number=7), lambda: NOW_MS, wrongly)


def prepared(method: str, path: str, wrongly: Wrongly | None = None, **parts: Any) -> requests.PreparedRequest:
    request = requests.Request(method, f"http://target/api/v3{path}", auth=signer(wrongly), **parts)
    return requests.Session().prepare_request(request)


def holds_its_own_signature(request: requests.PreparedRequest) -> bool:
    """Tell whether the signature in *request* is that of everything else in it."""
    params = params_of(request)
    signature = params.pop("signature")
    return bool(signing.sign(params, USER.secret_key) == signature)


@pytest.mark.parametrize(
    ("method", "path", "parts", "names"),
    [
        ("GET", "/exams", {"params": {"filter": '{"name":{"eq":"a&b=c?d +%"}}'}}, {"filter"}),
        ("GET", "/exams/7/show_student", {"params": {"student_session_id": 8}}, {"id", "student_session_id"}),
        ("DELETE", "/institutes/1/users/2", {}, {"institute_id", "id"}),
        ("POST", "/exams", {"json": {"name": "Zoë  試験 🎓\n"}}, {"name"}),
        ("PATCH", "/exams/7", {"json": {"name": "a", "id": 7}}, {"id", "name"}),
        ("POST", "/exams/7/send_emails", {"json": {}}, {"id"}),
        ("POST", "/exams/7/attachments", {"files": {"document": ("a.txt", b"x", "text/plain")}}, {"exam_id"}),
        ("POST", "/institutes", {"files": {"logo_image": ("a.png", b"x")}, "data": {"name": "é"}}, {"name"}),
        ("POST", "/exams", {"data": {"name": "a b+c"}}, {"name"}),
    ],
)
def test_what_is_sent_is_what_is_signed(method: str, path: str, parts: dict[str, Any], names: set[str]) -> None:
    request = prepared(method, path, **parts)

    assert params_of(request).keys() == names | {"timestamp", "nonce", "signature"}
    assert holds_its_own_signature(request)


def test_path_ids_win_over_repeated_ones() -> None:
    request = prepared("PATCH", "/exams/7", json={"id": 8})

    assert params_of(request)["id"] == "7"


def test_signing_parameters_stand_in_the_query_of_get_and_in_the_body_of_post() -> None:
    listed, created = prepared("GET", "/exams"), prepared("POST", "/exams", json={})

    assert "signature=" in str(listed.url)
    assert listed.body is None
    assert str(created.url).endswith("/exams")
    assert json.loads(created.body or b"{}").keys() == {"timestamp", "nonce", "signature"}


def test_length_of_the_body_is_said_after_signing() -> None:
    created = prepared("POST", "/exams", json={"name": "Zoë"})

    assert created.headers["Content-Length"] == str(len(created.body or b""))


@pytest.mark.parametrize(
    "wrongly",
    [Wrongly("timestamp", timestamp=None), Wrongly("nonce", nonce=None), Wrongly("signature", signature=None)],
    ids=lambda wrongly: wrongly.label,
)
def test_a_part_can_be_left_out(wrongly: Wrongly) -> None:
    request = prepared("POST", "/exams", wrongly, json={"name": "a"})

    assert wrongly.label not in params_of(request)


def test_a_request_without_nonce_is_otherwise_signed_right() -> None:
    assert holds_its_own_signature(prepared("GET", "/exams", Wrongly("no nonce", nonce=None)))


@pytest.mark.parametrize(
    "wrongly",
    [
        Wrongly("zeros", signature=lambda right: "0" * 64),
        Wrongly("other key", secret_key="other"),
        Wrongly("sha1", digest="sha1"),
        Wrongly("other message", message=lambda params: b"nonce=1"),
        Wrongly("changed on the wire", wire=lambda request: request.prepare_url(f"{request.url}&page=2", None)),
    ],
    ids=lambda wrongly: wrongly.label,
)
def test_a_spoiled_request_does_not_hold_its_own_signature(wrongly: Wrongly) -> None:
    assert not holds_its_own_signature(prepared("GET", "/exams", wrongly))


def test_a_key_is_not_shown() -> None:
    assert USER.secret_key not in repr(USER) + repr(signer()) + repr(Wrongly("other key", secret_key=USER.secret_key))
