"""
Student sessions, and the four deprecated operations of exams that do the same.

Source: https://docs.proctorexam.com/v3/apidoc/student_sessions.html, .../exams/add_student.html and neighbours;
statuses: https://docs.proctorexam.com/statuses/statuses.html.
"""

from __future__ import annotations

from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.effects import FINISHED
from contract.mock.errors import Refusal
from contract.mock.resources.listing import page_of
from contract.mock.tables import STUDENT_SESSIONS, USERS


def index_of_exam(call: Call) -> Reply:
    return page_of(call, "student", call.rules.access.exam_sessions_scope(call))


def index_all(call: Call) -> Reply:
    return page_of(call, "student", call.rules.access.sessions_scope(call))


def show(call: Call) -> Reply:
    return call.object("student", call.found["session"])


def create(call: Call) -> Reply:
    exam = call.found["exam"]
    refuse_taken_email(call, exam["id"], call.params["email"])
    values = {
        "open_time": exam["start_time"],
        **call.columns(),
        "exam_id": exam["id"],
        "institute_id": exam["institute_id"],
        "email_key": call.rules.unique.session_key(call, call.params["email"]),
        "current_exam_mode": exam["mode"],
    }
    return call.stored("student", call.store.insert(STUDENT_SESSIONS, values))


def update(call: Call) -> Reply:
    session = call.found["session"]
    values = call.columns()
    if "email" in values:
        refuse_taken_email(call, session["exam_id"], values["email"], session["id"])
        values["email_key"] = call.rules.unique.session_key(call, values["email"])
    call.store.update(STUDENT_SESSIONS, session["id"], values)
    return call.stored("student", session["id"])


def destroy(call: Call) -> Reply:
    remove(call, call.found["session"]["id"])
    return call.reply({})


def remove(call: Call, session_id: int) -> None:
    call.store.delete(STUDENT_SESSIONS, session_id)
    call.store.execute("DELETE FROM uploads WHERE student_session_id = ?", (session_id,))
    call.store.execute("DELETE FROM photo_links WHERE student_session_id = ?", (session_id,))


def refuse_taken_email(call: Call, exam_id: int, email: str, but_id: int = 0) -> None:
    if call.rules.unique.session_email_taken(call, exam_id, email, but_id):
        raise Refusal("email_taken")


# deprecated operations of exams --------------------------------------------------------------------------------------


def show_of_exam(call: Call) -> Reply:
    return call.object("student", session_of_exam(call))


def destroy_of_exam(call: Call) -> Reply:
    remove(call, session_of_exam(call)["id"])
    return call.reply({})


def session_of_exam(call: Call) -> Any:
    """The session named by student_session_id; one of another exam counts as unknown."""
    session_id = call.params["student_session_id"]
    session = call.find(STUDENT_SESSIONS, session_id, "session_not_found")
    if not call.rules.access.is_session_of(session, call.found["exam"]):
        raise Refusal("session_not_found", id=session_id)
    return session


def show_lti(call: Call) -> Reply:
    sql = (
        f"{STUDENT_SESSIONS.select_sql} WHERE exam_id = ? AND resource_link_id = ? AND student_lms_id = ?"
        " ORDER BY id DESC"
    )
    lms_id, link_id = call.params["student_lms_id"], call.params["resource_link_id"]
    session = call.store.one(sql, (call.found["exam"]["id"], link_id, lms_id))
    if session is None:
        raise Refusal("lti_session_not_found", id=lms_id, resource_link_id=link_id)
    return call.object("student", session)


# what happens to sessions --------------------------------------------------------------------------------------------


def send_emails(call: Call) -> Reply:
    """Every student of the exam gets the mail, but for those who have finished."""
    exam = call.found["exam"]
    sql = f"{STUDENT_SESSIONS.select_sql} WHERE exam_id = ? ORDER BY id"
    sessions = call.store.all(sql, (exam["id"],))
    for session in sessions:
        if call.rules.effects.gets_email(session):
            call.store.update(STUDENT_SESSIONS, session["id"], call.rules.effects.emailed(session))
            record_email(call, session, exam)
    return call.reply({"students": [call.render("student_status", row) for row in call.store.all(sql, (exam["id"],))]})


def record_email(call: Call, session: Any, exam: Any) -> None:
    kind = "exam_link" if session["skip_requirements"] else "check_requirements"
    sql = (
        "INSERT INTO emails (student_session_id, exam_id, recipient, kind, subject, sent_ms) VALUES (?, ?, ?, ?, ?, ?)"
    )
    call.store.execute(sql, (session["id"], exam["id"], session["email"], kind, exam["name"], call.now_ms))


def end_exam(call: Call) -> Reply:
    """Finish the session and notify the student; a second call changes nothing more."""
    session = call.found["session"]
    changes = call.rules.effects.ended(session, call.now_ms)
    call.store.update(STUDENT_SESSIONS, session["id"], changes)
    sql = "INSERT INTO notifications (student_session_id, title, text, type, sent_ms) VALUES (?, ?, ?, ?, ?)"
    told = [call.params[f"notification_{part}"] for part in ("title", "text", "type")]
    call.store.execute(sql, (session["id"], *told, call.now_ms))
    return call.reply(
        {
            "message": "end_exam_time_success",
            "end_time": call.write_time(changes["end_time"]),
            "recording_response": True,
        }
    )


def assign_proctor(call: Call) -> Reply:
    session = call.found["session"]
    proctor = suitable_proctor(call, call.params["proctor_id"])
    changes = call.rules.effects.assigned(session, proctor["id"])
    call.store.update(STUDENT_SESSIONS, session["id"], changes)
    return call.reply({"proctor_id": proctor["id"], "active_proctoring_sessions": active_sessions(call, proctor["id"])})


def suitable_proctor(call: Call, proctor_id: int) -> Any:
    """A user who may proctor this session. Raises: Refusal: unknown, or of the wrong kind."""
    proctor = call.find(USERS, proctor_id, "proctor_not_found")
    exam, answers = call.found["exam"], call.rules.answers
    near = proctor["role"] == "global_proctor" or proctor["institute_id"] == exam["institute_id"]
    if proctor["role"] not in answers.proctor_roles or not near:
        raise Refusal("proctor_invalid")
    limit = answers.proctor_session_limit
    if limit is not None and active_sessions(call, proctor_id, exam["id"]) >= limit:
        raise Refusal("proctor_invalid")
    return proctor


def active_sessions(call: Call, proctor_id: int, exam_id: int | None = None) -> int:
    sql = "SELECT count(*) FROM student_sessions WHERE proctor_id = ? AND status != ? AND (? IS NULL OR exam_id = ?)"
    return int(call.store.value(sql, (proctor_id, FINISHED, exam_id, exam_id)))


def unassign_proctor(call: Call) -> Reply:
    session = call.found["session"]
    call.store.update(STUDENT_SESSIONS, session["id"], call.rules.effects.unassigned(session))
    return call.reply({})
