"""The control interface of the shipped mock, under ``/__mock__/``: for tests that need its clock or a restart."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import requests

from contract.judgement import Inconclusive

TIMEOUT_S = 10.0


class MockControl:
    """Speaks plain JSON to the mock; nothing here is signed."""

    def __init__(self, base_url: str) -> None:
        self._url = f"{base_url}/__mock__/"
        self._session = requests.Session()
        self._session.trust_env = False

    def _post(self, name: str, **body: Any) -> Any:
        answer = self._session.post(self._url + name, json=body, timeout=TIMEOUT_S)
        if not answer.ok:
            raise Inconclusive(f"the mock's control refused {name}: {answer.status_code}")
        return answer.json()

    def advance_clock(self, milliseconds: int) -> None:
        """Move the mock's clock; a negative number moves it back."""
        self._post("clock", advance_ms=milliseconds)

    def restart(self) -> None:
        """Let the mock forget what is not stored."""
        self._post("restart")

    def set_zip(self, **settings: Any) -> None:
        """Set how long a zip job is queued and runs (``queued_ms``, ``running_ms``), and its ``outcome``."""
        self._post("zip", **settings)

    def upload(self, exam_id: int, files: Mapping[str, bytes]) -> None:
        """Add files that students uploaded."""
        self._post("uploads", exam_id=exam_id, files={name: b64encode(body).decode() for name, body in files.items()})

    def add_photos(self, student_session_id: int) -> None:
        """Give a session an ID photo and a face photo."""
        self._post("photos", student_session_id=student_session_id)

    def seed(self, kind: str, count: int, **fields: Any) -> Any:
        """Create many rows."""
        return self._post("seed", kind=kind, count=count, **fields)

    def emails(self) -> list[dict[str, Any]]:
        """Return the mails that would have been sent."""
        answer = self._session.get(self._url + "emails", timeout=TIMEOUT_S)
        listed: list[dict[str, Any]] = answer.json()["emails"]
        return listed
