"""
What operations do to the state beside storing their parameters: uniqueness, and the documented side effects.

One method for each rule; a handler asks it and stores what it says. Source:
https://docs.proctorexam.com/statuses/statuses.html and the page of each operation below
https://docs.proctorexam.com/v3/apidoc.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contract.mock.call import Call

Changes = dict[str, Any]

FINISHED = "exam_finished"


def email_key(email: str) -> str:
    """What makes two addresses the same."""
    return email.strip().casefold()


class Uniqueness:
    """What may be there once only; *but_id* is the row that may keep its own."""

    def session_key(self, call: Call, email: str) -> str:
        """What makes two addresses of students the same."""
        return email_key(email)

    def session_email_taken(self, call: Call, exam_id: int, email: str, but_id: int = 0) -> bool:
        """An address serves once in an exam."""
        sql = "SELECT 1 FROM student_sessions WHERE exam_id = ? AND email_key = ? AND id != ?"
        return call.store.value(sql, (exam_id, self.session_key(call, email), but_id)) is not None

    def user_email_taken(self, call: Call, email: str) -> bool:
        """An address serves once among the users of all institutes."""
        return call.store.value("SELECT 1 FROM users WHERE email_key = ?", (email_key(email),)) is not None

    def institute_name_taken(self, call: Call, name: str, but_id: int = 0) -> bool:
        sql = "SELECT 1 FROM institutes WHERE name = ? AND id != ?"
        return call.store.value(sql, (name, but_id)) is not None


class Effects:
    """The documented side effects; each method returns the columns that change, or whether something happens."""

    # exams

    def deleted_exam(self, exam: Any) -> Changes:
        return {"status": "deleted"}

    def exam_with_new_document(self, exam: Any) -> Changes:
        """Adding the student instructions opens a draft."""
        return {"status": "open"} if exam["status"] == "draft" else {}

    def exam_locks_tool_provider(self, exam: Any) -> bool:
        return bool(exam["status"] == "open")

    # student sessions

    def gets_email(self, session: Any) -> bool:
        return bool(session["status"] != FINISHED)

    def emailed(self, session: Any) -> Changes:
        return {"status": "email_sent", "is_email_sent": 1}

    def ended(self, session: Any, now_ms: int) -> Changes:
        """A second call keeps the first end."""
        end_time = session["end_time"] if session["status"] == FINISHED and session["end_time"] else now_ms
        return {"status": FINISHED, "end_time": end_time, "recording_ended_at": end_time, "in_setup": 0}

    def assigned(self, session: Any, proctor_id: int) -> Changes:
        return {"proctor_id": proctor_id, "pre_assigned_proctor_id": proctor_id}

    def unassigned(self, session: Any) -> Changes:
        return {"proctor_id": None, "pre_assigned_proctor_id": None}

    def without_photo(self, kind: str) -> Changes:
        """*kind*: id_card or face_photo."""
        return {f"{kind}_file_name": None, f"{kind}_content_type": None, f"{kind}_file_size": None}

    # what is made when something is created

    def attachment_placeholder(self, file_name: str, now_ms: int) -> str:
        """The printed number is the time of creation in seconds."""
        return f"{now_ms // 1000}_{file_name}"

    def lti_placeholder(self, resource_id: int) -> str:
        return f"LTI_EXAM_{resource_id}"

    def lti_defaults(self, provider: Any) -> Changes:
        return {"lti_resource_launch_url": provider["tool_url"], "lti_custom_data": provider["lti_custom_data"]}
