"""Exams: list, show, destroy, and the exam wherever it is answered."""

import pytest

from contract.checks.acceptance import accepted_as_usual, usual
from contract.checks.lists import find
from contract.checks.shape import has_resource, has_rows, has_shape, resource, rows
from contract.checks.tables import Table, shows_each_once
from contract.checks.texts import has_text
from contract.checks.values import agrees, comes_back
from contract.judgement import NotTested, control, expect, observe, require
from contract.marks import per_operation

STATUSES = ("draft", "open", "closed", "deleted")
BINARY_DIGITS, HEXADECIMAL_DIGITS = set("01"), set("0123456789abcdef")


@pytest.fixture
def open_exam_id(administrator, world):
    """Return an exam whose document has opened it."""
    exam_id = world.open_exam()["id"]
    status = resource(administrator("exams_show", purpose="set-up", id=exam_id), "exam").get("status")
    require(status == "open", f"an exam with a document is {status}", blocked_by="DOC-030")
    return exam_id


# -- exams_index ------------------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("EXAM-001")
def test_exams_are_listed(administrator):
    expect(administrator("exams_index")).accepted()


@pytest.mark.requirement("EXAM-002")
def test_list_of_exams_stands_under_its_key(administrator):
    listed = control(administrator("exams_index")).accepted()

    has_rows(listed, "exams")
    has_shape(listed, "envelope")


@pytest.mark.requirement("EXAM-003")
def test_created_exam_is_listed(administrator, world):
    # What the list answered before must not be remembered.
    control(administrator("exams_index")).accepted()
    exam = world.exam()

    listed, row = find(administrator, "exams_index", "exams", exam["id"])

    control(listed).accepted()
    expect(listed).holds(row, f"exam {exam['id']} in the list", "it stands on no page")


@pytest.mark.requirement("EXAM-004")
def test_list_shows_an_exam_as_show_does(administrator, world):
    exam = world.exam()

    shown = control(administrator("exams_show", id=exam["id"])).accepted()
    listed, row = find(administrator, "exams_index", "exams", exam["id"])

    control(listed).accepted()
    require(row, "the list does not show the exam", blocked_by="EXAM-003")
    agrees(listed, row, resource(shown, "exam"))


@pytest.mark.requirement("EXAM-005")
@pytest.mark.parametrize("status", STATUSES)
def test_status_selects_exams(administrator, sample, shared, open_exam_id, status):
    # Which status a new exam has is not said.
    new = resource(administrator("exams_show", purpose="set-up", id=shared.exam_id), "exam").get("status")
    id, known = (shared.exam_id, status) if new == status else (open_exam_id, "open")

    listed = administrator("exams_index", status=status)

    accepted_as_usual(listed, usual(sample, "exams_index"))
    others = [row for row in rows(listed, "exams") if row.get("status") != status]
    expect(listed).holds(not others, f"exams with status {status} only", lambda: f"one with {others[0].get('status')}")

    # A list that is always empty selects nothing.
    selected, row = find(administrator, "exams_index", "exams", id, status=known)
    require(row, f"an exam that is {known} is not listed as such", blocked_by="EXAM-006")
    expect(selected).equals(row.get("status"), known, "the status of a listed exam")


@pytest.mark.requirement("EXAM-006")
@pytest.mark.parametrize("kind", ["new", "open"])
def test_exam_is_listed_under_its_status(administrator, world, open_exam_id, kind):
    exam_id = open_exam_id if kind == "open" else world.exam()["id"]
    shown = control(administrator("exams_show", id=exam_id)).accepted()
    status = resource(shown, "exam").get("status")

    listed, row = find(administrator, "exams_index", "exams", exam_id, status=status)

    control(listed).accepted()
    expect(listed).holds(row, f"exam {exam_id}, which is {status}, in the list", "it stands on no page")


@pytest.mark.requirement("EXAM-007")
@pytest.mark.parametrize("status", ["draft", "closed"])
def test_open_exam_is_not_listed_as_another(administrator, open_exam_id, status):
    listed, row = find(administrator, "exams_index", "exams", open_exam_id, status=status)

    control(listed).accepted()
    expect(listed).holds(row is None, f"no open exam with status={status}", f"exam {open_exam_id} is listed")


@pytest.mark.requirement("EXAM-008")
def test_list_with_a_status_that_is_none(administrator, shared):
    assert shared.exam_id

    listed = administrator("exams_index", status="no_such_status")

    found = listed.json.get("exams") if listed.accepted and isinstance(listed.json, dict) else None
    observe(listed, status=listed.status, list="none" if found is None else "rows" if found else "empty")


@pytest.mark.requirement("EXAM-009")
def test_destroyed_exam_in_the_list_of_deleted_ones(administrator, world):
    exam = world.exam()
    control(administrator("exams_destroy", purpose="set-up", id=exam["id"])).accepted()

    listed, row = find(administrator, "exams_index", "exams", exam["id"], status="deleted")

    observe(listed, listed_as_deleted=row is not None)


@pytest.mark.requirement("EXAM-011")
def test_destroyed_exam_in_the_list_of_all(administrator, world):
    exam = world.exam()
    control(administrator("exams_destroy", purpose="set-up", id=exam["id"])).accepted()

    listed, row = find(administrator, "exams_index", "exams", exam["id"])

    observe(listed, listed=row is not None, as_status=row and row.get("status"))


@pytest.mark.requirement("EXAM-010")
def test_no_exam_is_listed_twice(administrator, shared):
    listed = Table(administrator, "exams_index", "exams", {}, {}, (shared.exam_id,)).read()

    control(listed.exchange).accepted()
    require(listed.own, "the list does not show the exam", blocked_by="EXAM-003")
    shows_each_once(listed)


# -- exams_show -------------------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("EXAM-020")
def test_exam_is_shown(administrator, shared):
    expect(administrator("exams_show", id=shared.exam_id)).accepted()


@per_operation(
    exams_show="EXAM-021",
    exams_create="EXAM-041",
    exams_update="EXAM-102",
    exams_update_put="EXAM-103",
)
def test_answer_is_one_exam_under_its_key(operation_id, sample):
    answered = control(sample.send(sample(operation_id))).accepted()

    has_resource(answered, "exam")
    has_shape(answered, "envelope")


@pytest.mark.requirement("EXAM-022")
def test_exam_that_was_asked_for_is_shown(administrator, world):
    for exam in (world.exam(), world.exam()):
        shown = control(administrator("exams_show", id=exam["id"])).accepted()

        expect(shown).equals(resource(shown, "exam").get("id"), exam["id"], "exam.id")


@pytest.mark.requirement("EXAM-023")
def test_absent_exam_is_not_found(administrator, shared):
    absent = administrator("exams_show", id=administrator.sender.absent_id())
    shown = administrator("exams_show", id=shared.exam_id)

    expect(absent).refused(404)
    control(shown).accepted()


@pytest.mark.requirement("EXAM-024")
def test_absent_exam_is_named(administrator, shared):
    id = administrator.sender.absent_id()

    absent = administrator("exams_show", id=id)
    shown = administrator("exams_show", id=shared.exam_id)

    expect(absent).refused()
    control(shown).accepted()
    has_text(absent, f"Couldn't find Exam with 'id'='{id}'")


@per_operation(
    exams_show="EXAM-025",
    exams_update="EXAM-115",
    exams_update_put="EXAM-115",
    exams_destroy="EXAM-167",
    exams_index_students="EXAM-189",
    exams_show_student="EXAM-209",
    exams_add_student="EXAM-252",
    exams_delete_student="EXAM-288",
    exams_send_emails="EXAM-305",
    exams_add_comanager="EXAM-326",
    exams_remove_comanager="EXAM-346",
)
def test_exam_id_that_is_a_word_is_refused(operation_id, sample):
    request = sample(operation_id)

    word = sample.send(request, id="word")
    number = sample.send(request)

    expect(word).refused()
    control(number).accepted()


@pytest.mark.requirement("EXAM-026")
def test_status_of_an_exam_id_that_is_a_word(administrator):
    observe(administrator("exams_show", id="word"))


@pytest.mark.requirement("EXAM-027")
def test_exam_id_followed_by_letters(administrator, shared):
    observe(administrator("exams_show", id=f"{shared.exam_id}abc"))


@pytest.mark.requirement("EXAM-028")
def test_exam_is_shown_as_it_was_created(administrator, world):
    sent = world.exam_params(upload_answers=1, mobile_cam=0, duration_minutes=45)
    exam = world.create("exams_create", **sent)

    shown = control(administrator("exams_show", id=exam["id"])).accepted()

    comes_back(shown, resource(shown, "exam"), sent)


# -- exams_destroy ----------------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("EXAM-160")
def test_exam_is_destroyed(administrator, world):
    exam = world.exam()

    expect(administrator("exams_destroy", id=exam["id"])).accepted()


@pytest.mark.requirement("EXAM-161")
@pytest.mark.parametrize("status", ["new", "open"])
def test_destroyed_exam_is_gone(status, administrator, world):
    exam = world.open_exam() if status == "open" else world.exam()
    control(administrator("exams_show", purpose="set-up", id=exam["id"])).accepted()

    destroyed = administrator("exams_destroy", id=exam["id"])
    if status == "open" and destroyed.refused:
        raise NotTested("the target does not destroy an exam that is open, of which nothing is documented")
    control(destroyed).accepted()
    shown = administrator("exams_show", id=exam["id"])

    gone = shown.refused or (shown.accepted and resource(shown, "exam").get("status") == "deleted")
    expect(shown).holds(gone, "a refusal, or an exam with status deleted", lambda: f"{shown.line}: {shown.text[:120]}")


@pytest.mark.requirement("EXAM-162")
def test_destroyed_exam_is_no_longer_listed(administrator, world):
    exams, kept = (world.exam(), world.open_exam()), world.exam()
    _, before = find(administrator, "exams_index", "exams", exams[0]["id"])
    require(before, "a new exam is not listed", blocked_by="EXAM-003")

    for exam in exams:
        destroyed = administrator("exams_destroy", id=exam["id"])
        if destroyed.refused and exam is not exams[0]:
            continue  # whether an exam that is open can be destroyed is not documented
        control(destroyed).accepted()
        listed, row = find(administrator, "exams_index", "exams", exam["id"])

        status = (row or {"status": "deleted"}).get("status")
        expect(listed).holds(status == "deleted", "no destroyed exam in the list", f"one with status {status}")
    _, other = find(administrator, "exams_index", "exams", kept["id"])
    require(other, "the list does not hold an exam that was not destroyed", blocked_by="EXAM-003")


@pytest.mark.requirement("EXAM-163")
def test_other_exam_outlives_a_destroyed_one(administrator, world):
    earlier, exam, later = world.exam(), world.exam(), world.exam()
    others = [control(administrator("exams_show", id=each["id"])).accepted() for each in (earlier, later)]

    control(administrator("exams_destroy", id=exam["id"])).accepted()

    for each, before in zip((earlier, later), others, strict=True):
        shown = expect(administrator("exams_show", id=each["id"])).accepted()
        agrees(shown, resource(shown, "exam"), resource(before, "exam"))


@pytest.mark.requirement("EXAM-164")
def test_destroying_an_absent_exam_is_refused(administrator, world):
    exam = world.exam()

    absent = administrator("exams_destroy", id=world.absent_id("exam"))
    destroyed = administrator("exams_destroy", id=exam["id"])

    expect(absent).refused()
    control(destroyed).accepted()


@pytest.mark.requirement("EXAM-165")
def test_status_of_destroying_an_absent_exam(administrator, world):
    observe(administrator("exams_destroy", id=world.absent_id("exam")))


@pytest.mark.requirement("EXAM-166")
def test_destroying_an_exam_twice(administrator, world):
    exam = world.exam()
    control(administrator("exams_destroy", purpose="set-up", id=exam["id"])).accepted()

    observe(administrator("exams_destroy", id=exam["id"]))


@pytest.mark.requirement("EXAM-168")
def test_answer_to_destroying_an_exam(administrator, world):
    exam = world.exam()

    destroyed = control(administrator("exams_destroy", id=exam["id"])).accepted()

    observe(destroyed, status=destroyed.status, body=destroyed.text[:40] if len(destroyed.body) < 5 else "more")


@pytest.mark.requirement("EXAM-169")
def test_session_of_a_destroyed_exam(administrator, world):
    exam = world.exam()
    session = world.student_session(exam["id"])
    destroyed = control(administrator("exams_destroy", id=exam["id"])).accepted()

    shown = administrator("student_sessions_show", id=session["id"])

    observe(destroyed, shown_status=shown.status)


@pytest.mark.requirement("EXAM-170")
def test_showing_a_destroyed_exam(administrator, world):
    exam = world.exam()
    destroyed = control(administrator("exams_destroy", id=exam["id"])).accepted()

    observe(destroyed, shown_status=administrator("exams_show", id=exam["id"]).status)


# -- the exam, wherever it is answered --------------------------------------------------------------------------------


@pytest.fixture
def answered(operation_id, sample, shared):
    """Return an accepted answer of the operation; the list has an exam in it."""
    assert shared.exam_id
    answer = control(sample.send(sample(operation_id))).accepted()
    require(exams_in(answer), f"{answer.line} holds no exam", blocked_by="EXAM-002")
    return answer


def exams_in(answer):
    """Return the exams of an answer, be it a list or one."""
    body = answer.json if isinstance(answer.json, dict) else {}
    found = body.get("exams", [body.get("exam")])
    return [exam for exam in found if isinstance(exam, dict)]


@pytest.mark.requirement("EXAM-400")
def test_exam_has_every_field(operation_id, answered):
    has_shape(answered, "presence")


@pytest.mark.requirement("EXAM-401")
def test_exam_has_an_identity(operation_id, answered):
    has_shape(answered, "identity")


@pytest.mark.requirement("EXAM-402")
def test_times_of_an_exam_have_milliseconds_and_an_offset(operation_id, answered):
    has_shape(answered, "time")


@pytest.mark.requirement("EXAM-403")
def test_fields_of_an_exam_have_the_printed_types(operation_id, answered):
    has_shape(answered, "type")


@pytest.mark.requirement("EXAM-404")
def test_status_of_an_exam_is_a_documented_one(operation_id, answered):
    statuses = {exam.get("status") for exam in exams_in(answered)}

    expect(answered).holds(statuses <= set(STATUSES), f"one of {', '.join(STATUSES)}", f"{statuses}")


@pytest.mark.requirement("EXAM-405")
def test_mode_and_token_of_an_exam_look_as_printed(operation_id, answered):
    for exam in exams_in(answered):
        mode, token = exam.get("mode"), str(exam.get("token"))
        looks_right = mode is None or (len(str(mode)) == 8 and set(str(mode)) <= BINARY_DIGITS)
        expect(answered).holds(looks_right, "a mode of eight 0 or 1", str(mode))
        expect(answered).holds(
            len(token) == 32 and set(token.lower()) <= HEXADECIMAL_DIGITS,
            "a token of 32 hexadecimal digits",
            f"{len(token)} characters",
        )


@pytest.mark.requirement("EXAM-406")
def test_every_exam_has_a_token_of_its_own(administrator, world):
    first = control(administrator("exams_create", **world.exam_params())).accepted()
    second = control(administrator("exams_create", **world.exam_params())).accepted()

    tokens = [resource(exchange, "exam").get("token") for exchange in (first, second)]
    expect(second).holds(tokens[0] != tokens[1] and all(tokens), "two different tokens", "one token twice, or none")
