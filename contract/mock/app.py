"""
The ASGI application: the API on a plain path of its own, everything else (pages, control, photos) on Starlette.

The API is asked thousands of times a second; so it does without a framework's routing and middleware.
"""

from __future__ import annotations

import asyncio
import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from contract.mock import control, pages
from contract.mock.call import Reply
from contract.mock.errors import Refusal
from contract.mock.resources import photos
from contract.mock.service import Service
from contract.mock.wire import WireRequest, path_segments

_HOST = re.compile(r"[A-Za-z0-9.:\[\]_-]{1,255}\Z")


class MockApp:
    """
    Answers requests with a service.

    Args: latency_ms: every answer waits this long; other requests go on meanwhile.
    """

    def __init__(self, service: Service, *, latency_ms: float = 0, with_control: bool = False) -> None:
        self.service = service
        self.latency_s = latency_ms / 1000
        self.rest = _rest(service, with_control)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        if scope["path"].lstrip("/").startswith("api"):
            await self._answer_api(scope, receive, send)
        else:
            await self.rest(scope, receive, send)

    async def _answer_api(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read_body(receive, self.service.rules.answers.maximum_body_bytes)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            # The target of a request may hold the host too; only the path counts.
            path = scope["raw_path"].partition(b"?")[0]
            segments = path_segments(path)
        except Refusal as refusal:
            reply = self.service.rules.refusal(None, refusal)
        else:
            query = scope["query_string"]
            request = WireRequest(
                scope["method"], segments, query, headers, body, base_url(scope, headers), path.decode("latin-1")
            )
            reply = await self.service.handle(request)
        await _send(reply, send)


async def _read_body(receive: Receive, maximum: int) -> bytes:
    """The whole body; of one that is too large only so much that it shows."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= maximum + 1 or not chunks:
            chunks.append(chunk)
        if not message.get("more_body", False):
            break
    body = b"".join(chunks)
    return body if size <= maximum else body.ljust(maximum + 1)


async def _send(reply: Reply, send: Send) -> None:
    content = reply.content()
    headers = {"Content-Type": "application/json; charset=utf-8"} if content else {}
    headers |= reply.headers
    chunks = [content]
    if reply.chunk_bytes and content:
        chunks = [content[at : at + reply.chunk_bytes] for at in range(0, len(content), reply.chunk_bytes)]
    elif reply.status != 204:
        headers["Content-Length"] = str(len(content))
    raw = [(name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": raw})
    for number, chunk in enumerate(chunks, start=1):
        await send({"type": "http.response.body", "body": chunk, "more_body": number < len(chunks)})


def base_url(scope: Scope, headers: dict[str, str]) -> str:
    """Where the caller reached us, for URLs in answers."""
    host = headers.get("host", "")
    if not _HOST.match(host):
        server = scope.get("server") or ("127.0.0.1", 80)
        host = f"{server[0]}:{server[1]}"
    return f"{scope['scheme']}://{host}"


def _rest(service: Service, with_control: bool) -> ASGIApp:
    async def face_photo(request: Request) -> Response:
        token = request.path_params["token"]
        status, content = photos.fetch(service.rules.photo_links, service.store, token, service.clock.now_ms())
        if status == 200:
            return Response(content, media_type="image/png")
        return JSONResponse({"errors": "The link has expired or does not exist."}, status)

    async def not_found(request: Request, error: Exception) -> Response:
        return JSONResponse({"errors": "No route matches this path."}, 404)

    routes = [Route(f"/{photos.LINK_PATH}/{{token}}", face_photo), *pages.routes(service)]
    if with_control:
        routes += control.routes(service)
    return Starlette(routes=routes, exception_handlers={404: not_found})
