"""uvicorn around the application: one process, one event loop, a line when it listens, a quick and clean end."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from contract.mock.app import MockApp


class JoinedWrites:
    """A transport that sends what is written in one turn of the loop at once: head and body are one packet."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._parts:
            self._transport.write(b"".join(self._parts))
            self._parts.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Protocol(HttpToolsProtocol):
    """Says in JSON, as for every other refusal, that a request is no HTTP (or its path has more than 64 kB)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(JoinedWrites(transport, self.loop))  # type: ignore[arg-type]

    def send_400_response(self, msg: str) -> None:
        body = json.dumps({"errors": msg}).encode()
        head = f"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
        self.transport.write(f"{head}\r\nconnection: close\r\n\r\n".encode() + body)
        self.transport.close()


class MockServer(uvicorn.Server):
    """A uvicorn server that calls *on_listening* once it accepts requests and ends with status 0 when told to stop."""

    def __init__(self, app: MockApp, on_listening: Callable[[], None]) -> None:
        config = uvicorn.Config(
            app,
            http=Protocol,
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=1,
            # Longer than a client pauses between two requests: closing just then would look like a fault.
            timeout_keep_alive=300,
            backlog=2048,
        )
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_listening()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        # uvicorn raises the signal once more at the end, so that the process would end with its number.
        for number in (signal.SIGINT, signal.SIGTERM):
            # Whoever started it may want it to outlive Ctrl-C, and to end it later.
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._stop)
        yield

    def _stop(self, number: int, frame: Any) -> None:
        self.should_exit = True


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises: OSError: the port is taken, the host unknown."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)
