"""Student sessions: the students of an exam and all of them, show, destroy, and the session wherever it is answered."""

import pytest

from contract.checks.lists import column, find
from contract.checks.shape import has_resource, has_rows, has_shape, only_resource, rows
from contract.checks.tables import Table, shows_each_once
from contract.checks.texts import has_text
from contract.checks.values import agrees, comes_back
from contract.judgement import control, expect, observe, require
from contract.marks import per_operation

STATUSES = (
    "registered",
    "before_check_req_mail",
    "email_bounced",
    "email_sent",
    "after_check_req_mail",
    "before_check_req",
    "after_check_req",
    "in_setup",
    "exam_not_started",
    "exam_started",
    "exam_finished",
)
BINARY_DIGITS = set("01")


@pytest.fixture
def exam_id(world):
    """Return an exam without students."""
    return world.exam()["id"]


def ids_of(client, exam_id, **params):
    """Return the ids of the students of an exam."""
    return column(client, "student_sessions_index", "students", exam_id=exam_id, **params)


def selects(client, operation_id, id, **params):
    """Demand that a list shows a student session under its own status: one that is always empty selects nothing."""
    whole, by_status = KNOWN_ROW_IS_LISTED[operation_id]
    _, row = find(client, operation_id, "students", id, **params)
    require(row, "the list does not show a student session that was created", blocked_by=whole)
    status = row.get("status")
    require(status in STATUSES, f"the status of the student session in the list is {status!r}")
    selected, row = find(client, operation_id, "students", id, status=status, **params)
    require(row, f"a student session that is {status} is not listed as such", blocked_by=by_status)
    expect(selected).equals(row.get("status"), status, "the status of a listed student")


KNOWN_ROW_IS_LISTED = {
    "student_sessions_index": ("SESSION-003", "SESSION-007"),
    "student_sessions_index_all": ("SESSION-022", "SESSION-024"),
}
"""What says that a list holds what was created: without a status, and with its status."""


# -- student_sessions_index -------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-001")
def test_students_of_an_exam_are_listed(administrator, shared):
    expect(administrator("student_sessions_index", exam_id=shared.exam_id)).accepted()


@per_operation(student_sessions_index="SESSION-002", student_sessions_index_all="SESSION-021")
def test_list_stands_under_its_key(operation_id, sample):
    listed = control(sample.send(sample(operation_id))).accepted()

    has_rows(listed, "students")
    has_shape(listed, "envelope")


@pytest.mark.requirement("SESSION-003")
def test_every_student_is_listed_once(administrator, world, exam_id):
    added = [world.student_session(exam_id)["id"] for _ in range(3)]

    listed = control(administrator("student_sessions_index", exam_id=exam_id)).accepted()

    ids = [row.get("id") for row in rows(listed, "students")]
    expect(listed).holds(sorted(ids, key=str) == sorted(added, key=str), f"the students {added}", f"{ids}")


@pytest.mark.requirement("SESSION-004")
def test_only_students_of_the_exam_are_listed(administrator, world):
    for exam_id in (world.exam()["id"], world.exam()["id"]):
        session = world.student_session(exam_id)

        listed = control(administrator("student_sessions_index", exam_id=exam_id)).accepted()

        found = [(row.get("id"), row.get("exam_id")) for row in rows(listed, "students")]
        expect(listed).equals(found, [(session["id"], exam_id)], "id and exam_id of the students")


@pytest.mark.requirement("SESSION-005")
def test_list_of_an_exam_without_students_is_empty(administrator, exam_id):
    listed = control(administrator("student_sessions_index", exam_id=exam_id)).accepted()

    expect(listed).equals(rows(listed, "students"), [], "the students")


@pytest.mark.requirement("SESSION-006")
@pytest.mark.parametrize("status", STATUSES)
def test_status_selects_students(administrator, shared, status):
    exam_id, id = shared.exam_id, shared.student_session_id

    listed = expect(administrator("student_sessions_index", exam_id=exam_id, status=status)).accepted()

    others = [row for row in rows(listed, "students") if row.get("status") != status]
    expect(listed).holds(
        not others, f"students with status {status} only", lambda: f"one with {others[0].get('status')}"
    )
    selects(administrator, "student_sessions_index", id, exam_id=exam_id)


@pytest.mark.requirement("SESSION-007")
def test_added_student_is_selected_as_registered(administrator, world, exam_id):
    session = world.student_session(exam_id)

    registered = control(administrator("student_sessions_index", exam_id=exam_id, status="registered")).accepted()
    finished = control(administrator("student_sessions_index", exam_id=exam_id, status="exam_finished")).accepted()

    ids = [row.get("id") for row in rows(registered, "students")]
    expect(registered).equals(ids, [session["id"]], "the ids of the registered students")
    expect(finished).equals(rows(finished, "students"), [], "the students with status exam_finished")


@pytest.mark.requirement("SESSION-008")
def test_students_of_an_absent_exam(administrator):
    observe(administrator("student_sessions_index", exam_id=administrator.sender.absent_id()))


@per_operation(student_sessions_index="SESSION-009", student_sessions_create="SESSION-078")
def test_exam_id_that_is_a_word_is_refused(operation_id, sample):
    request = sample(operation_id)

    word = sample.send(request, exam_id="word")
    number = sample.send(request)

    expect(word).refused()
    control(number).accepted()


@pytest.mark.requirement("SESSION-010")
def test_order_of_students(administrator, world, exam_id):
    added = [world.student_session(exam_id, name=name)["id"] for name in ("B student", "A student", "C student")]

    listed = control(administrator("student_sessions_index", exam_id=exam_id)).accepted()

    orders = {
        "first added first": added,
        "last added first": added[::-1],
        "by name": [added[1], added[0], added[2]],
    }
    found = [row.get("id") for row in rows(listed, "students")]
    observe(listed, order=next((name for name, order in orders.items() if order == found), "another"))


# -- student_sessions_index_all ---------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-020")
def test_all_students_are_listed(administrator):
    expect(administrator("student_sessions_index_all")).accepted()


@pytest.mark.requirement("SESSION-022")
def test_students_of_every_exam_are_listed(administrator, world):
    for session in [world.student_session(world.exam()["id"]) for _ in range(2)]:
        listed, row = find(administrator, "student_sessions_index_all", "students", session["id"])

        control(listed).accepted()
        expect(listed).holds(row, f"student session {session['id']} in the list", "it stands on no page")


@pytest.mark.requirement("SESSION-023")
def test_list_of_all_agrees_with_the_list_of_the_exam(administrator, world, exam_id):
    session = world.student_session(exam_id)

    listed, row = find(administrator, "student_sessions_index_all", "students", session["id"])
    _, wanted = find(administrator, "student_sessions_index", "students", session["id"], exam_id=exam_id)

    control(listed).accepted()
    require(wanted, "the list of the exam does not hold the student", blocked_by="SESSION-003")
    require(row, "the list does not show what was created")
    agrees(listed, row, wanted)


@pytest.mark.requirement("SESSION-024")
def test_status_selects_among_all_students(administrator, world, exam_id):
    session = world.student_session(exam_id)

    listed, row = find(administrator, "student_sessions_index_all", "students", session["id"], status="registered")

    control(listed).accepted()
    statuses = {each.get("status") for each in rows(listed, "students")}
    expect(listed).equals(statuses, {"registered"}, "the statuses of the students")
    expect(listed).holds(row, f"student session {session['id']} in the list", "it stands on no page")


@pytest.mark.requirement("SESSION-026")
@pytest.mark.parametrize("status", STATUSES)
def test_each_status_selects_among_all_students(administrator, shared, status):
    id = shared.student_session_id

    listed = expect(administrator("student_sessions_index_all", status=status)).accepted()

    others = [row for row in rows(listed, "students") if row.get("status") != status]
    expect(listed).holds(
        not others, f"students with status {status} only", lambda: f"one with {others[0].get('status')}"
    )
    selects(administrator, "student_sessions_index_all", id)


@per_operation(
    exams_index_students="EXAM-185", student_sessions_index="SESSION-006", student_sessions_index_all="SESSION-026"
)
def test_each_of_two_students_is_found_under_its_own_status(operation_id, administrator, world):
    exam_id = world.open_exam()["id"]
    emailed = world.student_session(exam_id)["id"]
    sent = administrator("exams_send_emails", purpose="set-up", id=exam_id)
    require(sent.accepted, f"the emails were not sent: {sent.line}", blocked_by="EXAM-300")
    registered = world.student_session(exam_id)["id"]
    place = {"exams_index_students": {"id": exam_id}, "student_sessions_index": {"exam_id": exam_id}}
    table = Table(administrator, operation_id, "students", {}, place.get(operation_id, {}), (emailed, registered))

    statuses = {row["id"]: row.get("status") for row in table.read().own}

    require(len(set(statuses.values())) == 2, f"the two students have the statuses {statuses}", blocked_by="EXAM-302")
    for id, status in statuses.items():
        listed = table.read(status=status)
        control(listed.exchange).accepted()
        expect(listed.exchange).equals(set(listed.ids), {id}, f"of the two students those with status {status}")


@pytest.mark.requirement("SESSION-025")
def test_no_student_is_listed_twice(administrator, shared):
    listed = Table(administrator, "student_sessions_index_all", "students", {}, {}, (shared.student_session_id,)).read()

    control(listed.exchange).accepted()
    require(listed.own, "the list does not show the student session", blocked_by="SESSION-022")
    shows_each_once(listed)


# -- student_sessions_show --------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-040")
def test_student_is_shown(administrator, shared):
    expect(administrator("student_sessions_show", id=shared.student_session_id)).accepted()


@pytest.mark.requirement("SESSION-041")
def test_shown_student_stands_under_its_key(administrator, shared):
    shown = control(administrator("student_sessions_show", id=shared.student_session_id)).accepted()

    has_resource(shown, "student")


@pytest.mark.requirement("SESSION-042")
def test_student_that_was_asked_for_is_shown(administrator, world, exam_id):
    for session in (world.student_session(exam_id), world.student_session(exam_id)):
        shown = control(administrator("student_sessions_show", id=session["id"])).accepted()

        expect(shown).equals(only_resource(shown).get("id"), session["id"], "the id of the student session")


@pytest.mark.requirement("SESSION-043")
def test_absent_student_is_not_found(administrator, shared):
    absent = administrator("student_sessions_show", id=administrator.sender.absent_id())
    shown = administrator("student_sessions_show", id=shared.student_session_id)

    expect(absent).refused(404)
    control(shown).accepted()


@pytest.mark.requirement("SESSION-044")
def test_absent_student_is_named(administrator, shared):
    id = administrator.sender.absent_id()

    absent = administrator("student_sessions_show", id=id)
    shown = administrator("student_sessions_show", id=shared.student_session_id)

    expect(absent).refused()
    control(shown).accepted()
    has_text(absent, f"Couldn't find Student Session with 'id'='{id}'")


@per_operation(
    student_sessions_show="SESSION-045",
    student_sessions_update="SESSION-132",
    student_sessions_update_put="SESSION-132",
    student_sessions_destroy="SESSION-166",
    student_sessions_end_exam="SESSION-191",
    student_sessions_assign_proctor="SESSION-280",
    student_sessions_unassign_proctor="SESSION-314",
)
def test_id_that_is_a_word_is_refused(operation_id, sample):
    request = sample(operation_id)

    word = sample.send(request, id="word")
    number = sample.send(request)

    expect(word).refused()
    control(number).accepted()


@pytest.mark.requirement("SESSION-046")
def test_student_is_shown_as_listed(administrator, world, exam_id):
    session = world.student_session(exam_id)

    for change in ({}, {"name": world.name("renamed")}):
        if change:
            control(administrator("student_sessions_update", id=session["id"], **change)).accepted()
        shown = control(administrator("student_sessions_show", id=session["id"])).accepted()
        _, wanted = find(administrator, "student_sessions_index", "students", session["id"], exam_id=exam_id)

        require(wanted, "the list of the exam does not hold the student", blocked_by="SESSION-003")
        agrees(shown, only_resource(shown), wanted)


@pytest.mark.requirement("SESSION-047")
def test_status_of_an_id_that_is_a_word(administrator):
    observe(administrator("student_sessions_show", id="word"))


@pytest.mark.requirement("SESSION-048")
def test_student_is_shown_as_created(administrator, world, exam_id):
    sent = world.student_params(individual_info="Bring your card", is_individual_info_html=1, skip_requirements=0)
    session = world.create("student_sessions_create", exam_id=exam_id, **sent)

    shown = control(administrator("student_sessions_show", id=session["id"])).accepted()

    comes_back(shown, only_resource(shown), {**sent, "exam_id": exam_id})


# -- student_sessions_destroy -----------------------------------------------------------------------------------------


def is_gone(row):
    """Tell whether a student session was destroyed: it is not there, or only archived; which is not documented."""
    return row is None or row.get("archived") is True


@pytest.fixture
def session_id(world, exam_id):
    """Return a student session of the exam."""
    return world.student_session(exam_id)["id"]


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-160")
def test_student_is_destroyed(administrator, session_id):
    expect(administrator("student_sessions_destroy", id=session_id)).accepted()


@pytest.mark.requirement("SESSION-161")
def test_destroyed_student_is_no_longer_listed(administrator, exam_id, session_id):
    require(ids_of(administrator, exam_id) == [session_id], "the student was not listed", blocked_by="SESSION-003")

    destroyed = control(administrator("student_sessions_destroy", id=session_id)).accepted()

    _, row = find(administrator, "student_sessions_index", "students", session_id, exam_id=exam_id)
    expect(destroyed).holds(
        is_gone(row), "no such student in the exam, unless archived", f"student session {session_id}"
    )


@pytest.mark.requirement("SESSION-162")
def test_destroyed_student_is_no_longer_shown(administrator, session_id):
    control(administrator("student_sessions_show", id=session_id)).accepted()

    control(administrator("student_sessions_destroy", id=session_id)).accepted()

    shown = administrator("student_sessions_show", id=session_id)
    gone = shown.refused or (shown.accepted and is_gone(only_resource(shown)))
    expect(shown).holds(gone, "a refusal, or an archived student session", lambda: f"{shown.line}: {shown.text[:120]}")


@pytest.mark.requirement("SESSION-163")
def test_other_students_are_kept(administrator, world, exam_id):
    earlier, session_id, later = (world.student_session(exam_id)["id"] for _ in range(3))
    other = world.student_session(world.exam()["id"])
    kept = {earlier, later, other["id"]}

    destroyed = control(administrator("student_sessions_destroy", id=session_id)).accepted()

    ids = ids_of(administrator, exam_id) + ids_of(administrator, other["exam_id"])
    expect(destroyed).holds(kept <= set(ids), f"{sorted(kept)} listed", f"{ids}")


@pytest.mark.requirement("SESSION-164")
def test_destroying_an_absent_student_is_refused(administrator, world, session_id):
    absent = administrator("student_sessions_destroy", id=world.absent_id("student_session"))
    destroyed = administrator("student_sessions_destroy", id=session_id)

    expect(absent).refused(404)
    control(destroyed).accepted()


@per_operation(
    student_sessions_update="SESSION-131",
    student_sessions_update_put="SESSION-131",
    student_sessions_destroy="SESSION-165",
    student_sessions_end_exam="SESSION-190",
    student_sessions_assign_proctor="SESSION-277",
    student_sessions_unassign_proctor="SESSION-313",
)
def test_absent_student_of_a_change_is_named(operation_id, sample, world):
    request, absent_id = sample(operation_id), world.absent_id("student_session")

    absent = sample.send(request, id=absent_id)
    right = sample.send(request)

    expect(absent).refused()
    control(right).accepted()
    has_text(absent, f"Couldn't find Student Session with 'id'='{absent_id}'", of=404)


@pytest.mark.requirement("SESSION-167")
def test_answer_to_destroying_a_student(administrator, session_id):
    destroyed = control(administrator("student_sessions_destroy", id=session_id)).accepted()

    observe(destroyed, status=destroyed.status, body=destroyed.text[:40] if len(destroyed.body) < 5 else "more")


@pytest.mark.requirement("SESSION-168")
def test_destroying_a_student_twice(administrator, session_id):
    control(administrator("student_sessions_destroy", purpose="set-up", id=session_id)).accepted()

    observe(administrator("student_sessions_destroy", id=session_id))


@pytest.mark.requirement("SESSION-169")
def test_destroyed_student_is_not_among_all(administrator, session_id):
    destroyed = control(administrator("student_sessions_destroy", id=session_id)).accepted()

    _, row = find(administrator, "student_sessions_index_all", "students", session_id)
    expect(destroyed).holds(is_gone(row), "no such student session, unless archived", f"student session {session_id}")


@pytest.mark.requirement("EXAM-292")
def test_removed_student_is_not_among_all(administrator, world, exam_id):
    # Another student keeps the exam in the list: what a list remembers of an exam shows only while it has a student.
    kept, removed = world.student_session(exam_id)["id"], world.student_session(exam_id)["id"]
    before, _ = find(administrator, "student_sessions_index_all", "students", removed)
    control(before).accepted()

    gone = control(administrator("exams_delete_student", id=exam_id, student_session_id=removed)).accepted()

    _, row = find(administrator, "student_sessions_index_all", "students", removed)
    _, other = find(administrator, "student_sessions_index_all", "students", kept)
    expect(gone).holds(is_gone(row), "no such student session, unless archived", f"student session {removed}")
    expect(gone).holds(other, f"student session {kept} in the list", "no such student session")


@pytest.mark.requirement("SESSION-170")
def test_email_of_a_destroyed_student(administrator, world, exam_id):
    session = world.student_session(exam_id)
    control(administrator("student_sessions_destroy", id=session["id"])).accepted()

    again = administrator("student_sessions_create", exam_id=exam_id, **world.student_params(email=session["email"]))

    observe(again)


# -- the student session, wherever it is answered ---------------------------------------------------------------------


@pytest.fixture
def answered(operation_id, sample, shared):
    """Return an answer that holds a student session."""
    assert shared.student_session_id
    answer = control(sample.send(sample(operation_id))).accepted()
    require(students_in(answer), f"{answer.line} holds no student", blocked_by="SESSION-002")
    return answer


def students_in(answer):
    """Return the student sessions of an answer, be it a list or one."""
    body = answer.json if isinstance(answer.json, dict) else {}
    found = body.get("students", [body.get("student")])
    return [student for student in found if isinstance(student, dict)]


@pytest.mark.requirement("SESSION-400")
def test_student_has_every_field(operation_id, answered):
    has_shape(answered, "presence")


@pytest.mark.requirement("SESSION-401")
def test_student_has_an_identity(operation_id, answered):
    has_shape(answered, "identity")


@pytest.mark.requirement("SESSION-402")
def test_times_of_a_student_have_milliseconds_and_an_offset(operation_id, answered):
    has_shape(answered, "time")


@pytest.mark.requirement("SESSION-403")
def test_fields_of_a_student_have_the_printed_types(operation_id, answered):
    has_shape(answered, "type")


@pytest.mark.requirement("SESSION-404")
def test_status_and_checks_of_a_student_are_documented_ones(operation_id, answered):
    has_shape(answered, "enum")


@pytest.mark.requirement("SESSION-405")
def test_flags_of_a_student_look_as_printed(operation_id, answered):
    for student in students_in(answered):
        for name, length in (("reviewed", 2), ("current_exam_mode", 8)):
            flags = student.get(name)
            fits = flags is None or (len(str(flags)) == length and set(str(flags)) <= BINARY_DIGITS)
            expect(answered).holds(fits, f"{name} of {length} characters 0 or 1", repr(flags))


@pytest.mark.requirement("SESSION-406")
def test_shown_and_created_student_is_as_the_printed_one(operation_id, answered):
    has_shape(answered, like="student_sessions_update")
