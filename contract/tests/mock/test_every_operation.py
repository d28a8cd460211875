"""Each of the 65 operations answers once as its page says: 2xx, the envelope, the object."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from contract.tests.mock import data_makers as make
from contract.tests.mock.client import Answer, Client, MockProcess, Part

EXPECTED_OPERATIONS = 65
Check = Callable[[Answer], bool]


class World:
    """What an operation can be tried on: rows made afresh for each case."""

    def __init__(self, mock: MockProcess) -> None:
        self.mock = mock
        self.admin = mock.client("administrator")
        self.superuser = mock.client("superuser")
        self.institute = self.admin.user.institute_id

    def exam(self) -> int:
        return int(make.exam(self.admin)["id"])

    def session(self, exam_id: int | None = None) -> int:
        return int(make.session(self.admin, exam_id or self.exam())["id"])

    def user(self) -> int:
        return int(make.user(self.admin, self.institute)["id"])

    def zipped(self) -> int:
        exam_id = int(self.mock.fixtures["upload_exam"])
        self.admin.call("PUT", "/exams/{id}/generate_exam_documents_zip", ids={"id": exam_id})
        for _ in range(100):
            answer = self.admin.call("GET", "/exams/{id}/status_exam_documents_zip", ids={"id": exam_id})
            if answer.json["zip_job_status"] == "success":
                break
            time.sleep(0.02)
        return exam_id


def one(key: str, **fields: Any) -> Check:
    """The answer is ``{key: {…}}`` with these fields."""

    def check(answer: Answer) -> bool:
        found = answer.json[key]
        return isinstance(found["id"], int) and all(found[name] == value for name, value in fields.items())

    return check


def many(key: str, *, paged: bool = True) -> Check:
    """The answer is ``{key: [{…}]}`` with something in it; paged ones count it in the headers."""

    def check(answer: Answer) -> bool:
        found = answer.json[key]
        counted = int(answer.headers.get("x-pagination-item-count", -1)) >= len(found)
        return len(found) > 0 and isinstance(found[0]["id"], int) and counted == paged

    return check


def empty(answer: Answer) -> bool:
    return bool(answer.json == {})


def holds(**fields: Any) -> Check:
    return lambda answer: all(answer.json[name] == value for name, value in fields.items())


Case = tuple[str, str, Callable[[World], tuple[dict[str, Any], dict[str, Any]]], Check]

NEW = {"name": "New name"}
STUDENT = {"name": "S"}
ENDED = {"notification_title": "Exam ended", "notification_text": "By api", "notification_type": "warning"}


def ids(**values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return values, {}


def exam_and_session(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    exam_id = world.exam()
    return {"id": exam_id}, {"student_session_id": world.session(exam_id)}


def document_ids(world: World) -> dict[str, Any]:
    exam_id = world.exam()
    return {"exam_id": exam_id, "id": make.document(world.admin, exam_id)["id"]}


def attachment_ids(world: World) -> dict[str, Any]:
    exam_id = world.exam()
    return {"exam_id": exam_id, "id": make.attachment(world.admin, exam_id)["id"]}


def lti_ids(world: World) -> dict[str, Any]:
    return {"id": make.lti_resource(world.admin, world.exam(), make.tool_provider(world.admin)["id"])["id"]}


def lti_student(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    known = dict(world.mock.fixtures["lti_student"])
    return {"id": known.pop("exam_id")}, known


def user_ids(world: World) -> dict[str, Any]:
    return {"institute_id": world.institute, "id": world.user()}


def photo(world: World, at: int) -> int:
    return int(world.mock.fixtures["photo_sessions"][at])


def lti_params(world: World) -> dict[str, Any]:
    provider_id = make.tool_provider(world.admin)["id"]
    return {"lti_resource_link_name": "some name", "exam_id": str(world.exam()), "tool_provider_id": str(provider_id)}


_A, _D, _E = "/exams/{exam_id}/attachments", "/exams/{exam_id}/documents", "/exams/{id}"
_S, _I, _U = "/student_sessions/{id}", "/institutes/{id}", "/institutes/{institute_id}/users"
_T, _L = "/tool_providers/{id}", "/lti_resources/{id}"


def with_one(maker: Callable[[World], dict[str, Any]]) -> Callable[[World], tuple[dict[str, Any], dict[str, Any]]]:
    return lambda world: ({"exam_id": maker(world)["exam_id"]}, {})


CASES: dict[str, Case] = {
    "attachments_index": ("GET", _A, with_one(attachment_ids), many("attachments")),
    "attachments_show": ("GET", _A + "/{id}", lambda w: (attachment_ids(w), {}), one("attachment")),
    "attachments_create": (
        "POST",
        _A,
        lambda w: ({"exam_id": w.exam()}, {"files": {"document": Part("a.txt", b"abc")}}),
        one("attachment", document_file_name="a.txt", document_file_size=3),
    ),
    "attachments_destroy": ("DELETE", _A + "/{id}", lambda w: (attachment_ids(w), {}), empty),
    "documents_index": ("GET", _D, with_one(document_ids), one("document")),
    "documents_show": ("GET", _D + "/{id}", lambda w: (document_ids(w), {}), one("document")),
    "documents_create": (
        "POST",
        _D,
        lambda w: ({"exam_id": w.exam()}, {"exam_content": "x"}),
        one("document", exam_content="x"),
    ),
    "documents_update": (
        "PATCH",
        _D + "/{id}",
        lambda w: (document_ids(w), {"exam_content": "y"}),
        one("document", exam_content="y"),
    ),
    "documents_update_put": (
        "PUT",
        _D + "/{id}",
        lambda w: (document_ids(w), {"exam_content": "z"}),
        one("document", exam_content="z"),
    ),
    "documents_destroy": ("DELETE", _D + "/{id}", lambda w: (document_ids(w), {}), empty),
    "exams_index": ("GET", "/exams", lambda w: ids(), many("exams")),
    "exams_show": ("GET", _E, lambda w: ids(id=w.exam()), one("exam", status="draft")),
    "exams_create": ("POST", "/exams", lambda w: ({}, {"name": "P", "type": "record_review"}), one("exam", name="P")),
    "exams_update": ("PATCH", _E, lambda w: ({"id": w.exam()}, NEW), one("exam", **NEW)),
    "exams_update_put": ("PUT", _E, lambda w: ({"id": w.exam()}, NEW), one("exam", **NEW)),
    "exams_destroy": ("DELETE", _E, lambda w: ids(id=w.exam()), empty),
    "exams_index_students": (
        "GET",
        _E + "/index_students",
        lambda w: ids(id=w.mock.fixtures["upload_exam"]),
        many("students"),
    ),
    "exams_show_student": ("GET", _E + "/show_student", exam_and_session, one("student")),
    "exams_show_lti_student": ("GET", _E + "/show_lti_student", lti_student, one("student", name="Demo LTI student")),
    "exams_add_student": (
        "POST",
        _E + "/add_student",
        lambda w: ({"id": w.exam()}, {**STUDENT, "email": make.email()}),
        one("student", name="S"),
    ),
    "exams_delete_student": ("DELETE", _E + "/delete_student", exam_and_session, empty),
    "exams_send_emails": (
        "POST",
        _E + "/send_emails",
        lambda w: ({"id": w.mock.fixtures["empty_exam"]}, {}),
        holds(students=[]),
    ),
    "exams_add_comanager": (
        "PUT",
        _E + "/add_comanager",
        lambda w: ({"id": w.exam()}, {"comanager_id": str(w.user())}),
        one("comanager", role="teacher"),
    ),
    "exams_remove_comanager": (
        "DELETE",
        _E + "/remove_comanager",
        lambda w: ({"id": w.exam()}, {"comanager_id": w.user()}),
        one("comanager"),
    ),
    "exams_generate_exam_documents_zip": (
        "PUT",
        _E + "/generate_exam_documents_zip",
        lambda w: ids(id=w.exam()),
        lambda answer: answer.body == b"",
    ),
    "exams_status_exam_documents_zip": (
        "GET",
        _E + "/status_exam_documents_zip",
        lambda w: ids(id=w.exam()),
        holds(zip_job_status="never_run"),
    ),
    "exams_download_exam_documents_zip": (
        "GET",
        _E + "/download_exam_documents_zip",
        lambda w: ids(id=w.zipped()),
        lambda answer: sorted(zipfile.ZipFile(io.BytesIO(answer.body)).namelist()) == ["answer.pdf", "notes.txt"],
    ),
    "identity_providers_index": (
        "GET",
        "/identity_providers",
        lambda w: ids(),
        many("identity_providers", paged=False),
    ),
    "institutes_index": ("GET", "/institutes", lambda w: ids(), many("institutes")),
    "institutes_show": ("GET", _I, lambda w: ids(id=w.institute), one("institute", name="Demo Institute")),
    "institutes_create": (
        "POST",
        "/institutes",
        lambda w: ({}, {"name": make.unique("I"), "short_name": "pe", "global_proctor": True}),
        one("institute", short_name="pe", global_proctor=True, session_retention_period="6"),
    ),
    "institutes_update": (
        "PATCH",
        _I,
        lambda w: ({"id": make.institute(w.superuser)["id"]}, {"short_name": "q"}),
        one("institute", short_name="q"),
    ),
    "institutes_update_put": (
        "PUT",
        _I,
        lambda w: ({"id": make.institute(w.superuser)["id"]}, {"short_name": "r"}),
        one("institute", short_name="r"),
    ),
    "institutes_destroy": ("DELETE", _I, lambda w: ids(id=make.institute(w.superuser)["id"]), empty),
    "lti_resources_index": ("GET", "/lti_resources", lambda w: ids(), many("lti_resources")),
    "lti_resources_show": ("GET", _L, lambda w: (lti_ids(w), {}), one("lti_resource")),
    "lti_resources_create": (
        "POST",
        "/lti_resources",
        lambda w: ({}, lti_params(w)),
        lambda answer: answer.json["lti_resource"]["placeholder"] == f"LTI_EXAM_{answer.json['lti_resource']['id']}",
    ),
    "lti_resources_update": (
        "PATCH",
        _L,
        lambda w: (lti_ids(w), {"open_in_new_tab": 1}),
        one("lti_resource", open_in_new_tab=True),
    ),
    "lti_resources_update_put": (
        "PUT",
        _L,
        lambda w: (lti_ids(w), {"lti_resource_link_name": "new"}),
        one("lti_resource", lti_resource_link_name="new"),
    ),
    "lti_resources_destroy": ("DELETE", _L, lambda w: (lti_ids(w), {}), empty),
    "student_sessions_index": (
        "GET",
        "/exams/{exam_id}/student_sessions",
        lambda w: ids(exam_id=w.mock.fixtures["upload_exam"]),
        many("students"),
    ),
    "student_sessions_index_all": ("GET", "/student_sessions", lambda w: ids(), many("students")),
    "student_sessions_show": ("GET", _S, lambda w: ids(id=w.session()), one("student", status="registered")),
    "student_sessions_create": (
        "POST",
        "/exams/{exam_id}/student_sessions",
        lambda w: ({"exam_id": w.exam()}, {**STUDENT, "email": make.email()}),
        one("student", status="registered"),
    ),
    "student_sessions_update": ("PATCH", _S, lambda w: ({"id": w.session()}, NEW), one("student", **NEW)),
    "student_sessions_update_put": ("PUT", _S, lambda w: ({"id": w.session()}, NEW), one("student", **NEW)),
    "student_sessions_destroy": ("DELETE", _S, lambda w: ids(id=w.session()), empty),
    "student_sessions_end_exam": (
        "POST",
        _S + "/end_exam",
        lambda w: ({"id": w.session()}, ENDED),
        holds(message="end_exam_time_success", recording_response=True),
    ),
    "student_sessions_destroy_id_card": ("DELETE", _S + "/id_card", lambda w: ids(id=photo(w, 0)), empty),
    "student_sessions_destroy_face_photo": ("DELETE", _S + "/face_photo", lambda w: ids(id=photo(w, 0)), empty),
    "student_sessions_show_face_photo": (
        "GET",
        _S + "/face_photo",
        lambda w: ids(id=photo(w, 1)),
        lambda answer: "/face_photos/" in answer.json["url"],
    ),
    "student_sessions_assign_proctor": (
        "POST",
        _S + "/assign_proctor",
        lambda w: ({"id": w.session()}, {"proctor_id": str(w.mock.fixtures["proctors"][0])}),
        lambda answer: answer.json["active_proctoring_sessions"] >= 1,
    ),
    "student_sessions_unassign_proctor": ("DELETE", _S + "/assigned_proctor", lambda w: ids(id=w.session()), empty),
    "tool_providers_index": ("GET", "/tool_providers", lambda w: ids(), many("tool_providers", paged=False)),
    "tool_providers_show": (
        "GET",
        _T,
        lambda w: ids(id=make.tool_provider(w.admin)["id"]),
        one("tool_provider", use_as_basic_link=True, lti_custom_data="{}"),
    ),
    "tool_providers_create": (
        "POST",
        "/tool_providers",
        lambda w: ({}, {"tool_name": "t", "oauth_consumer_key": "k", "oauth_consumer_secret": "s"}),
        one("tool_provider", tool_name="t"),
    ),
    "tool_providers_update": (
        "PATCH",
        _T,
        lambda w: ({"id": make.tool_provider(w.admin)["id"]}, {"tool_name": "u"}),
        one("tool_provider", tool_name="u"),
    ),
    "tool_providers_update_put": (
        "PUT",
        _T,
        lambda w: ({"id": make.tool_provider(w.admin)["id"]}, {"tool_name": "v"}),
        one("tool_provider", tool_name="v"),
    ),
    "tool_providers_destroy": ("DELETE", _T, lambda w: ids(id=make.tool_provider(w.admin)["id"]), empty),
    "users_index": ("GET", _U, lambda w: ids(institute_id=w.institute), many("users")),
    "users_show": ("GET", _U + "/{id}", lambda w: (user_ids(w), {}), one("user", institute_name="Demo Institute")),
    "users_create": (
        "POST",
        _U,
        lambda w: (
            {"institute_id": w.institute},
            {"name": "N", "email": make.email(), "password": make.PASSWORD, "role": "administrator"},
        ),
        one("user", role="administrator"),
    ),
    "users_update": (
        "PATCH",
        _U + "/{id}",
        lambda w: (user_ids(w), {"receives_reports": True, "report_frequency": "day"}),
        one("user", receives_reports=True, report_frequency="day"),
    ),
    "users_update_put": (
        "PUT",
        _U + "/{id}",
        lambda w: (user_ids(w), {"report_frequency": "month"}),
        one("user", report_frequency="month"),
    ),
    "users_destroy": ("DELETE", _U + "/{id}", lambda w: (user_ids(w), {}), empty),
}
BY_SUPERUSER = ("institutes_index", "institutes_create", "institutes_update", "institutes_update_put")


def send(world: World, operation: str) -> Answer:
    method, path, prepare, _ = CASES[operation]
    path_ids, params = prepare(world)
    files = params.pop("files", None) if "files" in params else None
    as_superuser = operation in BY_SUPERUSER or operation == "institutes_destroy"
    client: Client = world.superuser if as_superuser else world.admin
    return client.call(method, path, params, ids=path_ids, files=files)


@pytest.mark.parametrize("operation", CASES)
def test_operation_answers_as_documented(operation: str, mock: MockProcess) -> None:
    answer = send(World(mock), operation)

    assert 200 <= answer.status < 300, answer.body
    assert CASES[operation][3](answer), answer.body


def test_no_operation_is_left_out() -> None:
    from contract.mock.operations import new_operations

    operations = new_operations()

    assert set(CASES) == set(operations)
    assert len(operations) == EXPECTED_OPERATIONS
    for operation, (method, path, _, _) in CASES.items():
        assert (operations[operation].method, operations[operation].path) == (method, path)


def test_tool_provider_answers_under_the_singular_too(mock: MockProcess) -> None:
    admin = mock.client()
    provider_id = make.tool_provider(admin)["id"]

    answer = admin.call("GET", "/tool_provider/{id}", ids={"id": provider_id})

    assert answer.json["tool_provider"]["id"] == provider_id
