"""Faults of student sessions: update, destroy, end_exam."""

from __future__ import annotations

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import raw, sessions
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, both, wrap
from contract.mock.operations import Handler

add = area(__name__)

PATCH, PUT = "student_sessions_update", "student_sessions_update_put"
BOTH = (PATCH, PUT)
DESTROY, END = "student_sessions_destroy", "student_sessions_end_exam"


def others(assignment: str, which: str = "id != ?") -> s.Statement:
    """Change the other sessions of the exam; *which* compares with the id of the one in the path."""
    return lambda call: (
        f"UPDATE student_sessions SET {assignment} WHERE exam_id = ? AND {which}",
        [call.found["session"]["exam_id"], call.found["session"]["id"]],
    )


def itself(assignment: str, *columns: str) -> s.Statement:
    """Change the session of the path; values: the columns as they were before."""
    return lambda call: (
        f"UPDATE student_sessions SET {assignment} WHERE id = ?",
        [*(call.found["session"][name] for name in columns), call.found["session"]["id"]],
    )


JUST_BEFORE = "id = (SELECT max(b.id) FROM student_sessions b WHERE b.exam_id = student_sessions.exam_id AND b.id < ?)"

# update ---------------------------------------------------------------------------------------------------------------


def refuses_own_email(call: Call, inner: Handler) -> Reply:
    if call.params.get("email") == call.found["session"]["email"]:
        raise Refusal("email_taken")
    return inner(call)


def stored_before_email_check(call: Call, inner: Handler) -> Reply:
    """The other parameters are stored before the address is found to be taken."""
    session = call.found["session"]
    try:
        return inner(call)
    except Refusal as refusal:
        for name in ("name", "individual_info"):
            if call.params.get(name) is not None:
                sql = f"UPDATE student_sessions SET {name} = ? WHERE id = ?"
                call.store.execute(sql, (call.params[name], session["id"]))
        return call.rules.refusal(call.operation, refusal)


f.fails(add, PATCH, "SESSION-110")
f.forbidden(add, PUT, "SESSION-111")
f.envelope(add, PATCH, "student_session", "SESSION-112")
f.bare(add, PUT, "SESSION-113")
add(
    "student-sessions-update-info-dropped",
    BOTH,
    "Changing a session forgets individual_info.",
    p.dropped("individual_info"),
    "SESSION-114",
    "SESSION-115",
    also=("SESSION-116", "SESSION-117"),
)
add(
    "student-sessions-update-put-answers-old",
    PUT,
    "PUT answers the name that the session had before.",
    a.each(lambda call, found: found.update(name=call.found["session"]["name"])),
    "SESSION-115",
)
add(
    "student-sessions-update-name-not-kept",
    PATCH,
    "PATCH answers the new name of a session, but keeps the old one.",
    s.not_stored("session", "name"),
    "SESSION-116",
)
add(
    "student-sessions-update-put-email-not-kept",
    PUT,
    "PUT answers the new email of a session, but keeps the old one.",
    s.not_stored("session", "email", "email_key"),
    "SESSION-117",
)
add(
    "student-sessions-update-forgets-info",
    PATCH,
    "PATCH removes individual_info when it is not named.",
    p.unless_sent("individual_info", None),
    "SESSION-118",
)
add(
    "student-sessions-update-forgets-flags",
    PATCH,
    "PATCH sets skip_requirements to false when it is not named.",
    p.unless_sent("skip_requirements", 0),
    "SESSION-118",
)
add(
    "student-sessions-update-taken-email",
    BOTH,
    "A session can be changed to the email of another student of the exam.",
    sessions.same_email_twice(),
    "SESSION-120",
    also=("SESSION-121", "SESSION-129"),
)
add(
    "student-sessions-update-taken-email-by-put",
    PUT,
    "PUT, but not PATCH, changes a session to the email of another student of the exam.",
    sessions.same_email_twice(),
    "SESSION-120",
    also=("SESSION-121", "SESSION-129"),
)
f.texts(add, PATCH, "email_taken", "Email is in use", "SESSION-121")
add(
    "student-sessions-update-own-email-refused",
    BOTH,
    "A change that names the student's own email is refused as taken.",
    wrap(refuses_own_email),
    "SESSION-122",
)
add(
    "student-sessions-update-any-word-is-html",
    BOTH,
    "Changing a session takes any word for is_individual_info_html as true.",
    p.read_as("is_individual_info_html", p.true),
    "SESSION-123",
    also=("SESSION-129",),
)
add(
    "student-sessions-update-any-word-skips",
    PUT,
    "PUT takes any word for skip_requirements as false.",
    p.read_as("skip_requirements", p.zero),
    "SESSION-124",
    also=("SESSION-129",),
)
add(
    "student-sessions-update-open-time-word",
    BOTH,
    "Changing a session reads a word as open_time 0.",
    p.read_as("open_time", p.zero),
    "SESSION-125",
    also=("SESSION-129",),
)
add(
    "student-sessions-update-zero-ignored",
    PATCH,
    "PATCH takes skip_requirements = 0 for not given.",
    raw.dropped_if("skip_requirements", raw.zero_is_nothing),
    "SESSION-126",
)
add(
    "student-sessions-update-put-html-once",
    PUT,
    "PUT never sets is_individual_info_html back to false.",
    raw.dropped_if("is_individual_info_html", raw.zero_is_nothing),
    "SESSION-126",
)
add(
    "student-sessions-update-all-of-exam",
    PATCH,
    "PATCH moves updated_at of every other session of the exam.",
    s.afterwards(others("updated_at = updated_at + 1")),
    "SESSION-127",
)
add(
    "student-sessions-update-put-neighbour",
    PUT,
    "PUT marks the session that was added just before as archived.",
    s.afterwards(others("archived = 1 - archived", JUST_BEFORE)),
    "SESSION-127",
)
add(
    "student-sessions-update-keeps-updated-at",
    BOTH,
    "Changing a session leaves updated_at as it was.",
    s.afterwards(itself("updated_at = ?", "updated_at")),
    "SESSION-128",
)
add(
    "student-sessions-update-resets-status",
    PUT,
    "PUT makes a session one that was created just now.",
    s.afterwards(itself("created_at = updated_at + 1")),
    "SESSION-128",
)
add(
    "student-sessions-update-refused-but-name-kept",
    BOTH,
    "A change with an email that is taken is refused, but the name is changed.",
    wrap(stored_before_email_check),
    "SESSION-129",
)
add(
    "student-sessions-update-word-refused-too-late",
    PATCH,
    "PATCH refuses a word for skip_requirements only after everything was changed.",
    p.refused_too_late_when_bad("skip_requirements", p.zero),
    "SESSION-129",
)
add(
    "student-sessions-update-unknown-accepted",
    BOTH,
    "Changing a session that does not exist is answered as if all were well.",
    a.unknown_accepted({"student": {}}),
    "SESSION-130",
    also=("SESSION-131",),
)
f.texts(add, PUT, "session_not_found", "Couldn't find Student", "SESSION-131")
f.word_accepted(add, PATCH, {"student": {}}, "SESSION-132")
add(
    "student-sessions-update-example-refused",
    BOTH,
    "Changing a session refuses individual_info of more than 20 characters.",
    p.refused_value("individual_info", lambda value: len(str(value)) > 20),
    "SESSION-136",
)

# destroy --------------------------------------------------------------------------------------------------------------


f.fails(add, DESTROY, "SESSION-160")
add(
    "student-sessions-destroy-does-nothing",
    DESTROY,
    "student_sessions_destroy answers that all is well, and does nothing.",
    s.does_nothing(),
    "SESSION-161",
    "SESSION-162",
    "SESSION-169",
)
add(
    "student-sessions-destroy-hides-only",
    DESTROY,
    "A destroyed session is left out of the list of its exam, but still shown and listed among all.",
    s.hides_only(lambda call: int(call.found["session"]["id"]), "student_sessions_index", "exams_index_students"),
    "SESSION-162",
    "SESSION-169",
    elsewhere=True,
)
add(
    "student-sessions-destroy-takes-neighbour",
    DESTROY,
    "student_sessions_destroy removes the session that was added just before, too.",
    s.afterwards(
        lambda call: (
            "DELETE FROM student_sessions WHERE id ="
            " (SELECT max(id) FROM student_sessions WHERE exam_id = ? AND id < ?)",
            [call.found["session"]["exam_id"], call.found["session"]["id"]],
        )
    ),
    "SESSION-163",
)
add(
    "student-sessions-destroy-takes-later",
    DESTROY,
    "student_sessions_destroy removes all sessions that were added to the exam later, too.",
    s.afterwards(
        lambda call: (
            "DELETE FROM student_sessions WHERE exam_id = ? AND id > ?",
            [call.found["session"]["exam_id"], call.found["session"]["id"]],
        )
    ),
    "SESSION-163",
)
f.absent_accepted(add, DESTROY, {}, "SESSION-164", also=("SESSION-165",))
f.texts(add, DESTROY, "session_not_found", "Couldn't find Student", "SESSION-165")
f.word_accepted(add, DESTROY, {}, "SESSION-166")

# end_exam -------------------------------------------------------------------------------------------------------------


def end_time(move_ms: int) -> Deviation:
    """The end is answered as it is, and stored so many milliseconds later."""
    return s.afterwards(itself(f"end_time = end_time + {move_ms}"))


def ended_without(name: str) -> Deviation:
    """Without *name* the request is refused, but the session has ended."""
    return p.refused_too_late(name, "")


def an_hour_ahead(call: Call, inner: Handler) -> Reply:
    reply = inner(call)
    reply.body["end_time"] = call.write_time(call.now_ms + 3_600_000)
    return reply


f.fails(add, END, "SESSION-180")
add(
    "student-sessions-end-exam-answers-session",
    END,
    "student_sessions_end_exam answers the session instead of message, end_time and recording_response.",
    wrap(lambda call, inner: (inner(call), call.stored("student", call.found["session"]["id"]))[1]),
    "SESSION-181",
    also=("SESSION-182", "SESSION-183", "SESSION-184", "SESSION-192", "SESSION-199"),
)
add(
    "student-sessions-end-exam-without-recording-response",
    END,
    "student_sessions_end_exam answers without recording_response.",
    a.with_body(lambda body: {"message": body["message"], "end_time": body["end_time"]}),
    "SESSION-181",
    also=("SESSION-184",),
)
add(
    "student-sessions-end-exam-other-message",
    END,
    "student_sessions_end_exam answers the message success.",
    a.with_body(lambda body: {**body, "message": "success"}),
    "SESSION-182",
)
add(
    "student-sessions-end-exam-time-without-offset",
    END,
    "student_sessions_end_exam answers end_time without an offset.",
    a.with_body(lambda body: {**body, "end_time": a.no_offset(body["end_time"])}),
    "SESSION-183",
    also=("SESSION-192", "SESSION-199"),
)
add(
    "student-sessions-end-exam-time-as-database-text",
    END,
    "student_sessions_end_exam answers end_time as the database prints it.",
    a.with_body(lambda body: {**body, "end_time": a.blank_for_t(body["end_time"])}),
    "SESSION-183",
    also=("SESSION-192", "SESSION-199"),
)
add(
    "student-sessions-end-exam-recording-as-text",
    END,
    "student_sessions_end_exam answers recording_response as text.",
    a.with_body(lambda body: {**body, "recording_response": "ok"}),
    "SESSION-184",
)
add(
    "student-sessions-end-exam-status-kept",
    END,
    "student_sessions_end_exam leaves the status of the session.",
    s.afterwards(itself("status = ?", "status")),
    "SESSION-185",
)
add(
    "student-sessions-end-exam-started-only",
    END,
    "student_sessions_end_exam ends sessions that have started only; to others it does nothing.",
    s.does_nothing(
        {"message": "end_exam_time_success", "end_time": "2026-01-01T09:00:00.000+01:00", "recording_response": True},
        when=lambda call: call.found["session"]["status"] != "exam_started",
    ),
    "SESSION-185",
    also=("SESSION-192", "SESSION-199"),
)
f.not_demanded(add, END, "notification_title", "", "SESSION-186", also=("SESSION-194",))
f.may_be_empty(add, END, "notification_text", "SESSION-187", also=("SESSION-194",))
f.not_demanded(add, END, "notification_type", "info", "SESSION-188", also=("SESSION-194",))
f.may_be_empty(add, END, "notification_type", "SESSION-188", also=("SESSION-194",))
f.absent_answered_with(add, END, "session_not_found", 422, "SESSION-189")
f.absent_accepted(add, END, {"message": "end_exam_time_success"}, "SESSION-189", also=("SESSION-190",))
f.texts(add, END, "session_not_found", "Couldn't find Student", "SESSION-190")
f.word_accepted(add, END, {"message": "end_exam_time_success"}, "SESSION-191")
add(
    "student-sessions-end-exam-stores-later",
    END,
    "student_sessions_end_exam stores an end_time a minute later than the one it answers.",
    end_time(60_000),
    "SESSION-192",
)
add(
    "student-sessions-end-exam-all-of-exam",
    END,
    "student_sessions_end_exam ends all sessions of the exam.",
    s.afterwards(others("status = 'exam_finished'")),
    "SESSION-193",
)
add(
    "student-sessions-end-exam-neighbour",
    END,
    "student_sessions_end_exam stops the recording of the session that was added just before.",
    s.afterwards(others("recording_ended_at = updated_at", JUST_BEFORE)),
    "SESSION-193",
)
add(
    "student-sessions-end-exam-refused-but-ended",
    END,
    "student_sessions_end_exam without notification_type is refused, but ends the session.",
    ended_without("notification_type"),
    "SESSION-194",
)
add(
    "student-sessions-end-exam-hour-ahead",
    END,
    "student_sessions_end_exam answers and stores an end_time an hour ahead.",
    both(
        end_time(3_600_000),
        wrap(an_hour_ahead),
    ),
    "SESSION-199",
)

add(
    "student-sessions-update-once-only",
    BOTH,
    "Only the first change of a session is carried out.",
    s.changes_once("session"),
    "SESSION-126",
    also=("SESSION-118",),
)

add(
    "student-sessions-update-text-false-is-true",
    BOTH,
    "Changing a session takes the text false for skip_requirements as true.",
    raw.stored_as("skip_requirements", raw.text_false_is_true),
    "SESSION-138",
)
