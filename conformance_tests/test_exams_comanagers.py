"""Exams: add and remove comanagers."""

import pytest

from contract.checks.shape import has_resource, has_shape, resource
from contract.checks.texts import has_text
from contract.checks.values import agrees
from contract.client import Client
from contract.judgement import control, expect, observe, require
from contract.marks import per_operation
from contract.target import User

ADD, REMOVE = "exams_add_comanager", "exams_remove_comanager"


@pytest.fixture
def exam_id(world):
    """Return an exam that nobody co-manages."""
    return world.exam()["id"]


@pytest.fixture
def user_id(world):
    """Return a teacher who manages nothing."""
    return world.user()["id"]


@pytest.fixture
def ready(administrator, exam_id, user_id):
    """Return a function that makes the user a comanager where an operation is to take that away."""

    def prepare(operation_id):
        if operation_id == REMOVE:
            administrator(ADD, purpose="set-up", id=exam_id, comanager_id=user_id)
        return {"id": exam_id, "comanager_id": user_id}

    return prepare


def client_of(client, user):
    """Return a client that signs as a user whom the run has created."""
    require(user.get("api_token") and user.get("secret_key"), "the new user has no credentials in the answer")
    return Client(client.sender, User("comanager", user["institute_id"], user["api_token"], user["secret_key"]))


@pytest.mark.smoke
@per_operation(exams_add_comanager="EXAM-320", exams_remove_comanager="EXAM-340")
def test_comanager_is_added_and_removed(operation_id, administrator, ready):
    expect(administrator(operation_id, **ready(operation_id))).accepted()


@per_operation(exams_add_comanager="EXAM-321", exams_remove_comanager="EXAM-341")
def test_answer_is_the_comanager_under_its_key(operation_id, administrator, ready):
    answered = control(administrator(operation_id, **ready(operation_id))).accepted()

    has_resource(answered, "comanager")
    has_shape(answered, "envelope")


@per_operation(exams_add_comanager="EXAM-322", exams_remove_comanager="EXAM-342")
def test_comanager_in_the_answer_is_the_one_named(operation_id, administrator, world, exam_id):
    users = [world.user(), world.user()]
    if operation_id == REMOVE:
        for user in users:
            administrator(ADD, purpose="set-up", id=exam_id, comanager_id=user["id"])

    for user in users:
        answered = control(administrator(operation_id, id=exam_id, comanager_id=user["id"])).accepted()

        expect(answered).equals(resource(answered, "comanager").get("id"), user["id"], "comanager.id")


@per_operation(exams_add_comanager="EXAM-323", exams_remove_comanager="EXAM-343")
@pytest.mark.parametrize("spoiled", [{}, {"comanager_id": ""}], ids=["absent", "empty"])
def test_request_without_a_comanager_is_refused(operation_id, administrator, ready, exam_id, spoiled):
    request = ready(operation_id)

    without = administrator(operation_id, id=exam_id, **spoiled)
    right = administrator(operation_id, **request)

    expect(without).refused(422)
    control(right).accepted()


@per_operation(exams_add_comanager="EXAM-324", exams_remove_comanager="EXAM-344")
def test_missing_comanager_is_named(operation_id, administrator, ready, exam_id):
    request = ready(operation_id)

    without = administrator(operation_id, id=exam_id)
    right = administrator(operation_id, **request)

    expect(without).refused()
    control(right).accepted()
    has_text(without, "Param is missing or the value is empty: comanager_id")


@per_operation(exams_add_comanager="EXAM-325", exams_remove_comanager="EXAM-345")
def test_comanager_id_that_is_a_word_is_refused(operation_id, administrator, ready, exam_id):
    request = ready(operation_id)

    word = administrator(operation_id, id=exam_id, comanager_id="word")
    right = administrator(operation_id, **request)

    expect(word).refused()
    control(right).accepted()


@per_operation(exams_add_comanager="EXAM-327", exams_remove_comanager="EXAM-347")
def test_absent_exam_is_refused(operation_id, administrator, ready, world):
    request = ready(operation_id)

    absent = administrator(operation_id, **{**request, "id": world.absent_id("exam")})
    right = administrator(operation_id, **request)

    expect(absent).refused()
    control(right).accepted()


@per_operation(exams_add_comanager="EXAM-328", exams_remove_comanager="EXAM-348")
def test_absent_user_is_refused(operation_id, administrator, ready, world):
    request = ready(operation_id)

    absent = administrator(operation_id, **{**request, "comanager_id": world.absent_id("user")})
    right = administrator(operation_id, **request)

    expect(absent).refused()
    control(right).accepted()


@pytest.mark.requirement("EXAM-329")
def test_comanager_added_twice(administrator, exam_id, user_id):
    control(administrator(ADD, id=exam_id, comanager_id=user_id)).accepted()

    observe(administrator(ADD, id=exam_id, comanager_id=user_id))


@pytest.mark.requirement("EXAM-330")
def test_comanager_sees_the_exam(administrator, world, exam_id):
    users = world.user(), world.user()

    for user in users:
        control(administrator(ADD, id=exam_id, comanager_id=user["id"])).accepted()

    control(administrator("exams_show", id=exam_id)).accepted()
    for user in users:
        expect(client_of(administrator, user)("exams_show", id=exam_id)).accepted()


@pytest.mark.requirement("EXAM-331")
def test_comanager_id_may_be_a_text(administrator, exam_id, user_id):
    added = expect(administrator(ADD, id=exam_id, comanager_id=str(user_id))).accepted()

    expect(added).equals(resource(added, "comanager").get("id"), user_id, "comanager.id")


@pytest.fixture
def answered(operation_id, administrator, ready):
    """Return an answer that holds a comanager."""
    answer = control(administrator(operation_id, **ready(operation_id))).accepted()
    comanager = answer.json.get("comanager") if isinstance(answer.json, dict) else None
    require(isinstance(comanager, dict), "the answer holds no comanager", blocked_by="EXAM-321")
    return answer


@pytest.mark.requirement("EXAM-332")
def test_comanager_has_every_field(operation_id, answered):
    has_shape(answered, "presence")


@pytest.mark.requirement("EXAM-333")
def test_comanager_has_an_identity(operation_id, answered):
    has_shape(answered, "identity")


@pytest.mark.requirement("EXAM-334")
def test_times_of_a_comanager_have_milliseconds_and_an_offset(operation_id, answered):
    has_shape(answered, "time")


@pytest.mark.requirement("EXAM-335")
def test_fields_of_a_comanager_have_the_printed_types(operation_id, answered):
    has_shape(answered, "type", "enum")


@pytest.mark.requirement("EXAM-336")
def test_comanager_is_the_user_as_created(operation_id, administrator, world, exam_id):
    user = world.user()
    if operation_id == REMOVE:
        administrator(ADD, purpose="set-up", id=exam_id, comanager_id=user["id"])

    answered = control(administrator(operation_id, id=exam_id, comanager_id=user["id"])).accepted()

    agrees(answered, resource(answered, "comanager"), user, "updated_at")


@pytest.mark.requirement("EXAM-349")
def test_removing_who_is_no_comanager(administrator, exam_id, user_id):
    observe(administrator(REMOVE, id=exam_id, comanager_id=user_id))


@pytest.mark.requirement("EXAM-350")
def test_removed_comanager_no_longer_sees_the_exam(administrator, world, exam_id):
    user = world.user()
    comanager = client_of(administrator, user)
    before = comanager("exams_show", id=exam_id)
    require(before.refused, "a teacher sees the exam without being its comanager")
    control(administrator(ADD, id=exam_id, comanager_id=user["id"])).accepted()
    control(comanager("exams_show", id=exam_id)).accepted()

    control(administrator(REMOVE, id=exam_id, comanager_id=user["id"])).accepted()

    expect(comanager("exams_show", id=exam_id)).refused()


@pytest.mark.requirement("EXAM-351")
def test_other_comanager_is_kept(administrator, world, exam_id):
    removed, kept = world.user(), world.user()
    for user in (removed, kept):
        control(administrator(ADD, id=exam_id, comanager_id=user["id"])).accepted()
    comanager = client_of(administrator, kept)
    control(comanager("exams_show", id=exam_id)).accepted()

    control(administrator(REMOVE, id=exam_id, comanager_id=removed["id"])).accepted()

    expect(comanager("exams_show", id=exam_id)).accepted()


@pytest.mark.requirement("EXAM-352")
def test_comanager_of_another_exam_is_kept(administrator, world, exam_id):
    user, other_id = world.user(), world.exam()["id"]
    for each in (exam_id, other_id):
        control(administrator(ADD, id=each, comanager_id=user["id"])).accepted()
    comanager = client_of(administrator, user)
    control(comanager("exams_show", id=other_id)).accepted()

    control(administrator(REMOVE, id=exam_id, comanager_id=user["id"])).accepted()

    expect(comanager("exams_show", id=other_id)).accepted()


@pytest.mark.requirement("EXAM-337")
def test_comanager_of_other_roles(administrator, world, exam_id):
    answers = {}
    for role in ("administrator", "proctor", "reviewer"):
        created = administrator("users_create", purpose="set-up", **world.user_params(role=role))
        if created.accepted:
            added = administrator(ADD, id=exam_id, comanager_id=world.taken(created)["id"])
            answers[role] = added.status

    require(answers, "no user with another role than teacher can be created")
    observe(added, **answers)
