"""A target that takes down every request and answers as it is told; it knows nothing of the API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from contract.client import Sender
from contract.nonce import NonceSource
from contract.ownership import Ownership
from contract.pace import Pace
from contract.target import Fixtures, Target, User

KINDS = (
    "exam", "document", "attachment", "institute", "user", "student_session", "lti_resource", "tool_provider",
)  # fmt: skip
OWN, FOREIGN, HOME = 77, 4711, 1
"""An id of every kind that `sender_to` may change, one that it may not, and the institute under test."""
ADMINISTRATOR = User("administrator", HOME, "token-of-administrator", "key-of-administrator")
OTHER_ROLES = ("superuser", "teacher", "outsider")


@dataclass(frozen=True)
class Answer:
    """What to answer: a body that is no bytes goes out as JSON; ``hangs_up`` closes the connection instead."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    after_s: float = 0.0
    hangs_up: bool = False


@dataclass(frozen=True)
class Received:
    """A request as it arrived; ``connection`` is the same for requests on one connection."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        """Return the path as sent."""
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        """Return the decoded query."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def json(self) -> Any:
        """Return the parsed body."""
        return json.loads(self.body)

    @property
    def line(self) -> str:
        """Return method and path."""
        return f"{self.method} {self.path}"


class RecordingServer(ThreadingHTTPServer):
    """Takes the next of ``answers`` for each request, or what ``otherwise`` makes of it when there is none."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.received: list[Received] = []
        self.answers: list[Answer] = []
        self.otherwise: Callable[[Received], Answer] = lambda received: Answer()

    @property
    def base_url(self) -> str:
        """Return where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def lines(self) -> list[str]:
        """Return method and path of everything received."""
        return [received.line for received in self.received]

    def answer(self, received: Received) -> Answer:
        """Take a request down and say what to answer."""
        self.received.append(received)
        return self.answers.pop(0) if self.answers else self.otherwise(received)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about connections that the client gave up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: RecordingServer

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.command, self.path, headers, body, self.client_address[1])
        answer = self.server.answer(received)
        time.sleep(answer.after_s)
        if answer.hangs_up:
            self.close_connection = True
            return
        self.send_response(answer.status)
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        told = {"Content-Type": "application/json", "Content-Length": str(len(content)), **answer.headers}
        for name, value in told.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = _serve  # noqa: N815 - names of the base class

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def recording_server() -> Iterator[RecordingServer]:
    """Run a server on a free loopback port."""
    server = RecordingServer()
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def target_at(base_url: str, fixtures: Fixtures | None = None, **changed: Any) -> Target:
    """Return a target with every role."""
    users = {"administrator": ADMINISTRATOR}
    users |= {role: User(role, HOME, f"token-of-{role}", f"key-of-{role}") for role in OTHER_ROLES}
    return Target("local", base_url, users, fixtures or Fixtures(), **changed)


class _Hurried:
    """A clock that is put forward instead of being waited for."""

    def __init__(self) -> None:
        self.ahead_s = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.ahead_s

    def sleep(self, seconds: float) -> None:
        self.ahead_s += seconds


def sender_to(base_url: str, **changed: Any) -> Sender:
    """Return a sender that owns the id `OWN` of every kind and does not really sleep, but writes down how long."""
    target = target_at(base_url, **changed)
    slept: list[float] = []
    clock = _Hurried()
    pace = Pace(monotonic=clock.monotonic, sleep=clock.sleep)
    sender = Sender(target, NonceSource(1), Ownership.of(target), sleep=slept.append, pace=pace)
    sender.slept = slept  # type: ignore[attr-defined]
    for kind in KINDS:
        sender.ownership.add(kind, OWN)
    return sender
