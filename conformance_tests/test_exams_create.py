"""Exams: create."""

import pytest

from contract.checks.acceptance import accepted_as_usual
from contract.checks.lists import column
from contract.checks.shape import resource
from contract.checks.texts import has_text
from contract.checks.values import comes_back, is_now, same
from contract.judgement import NotTested, control, expect, observe, require
from contract.printed import documented_example

ALTERNATING = {"global_proctoring": 1, "global_reviewing": 0, "for_reviewing": 1, "upload_answers": 0, "mobile_cam": 1}
SWAPPED = {name: 1 - value for name, value in ALTERNATING.items()}


@pytest.mark.smoke
@pytest.mark.requirement("EXAM-040")
def test_exam_is_created(administrator, world):
    expect(administrator("exams_create", **world.exam_params())).accepted()


@pytest.mark.parametrize("spoiled", ["absent", "empty"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("name", marks=pytest.mark.requirement("EXAM-042")),
        pytest.param("type", marks=pytest.mark.requirement("EXAM-043")),
    ],
)
def test_exam_without_a_required_parameter_is_refused(administrator, world, name, spoiled):
    params = world.exam_params()
    rest = {each: value for each, value in params.items() if each != name}

    refused = administrator("exams_create", **rest, **({name: ""} if spoiled == "empty" else {}))
    created = administrator("exams_create", **params)

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("EXAM-044")
@pytest.mark.parametrize("spoiled", ["absent", "empty"])
@pytest.mark.parametrize("name", ["name", "type"])
def test_missing_parameter_of_an_exam_is_named(administrator, world, name, spoiled):
    params = world.exam_params()
    rest = {each: value for each, value in params.items() if each != name}

    refused = administrator("exams_create", **rest, **({name: ""} if spoiled == "empty" else {}))
    created = administrator("exams_create", **params)

    expect(refused).refused()
    control(created).accepted()
    has_text(refused, f"Param is missing or the value is empty: {name}")


@pytest.mark.requirement("EXAM-045")
def test_created_exam_comes_back_as_sent(administrator, world):
    sent = world.exam_params(duration_minutes=123)

    created = control(administrator("exams_create", **sent)).accepted()

    comes_back(created, resource(created, "exam"), sent)


@pytest.mark.requirement("EXAM-045")
@pytest.mark.parametrize("month", ["01", "03", "04", "07", "10"])
def test_start_time_is_kept_in_every_season(administrator, world, month):
    sent = world.exam_params(start_time=f"2035-{month}-30T12:34:56.789+00:00")

    created = control(administrator("exams_create", **sent)).accepted()
    shown = control(administrator("exams_show", id=resource(created, "exam").get("id"))).accepted()

    for exchange in (created, shown):
        comes_back(exchange, resource(exchange, "exam"), {"start_time": sent["start_time"]})


@pytest.mark.requirement("EXAM-046")
def test_whole_example_is_accepted(administrator, world):
    sent = {**documented_example("exams_create"), "name": world.name("exam"), "institute_id": world.institute_id}

    created = accepted_as_usual(administrator("exams_create", **sent), world.exam)

    expect(created).equals(resource(created, "exam").get("name"), sent["name"], "exam.name")


@pytest.mark.requirement("EXAM-047")
def test_every_exam_gets_an_id_of_its_own(administrator, world):
    first = control(administrator("exams_create", **world.exam_params())).accepted()
    second = control(administrator("exams_create", **world.exam_params())).accepted()

    ids = [resource(exchange, "exam").get("id") for exchange in (first, second)]
    expect(second).holds(ids[0] != ids[1], "two different ids", f"{ids[0]} twice")


@pytest.mark.requirement("EXAM-048")
def test_refused_creation_creates_nothing(administrator, world):
    params = world.exam_params()
    without_type = {name: value for name, value in world.exam_params().items() if name != "type"}

    refused = administrator("exams_create", **without_type)
    created = administrator("exams_create", **params)
    names = column(administrator, "exams_index", "exams", "name")

    expect(refused).refused()
    control(created).accepted()
    expect(refused).holds(without_type["name"] not in names, "no such exam in the list", "an exam with its name")
    require(params["name"] in names, "the list does not hold the exam that was created", blocked_by="EXAM-003")


@pytest.mark.requirement("EXAM-049")
def test_start_time_in_utc_comes_back(administrator, world):
    sent = world.exam_params(start_time="2035-09-20T08:37:00.000Z")

    created = accepted_as_usual(administrator("exams_create", **sent), world.exam)

    comes_back(created, resource(created, "exam"), {"start_time": sent["start_time"]})


@pytest.mark.requirement("EXAM-050")
def test_new_exam_was_created_now(administrator, world):
    created = control(administrator("exams_create", **world.exam_params())).accepted()

    exam = resource(created, "exam")
    for name in ("created_at", "updated_at"):
        is_now(created, name, exam.get(name))


@pytest.mark.requirement("EXAM-051")
def test_status_of_a_new_exam(administrator, world):
    created = control(administrator("exams_create", **world.exam_params())).accepted()

    observe(created, exam_status=resource(created, "exam").get("status"))


@pytest.mark.requirement("EXAM-052")
def test_status_of_creating_an_exam(administrator, world):
    observe(control(administrator("exams_create", **world.exam_params())).accepted())


@pytest.mark.requirement("EXAM-053")
def test_types_of_exam(administrator, world):
    for type in ("record_review", "demo", "classic", "classroom", "live_proctoring", "no_such_type"):
        created = administrator("exams_create", **world.exam_params(type=type))

        observe(created, **{type: created.status})


@pytest.mark.requirement("EXAM-054")
def test_parameters_that_may_be_left_out(administrator, world):
    optional = sorted(world.exam_params().keys() - {"name", "type"})
    for name in optional:
        rest = {each: value for each, value in world.exam_params().items() if each != name}

        created = administrator("exams_create", **rest)

        observe(created, **{name: created.status})


@pytest.mark.requirement("EXAM-055")
def test_exam_with_json_booleans(administrator, world):
    observe(administrator("exams_create", **world.exam_params(use_duration=True, upload_answers=False)))


@pytest.mark.requirement("EXAM-056")
def test_exam_with_a_boolean_that_is_another_word(administrator, world):
    observe(administrator("exams_create", **world.exam_params(upload_answers="maybe")))


@pytest.mark.requirement("EXAM-057")
def test_exam_with_a_start_time_that_is_no_time(administrator, world):
    observe(administrator("exams_create", **world.exam_params(start_time="tomorrow, perhaps")))


@pytest.mark.requirement("EXAM-058")
def test_exam_with_a_duration_out_of_range(administrator, world):
    for label, duration in {"negative": -1, "zero": 0, "word": "long"}.items():
        created = administrator("exams_create", **world.exam_params(duration_minutes=duration))

        observe(created, **{label: created.status})


@pytest.mark.requirement("EXAM-059")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("end_time", "2035-11-21T05:00:00.000+01:00"),
        ("timezone", 2),
        ("exam_language", "nl"),
        ("published", 1),
        ("student_experience", 1),
    ],
)
def test_further_parameters_of_an_exam(administrator, world, name, value):
    created = administrator("exams_create", **world.exam_params(**{name: value}))

    exam = created.json.get("exam", {}) if created.accepted and isinstance(created.json, dict) else {}
    kept = "kept" if name in exam and same(name, value, exam[name]) else "not kept"
    observe(created, **{name: kept if created.accepted else created.status})


@pytest.mark.requirement("EXAM-060")
def test_restrictions_of_an_exam(administrator, world):
    sent = documented_example("exams_create")["restrictions"]

    created = control(administrator("exams_create", **world.exam_params(restrictions=sent))).accepted()

    answered = resource(created, "exam").get("restrictions")
    observe(created, restrictions="as sent" if answered == sent else answered)


@pytest.mark.requirement("EXAM-062")
def test_name_with_letters_and_marks_comes_back(administrator, world):
    name = world.name('Prüfung «Ä», 100 % "sure" & it\'s <b>bold</b> 漢字 😀, too')

    created = accepted_as_usual(administrator("exams_create", **world.exam_params(name=name)), world.exam)

    expect(created).equals(resource(created, "exam").get("name"), name, "exam.name")


@pytest.mark.requirement("EXAM-063")
@pytest.mark.parametrize("booleans", [ALTERNATING, SWAPPED], ids=["alternating", "swapped"])
def test_booleans_come_back_as_sent(administrator, world, booleans):
    created = control(administrator("exams_create", **world.exam_params(**booleans))).accepted()

    comes_back(created, resource(created, "exam"), booleans)


@pytest.mark.requirement("EXAM-063")
def test_use_duration_comes_back_as_sent(administrator, world):
    created = administrator("exams_create", **world.exam_params(use_duration=0))
    if created.refused:
        raise NotTested("the target takes no exam without a fixed duration")

    control(created).accepted()
    comes_back(created, resource(created, "exam"), {"use_duration": 0})


@pytest.mark.requirement("EXAM-064")
@pytest.mark.parametrize("offset", ["+00:00", "-08:00", "+05:30", "-03:30"])
def test_start_time_with_another_offset_is_the_same_instant(administrator, world, offset):
    sent = world.exam_params(start_time=f"2035-03-31T23:15:00.000{offset}")

    created = control(administrator("exams_create", **sent)).accepted()

    comes_back(created, resource(created, "exam"), {"start_time": sent["start_time"]})


@pytest.mark.requirement("EXAM-065")
def test_status_of_an_exam_in_the_past(administrator, world):
    params = world.exam_params(start_time="2018-11-21T00:54:00.000+01:00")
    created = administrator("exams_create", **params)
    if not created.accepted:
        observe(created, exam_status=f"none: {created.status}")
        return
    exam_id = resource(created, "exam").get("id")
    administrator("documents_create", purpose="set-up", exam_id=exam_id, exam_content="Instructions")

    shown = control(administrator("exams_show", id=exam_id)).accepted()

    observe(created, exam_status=resource(shown, "exam").get("status"))


@pytest.mark.requirement("EXAM-066")
def test_exam_without_a_fixed_duration(administrator, world):
    observe(administrator("exams_create", **world.exam_params(use_duration=0)))


@pytest.mark.requirement("EXAM-067")
@pytest.mark.parametrize(
    ("label", "value"),
    [("null", None), ("white space", "   "), ("number", 5), ("array", ["a"])],
)
def test_name_that_is_no_text(administrator, world, label, value):
    created = administrator("exams_create", **world.exam_params(name=value))

    observe(created, **{label: created.status})
