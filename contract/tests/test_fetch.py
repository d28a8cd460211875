"""What an answer points to: fetched on the configured way and within the usual bounds; who gets which secret."""

from __future__ import annotations

import time

import pytest
import requests
import trustme

from contract import transport
from contract.tests.hostile import servers
from contract.tests.hostile.servers import answer, hostile_server, tls
from contract.tests.recording_server import Answer, recording_server, target_at

SHOWN_AT_HOME = {"headers": {"X-Gate": "open"}, "basic_auth": ("gate", "open-sesame")}
TIMEOUT_S = 0.4


def photo(connection, head):
    connection.sendall(answer(200, "OK", {"Content-Type": "image/png"}, b"PNG"))


@pytest.fixture
def authority(tmp_path) -> trustme.CA:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    certificate = authority.issue_cert("client.example.com")
    certificate.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "client.pem"))
    return authority


def test_the_targets_own_host_is_shown_who_we_are_but_no_token():
    with recording_server() as server:
        transport.fetch(target_at(server.base_url, **SHOWN_AT_HOME), f"{server.base_url}/photos/1")

    (received,) = server.received
    assert received.headers["x-gate"] == "open"
    assert "proxy-authorization" in received.headers
    assert "authorization" not in received.headers


@pytest.mark.parametrize("asked", ["at once", "by a redirect"])
def test_another_host_is_shown_nothing(asked):
    with recording_server() as home, recording_server() as elsewhere:
        home.otherwise = lambda received: Answer(302, headers={"Location": f"{elsewhere.base_url}/photos/1"})
        asked_for = (elsewhere if asked == "at once" else home).base_url

        transport.fetch(target_at(home.base_url, **SHOWN_AT_HOME), asked_for)

        (received,) = elsewhere.received
        assert {"authorization", "proxy-authorization", "x-gate", "cookie"}.isdisjoint(received.headers)


@pytest.mark.parametrize("host", ["target.example.com", "photos.example.com"])
def test_the_configured_proxy_is_used_for_every_host_and_the_environments_for_none(host, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with recording_server() as proxy:
        target = target_at("http://target.example.com", proxy=proxy.base_url)
        assert transport.fetch(target, f"http://{host}/photos/1").status_code == 200

    assert [received.url for received in proxy.received] == [f"http://{host}/photos/1"]


def test_certificates_are_verified_as_the_config_says(authority, tmp_path):
    with hostile_server(photo, tls=tls(authority)) as server:
        elsewhere = "https://target.example.com"
        trusting = target_at(elsewhere, verify_tls=str(tmp_path / "ca.pem"))
        assert transport.fetch(trusting, server.base_url).content == b"PNG"

        with pytest.raises(requests.exceptions.SSLError):
            transport.fetch(target_at(elsewhere), server.base_url)


def test_another_host_does_not_see_the_certificate_of_the_client(authority, tmp_path):
    given = {"verify_tls": str(tmp_path / "ca.pem"), "client_certificate": str(tmp_path / "client.pem")}
    with hostile_server(photo, tls=tls(authority, client_needed=True)) as server:
        assert transport.fetch(target_at(server.base_url, **given), server.base_url).content == b"PNG"

        with pytest.raises(requests.RequestException):
            transport.fetch(target_at("https://target.example.com", **given), server.base_url)


@pytest.mark.parametrize("behaviour", [servers.drips_its_head, servers.drips_its_body, servers.hangs])
def test_what_is_not_whole_in_time_is_given_up(behaviour):
    with hostile_server(behaviour) as server:
        began = time.monotonic()
        with pytest.raises(requests.RequestException):
            transport.fetch(target_at("http://target.example.com", timeout_s=TIMEOUT_S), server.base_url)

    assert time.monotonic() - began < 3 * TIMEOUT_S + 1.5


def test_what_has_no_end_is_given_up(monkeypatch):
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 1 << 20)
    with hostile_server(servers.never_ends_its_body) as server, pytest.raises(transport.AnswerTooLarge):
        transport.fetch(target_at("http://target.example.com", timeout_s=10.0), server.base_url)


@pytest.mark.parametrize("address", ["http://[no-address/1", "//[no-address/1", "file:///etc/hostname", "ftp://a/1"])
def test_what_is_no_address_of_the_web_leads_nowhere(address):
    with recording_server() as server:
        server.otherwise = lambda received: Answer(302, headers={"Location": address})
        for url in (address, server.base_url):
            with pytest.raises((requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)):
                transport.fetch(target_at(server.base_url), url)

        assert len(server.received) == 1
