"""Rows that a path names: found by id, or refused with the documented text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract.mock.call import Call
from contract.mock.errors import Refusal
from contract.mock.fields import Table
from contract.mock.parameters import read_integer
from contract.mock.tables import (
    ATTACHMENTS,
    DOCUMENTS,
    EXAMS,
    INSTITUTES,
    LTI_RESOURCES,
    STUDENT_SESSIONS,
    TOOL_PROVIDERS,
    USERS,
)

Loader = Callable[[Call, int], Any]


def load(call: Call, kind: str, id_name: str) -> None:
    """Put the row of *kind* into ``call.found``. Raises: Refusal: there is none."""
    text = call.path_ids[id_name]
    row_id = read_integer(text) if text.isascii() and text.isdigit() else None
    row = None if row_id is None else call.rules.loaders[kind](call, row_id)
    if row is None:
        raise Refusal(f"{kind}_not_found", id=text)
    call.found[kind] = row


def _plain(table: Table) -> Loader:
    return lambda call, row_id: call.store.get(table, row_id)


def _exam(call: Call, row_id: int) -> Any:
    exam = call.store.get(EXAMS, row_id)
    return None if exam is None or exam["status"] == "deleted" else exam


def _session(call: Call, row_id: int) -> Any:
    """A session, and with it the exam that decides who may see it."""
    session = call.store.get(STUDENT_SESSIONS, row_id)
    if session is not None:
        call.found["exam"] = call.store.get(EXAMS, session["exam_id"])
    return session


def _inside(table: Table, parent: str) -> Loader:
    """A row that must belong to the *parent* loaded before it."""

    def find(call: Call, row_id: int) -> Any:
        row = call.store.get(table, row_id)
        return row if row is not None and row[f"{parent}_id"] == call.found[parent]["id"] else None

    return find


LOADERS: dict[str, Loader] = {
    "exam": _exam,
    "session": _session,
    "institute": _plain(INSTITUTES),
    "user": _inside(USERS, "institute"),
    "document": _inside(DOCUMENTS, "exam"),
    "attachment": _inside(ATTACHMENTS, "exam"),
    "tool_provider": _plain(TOOL_PROVIDERS),
    "lti_resource": _plain(LTI_RESOURCES),
}
