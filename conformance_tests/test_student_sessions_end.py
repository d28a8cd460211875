"""Student sessions: end the exam of a student."""

import pytest

from contract.checks.lists import find
from contract.checks.shape import has_shape
from contract.checks.values import agrees, instant, is_now
from contract.judgement import control, expect, observe, require
from contract.printed import documented_example

END = "student_sessions_end_exam"


@pytest.fixture
def session(world, shared):
    """Return a student session that has not ended."""
    shared.needs_sessions_that_can_be_ended()
    return world.student_session(world.exam()["id"])


@pytest.fixture
def notification():
    """Return the parameters of the documented example."""
    return documented_example(END)


@pytest.fixture
def ended(administrator, session, notification):
    """Return the answer that ended the student session."""
    return control(administrator(END, id=session["id"], **notification)).accepted()


def listed(client, session):
    """Return a student session as the list of its exam shows it now."""
    _, row = find(client, "student_sessions_index", "students", session["id"], exam_id=session["exam_id"])
    require(row, "the list of the exam does not hold the student", blocked_by="SESSION-003")
    return row


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-180")
def test_session_is_ended(administrator, session, notification):
    expect(administrator(END, id=session["id"], **notification)).accepted()


@pytest.mark.requirement("SESSION-181")
def test_answer_has_message_end_time_and_recording(ended):
    has_shape(ended, "envelope", "presence")


@pytest.mark.requirement("SESSION-182")
def test_message_tells_of_success(ended):
    body = ended.json if isinstance(ended.json, dict) else {}

    expect(ended).equals(body.get("message"), "end_exam_time_success", "message")


@pytest.mark.requirement("SESSION-183")
def test_end_time_has_milliseconds_and_an_offset(ended):
    body = ended.json if isinstance(ended.json, dict) else {}

    has_shape(ended, "time")
    expect(ended).holds(instant(body.get("end_time")), "an end_time", repr(body.get("end_time")))


@pytest.mark.requirement("SESSION-184")
def test_recording_response_is_a_boolean(ended):
    body = ended.json if isinstance(ended.json, dict) else {}

    expect(ended).holds(
        isinstance(body.get("recording_response"), bool), "a boolean", repr(body.get("recording_response"))
    )


@pytest.mark.requirement("SESSION-185")
def test_ended_session_is_finished(administrator, session, notification):
    before = listed(administrator, session).get("status")
    require(before != "exam_finished", "the new session is finished already", blocked_by="SESSION-073")

    ended = control(administrator(END, id=session["id"], **notification)).accepted()

    expect(ended).equals(listed(administrator, session).get("status"), "exam_finished", "student.status")


@pytest.mark.requirement("SESSION-185")
def test_ended_session_is_finished_after_its_mail_too(administrator, world, shared, notification):
    shared.needs_sessions_that_can_be_ended()
    session = world.student_session(world.open_exam()["id"])
    control(administrator("exams_send_emails", id=session["exam_id"])).accepted()
    before = listed(administrator, session).get("status")
    require(before in ("email_sent", "email_bounced"), f"the student has the status {before}", blocked_by="EXAM-302")

    ended = control(administrator(END, id=session["id"], **notification)).accepted()

    expect(ended).equals(listed(administrator, session).get("status"), "exam_finished", "student.status")


@pytest.mark.parametrize("spoiled", ["absent", "empty"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("notification_title", marks=pytest.mark.requirement("SESSION-186")),
        pytest.param("notification_text", marks=pytest.mark.requirement("SESSION-187")),
        pytest.param("notification_type", marks=pytest.mark.requirement("SESSION-188")),
    ],
)
def test_end_without_a_notification_is_refused(administrator, session, notification, name, spoiled):
    rest = {each: value for each, value in notification.items() if each != name}

    refused = administrator(END, id=session["id"], **rest, **({name: ""} if spoiled == "empty" else {}))
    ended = administrator(END, id=session["id"], **notification)

    expect(refused).refused()
    control(ended).accepted()


@pytest.mark.requirement("SESSION-189")
def test_absent_session_is_not_found(administrator, world, session, notification):
    absent = administrator(END, id=world.absent_id("student_session"), **notification)
    ended = administrator(END, id=session["id"], **notification)

    expect(absent).refused(404)
    control(ended).accepted()


@pytest.mark.requirement("SESSION-192")
def test_end_time_is_that_of_the_session(administrator, session, ended):
    answered = ended.json.get("end_time") if isinstance(ended.json, dict) else None

    shown = listed(administrator, session).get("end_time")
    same_instant = instant(answered) is not None and instant(answered) == instant(shown)
    expect(ended).holds(same_instant, f"the session's end_time {shown}", str(answered))


@pytest.mark.requirement("SESSION-193")
def test_other_session_is_not_ended(administrator, world, session, notification):
    ended_one = world.student_session(session["exam_id"])
    others = [listed(administrator, each) for each in (session, world.student_session(session["exam_id"]))]

    ended = control(administrator(END, id=ended_one["id"], **notification)).accepted()

    for other in others:
        agrees(ended, listed(administrator, other), other)


@pytest.mark.requirement("SESSION-194")
@pytest.mark.parametrize("missing", ["notification_title", "notification_text", "notification_type"])
def test_refused_request_ends_nothing(administrator, session, notification, missing):
    before = listed(administrator, session)

    refused = administrator(END, id=session["id"], **{**notification, missing: ""})
    after = listed(administrator, session)
    ended = administrator(END, id=session["id"], **notification)

    expect(refused).refused()
    agrees(refused, after, before)
    control(ended).accepted()


@pytest.mark.requirement("SESSION-195")
def test_ending_a_session_twice(administrator, session, ended, notification):
    observe(administrator(END, id=session["id"], **notification))


@pytest.mark.requirement("SESSION-196")
def test_status_without_a_notification(administrator, session):
    observe(administrator(END, id=session["id"]))


@pytest.mark.requirement("SESSION-197")
def test_types_of_notification(administrator, world, session, notification):
    for type in ("warning", "info", "error", "no_such_type"):
        session = world.student_session(session["exam_id"])

        ended = administrator(END, id=session["id"], **{**notification, "notification_type": type})

        observe(ended, **{type: ended.status})


@pytest.mark.requirement("SESSION-199")
def test_end_time_is_now(ended):
    is_now(ended, "end_time", ended.json.get("end_time") if isinstance(ended.json, dict) else None)


@pytest.mark.requirement("SESSION-426")
def test_ending_before_the_student_has_started(administrator, world, shared, notification):
    session = world.student_session(shared.exam_id)

    observe(administrator(END, id=session["id"], **notification))
