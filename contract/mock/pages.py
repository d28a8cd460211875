"""
Pages for people: what this server is, and the description rendered by Swagger UI, all served from here.

The description is read when it is first asked for, so that the mock starts at once.
"""

from __future__ import annotations

import html
import json
import mimetypes
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from swagger_ui_bundle import swagger_ui_path  # type: ignore[import-untyped]

from contract.mock.config_snippet import config_toml
from contract.mock.description import NoDescriptionError, bundled
from contract.mock.service import Service

# What the page loads; nothing else of the package is served.
UI_FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")

INDEX = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mock of the v3 API</title>
<style>body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem }}
pre {{ overflow: auto; padding: 1rem; border: 1px solid #8888 }} :root {{ color-scheme: light dark }}</style></head>
<body><h1>Mock of the Procwise / ProctorExam v3 API</h1>
<p>A stateful stand-in for contract tests: all {operations} operations below <code>/api/v3</code>, signatures and
nonces checked, demo data only. It is not the vendor's service.</p>
<ul><li><a href="/docs">The description, to read and browse</a></li>
<li><a href="/openapi.json">The description as JSON (OpenAPI 3.1)</a></li></ul>
{faults}<h2>A ready config file</h2><pre>{config}</pre></body></html>
"""

DOCS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Description of the v3 API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="icon" href="/docs/favicon-32x32.png"></head>
<body><div id="ui"></div><script src="/docs/swagger-ui-bundle.js"></script>
<script>SwaggerUIBundle(Object.assign({{dom_id: "#ui", deepLinking: true, supportedSubmitMethods: [],
docExpansion: "none"}}, {source}))</script></body></html>
"""

NO_DOCS = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>No description</title></head>
<body><h1>The description is missing</h1><p>{reason}</p></body></html>
"""


def routes(service: Service) -> list[Route]:
    """The routes of the pages."""

    async def index(request: Request) -> Response:
        switched_on = ", ".join(service.fault_ids)
        faults = f"<p><strong>Faults switched on: {switched_on}</strong></p>" if switched_on else ""
        base_url = str(request.base_url).rstrip("/")
        config = html.escape(config_toml(service.store, base_url))
        return HTMLResponse(INDEX.format(operations=len(service.rules.operations), faults=faults, config=config))

    return [
        Route("/", index),
        Route("/docs", docs),
        Route("/docs/{file_name}", ui_file),
        Route("/openapi.json", openapi),
    ]


async def docs(request: Request) -> Response:
    try:
        return HTMLResponse(DOCS.format(source=_inline(readable_by_swagger_ui(bundled()))))
    except NoDescriptionError as error:
        return HTMLResponse(NO_DOCS.format(reason=html.escape(str(error))), 404)


def readable_by_swagger_ui(description: bytes) -> dict[str, object]:
    """This version of Swagger UI reads OpenAPI 3.0 only; for looking at, saying 3.0 is near enough."""
    document: dict[str, object] = json.loads(description)
    return {**document, "openapi": "3.0.3"}


def _inline(document: dict[str, object]) -> str:
    """JSON inside a script element."""
    return json.dumps({"spec": document}).replace("</", "<\\/")


async def ui_file(request: Request) -> Response:
    name = request.path_params["file_name"]
    if name not in UI_FILES:
        return JSONResponse({"errors": "No such file."}, 404)
    return FileResponse(Path(str(swagger_ui_path)) / name, media_type=mimetypes.guess_type(name)[0])


async def openapi(request: Request) -> Response:
    try:
        return Response(bundled(), media_type="application/json")
    except NoDescriptionError as error:
        return JSONResponse({"errors": str(error)}, 404)
