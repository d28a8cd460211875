"""
ID photo and face photo of a student session.

The face photo is answered as a URL on the mock that anyone can fetch for five minutes. Source:
https://docs.proctorexam.com/v3/apidoc.html ("Get a expiring url, lasting for 5 minutes").
"""

from __future__ import annotations

import secrets
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.store import Store
from contract.mock.tables import STUDENT_SESSIONS

LINK_MS = 5 * 60 * 1000
LINK_PATH = "face_photos"


class PhotoLinks:
    """How long the URL of a photo serves."""

    valid_ms = LINK_MS

    def issue(self, call: Call, session_id: int) -> str:
        token = secrets.token_urlsafe(24)
        sql = "INSERT INTO photo_links (token, student_session_id, expires_ms) VALUES (?, ?, ?)"
        call.store.execute(sql, (token, session_id, call.now_ms + self.valid_ms))
        return f"{call.base_url}/{LINK_PATH}/{token}"

    def is_valid(self, link: Any, now_ms: int) -> bool:
        return bool(now_ms < link["expires_ms"])


def destroy_id_card(call: Call) -> Reply:
    return _destroy(call, "id_card")


def destroy_face_photo(call: Call) -> Reply:
    return _destroy(call, "face_photo")


def _destroy(call: Call, kind: str) -> Reply:
    """Remove the photo; there being none is no error."""
    session_id = call.found["session"]["id"]
    call.store.update(STUDENT_SESSIONS, session_id, call.rules.effects.without_photo(kind))
    call.store.execute("DELETE FROM files WHERE kind = ? AND owner_id = ?", (kind, session_id))
    return call.reply({})


def show_face_photo(call: Call) -> Reply:
    session = call.found["session"]
    if session["face_photo_file_name"] is None:
        raise Refusal("photo_not_found")
    url = call.rules.photo_links.issue(call, session["id"])
    if call.rules.answers.face_photo_redirect:
        return Reply(302, None, {"Location": url})
    return call.reply({call.rules.answers.face_photo_key: url})


def fetch(links: PhotoLinks, store: Store, token: str, now_ms: int) -> tuple[int, bytes]:
    """What the URL of a photo answers: status and content, for whoever asks."""
    link = store.one("SELECT * FROM photo_links WHERE token = ?", (token,))
    if link is None:
        return 404, b""
    if not links.is_valid(link, now_ms):
        return 403, b""
    content = store.file("face_photo", link["student_session_id"])
    return (404, b"") if content is None else (200, content)


def add(store: Store, session_id: int, content: bytes) -> None:
    """Give a session both photos: what a student does, and no operation of the API."""
    for kind in ("id_card", "face_photo"):
        store.update(STUDENT_SESSIONS, session_id, _columns(kind, len(content)))
        store.save_file(kind, session_id, content)


def _columns(kind: str, size: int) -> dict[str, Any]:
    return {f"{kind}_file_name": "data", f"{kind}_content_type": "image/png", f"{kind}_file_size": size}
