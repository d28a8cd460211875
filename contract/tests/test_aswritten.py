"""What a request line holds is what the caller wrote, whatever urllib3 would make of it."""

from collections.abc import Iterator

import pytest
import requests

from contract.aswritten import AsWritten
from contract.tests.recording_server import RecordingServer


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", AsWritten())
        yield session


def sent(session: requests.Session, server: RecordingServer, target: str) -> str:
    prepared = session.prepare_request(requests.Request("GET", server.base_url))
    prepared.url = server.base_url + target
    session.send(prepared, timeout=5)
    return server.received[-1].url


@pytest.mark.parametrize("target", ["/a?x=%zz&y=%", "/a?name=%c3%a9", "/a%2fb?x=%7E", "/a?x[]=1&x[]=2"])
def test_targets_go_out_as_written(session: requests.Session, server: RecordingServer, target: str) -> None:
    assert sent(session, server, target) == target


def test_what_no_request_line_can_hold_is_escaped(session: requests.Session, server: RecordingServer) -> None:
    assert sent(session, server, "/a?x=a bé") == "/a?x=a%20b%C3%A9"


def test_a_session_as_it_comes_writes_targets_anew(server: RecordingServer) -> None:
    with requests.Session() as session:
        session.trust_env = False

        assert sent(session, server, "/a?x=%zz") == "/a?x=%25zz"


def test_the_connection_is_kept(session: requests.Session, server: RecordingServer) -> None:
    for number in range(3):
        sent(session, server, f"/a?x={number}")

    assert len({received.connection for received in server.received}) == 1
