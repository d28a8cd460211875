"""A request leaves in one piece, whatever it holds, and says what it would have said in two."""

from collections.abc import Iterator
from typing import Any

import pytest

from contract.connections import WatchedHTTPConnection


class Wire:
    """What a connection takes for its socket: takes down each piece that is sent."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def sendall(self, piece: bytes) -> None:
        self.pieces.append(bytes(piece))

    def settimeout(self, seconds: Any) -> None:
        """Nothing takes long."""

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def connection(wire: Wire) -> Any:
    connection: Any = WatchedHTTPConnection("target.example")
    connection.sock = wire
    return connection


def asked(connection: Any, method: str, body: Any) -> None:
    """Send a request and let the connection forget that an answer to it is still to come."""
    connection.request(method, "/exams", body=body, headers={"X-Mark": "1"})
    connection._HTTPConnection__state = "Idle"


def test_head_and_body_are_one_piece(connection: Any, wire: Wire) -> None:
    asked(connection, "POST", b'{"name": "x"}')

    assert len(wire.pieces) == 1
    head, _, body = wire.pieces[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /exams HTTP/1.1\r\n")
    assert b"X-Mark: 1" in head
    assert body == b'{"name": "x"}'


@pytest.mark.parametrize("body", [None, b""])
def test_a_request_without_body_does_not_wait_for_one(connection: Any, wire: Wire, body: bytes | None) -> None:
    asked(connection, "GET", body)

    assert len(wire.pieces) == 1
    assert wire.pieces[0].endswith(b"\r\n\r\n")


def test_what_is_no_text_of_bytes_goes_out_as_it_comes(connection: Any, wire: Wire) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one"
        yield b"two"

    asked(connection, "POST", pieces())

    assert b"".join(wire.pieces).endswith(b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")


def test_each_request_on_a_connection_is_whole(connection: Any, wire: Wire) -> None:
    for body in (b"first", None, b"third"):
        asked(connection, "PATCH", body)

    assert [piece.partition(b"\r\n\r\n")[2] for piece in wire.pieces] == [b"first", b"", b"third"]
