"""Student sessions: update with PATCH and PUT."""

from datetime import UTC, datetime

import pytest

from contract.checks.lists import find
from contract.checks.shape import has_resource, has_shape, resource
from contract.checks.texts import has_text
from contract.checks.values import agrees, comes_back, instant, lost, wait_past
from contract.judgement import control, expect, observe, require
from contract.marks import per_operation
from contract.printed import documented_example

OPENS_AT = int(datetime.fromisoformat("2035-11-21T00:54:00.000+01:00").timestamp())
"""When the exam starts; whether a session may open before or after an exam is not documented."""
LATER_S = 600
LASTING = ("id", "exam_id", "status", "created_at")


@pytest.fixture
def student(administrator, world):
    """Return a student session as the list of its exam shows it."""
    return new_student(administrator, world)


@pytest.fixture
def student_with_open_time(administrator, world):
    """Return such a student session, with the time from which it is open."""
    return new_student(administrator, world, open_time=OPENS_AT)


def new_student(administrator, world, **more):
    """Create a student session; return it as the list of its exam shows it."""
    sent = world.student_params(individual_info="Room 1", is_individual_info_html=0, skip_requirements=0, **more)
    return listed(administrator, world.create("student_sessions_create", exam_id=world.exam()["id"], **sent))


def listed(client, session):
    """Return a student session as the list of its exam shows it now."""
    _, row = find(client, "student_sessions_index", "students", session["id"], exam_id=session["exam_id"])
    require(row, "the list of the exam does not hold the student", blocked_by="SESSION-003")
    return row


def changed_params(world):
    """Return parameters that differ from those of the student in every value."""
    return world.student_params(individual_info="Room 2", is_individual_info_html=1, skip_requirements=1)


@pytest.mark.smoke
@per_operation(student_sessions_update="SESSION-110", student_sessions_update_put="SESSION-111")
def test_student_is_changed(operation_id, administrator, world, student):
    expect(administrator(operation_id, id=student["id"], **changed_params(world))).accepted()


@per_operation(student_sessions_update="SESSION-112", student_sessions_update_put="SESSION-113")
def test_changed_student_stands_under_its_key(operation_id, administrator, world, student):
    changed = control(administrator(operation_id, id=student["id"], **changed_params(world))).accepted()

    has_resource(changed, "student")
    has_shape(changed, "envelope")


@per_operation(student_sessions_update="SESSION-114", student_sessions_update_put="SESSION-115")
def test_change_comes_back_as_sent(operation_id, administrator, world, student):
    sent = changed_params(world)

    changed = control(administrator(operation_id, id=student["id"], **sent)).accepted()

    comes_back(changed, resource(changed, "student"), {"id": student["id"], **sent})


@per_operation(student_sessions_update="SESSION-116", student_sessions_update_put="SESSION-117")
def test_change_is_kept(operation_id, administrator, world, student):
    sent = changed_params(world)

    changed = control(administrator(operation_id, id=student["id"], **sent)).accepted()

    comes_back(changed, listed(administrator, student), sent)


@per_operation(student_sessions_update="SESSION-116", student_sessions_update_put="SESSION-117")
def test_changed_open_time_is_kept(operation_id, administrator, world, student_with_open_time):
    seconds = OPENS_AT + LATER_S
    sent = {**changed_params(world), "open_time": seconds}

    changed = control(administrator(operation_id, id=student_with_open_time["id"], **sent)).accepted()

    # In which unit it is sent is not documented.
    wanted = [datetime.fromtimestamp(seconds, UTC), datetime.fromtimestamp(seconds / 1000, UTC)]
    found = instant(listed(administrator, student_with_open_time).get("open_time"))
    expect(changed).holds(found in wanted, " or ".join(map(str, wanted)), str(found))


@pytest.mark.requirement("SESSION-118")
@pytest.mark.parametrize(
    "sent",
    [{"name": "Renamed"}, {"individual_info": "Room 3"}, {"skip_requirements": 0}],
    ids=["name", "individual_info", "skip_requirements"],
)
def test_patch_keeps_what_it_does_not_name(administrator, world, student_with_open_time, sent):
    student = student_with_open_time
    sent_before = {name: value for name, value in changed_params(world).items() if name not in sent}
    first = control(administrator("student_sessions_update", id=student["id"], **sent_before)).accepted()
    once = listed(administrator, student)
    agrees(first, once, student, *sent_before, "updated_at")

    changed = control(administrator("student_sessions_update", id=student["id"], **sent)).accepted()

    now = listed(administrator, student)
    comes_back(changed, now, sent)
    agrees(changed, now, once, *sent, "updated_at")


@pytest.mark.requirement("SESSION-119")
def test_put_of_a_name_alone(administrator, student):
    changed = administrator("student_sessions_update_put", id=student["id"], name="Renamed")

    now = listed(administrator, student)
    observe(changed, status=changed.status, lost=lost(student, now, "name"))


@pytest.mark.requirement("SESSION-120")
def test_email_of_another_student_is_refused(operation_id, administrator, world, student):
    other = world.student_session(student["exam_id"])

    refused = administrator(operation_id, id=student["id"], **world.student_params(email=other["email"]))
    changed = administrator(operation_id, id=student["id"], **world.student_params())

    expect(refused).refused(422)
    control(changed).accepted()


@pytest.mark.requirement("SESSION-121")
def test_email_of_another_student_is_named(operation_id, administrator, world, student):
    other = world.student_session(student["exam_id"])

    refused = administrator(operation_id, id=student["id"], **world.student_params(email=other["email"]))
    changed = administrator(operation_id, id=student["id"], **world.student_params())

    expect(refused).refused()
    control(changed).accepted()
    has_text(refused, "'email':['has already been taken'")


@pytest.mark.requirement("SESSION-122")
def test_own_email_is_accepted(operation_id, administrator, world, student):
    params = world.student_params(email=student["email"])

    expect(administrator(operation_id, id=student["id"], **params)).accepted()


@pytest.mark.parametrize("operation_id", ["student_sessions_update", "student_sessions_update_put"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("is_individual_info_html", marks=pytest.mark.requirement("SESSION-123")),
        pytest.param("skip_requirements", marks=pytest.mark.requirement("SESSION-124")),
        pytest.param("open_time", marks=pytest.mark.requirement("SESSION-125")),
    ],
)
def test_word_for_a_boolean_or_number_is_refused(operation_id, administrator, world, student, name):
    refused = administrator(operation_id, id=student["id"], **world.student_params(**{name: "word"}))
    changed = administrator(operation_id, id=student["id"], **world.student_params())

    expect(refused).refused()
    control(changed).accepted()


@pytest.mark.requirement("SESSION-126")
@pytest.mark.parametrize("name", ["is_individual_info_html", "skip_requirements"])
def test_booleans_are_changed_and_changed_back(operation_id, administrator, world, student, name):
    for value in (1, 0):
        changed = control(administrator(operation_id, id=student["id"], **world.student_params(**{name: value})))

        comes_back(changed.accepted(), resource(changed.exchange, "student"), {name: value})


@pytest.mark.requirement("SESSION-138")
@pytest.mark.parametrize("name", ["is_individual_info_html", "skip_requirements"])
def test_booleans_are_changed_as_texts(operation_id, administrator, world, student, name):
    for text in ("true", "false"):
        changed = expect(administrator(operation_id, id=student["id"], **world.student_params(**{name: text})))

        comes_back(changed.accepted(), resource(changed.exchange, "student"), {name: text})


@pytest.mark.requirement("SESSION-127")
def test_other_student_stays_as_it_is(operation_id, administrator, world, student):
    changed_one = world.student_session(student["exam_id"])
    later = listed(administrator, world.student_session(student["exam_id"]))

    changed = control(administrator(operation_id, id=changed_one["id"], **changed_params(world))).accepted()

    for other in (student, later):
        agrees(changed, listed(administrator, other), other)


@pytest.mark.requirement("SESSION-128")
def test_change_moves_updated_at_only(operation_id, administrator, world, student):
    wait_past(instant(student.get("updated_at")))
    changed = control(administrator(operation_id, id=student["id"], **changed_params(world))).accepted()

    now = listed(administrator, student)
    agrees(changed, {name: now.get(name) for name in LASTING}, {name: student.get(name) for name in LASTING})
    before, after = instant(student.get("updated_at")), instant(now.get("updated_at"))
    require(before and after, "updated_at is no time", blocked_by="SESSION-402")
    require(before != after or before.microsecond, "the target's times are too coarse to tell a change within a second")
    expect(changed).holds(after > before, f"updated_at after {before.isoformat()}", after.isoformat())


@pytest.mark.requirement("SESSION-129")
@pytest.mark.parametrize("reason", ["email in use", "word for a boolean"])
def test_refused_change_changes_nothing(operation_id, administrator, world, student, reason):
    other = world.student_session(student["exam_id"])
    wrong = {"email": other["email"]} if reason == "email in use" else {"skip_requirements": "word"}

    refused = administrator(operation_id, id=student["id"], **{**changed_params(world), **wrong})
    now = listed(administrator, student)
    changed = administrator(operation_id, id=student["id"], **changed_params(world))

    expect(refused).refused()
    agrees(refused, now, student)
    control(changed).accepted()


@pytest.mark.requirement("SESSION-130")
def test_changing_an_absent_student_is_refused(operation_id, administrator, world, student):
    absent = administrator(operation_id, id=world.absent_id("student_session"), **changed_params(world))
    changed = administrator(operation_id, id=student["id"], **changed_params(world))

    expect(absent).refused()
    control(changed).accepted()


@pytest.mark.requirement("SESSION-133")
def test_change_to_an_empty_name_or_email(operation_id, administrator, world, student):
    for name in ("name", "email"):
        changed = administrator(operation_id, id=student["id"], **world.student_params(**{name: ""}))

        observe(changed, **{name: changed.status})


@pytest.mark.requirement("SESSION-134")
def test_change_of_nothing(operation_id, administrator, student):
    observe(administrator(operation_id, id=student["id"]))


@pytest.mark.requirement("SESSION-135")
def test_change_of_the_status(operation_id, administrator, world, student):
    changed = administrator(operation_id, id=student["id"], **world.student_params(status="exam_started"))

    observe(changed, status=changed.status, student_status=listed(administrator, student).get("status"))


@pytest.mark.requirement("SESSION-136")
def test_whole_example_is_accepted(operation_id, administrator, world, student):
    sent = {**documented_example(operation_id), "email": world.email()}

    changed = expect(administrator(operation_id, id=student["id"], **sent)).accepted()

    comes_back(changed, resource(changed, "student"), sent)


@pytest.mark.requirement("SESSION-137")
def test_change_of_an_ended_session(operation_id, administrator, world, shared, student):
    shared.needs_sessions_that_can_be_ended()
    notification = documented_example("student_sessions_end_exam")
    control(administrator("student_sessions_end_exam", purpose="set-up", id=student["id"], **notification)).accepted()

    observe(administrator(operation_id, id=student["id"], **world.student_params()))
