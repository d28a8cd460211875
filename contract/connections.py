"""Connections that can be shut down when a request takes too long, and that write a request in one piece."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection

from contract import deadline


class _Watched:
    """Tells the watch of its request which socket it waits for."""

    def getresponse(self) -> Any:
        if (watch := deadline.current()) is not None:
            watch.socket = self.sock  # type: ignore[attr-defined]
        return super().getresponse()  # type: ignore[misc]


class _InOnePiece:
    """
    Sends the head of a request together with its body.

    http.client writes them one after the other, so that a target on the same machine is woken twice for a request:
    a tenth of what sending it takes.
    """

    _awaits_body = False
    _head: bytes | None = None

    def request(
        self, method: str, url: str, body: Any = None, headers: Mapping[str, str] | None = None, **options: Any
    ) -> None:
        self._awaits_body, self._head = isinstance(body, bytes) and bool(body), None
        super().request(method, url, body, headers, **options)  # type: ignore[misc]

    def send(self, data: Any) -> None:
        if self._awaits_body and self._head is None:
            self._head = data
            return
        if self._awaits_body:
            data, self._awaits_body = b"".join((self._head or b"", data)), False
        super().send(data)  # type: ignore[misc]


class WatchedHTTPConnection(_Watched, _InOnePiece, HTTPConnection):  # type: ignore[misc]
    """A plain connection."""


class WatchedHTTPSConnection(_Watched, _InOnePiece, HTTPSConnection):  # type: ignore[misc]
    """A TLS connection."""
