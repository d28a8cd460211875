"""Student sessions: create."""

from datetime import UTC, datetime

import pytest

from contract.checks.lists import column, find
from contract.checks.shape import has_resource, only_resource, rows
from contract.checks.texts import has_text
from contract.checks.values import comes_back, instant, is_now, same
from contract.judgement import control, expect, observe, require

CREATE = "student_sessions_create"
CHECKS = (
    "microphone_check",
    "speakers_check",
    "bandwidth_check",
    "webcam_check",
    "mobile_check",
    "screenshare_check",
)
DEFAULTED = (
    "skip_requirements",
    "is_individual_info_html",
    "attempt",
    "archived",
    "is_email_sent",
    "send_confirmation",
)
START_OF_EXAM = datetime(2035, 11, 20, 23, 54, tzinfo=UTC)
"""When the exams of `World.exam_params` begin."""


@pytest.fixture
def exam_id(world):
    """Return an exam without students."""
    return world.exam()["id"]


def listed_student(client, exam_id):
    """Return the only student of an exam, as the list shows it."""
    found = rows(control(client("student_sessions_index", exam_id=exam_id)).accepted(), "students")
    require(len(found) == 1, f"the exam lists {len(found)} students", blocked_by="SESSION-003")
    return found[0]


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-060")
def test_student_is_created(administrator, world, shared):
    expect(administrator(CREATE, exam_id=shared.exam_id, **world.student_params())).accepted()


@pytest.mark.requirement("SESSION-061")
def test_created_student_stands_under_its_key(administrator, world, shared):
    created = control(administrator(CREATE, exam_id=shared.exam_id, **world.student_params())).accepted()

    has_resource(created, "student")


@pytest.mark.parametrize("spoiled", ["absent", "empty"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("name", marks=pytest.mark.requirement("SESSION-062")),
        pytest.param("email", marks=pytest.mark.requirement("SESSION-063")),
    ],
)
def test_student_without_a_required_parameter_is_refused(administrator, world, shared, name, spoiled):
    params = world.student_params()
    rest = {each: value for each, value in params.items() if each != name}

    refused = administrator(CREATE, exam_id=shared.exam_id, **rest, **({name: ""} if spoiled == "empty" else {}))
    created = administrator(CREATE, exam_id=shared.exam_id, **params)

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("SESSION-064")
@pytest.mark.parametrize("spoiled", ["absent", "empty"])
@pytest.mark.parametrize("name", ["name", "email"])
def test_missing_parameter_is_named(administrator, world, shared, name, spoiled):
    params = world.student_params()
    rest = {each: value for each, value in params.items() if each != name}
    empty = {name: ""} if spoiled == "empty" else {}

    refused = administrator(CREATE, exam_id=shared.exam_id, **rest, **empty)
    created = administrator(CREATE, exam_id=shared.exam_id, **params)

    expect(refused).refused()
    control(created).accepted()
    has_text(refused, f"Param is missing or the value is empty: {name}")


@pytest.mark.requirement("SESSION-065")
def test_email_of_another_student_is_refused(administrator, world, shared):
    params = world.student_params()

    first = administrator(CREATE, exam_id=shared.exam_id, **params)
    world.student_session(shared.exam_id)
    second = administrator(CREATE, exam_id=shared.exam_id, **{**params, "name": world.name("student")})

    control(first).accepted()
    expect(second).refused(422)


@pytest.mark.requirement("SESSION-066")
def test_email_of_another_student_is_named(administrator, world, shared):
    params = world.student_params()

    first = administrator(CREATE, exam_id=shared.exam_id, **params)
    second = administrator(CREATE, exam_id=shared.exam_id, **{**params, "name": world.name("student")})

    control(first).accepted()
    expect(second).refused()
    has_text(second, "'email':['has already been taken'")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("is_individual_info_html", marks=pytest.mark.requirement("SESSION-067")),
        pytest.param("skip_requirements", marks=pytest.mark.requirement("SESSION-068")),
        pytest.param("open_time", marks=pytest.mark.requirement("SESSION-069")),
    ],
)
def test_word_for_a_boolean_or_number_is_refused(administrator, world, shared, name):
    params = world.student_params()

    refused = administrator(CREATE, exam_id=shared.exam_id, **params, **{name: "word"})
    created = administrator(CREATE, exam_id=shared.exam_id, **params)

    expect(refused).refused()
    control(created).accepted()


@pytest.mark.requirement("SESSION-070")
@pytest.mark.parametrize("value", ["true", "false", 1, 0, "1", "0"])
def test_booleans_are_kept(administrator, world, exam_id, value):
    sent = {"is_individual_info_html": value, "skip_requirements": value}

    created = expect(administrator(CREATE, exam_id=exam_id, **world.student_params(**sent))).accepted()

    comes_back(created, listed_student(administrator, exam_id), sent)


@pytest.mark.requirement("SESSION-071")
def test_created_student_comes_back_as_sent(administrator, world, shared):
    sent = world.student_params(name=world.name("Ada Student"), individual_info="Bring your student card")
    sent |= {"is_individual_info_html": 0, "skip_requirements": 1}

    created = control(administrator(CREATE, exam_id=shared.exam_id, **sent)).accepted()

    comes_back(created, only_resource(created), sent)


@pytest.mark.requirement("SESSION-072")
def test_new_student_belongs_to_the_exam(administrator, world, exam_id):
    created = control(administrator(CREATE, exam_id=exam_id, **world.student_params())).accepted()

    expect(created).equals(listed_student(administrator, exam_id).get("exam_id"), exam_id, "student.exam_id")


@pytest.mark.requirement("SESSION-073")
def test_new_student_is_registered(administrator, world, exam_id):
    created = control(administrator(CREATE, exam_id=exam_id, **world.student_params())).accepted()

    expect(created).equals(listed_student(administrator, exam_id).get("status"), "registered", "student.status")


@pytest.mark.requirement("SESSION-074")
def test_checks_of_a_new_student_are_not_started(administrator, world, exam_id):
    created = control(administrator(CREATE, exam_id=exam_id, **world.student_params())).accepted()

    student = listed_student(administrator, exam_id)
    others = {name: student.get(name) for name in CHECKS if student.get(name) != "not_started"}
    expect(created).holds(not others, f"not_started in {', '.join(CHECKS)}", f"{others}")


@pytest.mark.requirement("SESSION-075")
def test_every_student_gets_an_id_of_its_own(administrator, world, shared):
    first = control(administrator(CREATE, exam_id=shared.exam_id, **world.student_params())).accepted()
    second = control(administrator(CREATE, exam_id=shared.exam_id, **world.student_params())).accepted()

    ids = [only_resource(created).get("id") for created in (first, second)]
    expect(second).holds(ids[0] != ids[1], "two different ids", f"{ids[0]} twice")


@pytest.mark.requirement("SESSION-076")
@pytest.mark.parametrize("spoiled", ["without a name", "with an email in use", "with a word for a boolean"])
def test_refused_student_is_not_added(administrator, world, exam_id, spoiled):
    params = world.student_params()
    created = control(administrator(CREATE, exam_id=exam_id, **params)).accepted()
    wrong = {
        "without a name": {"email": world.email()},
        "with an email in use": world.student_params(email=params["email"]),
        "with a word for a boolean": world.student_params(skip_requirements="word"),
    }

    refused = expect(administrator(CREATE, exam_id=exam_id, **wrong[spoiled])).refused()

    names = column(administrator, "student_sessions_index", "students", "name", exam_id=exam_id)
    expect(refused).equals(names, [only_resource(created).get("name")], "the names of the students in the exam")


@pytest.mark.requirement("SESSION-077")
def test_student_of_an_absent_exam_is_refused(administrator, world, shared):
    absent = administrator(CREATE, exam_id=world.absent_id("exam"), **world.student_params())
    created = administrator(CREATE, exam_id=shared.exam_id, **world.student_params())

    expect(absent).refused()
    control(created).accepted()


@pytest.mark.requirement("SESSION-079")
def test_open_time_comes_back(administrator, world, exam_id):
    seconds = int(START_OF_EXAM.timestamp())

    created = control(administrator(CREATE, exam_id=exam_id, **world.student_params(open_time=seconds))).accepted()

    found = instant(listed_student(administrator, exam_id).get("open_time"))
    readings = [START_OF_EXAM, datetime.fromtimestamp(seconds / 1000, UTC)]
    expect(created).holds(found in readings, " or ".join(map(str, readings)), str(found))


@pytest.mark.requirement("SESSION-080")
def test_unit_of_open_time(administrator, world, exam_id):
    seconds = int(START_OF_EXAM.timestamp())

    created = control(administrator(CREATE, exam_id=exam_id, **world.student_params(open_time=seconds))).accepted()

    found = instant(listed_student(administrator, exam_id).get("open_time"))
    observe(created, unit="seconds" if found == START_OF_EXAM else f"another: {found}")


@pytest.mark.requirement("SESSION-081")
def test_email_of_a_student_of_another_exam(administrator, world, exam_id, shared):
    session = world.student_session(exam_id)

    observe(administrator(CREATE, exam_id=shared.exam_id, **world.student_params(email=session["email"])))


@pytest.mark.requirement("SESSION-082")
def test_email_in_other_letter_case(administrator, world, shared):
    session = world.student_session(shared.exam_id)
    email = f"{session['email'].partition('@')[0].upper()}@example.com"

    observe(administrator(CREATE, exam_id=shared.exam_id, **world.student_params(email=email)))


@pytest.mark.requirement("SESSION-083")
def test_email_without_the_form_of_an_address(administrator, world, shared):
    observe(administrator(CREATE, exam_id=shared.exam_id, **world.student_params(email=world.name("nobody"))))


@pytest.mark.requirement("SESSION-084")
def test_status_of_creating_a_student(administrator, world, shared):
    observe(control(administrator(CREATE, exam_id=shared.exam_id, **world.student_params())).accepted())


@pytest.mark.requirement("SESSION-085")
@pytest.mark.parametrize(
    ("name", "value"), [("external_id", "ext-1"), ("student_id", 1), ("attempt", 1), ("preserve", 1)]
)
def test_further_parameters_of_a_student(administrator, world, exam_id, name, value):
    created = administrator(CREATE, exam_id=exam_id, **world.student_params(**{name: value}))

    kept = created.accepted and same(name, value, listed_student(administrator, exam_id).get(name))
    observe(created, **{name: created.status if not created.accepted else "kept" if kept else "not kept"})


@pytest.mark.requirement("SESSION-086")
def test_email_in_use_with_a_higher_attempt(administrator, world, shared):
    session = world.student_session(shared.exam_id)

    params = world.student_params(email=session["email"], attempt=1)
    observe(administrator(CREATE, exam_id=shared.exam_id, **params))


@pytest.mark.requirement("SESSION-087")
def test_defaults_of_a_new_student(administrator, world, exam_id):
    created = control(administrator(CREATE, exam_id=exam_id, **world.student_params())).accepted()

    student = listed_student(administrator, exam_id)
    observe(created, **{name: student.get(name) for name in DEFAULTED})


@pytest.mark.requirement("SESSION-088")
def test_name_with_letters_and_marks_comes_back(administrator, world, exam_id):
    name = 'Zoë «Ä» O\'Neill, "Jr" & 漢字 😀 <b>100 %</b>'

    created = expect(administrator(CREATE, exam_id=exam_id, **world.student_params(name=name))).accepted()

    expect(created).equals(listed_student(administrator, exam_id).get("name"), name, "student.name")


@pytest.mark.requirement("SESSION-089")
def test_new_student_was_created_now(administrator, world, exam_id):
    created = control(administrator(CREATE, exam_id=exam_id, **world.student_params())).accepted()

    student = listed_student(administrator, exam_id)
    for name in ("created_at", "updated_at"):
        is_now(created, name, student.get(name))


@pytest.mark.requirement("SESSION-090")
def test_open_time_outside_the_exam(administrator, world, shared):
    observe(administrator(CREATE, exam_id=shared.exam_id, **world.student_params(open_time=1_000_000_000)))


@pytest.mark.requirement("SESSION-091")
@pytest.mark.parametrize("as_html", [1, 0])
def test_individual_info_with_markup_comes_back(administrator, world, exam_id, as_html):
    # As long as instructions are: longer than what a column for a name takes.
    sent = {"individual_info": '<p>Bring <b>your</b> card & a pen 😀 «Ä» 漢字,\nit\'s "due"</p>' * 30}
    sent |= {"is_individual_info_html": as_html}

    created = control(administrator(CREATE, exam_id=exam_id, **world.student_params(**sent))).accepted()

    _, student = find(
        administrator, "student_sessions_index", "students", only_resource(created)["id"], exam_id=exam_id
    )
    comes_back(created, student or {}, sent)


@pytest.mark.requirement("SESSION-092")
@pytest.mark.parametrize(
    ("label", "value"),
    [("null", None), ("white space", "   "), ("number", 5), ("array", ["a"])],
)
def test_name_that_is_no_text(administrator, world, shared, label, value):
    created = administrator(CREATE, exam_id=shared.exam_id, **world.student_params(name=value))

    observe(created, **{label: created.status})


@pytest.mark.requirement("SESSION-093")
@pytest.mark.parametrize("change", ["student_sessions_update", "student_sessions_update_put"])
def test_email_that_a_change_took_is_refused(administrator, world, exam_id, change):
    session, email = world.student_session(exam_id), world.email()
    changed = administrator(change, purpose="set-up", id=session["id"], **world.student_params(email=email))
    require(changed.accepted, f"the change of the email was refused: {changed.line}", blocked_by="SESSION-110")

    refused = administrator(CREATE, exam_id=exam_id, **world.student_params(email=email))
    created = administrator(CREATE, exam_id=exam_id, **world.student_params())

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("SESSION-094")
def test_email_that_a_change_gave_up(administrator, world, exam_id):
    session = world.student_session(exam_id)
    control(administrator("student_sessions_update", id=session["id"], **world.student_params())).accepted()

    observe(administrator(CREATE, exam_id=exam_id, **world.student_params(email=session["email"])))
