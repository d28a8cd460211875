"""Exams: send the exam emails."""

import pytest

from contract.checks.lists import only
from contract.checks.shape import has_rows, has_shape, rows
from contract.checks.texts import has_text
from contract.judgement import control, expect, observe, require

SEVERAL = 4
"""Students of one exam: a first, a last, and some between them."""
SENT = {"email_sent", "email_bounced"}
"""An email that was sent to an address that takes none, as those of the run, may have come back already."""


@pytest.fixture
def exam_id(world):
    """Return an open exam without students."""
    return world.open_exam()["id"]


def statuses(client, exam_id):
    """Return the status of each student of an exam by its id."""
    listed = control(client("student_sessions_index", exam_id=exam_id)).accepted()
    return {student.get("id"): student.get("status") for student in rows(listed, "students")}


@pytest.mark.smoke
@pytest.mark.requirement("EXAM-300")
def test_emails_are_sent(administrator, world, exam_id):
    world.student_session(exam_id)

    expect(administrator("exams_send_emails", id=exam_id)).accepted()


@pytest.mark.requirement("EXAM-301")
def test_answer_lists_students_with_id_and_status(administrator, world, exam_id):
    world.student_session(exam_id)

    sent = control(administrator("exams_send_emails", id=exam_id)).accepted()

    has_rows(sent, "students")
    expect(sent).holds(rows(sent, "students"), "the student of the exam", "an empty list")
    has_shape(sent)


@pytest.mark.requirement("EXAM-302")
def test_registered_student_becomes_email_sent(administrator, world, exam_id):
    ids = [world.student_session(exam_id)["id"] for _ in range(SEVERAL)]
    require(statuses(administrator, exam_id) == dict.fromkeys(ids, "registered"), "the students are not registered")

    sent = control(administrator("exams_send_emails", id=exam_id)).accepted()

    now = statuses(administrator, exam_id)
    expect(sent).holds(now.keys() == set(ids) and set(now.values()) <= SENT, "each student email_sent", f"{now}")


@pytest.mark.requirement("EXAM-303")
def test_absent_exam_is_not_found(administrator, world, exam_id):
    absent = administrator("exams_send_emails", id=world.absent_id("exam"))
    sent = administrator("exams_send_emails", id=exam_id)

    expect(absent).refused(404)
    control(sent).accepted()


@pytest.mark.requirement("EXAM-304")
def test_absent_exam_is_named(administrator, world, shared):
    absent_id = world.absent_id("exam")

    absent = administrator("exams_send_emails", id=absent_id)
    sent = administrator("exams_send_emails", id=shared.mailed_exam_id)

    expect(absent).refused()
    control(sent).accepted()
    has_text(absent, f"Couldn't find Exam with 'id'='{absent_id}'")


@pytest.mark.requirement("EXAM-306")
def test_answer_names_the_students_of_the_exam(administrator, world, exam_id):
    wanted = {world.student_session(exam_id)["id"] for _ in range(SEVERAL)}
    world.student_session(world.open_exam()["id"])

    sent = control(administrator("exams_send_emails", id=exam_id)).accepted()

    expect(sent).equals({row.get("id") for row in rows(sent, "students")}, wanted, "the ids of the students")


@pytest.mark.requirement("EXAM-307")
def test_answered_statuses_are_those_of_the_list(administrator, world, exam_id):
    for _ in range(SEVERAL):
        world.student_session(exam_id)

    sent = control(administrator("exams_send_emails", id=exam_id)).accepted()

    answered = {row.get("id"): row.get("status") for row in rows(sent, "students")}
    listed = statuses(administrator, exam_id)
    came_back = {id for id, status in listed.items() if {status, answered.get(id)} == SENT}
    expect(sent).equals(answered, {**listed, **{id: answered[id] for id in came_back}}, "the statuses of the students")


@pytest.mark.requirement("EXAM-308")
def test_students_of_another_exam_get_no_email(administrator, world, exam_id):
    world.student_session(exam_id)
    other_id = world.open_exam()["id"]
    session = world.student_session(other_id)
    before = statuses(administrator, other_id)
    require(session["id"] in before, "the list of the other exam lacks its student", blocked_by="SESSION-003")

    sent = control(administrator("exams_send_emails", id=exam_id)).accepted()

    expect(sent).equals(statuses(administrator, other_id), before, "the other exam's students")


@pytest.mark.requirement("EXAM-309")
def test_emails_of_a_draft_exam(administrator, world):
    exam = world.exam()
    world.student_session(exam["id"])

    observe(administrator("exams_send_emails", id=exam["id"]))


@pytest.mark.requirement("EXAM-310")
def test_emails_sent_twice(administrator, world, exam_id):
    world.student_session(exam_id)
    control(administrator("exams_send_emails", id=exam_id)).accepted()

    again = administrator("exams_send_emails", id=exam_id)

    listed = again.json.get("students") if isinstance(again.json, dict) else None
    observe(again, status=again.status, students=len(listed) if isinstance(listed, list) else "no list")


@pytest.mark.requirement("EXAM-313")
def test_mark_of_a_sent_email(administrator, world, exam_id):
    world.student_session(exam_id)

    sent = control(administrator("exams_send_emails", id=exam_id)).accepted()

    student = only(rows(control(administrator("student_sessions_index", exam_id=exam_id)).accepted(), "students"))
    observe(sent, is_email_sent=student.get("is_email_sent"))
