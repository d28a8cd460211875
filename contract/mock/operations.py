"""
The 65 operations as one table: method, path, what the path names, who may, parameters, success, handler.

Source: https://docs.proctorexam.com/v3/apidoc.html (the resource tables of the front page).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from contract.mock import parameter_tables as p
from contract.mock.access import Scope
from contract.mock.call import Call, Reply
from contract.mock.errors import ErrorAnswer
from contract.mock.parameters import Param
from contract.mock.resources import exam_parts, exams, institutes, lti, photos, student_sessions, users, zips

Handler = Callable[[Call], Reply]
Narrow = Callable[[Call, Scope], Scope]
Loads = tuple[tuple[str, str], ...]  # kind of row, name of its id in the path


@dataclass
class Operation:
    """
    One operation.

    Args:
        path: below /api/v3, ids in braces. loads: rows that the path names, in order.
        access: ``AccessPolicy.may_…``, asked before or after the first row is loaded.
        success: ``OpenAnswers.status_…``. not_authorized: the refusal where the caller may not.
        errors: answers that this operation gives otherwise than ``ERRORS`` says.
        rows: which rows of its scope a list holds: all of them.
    """

    id: str
    method: str
    path: str
    resource: str
    loads: Loads
    access: str
    not_authorized: str
    success: str
    params: dict[str, Param]
    handler: Handler
    paths: tuple[str, ...] = ()
    errors: dict[str, ErrorAnswer] = field(default_factory=dict)
    rows: Narrow = field(default=lambda call, scope: scope)


# Access rules that need no row.
BEFORE_LOADING = frozenset({"superuser", "administrator", "manager"})

EXAM: Loads = (("exam", "id"),)
OF_EXAM: Loads = (("exam", "exam_id"),)
SESSION: Loads = (("session", "id"),)
INSTITUTE: Loads = (("institute", "id"),)
OF_INSTITUTE: Loads = (("institute", "institute_id"),)
USER: Loads = (*OF_INSTITUTE, ("user", "id"))
DOCUMENT: Loads = (*OF_EXAM, ("document", "id"))
ATTACHMENT: Loads = (*OF_EXAM, ("attachment", "id"))
PROVIDER: Loads = (("tool_provider", "id"),)
RESOURCE: Loads = (("lti_resource", "id"),)

Row = tuple[str, str, Loads, str, p.Params, Handler]


def _exams() -> Iterable[Row]:
    yield "index", "GET /exams", (), "manager", p.EXAM_INDEX, exams.index
    yield "show", "GET /exams/{id}", EXAM, "exam", (), exams.show
    yield "create", "POST /exams", (), "manager", p.EXAM_CREATE, exams.create
    yield "update", "PATCH /exams/{id}", EXAM, "exam", p.EXAM_UPDATE, exams.update
    yield "update_put", "PUT /exams/{id}", EXAM, "exam", p.EXAM_UPDATE, exams.update
    yield "destroy", "DELETE /exams/{id}", EXAM, "exam", (), exams.destroy
    yield "send_emails", "POST /exams/{id}/send_emails", EXAM, "exam", (), student_sessions.send_emails
    yield "add_comanager", "PUT /exams/{id}/add_comanager", EXAM, "exam", p.COMANAGER, exams.add_comanager
    yield "remove_comanager", "DELETE /exams/{id}/remove_comanager", EXAM, "exam", p.COMANAGER, exams.remove_comanager
    yield "generate_exam_documents_zip", "PUT /exams/{id}/generate_exam_documents_zip", EXAM, "exam", (), zips.generate
    yield "status_exam_documents_zip", "GET /exams/{id}/status_exam_documents_zip", EXAM, "exam", (), zips.status
    yield "download_exam_documents_zip", "GET /exams/{id}/download_exam_documents_zip", EXAM, "exam", (), zips.download


def _students_of_exams() -> Iterable[Row]:
    """The deprecated operations and the LTI look-up: paths of exams, objects of student sessions."""
    s = student_sessions
    yield "index_students", "GET /exams/{id}/index_students", EXAM, "exam", p.SESSION_INDEX, s.index_of_exam
    yield "show_student", "GET /exams/{id}/show_student", EXAM, "exam", p.SESSION_OF_EXAM, s.show_of_exam
    yield "show_lti_student", "GET /exams/{id}/show_lti_student", EXAM, "exam", p.LTI_STUDENT, s.show_lti
    yield "add_student", "POST /exams/{id}/add_student", EXAM, "exam", p.SESSION_CREATE, s.create
    yield "delete_student", "DELETE /exams/{id}/delete_student", EXAM, "exam", p.SESSION_OF_EXAM, s.destroy_of_exam


def _student_sessions() -> Iterable[Row]:
    s, one = student_sessions, "/student_sessions/{id}"
    nested = "/exams/{exam_id}/student_sessions"
    yield "index", f"GET {nested}", OF_EXAM, "exam", p.SESSION_INDEX, s.index_of_exam
    yield "index_all", "GET /student_sessions", (), "manager", p.SESSION_INDEX, s.index_all
    yield "show", f"GET {one}", SESSION, "exam", (), s.show
    yield "create", f"POST {nested}", OF_EXAM, "exam", p.SESSION_CREATE, s.create
    yield "update", f"PATCH {one}", SESSION, "exam", p.SESSION_UPDATE, s.update
    yield "update_put", f"PUT {one}", SESSION, "exam", p.SESSION_UPDATE, s.update
    yield "destroy", f"DELETE {one}", SESSION, "exam", (), s.destroy
    yield "end_exam", f"POST {one}/end_exam", SESSION, "exam", p.END_EXAM, s.end_exam
    yield "destroy_id_card", f"DELETE {one}/id_card", SESSION, "exam", (), photos.destroy_id_card
    yield "destroy_face_photo", f"DELETE {one}/face_photo", SESSION, "exam", (), photos.destroy_face_photo
    yield "show_face_photo", f"GET {one}/face_photo", SESSION, "exam", (), photos.show_face_photo
    yield "assign_proctor", f"POST {one}/assign_proctor", SESSION, "exam", p.PROCTOR, s.assign_proctor
    yield "unassign_proctor", f"DELETE {one}/assigned_proctor", SESSION, "exam", (), s.unassign_proctor


def _attachments() -> Iterable[Row]:
    parts, many = exam_parts, "/exams/{exam_id}/attachments"
    yield "index", f"GET {many}", OF_EXAM, "exam", p.INDEX, parts.index_attachments
    yield "show", f"GET {many}/{{id}}", ATTACHMENT, "exam", (), parts.show_attachment
    yield "create", f"POST {many}", OF_EXAM, "exam", p.ATTACHMENT_CREATE, parts.create_attachment
    yield "destroy", f"DELETE {many}/{{id}}", ATTACHMENT, "exam", (), parts.destroy_attachment


def _documents() -> Iterable[Row]:
    parts, many = exam_parts, "/exams/{exam_id}/documents"
    yield "index", f"GET {many}", OF_EXAM, "exam", (), parts.index_documents
    yield "show", f"GET {many}/{{id}}", DOCUMENT, "exam", (), parts.show_document
    yield "create", f"POST {many}", OF_EXAM, "exam", p.DOCUMENT_CREATE, parts.create_document
    yield "update", f"PATCH {many}/{{id}}", DOCUMENT, "exam", p.DOCUMENT_UPDATE, parts.update_document
    yield "update_put", f"PUT {many}/{{id}}", DOCUMENT, "exam", p.DOCUMENT_UPDATE, parts.update_document
    yield "destroy", f"DELETE {many}/{{id}}", DOCUMENT, "exam", (), parts.destroy_document


def _institutes() -> Iterable[Row]:
    i, admin = institutes, "institute_administrator"
    yield "index", "GET /institutes", (), "superuser", p.INDEX, i.index
    yield "show", "GET /institutes/{id}", INSTITUTE, "institute_member", (), i.show
    yield "create", "POST /institutes", (), "superuser", p.INSTITUTE_CREATE, i.create
    yield "update", "PATCH /institutes/{id}", INSTITUTE, admin, p.INSTITUTE_UPDATE, i.update
    yield "update_put", "PUT /institutes/{id}", INSTITUTE, admin, p.INSTITUTE_UPDATE, i.update
    yield "destroy", "DELETE /institutes/{id}", INSTITUTE, "superuser", (), i.destroy


def _users() -> Iterable[Row]:
    admin, many = "institute_administrator", "/institutes/{institute_id}/users"
    yield "index", f"GET {many}", OF_INSTITUTE, admin, p.INDEX, users.index
    yield "show", f"GET {many}/{{id}}", USER, admin, (), users.show
    yield "create", f"POST {many}", OF_INSTITUTE, admin, p.USER_CREATE, users.create
    yield "update", f"PATCH {many}/{{id}}", USER, admin, p.USER_UPDATE, users.update
    yield "update_put", f"PUT {many}/{{id}}", USER, admin, p.USER_UPDATE, users.update
    yield "destroy", f"DELETE {many}/{{id}}", USER, admin, (), users.destroy


def _tool_providers() -> Iterable[Row]:
    one = "/tool_providers/{id}"
    yield "index", "GET /tool_providers", (), "administrator", (), lti.index_tool_providers
    yield "show", f"GET {one}", PROVIDER, "tool_provider", (), lti.show_tool_provider
    yield "create", "POST /tool_providers", (), "administrator", p.TOOL_PROVIDER_CREATE, lti.create_tool_provider
    yield "update", f"PATCH {one}", PROVIDER, "tool_provider", p.TOOL_PROVIDER_UPDATE, lti.update_tool_provider
    yield "update_put", f"PUT {one}", PROVIDER, "tool_provider", p.TOOL_PROVIDER_UPDATE, lti.update_tool_provider
    yield "destroy", f"DELETE {one}", PROVIDER, "tool_provider", (), lti.destroy_tool_provider


def _lti_resources() -> Iterable[Row]:
    one = "/lti_resources/{id}"
    yield "index", "GET /lti_resources", (), "administrator", p.INDEX, lti.index_lti_resources
    yield "show", f"GET {one}", RESOURCE, "lti_resource", (), lti.show_lti_resource
    yield "create", "POST /lti_resources", (), "administrator", p.LTI_RESOURCE_CREATE, lti.create_lti_resource
    yield "update", f"PATCH {one}", RESOURCE, "lti_resource", p.LTI_RESOURCE_UPDATE, lti.update_lti_resource
    yield "update_put", f"PUT {one}", RESOURCE, "lti_resource", p.LTI_RESOURCE_UPDATE, lti.update_lti_resource
    yield "destroy", f"DELETE {one}", RESOURCE, "lti_resource", (), lti.destroy_lti_resource


def _identity_providers() -> Iterable[Row]:
    yield "index", "GET /identity_providers", (), "administrator", (), institutes.index_identity_providers


# prefix of the operation ids, table that the parameters go to, rows
_GROUPS: tuple[tuple[str, str, Callable[[], Iterable[Row]]], ...] = (
    ("attachments", "attachments", _attachments),
    ("documents", "documents", _documents),
    ("exams", "exams", _exams),
    ("exams", "student_sessions", _students_of_exams),
    ("identity_providers", "identity_providers", _identity_providers),
    ("institutes", "institutes", _institutes),
    ("lti_resources", "lti_resources", _lti_resources),
    ("student_sessions", "student_sessions", _student_sessions),
    ("tool_providers", "tool_providers", _tool_providers),
    ("users", "users", _users),
)

# The pages that document 401 where the others document 403.
_NOT_AUTHORIZED = {
    "identity_providers_index": "not_authorized_read",
    "lti_resources_index": "not_authorized_read",
    "lti_resources_show": "not_authorized_read",
    "tool_providers_index": "not_authorized_read",
    "tool_providers_show": "not_authorized_read",
    "tool_providers_destroy": "not_authorized_endpoint",
}
_CREATES = ("_create", "_add_student")
# The front page prints the singular; either is served.
_OTHER_PATHS = {"tool_providers_show": ("/tool_provider/{id}",)}


def new_operations() -> dict[str, Operation]:
    """The table by operation id; a fresh copy, so that a fault can change one entry."""
    return {
        operation.id: operation
        for prefix, resource, rows in _GROUPS
        for operation in (_operation(f"{prefix}_{row[0]}", resource, row) for row in rows())
    }


def _operation(operation_id: str, resource: str, row: Row) -> Operation:
    _, route, loads, access, params, handler = row
    method, path = route.split()
    return Operation(
        id=operation_id,
        method=method,
        path=path,
        resource=resource,
        loads=loads,
        access=access,
        not_authorized=_NOT_AUTHORIZED.get(operation_id, "not_authorized"),
        success=_success(operation_id, method),
        params={param.name: param for param in params},
        handler=handler,
        paths=(path, *_OTHER_PATHS.get(operation_id, ())),
    )


def _success(operation_id: str, method: str) -> str:
    if operation_id == "exams_generate_exam_documents_zip":
        return "accepted_without_body"
    if operation_id.endswith(_CREATES):
        return "created"
    return "destroyed" if method == "DELETE" else "ok"
