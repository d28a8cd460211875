"""
Who may do what: one method per rule, named by the operations table.

Roles: superuser (all institutes), administrator (one institute), teacher (exams created by or co-managed with them),
the others nothing of this API. Source: "Premium - Superuser only" at https://docs.proctorexam.com/v3/apidoc.html and
https://partners.proctorexam.com/what-are-the-roles-and-permissions-available-on-the-platform-2/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contract.mock.call import Call

Scope = tuple[str, list[Any]]

ROLES = (
    "superuser",
    "administrator",
    "teacher",
    "proctor",
    "global_proctor",
    "reviewer",
    "global_reviewer",
    "auditor",
)
_RANKS = {"superuser": 3, "administrator": 2, "teacher": 1}

_OWN_EXAMS = "(exams.user_id = ? OR exams.id IN (SELECT exam_id FROM comanagers WHERE user_id = ?))"


class AccessPolicy:
    """Each ``may_…`` answers whether the caller may; each ``…_scope`` which rows of a list are the caller's."""

    def rank(self, role: str) -> int:
        return _RANKS.get(role, 0)

    def is_superuser(self, call: Call) -> bool:
        return bool(call.user["role"] == "superuser")

    def administers(self, call: Call, institute_id: Any) -> bool:
        """Superusers everywhere, administrators in their institute."""
        if self.is_superuser(call):
            return True
        return bool(call.user["role"] == "administrator" and call.user["institute_id"] == institute_id)

    # rules of operations

    def may_superuser(self, call: Call) -> bool:
        return self.is_superuser(call)

    def may_manager(self, call: Call) -> bool:
        """Lists and creates exams: what is seen is a matter of the scope."""
        return self.rank(call.user["role"]) >= 1

    def may_administrator(self, call: Call) -> bool:
        return self.rank(call.user["role"]) >= 2

    def may_institute_member(self, call: Call) -> bool:
        return self.is_superuser(call) or bool(call.user["institute_id"] == call.found["institute"]["id"])

    def may_institute_administrator(self, call: Call) -> bool:
        return self.administers(call, call.found["institute"]["id"])

    def may_exam(self, call: Call) -> bool:
        """The exam that the request names, or that of its student session."""
        exam, user = call.found["exam"], call.user
        if self.administers(call, exam["institute_id"]):
            return True
        return bool(user["role"] == "teacher" and self.is_own_exam(call, exam))

    def may_tool_provider(self, call: Call) -> bool:
        return self.administers(call, call.found["tool_provider"]["institute_id"])

    def may_lti_resource(self, call: Call) -> bool:
        return self.administers(call, call.found["lti_resource"]["institute_id"])

    # finer rules, asked by handlers

    def is_own_exam(self, call: Call, exam: Any) -> bool:
        if exam["user_id"] == call.user["id"] and exam["institute_id"] == call.user["institute_id"]:
            return True
        sql = "SELECT 1 FROM comanagers WHERE exam_id = ? AND user_id = ?"
        return call.store.value(sql, (exam["id"], call.user["id"])) is not None

    def may_use_institute(self, call: Call, institute_id: int) -> bool:
        """Put an exam or a tool provider into this institute."""
        return self.is_superuser(call) or bool(call.user["institute_id"] == institute_id)

    def may_give_role(self, call: Call, role: str) -> bool:
        return self.rank(role) <= self.rank(call.user["role"])

    def is_session_of(self, session: Any, exam: Any) -> bool:
        """Whether the deprecated operations of *exam* know the session."""
        return bool(session["exam_id"] == exam["id"])

    # rows of lists

    def listed_exams_scope(self, call: Call) -> Scope:
        """The exams of the index: deleted ones only where they are asked for."""
        where, values = self.exams_scope(call)
        if call.params.get("status") == "deleted":
            return where, values
        return f"{where} AND exams.status != 'deleted'", values

    def exams_scope(self, call: Call) -> Scope:
        if self.is_superuser(call):
            return "1", []
        if self.may_administrator(call):
            return "exams.institute_id = ?", [call.user["institute_id"]]
        return _OWN_EXAMS, [call.user["id"], call.user["id"]]

    def sessions_scope(self, call: Call) -> Scope:
        if self.is_superuser(call):
            return "1", []
        if self.may_administrator(call):
            return "student_sessions.institute_id = ?", [call.user["institute_id"]]
        own = f"student_sessions.exam_id IN (SELECT exams.id FROM exams WHERE {_OWN_EXAMS})"
        return own, [call.user["id"], call.user["id"]]

    def exam_sessions_scope(self, call: Call) -> Scope:
        return "student_sessions.exam_id = ?", [call.found["exam"]["id"]]

    def attachments_scope(self, call: Call) -> Scope:
        return "attachments.exam_id = ?", [call.found["exam"]["id"]]

    def users_scope(self, call: Call) -> Scope:
        return "users.institute_id = ?", [call.found["institute"]["id"]]

    def institutes_scope(self, call: Call) -> Scope:
        return "1", []

    def identity_providers_scope(self, call: Call) -> Scope:
        """One list for all institutes."""
        return "1", []

    def tool_providers_scope(self, call: Call) -> Scope:
        return self._institute_scope(call, "tool_providers")

    def lti_resources_scope(self, call: Call) -> Scope:
        return self._institute_scope(call, "lti_resources")

    def _institute_scope(self, call: Call, table: str) -> Scope:
        if self.is_superuser(call):
            return "1", []
        return f"{table}.institute_id = ?", [call.user["institute_id"]]
