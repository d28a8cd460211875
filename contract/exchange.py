"""A request and its answer: what the checks judge, and the redacted form that is kept."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from contract.auth import params_of
from contract.operations import Operation
from contract.redaction import Redactor
from contract.signing import SIGNING_NAMES

VALID = "valid"
LONGEST_KEPT_BODY = 16_384
LONGEST_WHOLE_BODY = 4_194_304
"""Of what shows a finding; an answer beyond that is kept up to here, so that a hostile target fills no disk."""
LONGEST_SECRET = 512
MAY_REDIRECT = frozenset({"exams_download_exam_documents_zip", "student_sessions_show_face_photo"})


@dataclass(frozen=True)
class Exchange:
    """
    One request as sent and the answer to it.

    ``intent`` says what the request was meant to be: ``valid``, or ``tampered: …``. ``error`` stands where no answer
    came. Times: ``started_ms`` since the epoch, ``elapsed_ms``.
    """

    id: str
    operation: Operation | None
    user: str
    intent: str
    purpose: str
    started_ms: int
    elapsed_ms: float
    request: requests.PreparedRequest = field(repr=False)
    response: requests.Response | None = field(repr=False)
    error: str | None = None
    given: Mapping[str, Any] | None = field(default=None, repr=False)
    """The parameters as the caller gave them, where it did."""

    @functools.cached_property
    def params(self) -> Mapping[str, Any]:
        """Return what was sent by name, without what signs it."""
        if self.given is not None:
            return self.given
        return {name: value for name, value in params_of(self.request).items() if name not in SIGNING_NAMES}

    @property
    def status(self) -> int:
        """Return the answer's status, 0 where no answer came."""
        return self.response.status_code if self.response is not None else 0

    @property
    def accepted(self) -> bool:
        """Tell whether the answer is a 2xx, or a redirect where the answer may be one."""
        redirected = 300 <= self.status < 400 and self.operation is not None and self.operation.id in MAY_REDIRECT
        return 200 <= self.status < 300 or redirected

    @property
    def is_foreign(self) -> bool:
        """Tell whether a 2xx is none of the API's: its body is no JSON, as that of a gateway's page for signing in."""
        if self.operation is None or self.operation.id in MAY_REDIRECT or not 200 <= self.status < 300:
            return False
        return self.json is None and bool(self.body.strip()) and self.body.strip() != b"null"

    @property
    def refused(self) -> bool:
        """Tell whether the answer is a 4xx."""
        return 400 <= self.status < 500

    @functools.cached_property
    def json(self) -> Any:
        """Return the answer's body as parsed JSON, None where it is not JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def body(self) -> bytes:
        """Return the answer's body."""
        return self.response.content if self.response is not None else b""

    @property
    def text(self) -> str:
        """Return the answer's body as text, undecodable bytes replaced."""
        return self.body.decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """Return one header of the answer."""
        return self.response.headers.get(name) if self.response is not None else None

    @property
    def line(self) -> str:
        """Return the exchange in a few words, without secrets: ``GET /exams/7 -> 404``."""
        path = (self.request.url or "").split("?")[0].partition("/api/v3")[2] or "/"
        return f"{self.request.method} {path} -> {self.status or self.error}"


def is_cut(exchange: Exchange) -> bool:
    """Tell whether a body of *exchange* is longer than what is kept at first."""
    return max(len(_as_bytes(exchange.request.body)), len(exchange.body)) > LONGEST_KEPT_BODY


def record(
    exchange: Exchange, redactor: Redactor, case_id: str | None, longest: int = LONGEST_KEPT_BODY
) -> dict[str, Any]:
    """
    Return *exchange* as plain data without secrets.

    Returns:  what ``exchanges.har`` and the report are made from; bodies longer than *longest* are cut and say so.
    """
    redactor.learn_from(exchange.json)
    sent, sent_cut = _kept(_as_bytes(exchange.request.body), redactor, longest)
    answered, answered_cut = _kept(exchange.body, redactor, longest)
    return {
        "id": exchange.id,
        "case": case_id,
        "operation": exchange.operation.id if exchange.operation else None,
        "user": exchange.user,
        "intent": exchange.intent,
        "purpose": exchange.purpose,
        "started_ms": exchange.started_ms,
        "elapsed_ms": round(exchange.elapsed_ms, 3),
        "error": redactor.text(exchange.error) if exchange.error else None,
        "request": {
            "method": exchange.request.method,
            "url": redactor.text(exchange.request.url or ""),
            "headers": redactor.headers(exchange.request.headers.items()),
            "body": sent,
            "cut": sent_cut,
        },
        "response": None
        if exchange.response is None
        else {
            "status": exchange.status,
            "reason": exchange.response.reason,
            "headers": redactor.headers(exchange.response.headers.items()),
            "body": answered,
            "size": len(exchange.body),
            "cut": answered_cut,
        },
    }


def _as_bytes(body: Any) -> bytes:
    if body is None:
        return b""
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")


def _kept(body: bytes, redactor: Redactor, longest: int) -> tuple[str, bool]:
    # Redacted before it is cut: half a secret would not be recognised. What lies far beyond the cut is not looked at,
    # and neither is what of the rest could be half a secret.
    text = redactor.text(body[: 2 * longest].decode("utf-8", "replace"))
    if len(body) <= 2 * longest:
        return text[:longest], len(text) > longest
    return text[: min(longest, len(text) - LONGEST_SECRET)], True
