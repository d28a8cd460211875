"""Who may do what: the four roles, and the other institute."""

from __future__ import annotations

from typing import Any

import pytest

from contract.tests.mock import data_makers as make
from contract.tests.mock.client import Client, MockProcess, User
from contract.tests.mock.test_every_operation import CASES, World


@pytest.fixture
def outsider(mock: MockProcess) -> Client:
    return mock.client("outsider")


@pytest.fixture
def teacher(mock: MockProcess) -> Client:
    return mock.client("teacher")


# Operations that name nothing of an institute, or that the outsider may do in an institute of their own.
NOT_FOREIGN = {"identity_providers_index", "exams_create", "tool_providers_create"}
OWN_LISTS = {"exams_index", "student_sessions_index_all", "lti_resources_index", "tool_providers_index"}
READS_401 = {"lti_resources_show", "tool_providers_show", "tool_providers_destroy"}
SUPERUSER_ONLY = {"institutes_index", "institutes_create", "institutes_destroy"}


@pytest.mark.parametrize("operation", sorted(set(CASES) - NOT_FOREIGN - OWN_LISTS))
def test_outsider_is_refused_everything_of_another_institute(
    operation: str, mock: MockProcess, outsider: Client
) -> None:
    method, path, prepare, _ = CASES[operation]
    ids, params = prepare(World(mock))
    files = params.pop("files", None)

    answer = outsider.call(method, path, params, ids=ids, files=files)

    assert answer.status == (401 if operation in READS_401 else 403), answer.body
    assert "You are not authorized to access this" in answer.json["errors"]


@pytest.mark.parametrize("operation", sorted(OWN_LISTS))
def test_lists_hold_nothing_of_another_institute(operation: str, mock: MockProcess, outsider: Client) -> None:
    method, path, _, _ = CASES[operation]
    (ours,) = mock.client("administrator").call(method, path).json.values()
    (theirs,) = outsider.call(method, path).json.values()

    assert ours
    assert theirs
    assert not {row["id"] for row in ours} & {row["id"] for row in theirs}


@pytest.mark.parametrize("operation", sorted(SUPERUSER_ONLY))
@pytest.mark.parametrize("user", ["administrator", "teacher"])
def test_institutes_are_for_superusers(operation: str, user: str, mock: MockProcess) -> None:
    method, path, prepare, _ = CASES[operation]
    ids, params = prepare(World(mock))

    assert mock.client(user).call(method, path, params, ids=ids).status == 403
    assert mock.client("superuser").call(method, path, params, ids=ids).status in (200, 201)


def test_superuser_sees_all_institutes(mock: MockProcess, outsider: Client, superuser: Client) -> None:
    foreign = make.exam(outsider)

    assert superuser.call("GET", "/exams/{id}", ids={"id": foreign["id"]}).status == 200
    listed = superuser.call("GET", "/exams", {"filter": f'{{"id":{{"eq":{foreign["id"]}}}}}'}).json["exams"]
    assert [exam["id"] for exam in listed] == [foreign["id"]]


def test_filter_shows_nothing_of_another_institute(admin: Client, outsider: Client) -> None:
    foreign = make.exam(outsider)
    answer = admin.call("GET", "/exams", {"filter": f'{{"id":{{"eq":{foreign["id"]}}}}}'})

    assert answer.json == {"exams": []}
    assert answer.headers["x-pagination-item-count"] == "0"


def test_teacher_has_own_and_comanaged_exams(admin: Client, teacher: Client) -> None:
    own, others, shared = make.exam(teacher), make.exam(admin), make.exam(admin)
    teacher_id = own["user_id"]
    assert admin.call("PUT", "/exams/{id}/add_comanager", {"comanager_id": teacher_id}, ids={"id": shared["id"]})

    listed = {exam["id"] for exam in teacher.call("GET", "/exams").json["exams"]}
    shown = {exam: teacher.call("GET", "/exams/{id}", ids={"id": exam}).status for exam in _ids(own, others, shared)}

    assert listed >= {own["id"], shared["id"]}
    assert others["id"] not in listed
    assert shown == {own["id"]: 200, others["id"]: 403, shared["id"]: 200}

    admin.call("DELETE", "/exams/{id}/remove_comanager", {"comanager_id": teacher_id}, ids={"id": shared["id"]})
    assert teacher.call("GET", "/exams/{id}", ids={"id": shared["id"]}).status == 403


def _ids(*rows: Any) -> list[int]:
    return [row["id"] for row in rows]


def test_teacher_lists_sessions_of_own_exams_only(admin: Client, teacher: Client) -> None:
    mine = make.session(teacher, make.exam(teacher)["id"])
    other = make.session(admin, make.exam(admin)["id"])

    listed = {row["id"] for row in teacher.call("GET", "/student_sessions").json["students"]}

    assert mine["id"] in listed
    assert other["id"] not in listed


def test_teacher_manages_neither_users_nor_lti(teacher: Client) -> None:
    institute = {"institute_id": teacher.user.institute_id}

    assert teacher.call("GET", "/institutes/{institute_id}/users", ids=institute).status == 403
    assert teacher.call("GET", "/tool_providers").status == 401
    assert teacher.call("GET", "/lti_resources").status == 401
    assert teacher.call("GET", "/identity_providers").status == 401
    assert teacher.call("GET", "/institutes/{id}", ids={"id": institute["institute_id"]}).status == 200


def test_proctor_has_no_access(mock: MockProcess) -> None:
    from contract.mock.demo import api_token, secret_key

    proctor = mock.client_of(User(api_token("proctor-1"), secret_key("proctor-1"), 1))

    assert proctor.call("GET", "/exams").status == 403


def test_nobody_gives_a_role_above_their_own(admin: Client, superuser: Client) -> None:
    ids = {"institute_id": admin.user.institute_id}
    values = {"name": "N", "password": make.PASSWORD, "role": "superuser"}
    many = "/institutes/{institute_id}/users"

    assert admin.call("POST", many, {**values, "email": make.email()}, ids=ids).status == 403
    made = superuser.call("POST", many, {**values, "email": make.email()}, ids=ids).json["user"]
    assert made["role"] == "superuser"

    colleague = make.user(admin, admin.user.institute_id)
    raised = admin.call("PATCH", many + "/{id}", {"role": "superuser"}, ids={**ids, "id": colleague["id"]})
    assert raised.status == 403
    shown = admin.call("GET", many + "/{id}", ids={**ids, "id": colleague["id"]}).json["user"]
    assert shown["role"] == "teacher"


def test_nobody_gets_the_credentials_of_someone_above(admin: Client, superuser: Client, teacher: Client) -> None:
    ids = {"institute_id": admin.user.institute_id}
    many = "/institutes/{institute_id}/users"
    users = {user["role"]: user["id"] for user in superuser.call("GET", many, ids=ids).json["users"]}
    exam_id = make.exam(teacher)["id"]

    update = admin.call("PATCH", many + "/{id}", {"receives_reports": 0}, ids={**ids, "id": users["superuser"]})
    adding = teacher.call(
        "PUT", "/exams/{id}/add_comanager", {"comanager_id": users["administrator"]}, ids={"id": exam_id}
    )

    assert update.status == 403
    assert adding.status == 403


def test_exam_cannot_be_put_into_another_institute(admin: Client, outsider: Client, superuser: Client) -> None:
    exam = make.exam(admin)
    foreign = {"institute_id": outsider.user.institute_id}

    assert admin.call("POST", "/exams", {"name": "n", "type": "demo", **foreign}).status == 403
    assert admin.call("PATCH", "/exams/{id}", foreign, ids={"id": exam["id"]}).status == 403
    moved = superuser.call("PATCH", "/exams/{id}", foreign, ids={"id": exam["id"]}).json["exam"]
    assert moved["institute_id"] == outsider.user.institute_id
    assert outsider.call("GET", "/exams/{id}", ids={"id": exam["id"]}).status == 200
