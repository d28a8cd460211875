"""
A small signed client of the tests of the mock, and a process that serves one.

It signs with its own few lines, so that mock and client can only agree by both being right.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import itertools
import json
import os
import select
import subprocess
import sys
import time
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

ACCEPT = "application/vnd.procwise.v3"
_nonces = itertools.count(int(time.time() * 1000) * 10_000 + os.getpid() % 10_000)


def text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def signature(params: Mapping[str, Any], secret_key: str) -> str:
    message = "?".join(f"{name}={text(params[name])}" for name in sorted(params))
    return hmac.new(secret_key.encode(), message.encode(), hashlib.sha256).hexdigest()


@dataclass
class Answer:
    """Status, headers (names in lower case) and body of an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Part:
    """A file part of a multipart body."""

    name: str
    content: bytes
    content_type: str = "text/plain"


@dataclass
class User:
    token: str
    secret_key: str
    institute_id: int


@dataclass
class Client:
    """Sends requests to a mock, signed as one user."""

    base_url: str
    user: User
    accept: str | None = ACCEPT
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=60)

    def signed(self, ids: Mapping[str, Any], params: Mapping[str, Any], nonce: Any = None) -> dict[str, Any]:
        """The parameters that travel: *params* with timestamp, nonce and a signature over them and the path *ids*."""
        sent = {**params, "timestamp": time.time_ns() // 1_000_000, "nonce": nonce or next(_nonces)}
        return {**sent, "signature": signature({**sent, **ids}, self.user.secret_key)}

    def call(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        ids: Mapping[str, Any] | None = None,
        nonce: Any = None,
        files: Mapping[str, Part] | None = None,
    ) -> Answer:
        """Send ``{name}`` of *path* filled with *ids*; query on GET and DELETE, JSON otherwise, multipart for files."""
        ids = ids or {}
        sent = self.signed(ids, params or {}, nonce)
        path = "/api/v3" + path.format(**{name: quote(str(value), safe="") for name, value in ids.items()})
        if files:
            content_type, body = multipart(sent, files)
            return self.raw(method, path, body, content_type)
        if method in ("GET", "DELETE"):
            return self.raw(method, f"{path}?{urlencode({name: text(value) for name, value in sent.items()})}")
        return self.raw(method, path, json.dumps(sent).encode(), "application/json")

    def raw(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send exactly this, with our Accept and Authorization unless *headers* says otherwise."""
        sent = {"Authorization": f"Token token={self.user.token}"}
        if self.accept is not None:
            sent["Accept"] = self.accept
        if content_type:
            sent["Content-Type"] = content_type
        sent.update(headers or {})
        # http.client would add an Accept-Encoding and a Host of its own; no Accept at all has to be possible.
        self.connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in sent.items():
            self.connection.putheader(name, value)
        if body is not None:
            self.connection.putheader("Content-Length", str(len(body)))
        self.connection.endheaders(body)
        response = self.connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


def multipart(fields: Mapping[str, Any], files: Mapping[str, Part]) -> tuple[str, bytes]:
    boundary = uuid.uuid4().hex
    lines: list[bytes] = []
    for name, value in fields.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
        lines += [head.encode(), text(value).encode(), b"\r\n"]
    for name, part in files.items():
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{part.name}"\r\n'
        lines += [head.encode(), f"Content-Type: {part.content_type}\r\n\r\n".encode(), part.content, b"\r\n"]
    return f"multipart/form-data; boundary={boundary}", b"".join([*lines, f"--{boundary}--\r\n".encode()])


class MockProcess:
    """A mock in a process of its own, on a free port."""

    def __init__(self, folder: Path, *options: str, control: bool = True) -> None:
        self.config_path = folder / f"{uuid.uuid4().hex}.toml"
        arguments = ["--port", "0", "--config-out", str(self.config_path), *options]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "contract.mock", *arguments, *(["--control"] if control else [])],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.clients: dict[str, Client] = {}
        self.opened: list[Client] = []
        self.first_line = self._first_line()
        self.config = tomllib.loads(self.config_path.read_text())["targets"]["local"]
        self.base_url: str = self.config["base_url"]
        self.fixtures: dict[str, Any] = self.config["fixtures"]

    def _first_line(self) -> str:
        assert self.process.stdout
        assert self.process.stderr
        ready, _, _ = select.select([self.process.stdout], [], [], 10)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.process.kill()
            raise AssertionError(f"the mock did not start: {self.process.stderr.read()}")
        return line.rstrip("\n")

    def client(self, user: str = "administrator") -> Client:
        """The client of one of the demo users; always the same one."""
        if user not in self.clients:
            self.clients[user] = self.client_of(User(**self.config["users"][user]))
        return self.clients[user]

    def client_of(self, user: User) -> Client:
        """A client of any user; closed when the mock is stopped."""
        client = Client(self.base_url, user)
        self.opened.append(client)
        return client

    def control(self, method: str, path: str, data: Any = None) -> Answer:
        """Ask the control interface; data as JSON."""
        connection = http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=60)
        connection.request(method, f"/__mock__/{path}", None if data is None else json.dumps(data))
        response = connection.getresponse()
        answer = Answer(response.status, {}, response.read())
        connection.close()
        return answer

    def stop(self) -> int:
        for client in self.opened:
            client.connection.close()
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(timeout=60)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        return status
