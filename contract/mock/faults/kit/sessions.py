"""Deviations of student sessions: e-mail addresses that are there twice, other first statuses, removal by the way."""

from __future__ import annotations

from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.effects import email_key
from contract.mock.faults.kit.core import Deviation, wrap
from contract.mock.operations import Handler
from contract.mock.tables import STUDENT_SESSIONS


def same_email_twice(*, but_last: bool = False) -> Deviation:
    """An address that another student of the exam has is taken; with *but_last* not that of who was added last."""

    def around(call: Call, inner: Handler) -> Reply:
        email, exam_id = call.params.get("email"), call.found["exam"]["id"]
        session = call.found.get("session")
        own = session["id"] if session is not None else 0
        newest = "SELECT email_key FROM student_sessions WHERE exam_id = ? ORDER BY id DESC"
        refused = but_last and email is not None and call.store.value(newest, (exam_id,)) == email_key(email)
        if email is None or refused or not call.rules.unique.session_email_taken(call, exam_id, email, own):
            return inner(call)
        # Stored under another key; the address itself is as it was sent.
        call.params["email"] = f"{call.signed['nonce']}.{email}"
        reply = inner(call)
        return _with(call, reply, email=email)

    return wrap(around)


def created_with_status(status: str) -> Deviation:
    """A new session begins with another status."""

    return wrap(lambda call, inner: _with(call, inner(call), status=status))


def created_with(column: str, value: Any) -> Deviation:
    """A new session begins with another value of one column."""

    return wrap(lambda call, inner: _with(call, inner(call), **{column: value}))


def _with(call: Call, reply: Reply, **values: Any) -> Reply:
    """Store *values* in the session that was answered, and answer it again."""
    session_id = next(iter(reply.body.values()))["id"]
    assignments = ", ".join(f'"{name}" = ?' for name in values)
    call.store.execute(f"UPDATE student_sessions SET {assignments} WHERE id = ?", [*values.values(), session_id])
    return call.stored("student", session_id)


def delete(call: Call, session_id: int) -> None:
    """Remove a session that nobody asked to remove."""
    call.store.delete(STUDENT_SESSIONS, session_id)
