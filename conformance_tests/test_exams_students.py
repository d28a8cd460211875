"""Students of exams by the deprecated operations: list, show, delete."""

import pytest

from contract.checks.lists import find, only
from contract.checks.shape import has_resource, has_rows, only_resource, resource, rows
from contract.checks.texts import has_text
from contract.checks.values import agrees
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
READ_BY_CLIENTS = ("id", "name", "email", "status", "exam_id")


@pytest.fixture
def exam_id(world):
    """Return an exam without students."""
    return world.exam()["id"]


def students_of(client, exam_id):
    """Return the students of an exam as the successor of the deprecated operations lists them."""
    return rows(control(client("student_sessions_index", exam_id=exam_id)).accepted(), "students")


# -- exams_index_students ---------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("EXAM-180")
def test_students_of_an_exam_are_listed(administrator, shared):
    expect(administrator("exams_index_students", id=shared.exam_id)).accepted()


@pytest.mark.requirement("EXAM-181")
def test_list_of_students_stands_under_its_key(administrator, shared):
    listed = control(administrator("exams_index_students", id=shared.exam_id)).accepted()

    has_rows(listed, "students")


@pytest.mark.requirement("EXAM-182")
def test_added_student_is_listed(administrator, world, exam_id):
    session = world.student_session(exam_id)

    listed, row = find(administrator, "exams_index_students", "students", session["id"], id=exam_id)

    control(listed).accepted()
    expect(listed).holds(row, f"student session {session['id']} in the list", "it is not there")


@pytest.mark.requirement("EXAM-183")
def test_only_students_of_the_exam_are_listed(administrator, world):
    of_exams = {exam_id: world.student_session(exam_id) for exam_id in (world.exam()["id"], world.exam()["id"])}

    for exam_id, session in of_exams.items():
        listed = control(administrator("exams_index_students", id=exam_id)).accepted()

        ids = [row.get("id") for row in rows(listed, "students")]
        expect(listed).equals(ids, [session["id"]], "the ids of the students")


@pytest.mark.requirement("EXAM-184")
def test_list_of_students_agrees_with_its_successor(administrator, world, exam_id):
    session = world.student_session(exam_id)

    old = control(administrator("exams_index_students", id=exam_id)).accepted()

    successor = only(students_of(administrator, exam_id))
    row = next((row for row in rows(old, "students") if row.get("id") == session["id"]), {})
    agrees(old, row, successor)


@pytest.mark.requirement("EXAM-185")
@pytest.mark.parametrize("status", STATUSES)
def test_status_selects_students(administrator, shared, status):
    assert shared.student_session_id

    listed = expect(administrator("exams_index_students", id=shared.exam_id, status=status)).accepted()

    others = [row for row in rows(listed, "students") if row.get("status") != status]
    expect(listed).holds(
        not others, f"students with status {status} only", lambda: f"one with {others[0].get('status')}"
    )


@pytest.mark.requirement("EXAM-186")
def test_added_student_is_listed_as_registered(administrator, world, exam_id):
    session = world.student_session(exam_id)

    listed = control(administrator("exams_index_students", id=exam_id, status="registered")).accepted()

    ids = [row.get("id") for row in rows(listed, "students")]
    expect(listed).equals(ids, [session["id"]], "the ids of the students with status registered")


@pytest.mark.requirement("EXAM-187")
def test_added_student_is_not_listed_as_finished(administrator, world, exam_id):
    world.student_session(exam_id)

    listed = control(administrator("exams_index_students", id=exam_id, status="exam_finished")).accepted()

    expect(listed).equals(rows(listed, "students"), [], "the students with status exam_finished")


@pytest.mark.requirement("EXAM-188")
def test_list_with_a_status_that_is_none(administrator, shared):
    assert shared.student_session_id

    listed = administrator("exams_index_students", id=shared.exam_id, status="no_such_status")

    found = listed.json.get("students") if listed.accepted and isinstance(listed.json, dict) else None
    observe(listed, status=listed.status, list="none" if found is None else "rows" if found else "empty")


@per_operation(exams_index_students="EXAM-191", exams_show_student="EXAM-211")
def test_student_has_what_public_clients_read(operation_id, administrator, shared):
    assert shared.student_session_id
    one = {} if operation_id == "exams_index_students" else {"student_session_id": shared.student_session_id}

    answered = control(administrator(operation_id, id=shared.exam_id, **one)).accepted()

    body = answered.json if isinstance(answered.json, dict) else {}
    for student in body.get("students", [body.get("student")]):
        missing = [name for name in READ_BY_CLIENTS if not isinstance(student, dict) or name not in student]
        expect(answered).holds(not missing, f"a student with {', '.join(READ_BY_CLIENTS)}", f"without {missing}")


@pytest.mark.requirement("EXAM-190")
def test_students_of_an_absent_exam(administrator):
    observe(administrator("exams_index_students", id=administrator.sender.absent_id()))


# -- exams_show_student -----------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("EXAM-200")
def test_student_is_shown(administrator, shared):
    session_id = shared.student_session_id

    expect(administrator("exams_show_student", id=shared.exam_id, student_session_id=session_id)).accepted()


@pytest.mark.requirement("EXAM-201")
def test_shown_student_stands_under_its_key(administrator, shared):
    session_id = shared.student_session_id

    shown = control(administrator("exams_show_student", id=shared.exam_id, student_session_id=session_id)).accepted()

    has_resource(shown, "student")


@pytest.mark.requirement("EXAM-202")
def test_student_that_was_asked_for_is_shown(administrator, world, exam_id):
    for session in (world.student_session(exam_id), world.student_session(exam_id)):
        shown = administrator("exams_show_student", id=exam_id, student_session_id=session["id"])

        control(shown).accepted()
        expect(shown).equals(resource(shown, "student").get("id"), session["id"], "student.id")


@per_operation(exams_show_student="EXAM-203", exams_delete_student="EXAM-282")
@pytest.mark.parametrize("spoiled", [{}, {"student_session_id": ""}], ids=["absent", "empty"])
def test_request_without_a_student_session_is_refused(operation_id, administrator, world, exam_id, spoiled):
    session = world.student_session(exam_id)

    without = administrator(operation_id, id=exam_id, **spoiled)
    right = administrator(operation_id, id=exam_id, student_session_id=session["id"])

    expect(without).refused()
    control(right).accepted()


@per_operation(exams_show_student="EXAM-204", exams_delete_student="EXAM-283")
def test_student_session_id_that_is_a_word_is_refused(operation_id, administrator, world, exam_id):
    session = world.student_session(exam_id)

    word = administrator(operation_id, id=exam_id, student_session_id="word")
    right = administrator(operation_id, id=exam_id, student_session_id=session["id"])

    expect(word).refused()
    control(right).accepted()


@per_operation(exams_show_student="EXAM-205", exams_delete_student="EXAM-284")
def test_absent_student_session_is_not_found(operation_id, administrator, world, exam_id):
    session, absent_id = world.student_session(exam_id), world.absent_id("student_session")

    absent = administrator(operation_id, id=exam_id, student_session_id=absent_id)
    right = administrator(operation_id, id=exam_id, student_session_id=session["id"])

    expect(absent).refused(404)
    control(right).accepted()


@per_operation(exams_show_student="EXAM-206", exams_delete_student="EXAM-285")
def test_absent_student_session_is_named(operation_id, sample, world):
    request, absent_id = sample(operation_id), world.absent_id("student_session")

    absent = sample.send(request, student_session_id=absent_id)
    right = sample.send(request)

    expect(absent).refused()
    control(right).accepted()
    has_text(absent, f"Couldn't find Student Session with 'id'='{absent_id}'")


@pytest.mark.requirement("EXAM-207")
def test_shown_student_agrees_with_its_successor(administrator, world, exam_id):
    session = world.student_session(exam_id)

    old = control(administrator("exams_show_student", id=exam_id, student_session_id=session["id"])).accepted()
    new = control(administrator("student_sessions_show", id=session["id"])).accepted()

    agrees(old, resource(old, "student"), resource(new, "student"))


@pytest.mark.requirement("EXAM-208")
def test_student_of_another_exam(administrator, world, exam_id, shared):
    session = world.student_session(exam_id)

    observe(administrator("exams_show_student", id=shared.exam_id, student_session_id=session["id"]))


@pytest.mark.requirement("EXAM-210")
def test_status_without_a_student_session(administrator, shared):
    observe(administrator("exams_show_student", id=shared.exam_id))


# -- exams_delete_student ---------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("EXAM-280")
def test_student_is_removed(administrator, world, exam_id):
    session = world.student_session(exam_id)

    expect(administrator("exams_delete_student", id=exam_id, student_session_id=session["id"])).accepted()


@pytest.mark.requirement("EXAM-281")
def test_removed_student_is_no_longer_listed(administrator, world, exam_id):
    session, kept = world.student_session(exam_id), world.student_session(exam_id)

    removed = administrator("exams_delete_student", id=exam_id, student_session_id=session["id"])

    control(removed).accepted()
    # Whether a session is destroyed or archived is not documented.
    ids = [student.get("id") for student in students_of(administrator, exam_id) if student.get("archived") is not True]
    expect(removed).holds(
        session["id"] not in ids, "no removed student in the list", f"student session {session['id']}"
    )
    require(kept["id"] in ids, "the other student is not listed either", blocked_by="EXAM-286")


@pytest.mark.requirement("EXAM-286")
def test_other_student_is_kept(administrator, world, exam_id):
    earlier, session, later = (world.student_session(exam_id)["id"] for _ in range(3))

    removed = administrator("exams_delete_student", id=exam_id, student_session_id=session)

    control(removed).accepted()
    ids = {student.get("id") for student in students_of(administrator, exam_id)}
    expect(removed).holds(ids >= {earlier, later}, f"student sessions {earlier} and {later} in the list", f"{ids}")


@pytest.mark.requirement("EXAM-287")
def test_removed_student_is_not_shown_by_the_successor(administrator, world, exam_id):
    session = world.student_session(exam_id)
    control(administrator("student_sessions_show", id=session["id"])).accepted()

    removed = administrator("exams_delete_student", id=exam_id, student_session_id=session["id"])
    shown = administrator("student_sessions_show", id=session["id"])

    control(removed).accepted()
    gone = shown.refused or (shown.accepted and only_resource(shown).get("archived") is True)
    expect(shown).holds(gone, "a refusal, or an archived student session", lambda: f"{shown.line}: {shown.text[:120]}")


@pytest.mark.requirement("EXAM-289")
def test_removing_a_student_of_another_exam(administrator, world, exam_id, shared):
    session = world.student_session(exam_id)

    removed = administrator("exams_delete_student", id=shared.exam_id, student_session_id=session["id"])

    observe(removed, status=removed.status, removed=not students_of(administrator, exam_id))


@pytest.mark.requirement("EXAM-290")
def test_answer_to_removing_a_student(administrator, world, exam_id):
    session = world.student_session(exam_id)

    removed = administrator("exams_delete_student", id=exam_id, student_session_id=session["id"])

    control(removed).accepted()
    observe(removed, status=removed.status, body=removed.text[:40] if len(removed.body) < 5 else "more")


@pytest.mark.requirement("EXAM-291")
def test_refused_removal_removes_nobody(administrator, world, exam_id):
    world.student_session(exam_id)

    empty = administrator("exams_delete_student", id=exam_id, student_session_id="")
    refused = administrator("exams_delete_student", id=exam_id)
    students = students_of(administrator, exam_id)
    # The first one may be gone.
    another = world.student_session(exam_id)
    removed = administrator("exams_delete_student", id=exam_id, student_session_id=another["id"])

    expect(empty).refused()
    expect(refused).refused()
    control(removed).accepted()
    expect(refused).equals(len(students), 1, "the number of students in the exam")
