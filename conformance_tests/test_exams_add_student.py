"""Exams: add a student by the deprecated operation."""

import pytest

from contract.checks.lists import column, only
from contract.checks.shape import resource, rows
from contract.checks.texts import has_text
from contract.checks.values import comes_back
from contract.judgement import control, expect, observe


@pytest.fixture
def exam_id(world):
    """Return an exam without students."""
    return world.exam()["id"]


def students_of(client, exam_id):
    """Return the students of an exam as the successor of the deprecated operations lists them."""
    return rows(control(client("student_sessions_index", exam_id=exam_id)).accepted(), "students")


@pytest.mark.smoke
@pytest.mark.requirement("EXAM-240")
def test_student_is_added(administrator, world, shared):
    expect(administrator("exams_add_student", id=shared.exam_id, **world.student_params())).accepted()


@pytest.mark.parametrize("spoiled", ["absent", "empty"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("name", marks=pytest.mark.requirement("EXAM-241")),
        pytest.param("email", marks=pytest.mark.requirement("EXAM-242")),
    ],
)
def test_student_without_a_required_parameter_is_refused(administrator, world, exam_id, name, spoiled):
    params = world.student_params()
    rest = {each: value for each, value in params.items() if each != name}

    refused = administrator("exams_add_student", id=exam_id, **rest, **({name: ""} if spoiled == "empty" else {}))
    added = administrator("exams_add_student", id=exam_id, **params)

    expect(refused).refused(422)
    control(added).accepted()


@pytest.mark.requirement("EXAM-243")
@pytest.mark.parametrize("spoiled", ["absent", "empty"])
@pytest.mark.parametrize("name", ["name", "email"])
def test_missing_parameter_of_a_student_is_named(administrator, world, shared, name, spoiled):
    params = world.student_params()
    rest = {each: value for each, value in params.items() if each != name}
    empty = {name: ""} if spoiled == "empty" else {}

    refused = administrator("exams_add_student", id=shared.exam_id, **rest, **empty)
    added = administrator("exams_add_student", id=shared.exam_id, **params)

    expect(refused).refused()
    control(added).accepted()
    has_text(refused, f"Param is missing or the value is empty: {name}")


@pytest.mark.requirement("EXAM-244")
def test_email_of_another_student_is_refused(administrator, world, exam_id):
    params = world.student_params()

    first = administrator("exams_add_student", id=exam_id, **params)
    world.student_session(exam_id)
    second = administrator("exams_add_student", id=exam_id, **{**params, "name": world.name("student")})

    control(first).accepted()
    expect(second).refused(422)


@pytest.mark.requirement("EXAM-245")
def test_email_of_another_student_is_named(administrator, world, exam_id):
    params = world.student_params()

    first = administrator("exams_add_student", id=exam_id, **params)
    second = administrator("exams_add_student", id=exam_id, **params)

    control(first).accepted()
    expect(second).refused()
    has_text(second, "'email':['has already been taken'")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("is_individual_info_html", marks=pytest.mark.requirement("EXAM-246")),
        pytest.param("skip_requirements", marks=pytest.mark.requirement("EXAM-247")),
        pytest.param("open_time", marks=pytest.mark.requirement("EXAM-248")),
    ],
)
def test_student_with_a_word_for_a_boolean_or_number_is_refused(administrator, world, exam_id, name):
    params = world.student_params()

    refused = administrator("exams_add_student", id=exam_id, **params, **{name: "word"})
    added = administrator("exams_add_student", id=exam_id, **params)

    expect(refused).refused()
    control(added).accepted()


@pytest.mark.requirement("EXAM-249")
@pytest.mark.parametrize("value", ["true", "false", 1, 0, "1", "0"])
def test_booleans_of_a_student_are_kept(administrator, world, exam_id, value):
    sent = {"is_individual_info_html": value, "skip_requirements": value}

    expect(administrator("exams_add_student", id=exam_id, **world.student_params(**sent))).accepted()
    listed = control(administrator("student_sessions_index", exam_id=exam_id)).accepted()

    student = only(rows(listed, "students"))
    comes_back(listed, student, sent)


@pytest.mark.requirement("EXAM-250")
def test_added_student_is_listed_as_sent(administrator, world, exam_id):
    sent = world.student_params(individual_info="Bring your student card")

    added = control(administrator("exams_add_student", id=exam_id, **sent)).accepted()

    students = students_of(administrator, exam_id)
    expect(added).equals(len(students), 1, "the number of students in the exam")
    comes_back(added, students[0], {**sent, "exam_id": exam_id})


@pytest.mark.requirement("EXAM-251")
def test_added_student_is_registered(administrator, world, exam_id):
    added = control(administrator("exams_add_student", id=exam_id, **world.student_params())).accepted()

    statuses = [student.get("status") for student in students_of(administrator, exam_id)]
    expect(added).equals(statuses, ["registered"], "the statuses of the students in the exam")


@pytest.mark.requirement("EXAM-253")
def test_adding_a_student_to_an_absent_exam_is_refused(administrator, world, exam_id):
    absent = administrator("exams_add_student", id=world.absent_id("exam"), **world.student_params())
    added = administrator("exams_add_student", id=exam_id, **world.student_params())

    expect(absent).refused()
    control(added).accepted()


@pytest.mark.requirement("EXAM-254")
def test_refused_student_is_not_added(administrator, world, exam_id):
    params = world.student_params()
    spoiled = {"name": "", "email": "", "open_time": "word", "skip_requirements": "word"}

    tried = {
        name: administrator("exams_add_student", id=exam_id, **{**world.student_params(), name: value})
        for name, value in spoiled.items()
    }
    refused = administrator("exams_add_student", id=exam_id, email=world.email())
    added = administrator("exams_add_student", id=exam_id, **params)

    expect(refused).refused()
    control(added).accepted()
    students = len(students_of(administrator, exam_id))
    expected = 1 + sum(exchange.accepted for exchange in tried.values())
    expect(refused).equals(students, expected, "the number of students in the exam")


@pytest.mark.requirement("EXAM-255")
def test_added_student_is_shown_by_the_successor(administrator, world, exam_id):
    sent = world.student_params()
    control(administrator("exams_add_student", id=exam_id, **sent)).accepted()
    session_id = only(column(administrator, "exams_index_students", "students", id=exam_id))

    shown = expect(administrator("student_sessions_show", id=session_id)).accepted()

    comes_back(shown, resource(shown, "student"), {**sent, "id": session_id})


@pytest.mark.requirement("EXAM-256")
def test_email_of_a_student_of_another_exam(administrator, world, exam_id):
    session = world.student_session(world.exam()["id"])

    observe(administrator("exams_add_student", id=exam_id, **world.student_params(email=session["email"])))


@pytest.mark.requirement("EXAM-257")
def test_key_of_an_added_student(administrator, world, exam_id):
    added = control(administrator("exams_add_student", id=exam_id, **world.student_params())).accepted()

    observe(added, keys=sorted(added.json)[:3] if isinstance(added.json, dict) else "no object")


@pytest.mark.requirement("EXAM-258")
def test_status_of_adding_a_student(administrator, world, exam_id):
    observe(control(administrator("exams_add_student", id=exam_id, **world.student_params())).accepted())
