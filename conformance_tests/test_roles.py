"""Roles inside one institute: what a teacher may, what nobody may, and what stays secret (see test_signing.py, too)."""

import pytest

from contract.checks.acceptance import answered
from contract.checks.lists import column
from contract.judgement import control, deciding, expect, observe
from contract.world import PASSWORD

ABOVE_A_TEACHER = ("administrator", "superuser")


@pytest.mark.requirement("ISO-040")
def test_exam_of_somebody_else_shown_to_a_teacher(teacher, world):
    observe(teacher("exams_show", id=world.exam()["id"]))


@pytest.mark.requirement("ISO-041")
def test_exams_of_others_in_the_list_of_a_teacher(teacher, world):
    name = str(world.exam()["name"])

    listed = teacher("exams_index")

    observe(listed, status=listed.status, holds_exams_of_others=name in listed.text)


@pytest.mark.requirement("ISO-065", "ISO-067")
def test_rows_of_others_in_the_list_of_a_teacher(operation_id, teacher, shared):
    key, id = {
        "student_sessions_index_all": ("students", shared.student_session_id),
        "lti_resources_index": ("lti_resources", shared.lti_resource_id),
    }[operation_id]

    listed = teacher(operation_id)

    found = listed.accepted and id in column(teacher, operation_id, key)
    observe(listed, status=listed.status, holds_those_of_others=found)


@pytest.mark.requirement("ISO-042")
def test_exam_of_somebody_else_changed_by_a_teacher(operation_id, teacher, world):
    params = {"name": world.name("exam")} if operation_id == "exams_update" else {}

    observe(teacher(operation_id, id=world.exam()["id"], **params))


@pytest.mark.requirement("ISO-043", "ISO-044", "ISO-045", "ISO-046", "ISO-047", "ISO-048")
def test_what_a_teacher_may(operation_id, teacher, world):
    params = {
        "users_index": {"institute_id": world.institute_id},
        "institutes_show": {"id": world.institute_id},
        "exams_create": world.exam_params(),
        "users_create": world.user_params(),
    }

    observe(teacher(operation_id, **params.get(operation_id, {})))


@pytest.mark.requirement("ISO-050", "ISO-049")
def test_comanager_shares_the_exam(administrator, world):
    exam, user = world.exam(), world.user(role="teacher")
    added = administrator("exams_add_comanager", purpose="control", id=exam["id"], comanager_id=user["id"])
    comanager = world.client_of(user)

    with deciding("ISO-050"):
        control(added).accepted()
        control(administrator("exams_show", id=exam["id"])).accepted()
        expect(comanager("exams_show", id=exam["id"])).accepted()
    with deciding("ISO-049"):
        observe(comanager("exams_update", id=exam["id"], name=world.name("exam")))


def created_as(client, world, role):
    """Ask for a user with *role*; the answer must not give it."""
    asked = client("users_create", **world.user_params(role=role))
    if asked.accepted:
        given = world.taken(asked).get("role")
        expect(asked).holds(given != role, f"no {role}", f"a user with the role {given}")
    else:
        expect(asked).refused()


@pytest.mark.requirement("ISO-051")
def test_administrator_creates_no_superuser(administrator, world):
    created_as(administrator, world, "superuser")

    control(administrator("users_create", purpose="control", **world.user_params())).accepted()


@pytest.mark.requirement("ISO-052")
@pytest.mark.parametrize("role", ABOVE_A_TEACHER)
def test_teacher_creates_nobody_above_a_teacher(administrator, world, role):
    created_as(world.client_of(world.user(role="teacher")), world, role)

    control(administrator("users_create", purpose="control", **world.user_params())).accepted()


def role_of(administrator, user):
    """The user as shown to the administrator: an exchange that must be accepted, and the role in it."""
    shown = expect(administrator("users_show", institute_id=user["institute_id"], id=user["id"])).accepted()
    return shown, (shown.json.get("user") or {}).get("role")


def harmless(administrator, operation, user):
    """Return what updates a user harmlessly, and demands that it works: where no update does, none raises a role."""
    params = {"institute_id": user["institute_id"], "id": user["id"], "receives_reports": 1}
    return lambda: control(administrator(operation, purpose="control", **params)).accepted()


@pytest.mark.requirement("ISO-053")
@pytest.mark.parametrize("operation", ["users_update", "users_update_put"])
def test_teacher_does_not_raise_its_own_role(administrator, world, operation):
    user = world.user(role="teacher")
    teacher, update = world.client_of(user), harmless(administrator, operation, user)
    update()

    place = {"institute_id": user["institute_id"], "id": user["id"]}
    raised = [teacher(operation, **place, role=role) for role in ABOVE_A_TEACHER]

    shown, role = role_of(administrator, user)
    expect(shown).equals(role, "teacher", "the role")
    for each in raised:
        answered(each, update)


@pytest.mark.requirement("ISO-054")
@pytest.mark.parametrize("operation", ["users_update", "users_update_put"])
def test_administrator_makes_no_superuser_of_a_user(administrator, world, operation):
    user = world.user(role="teacher")
    update = harmless(administrator, operation, user)
    update()

    raised = administrator(operation, institute_id=user["institute_id"], id=user["id"], role="superuser")

    shown, role = role_of(administrator, user)
    expect(shown).holds(role != "superuser", "no superuser", f"the role {role}")
    answered(raised, update)


@pytest.mark.requirement("ISO-063")
def test_password_is_never_answered(operation_id, administrator, world):
    created = administrator("users_create", **world.user_params())
    user = world.taken(created)
    answer = {
        "users_create": lambda: created,
        "users_show": lambda: administrator("users_show", institute_id=world.institute_id, id=user["id"]),
        "users_index": lambda: administrator("users_index", institute_id=world.institute_id),
    }[operation_id]()

    expect(answer).accepted()
    expect(answer).holds(PASSWORD not in answer.text, "no password in the answer", "the password")
