"""A gateway before the mock that plants secrets wherever an answer can hold one, and says back what it was sent."""

from __future__ import annotations

import http.client
import io
import itertools
import json
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, urlsplit

CANARY = "c4n4ry"
FIELDS = ("api_token", "secret_key", "password", "oauth_consumer_secret", "invitation_token", "token", "access_token")
EVERY_HOW_MANY_HANGS_UP = 23


def planted() -> dict[str, Any]:
    """Return what is added to every JSON object that is answered: secrets in fields, nested, in URLs, in texts."""
    fields = {name: f"{CANARY}-{name}-field" for name in FIELDS}
    return {
        **fields,
        "planted": {
            "rows": [{name: f"{CANARY}-{name}-nested"} for name in FIELDS],
            "upper": {"API_TOKEN": f"{CANARY}-upper-field"},
            "number": {"secret_key": 99887766554433},
            "below": {"password": {"old": f"{CANARY}-below-field", "all": [f"{CANARY}-listed-field"]}},
            "text": json.dumps({"password": f"{CANARY}-json-in-json"}),
            "url": f"https://files.example.com/x?token={CANARY}-in-a-url&x=1&X-Amz-Signature={'ab' * 32}",
            "user": f"https://someone:{CANARY}-of-a-url@files.example.com/",
            "again": f"said once more: {CANARY}-api_token-field",
        },
    }


class Gateway(BaseHTTPRequestHandler):
    """Passes requests on to the mock and spoils the answers; now and then it hangs up."""

    protocol_version = "HTTP/1.1"
    upstream = ""
    numbers = itertools.count(1)

    def _pass_on(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if next(self.numbers) % EVERY_HOW_MANY_HANGS_UP == 0:
            self.close_connection = True
            return
        parts = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "x-access")}
        connection.request(self.command, self.path, sent, headers)
        answer = connection.getresponse()
        kept = [(name, value) for name, value in answer.getheaders() if name.lower() in ("content-type", "location") or
                name.lower().startswith("x-pagination")]  # fmt: skip
        self._answer(_accepting(answer.status, self.path), kept, self._spoiled(answer.status, answer.read(), sent))
        connection.close()

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass_on  # noqa: N815

    def _spoiled(self, status: int, body: bytes, sent: bytes) -> bytes:
        if body.startswith(b"PK"):
            return _with_file_named(body, f"{self._token()}.pdf")
        try:
            document = json.loads(body)
        except ValueError:
            return body
        if not isinstance(document, dict):
            return body
        # First, so that it stands in the beginning of the answer, which findings quote.
        said = {"debug": self._said_back(sent)} if status >= 400 else {}
        return json.dumps({**said, **document, **planted()}).encode()

    def _token(self) -> str:
        return str(self.headers.get("Authorization", "")).rpartition("=")[2]

    def _said_back(self, sent: bytes) -> dict[str, Any]:
        """Return what a server in debug mode prints: the request, headers and all, and what it expected."""
        token, gate = self._token(), self.headers["X-Access"]
        return {
            "message": f"{token} via {gate}: no route {self.path} for {self.headers.get('Authorization')}",
            "encoded": quote(f"Authorization: Token token={token}"),
            "headers": dict(self.headers.items()),
            "body": sent.decode("utf-8", "replace"),
            "expected": f"the signature {'cd' * 32} of the message, for user {token}",
        }

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Set-Cookie", f"session={CANARY}-cookie-header; Path=/")
        self.send_header("X-Api-Key", f"{CANARY}-key-header")
        self.send_header("X-Debug", f"token {self._token()} of {self.headers.get('Authorization')}")
        self.send_header("Link", f'<https://files.example.com/?api_token={CANARY}-link-header>; rel="next"')
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _accepting(status: int, path: str) -> int:
    """Return 200 for what was refused on LTI resources, so that the run has something to find."""
    return 200 if 400 <= status < 500 and "/lti_resources" in path else status


def _with_file_named(archive: bytes, name: str) -> bytes:
    stream = io.BytesIO(archive)
    try:
        with zipfile.ZipFile(stream, "a") as opened:
            opened.writestr(name, "x")
    except zipfile.BadZipFile:
        return archive
    return stream.getvalue()


@contextmanager
def gateway(upstream: str) -> Iterator[str]:
    """Serve the gateway before *upstream*; yield its base URL."""
    handler = type("Bound", (Gateway,), {"upstream": upstream, "numbers": itertools.count(1)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
