"""What stands between us and the target: proxies, gateways, TLS with certificates of both sides."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import trustme

from contract.errors import TargetUnreachable
from contract.tests.hostile.servers import HostileServer, answer, hostile_server, tls
from contract.tests.recording_server import recording_server, sender_to

BASIC = "Basic Z2F0ZTpvcGVuLXNlc2FtZQ=="
CREDENTIALS = ("gate", "open-sesame")


def nothing(connection: socket.socket, head: bytes) -> None:
    connection.sendall(answer(200, "OK", {}, b'{"exams": []}'))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca(authority: trustme.CA, tmp_path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@contextmanager
def tunnel() -> Iterator[HostileServer]:
    """Run a proxy that takes CONNECT and passes bytes on."""

    def connect(connection: socket.socket, head: bytes) -> None:
        host, port = head.split(b" ")[1].decode().split(":")
        with socket.create_connection((host, int(port))) as there:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            threading.Thread(target=_pass_on, args=(there, connection), daemon=True).start()
            _pass_on(connection, there)

    with hostile_server(connect) as server:
        yield server


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)


def test_headers_of_the_gateway_go_with_every_request() -> None:
    with recording_server() as server:
        client = sender_to(server.base_url, headers={"X-Access": "open"}).client("administrator")
        client("exams_index")
        client("exams_create", name="a", institute_id=1)

    assert [received.headers["x-access"] for received in server.received] == ["open", "open"]


def test_basic_credentials_leave_the_token_where_the_api_wants_it() -> None:
    with recording_server() as gateway:
        sender_to(gateway.base_url, basic_auth=CREDENTIALS).client("administrator")("exams_index")

    (received,) = gateway.received
    assert received.headers["authorization"] == "Token token=token-of-administrator"
    assert received.headers["proxy-authorization"] == BASIC


def test_plain_requests_go_through_the_proxy() -> None:
    with recording_server() as proxy:
        sender = sender_to("http://target.example.com", proxy=proxy.base_url, basic_auth=CREDENTIALS)
        assert sender.client("administrator")("exams_index").status == 200

    (received,) = proxy.received
    assert received.url.startswith("http://target.example.com/api/v3/exams?")
    assert received.headers["proxy-authorization"] == BASIC


def test_the_environments_proxy_is_not_used(monkeypatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with recording_server() as server:
        assert sender_to(server.base_url).client("administrator")("exams_index").status == 200


def test_tls_goes_through_the_proxy_which_gets_its_credentials_and_nothing_else(authority, ca) -> None:
    with hostile_server(nothing, tls=tls(authority)) as server, tunnel() as proxy:
        sender = sender_to(server.base_url, verify_tls=ca, proxy=proxy.base_url, basic_auth=CREDENTIALS)
        assert sender.client("administrator")("exams_index").status == 200
        sender.session.close()

    assert BASIC.encode() in proxy.heads[0]
    assert b"Token token" not in proxy.heads[0]
    assert BASIC.encode() not in server.heads[0]
    assert b"Authorization: Token token=token-of-administrator" in server.heads[0]


def test_proxy_that_is_down_is_told_without_its_password() -> None:
    sender = sender_to("http://target.example.com", proxy="http://me:pass-of-proxy@127.0.0.1:9")

    with pytest.raises(TargetUnreachable, match="ProxyError") as raised:
        sender.client("administrator")("exams_index")

    assert "pass-of-proxy" not in str(raised.value)


def test_client_certificate_opens_the_door(authority, ca, tmp_path) -> None:
    certificate = authority.issue_cert("client.example.com")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "client.pem"))
    with hostile_server(nothing, tls=tls(authority, client_needed=True)) as server:
        sender = sender_to(server.base_url, verify_tls=ca, client_certificate=str(tmp_path / "client.pem"))

        assert sender.client("administrator")("exams_index").status == 200


def test_without_its_certificate_a_client_is_turned_away(authority, ca) -> None:
    with hostile_server(nothing, tls=tls(authority, client_needed=True)) as server, pytest.raises(TargetUnreachable):
        sender_to(server.base_url, verify_tls=ca).client("administrator")("exams_index")

    assert server.heads == []
