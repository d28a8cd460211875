"""Makes exchanges that were never sent."""

from __future__ import annotations

import itertools
import json
from typing import Any

import requests

from contract import operations
from contract.exchange import VALID, Exchange

_NUMBERS = itertools.count(1)


def exchange(
    operation_id: str | None = "exams_show",
    status: int = 200,
    body: Any = b"",
    *,
    query: str = "",
    headers: dict[str, str] | None = None,
    params: dict[str, Any] | None = None,
    intent: str = VALID,
) -> Exchange:
    """Return an exchange on ids 7 with this answer; status 0 for none, a body that is no bytes becomes JSON."""
    operation = operations.get(operation_id) if operation_id else None
    path = operation.path if operation else "/nothing"
    for name in operation.path_names if operation else ():
        path = path.replace(f"{{{name}}}", "7")
    request = requests.Request(operation.method if operation else "GET", f"http://target/api/v3{path}?{query}")
    response = None
    if status:
        response = requests.Response()
        response.status_code, response.reason = status, "said"
        response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        response.headers.update({"Content-Type": "application/json", **(headers or {})})
    return Exchange(
        id=f"x0-{next(_NUMBERS):06d}",
        operation=operation,
        user="administrator",
        intent=intent,
        purpose="judged",
        started_ms=1_700_000_000_000,
        elapsed_ms=1.5,
        request=request.prepare(),
        response=response,
        error=None if status else "ConnectionError: refused",
        given=params or dict.fromkeys(operation.path_names if operation else (), 7),
    )
