"""Exams: show the student of an LTI exam."""

import pytest

from contract.checks.shape import has_resource, has_shape, resource
from contract.checks.texts import has_text
from contract.judgement import control, expect, observe, require


@pytest.fixture
def lti_student(world, target):
    """Return the parameters that show the student of an LTI exam."""
    world.needs("lti_student")
    student = dict(target.fixtures.lti_student)
    return {"id": student.pop("exam_id"), **student}


@pytest.mark.smoke
@pytest.mark.requirement("EXAM-220")
def test_lti_student_is_shown(administrator, lti_student):
    expect(administrator("exams_show_lti_student", **lti_student)).accepted()


@pytest.fixture
def shown_lti_student(administrator, lti_student):
    """Return the answer that shows the student of an LTI exam."""
    return control(administrator("exams_show_lti_student", **lti_student)).accepted()


@pytest.mark.requirement("EXAM-221")
def test_lti_student_stands_under_its_key(shown_lti_student):
    has_resource(shown_lti_student, "student")
    has_shape(shown_lti_student, "envelope")


@pytest.mark.requirement("EXAM-222")
def test_lti_student_belongs_to_the_exam(shown_lti_student, lti_student):
    student = resource(shown_lti_student, "student")

    expect(shown_lti_student).equals(student.get("exam_id"), lti_student["id"], "student.exam_id")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("student_lms_id", marks=pytest.mark.requirement("EXAM-223")),
        pytest.param("resource_link_id", marks=pytest.mark.requirement("EXAM-224")),
    ],
)
def test_unknown_lti_id_is_not_found(administrator, lti_student, world, name):
    unknown = administrator("exams_show_lti_student", **{**lti_student, name: world.name("unknown")})
    shown = administrator("exams_show_lti_student", **lti_student)

    expect(unknown).refused(404)
    control(shown).accepted()


@pytest.mark.requirement("EXAM-225")
def test_unknown_lti_ids_are_named(administrator, lti_student, world):
    lms_id, link_id = world.name("unknown"), world.name("link")
    params = {**lti_student, "student_lms_id": lms_id, "resource_link_id": link_id}

    unknown = administrator("exams_show_lti_student", **params)
    shown = administrator("exams_show_lti_student", **lti_student)

    expect(unknown).refused()
    control(shown).accepted()
    has_text(unknown, f"Couldn't find Student Session with 'id'='{lms_id}' and 'resource_link_id'='{link_id}'")


@pytest.mark.requirement("EXAM-226")
def test_lti_student_without_ids(administrator, lti_student):
    for name in ("student_lms_id", "resource_link_id"):
        rest = {each: value for each, value in lti_student.items() if each != name}

        shown = administrator("exams_show_lti_student", **rest)

        observe(shown, **{name: shown.status})


@pytest.mark.requirement("EXAM-227")
def test_lti_student_with_a_context(administrator, lti_student):
    observe(administrator("exams_show_lti_student", **lti_student, context_id="course-1"))


@pytest.mark.parametrize(
    "aspect",
    [
        pytest.param("presence", marks=pytest.mark.requirement("EXAM-228")),
        pytest.param("time", marks=pytest.mark.requirement("EXAM-229")),
        pytest.param("type", marks=pytest.mark.requirement("EXAM-230")),
        pytest.param("identity", marks=pytest.mark.requirement("EXAM-232")),
        pytest.param("enum", marks=pytest.mark.requirement("EXAM-233")),
    ],
)
def test_lti_student_is_as_printed(shown_lti_student, aspect):
    student = shown_lti_student.json.get("student") if isinstance(shown_lti_student.json, dict) else None
    require(isinstance(student, dict), "the answer holds no student", blocked_by="EXAM-221")

    has_shape(shown_lti_student, aspect)


@pytest.mark.requirement("EXAM-231")
def test_lti_student_of_another_exam_is_refused(administrator, lti_student, shared):
    other = administrator("exams_show_lti_student", **{**lti_student, "id": shared.exam_id})
    shown = administrator("exams_show_lti_student", **lti_student)

    expect(other).refused()
    control(shown).accepted()
