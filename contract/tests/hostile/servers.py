"""Targets that mean harm or are broken: raw sockets, one function for each way to misbehave."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import trustme

Behaviour = Callable[[socket.socket, bytes], None]
"""Gets the connection and the request's head, and does as it likes until the connection is closed."""
DRIP_S = 0.05
BOMB_MIB = 1024


def tls(authority: trustme.CA, client_needed: bool = False) -> ssl.SSLContext:
    """Return what serves TLS with a certificate of *authority*, to clients that have one where that is needed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    if client_needed:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class HostileServer:
    """Serves every request of every connection by one behaviour; ``polite`` requests get an empty list first."""

    def __init__(self, behaviour: Behaviour, polite: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.behaviour, self.polite, self.tls = behaviour, polite, tls
        self.heads: list[bytes] = []
        self.ended = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def base_url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    def close(self) -> None:
        self.ended.set()
        self.listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ssl.SSLError), connection:
            if not self.tls:
                self._answer(connection)
                return
            with self.tls.wrap_socket(connection, server_side=True) as secured:
                self._answer(secured)

    def _answer(self, connection: socket.socket) -> None:
        while head := _read_request(connection):
            self.heads.append(head)
            if len(self.heads) <= self.polite:
                connection.sendall(answer(200, "OK", {}, json.dumps(_empty_list(head)).encode()))
            else:
                self.behaviour(connection, head)


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        if not (chunk := connection.recv(65536)):
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65536)
    return head


def _empty_list(head: bytes) -> dict[str, list[str]]:
    path = head.split(b" ")[1].split(b"?")[0].decode()
    return {path.rstrip("/").rpartition("/")[2]: []}


def answer(status: int, reason: str, headers: dict[str, str], body: bytes) -> bytes:
    """Return a whole answer."""
    told = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status} {reason}\r\n{lines}\r\n".encode() + body


def drips_its_head(connection: socket.socket, head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"a")
        time.sleep(DRIP_S)


def drips_its_body(connection: socket.socket, head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(DRIP_S)


def drips_a_chunk_size(connection: socket.socket, head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"0")
        time.sleep(DRIP_S)


def never_ends_its_body(connection: socket.socket, head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    while True:
        connection.sendall(chunk)


def continues_for_ever(connection: socket.socket, head: bytes) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(DRIP_S)


def zip_bomb(connection: socket.socket, head: bytes) -> None:
    pressed = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(pressed.compress(b" " * (1 << 20)) for _ in range(BOMB_MIB)) + pressed.flush()
    connection.sendall(answer(200, "OK", {"Content-Encoding": "gzip"}, body))


def closes_halfway(connection: socket.socket, head: bytes) -> None:
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"exams": [')
    connection.shutdown(socket.SHUT_RDWR)
    raise OSError


def closes_at_once(connection: socket.socket, head: bytes) -> None:
    connection.shutdown(socket.SHUT_RDWR)
    raise OSError


def html(connection: socket.socket, head: bytes) -> None:
    body = b"<!doctype html><title>Sign in</title><p>Please sign in"
    connection.sendall(answer(200, "OK", {"Content-Type": "text/html"}, body))


def malformed_json(connection: socket.socket, head: bytes) -> None:
    connection.sendall(answer(200, "OK", {}, b'{"exams": [{"id": 1,}'))


def deep_json(connection: socket.socket, head: bytes) -> None:
    connection.sendall(answer(200, "OK", {}, b"[" * 200_000))


def too_long(connection: socket.socket, head: bytes) -> None:
    connection.sendall(answer(200, "OK", {"Content-Length": "5"}, b'{"exams": []}' * 20))


def lengths_that_differ(connection: socket.socket, head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 13\r\n\r\n" + b'{"exams": []}')


def length_that_is_no_number(connection: socket.socket, head: bytes) -> None:
    connection.sendall(answer(200, "OK", {"Content-Length": "many"}, b'{"exams": []}'))
    connection.shutdown(socket.SHUT_RDWR)
    raise OSError


def no_http(connection: socket.socket, head: bytes) -> None:
    connection.sendall(b"220 mail.example.com ESMTP\r\n" * 3)
    connection.shutdown(socket.SHUT_RDWR)
    raise OSError


def head_without_end(connection: socket.socket, head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        connection.sendall(f"X-Header-{number}: {'a' * 1000}\r\n".encode())


def storm(connection: socket.socket, head: bytes) -> None:
    connection.sendall(answer(500, "Internal Server Error", {}, b'{"error": "boom"}'))


def limits_for_ever(connection: socket.socket, head: bytes) -> None:
    connection.sendall(answer(429, "Too Many Requests", {"Retry-After": "0"}, b"{}"))


def hangs(connection: socket.socket, head: bytes) -> None:
    time.sleep(600)


def redirects_to(url: str) -> Behaviour:
    """Return a server that sends everybody to another host."""
    return lambda connection, head: connection.sendall(answer(302, "Found", {"Location": f"{url}/api/v3/exams"}, b"{}"))


def clock_off_by(minutes: float) -> Behaviour:
    """Return a server that refuses timestamps that do not fit its own clock, which is off."""

    def behave(connection: socket.socket, head: bytes) -> None:
        date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
        connection.sendall(answer(401, "Unauthorized", {"Date": date}, b'{"error": "Invalid timestamp"}'))

    return behave


@contextmanager
def hostile_server(behaviour: Behaviour, polite: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[HostileServer]:
    """Run a server on a free loopback port."""
    server = HostileServer(behaviour, polite, tls)
    try:
        yield server
    finally:
        server.close()
