"""Faults of the operations of exams that are about students: the deprecated four, the LTI look-up, the e-mails."""

from __future__ import annotations

from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import raw, sessions
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import area, both, by_role, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.resources.student_sessions import session_of_exam
from contract.mock.rules import Rules
from contract.mock.tables import STUDENT_SESSIONS

add = area(__name__)

SESSION_ID = "student_session_id"
NEWEST_OF_EXAM = "student_sessions.id != (SELECT max(last.id) FROM student_sessions last WHERE last.exam_id = ?)"

# exams_index_students -------------------------------------------------------------------------------------------------

f.fails(add, "exams_index_students", "EXAM-180")
f.envelope(add, "exams_index_students", "student_sessions", "EXAM-181")
add(
    "exams-index-students-newest-left-out",
    "exams_index_students",
    "The list of an exam's students lacks the one who was added last.",
    s.listing(lambda call, scope: (f"({scope[0]}) AND {NEWEST_OF_EXAM}", [*scope[1], call.found["exam"]["id"]])),
    "EXAM-182",
    "EXAM-184",
    also=("EXAM-250", "EXAM-186", "EXAM-251"),
)
add(
    "exams-index-students-of-all-exams",
    "exams_index_students",
    "The list of an exam's students holds those of all exams of its institute.",
    s.listing(lambda call, scope: ("student_sessions.institute_id = ?", [call.found["exam"]["institute_id"]])),
    "EXAM-183",
    also=("EXAM-184",),
)
add(
    "exams-index-students-of-next-exam-too",
    "exams_index_students",
    "The list of an exam's students holds those of the exam with the next id, too.",
    s.listing(lambda call, scope: ("student_sessions.exam_id IN (?, ?)", [scope[1][0], scope[1][0] + 1])),
    "EXAM-183",
    also=("EXAM-184",),
)
add(
    "exams-index-students-status-ignored",
    "exams_index_students",
    "The list of an exam's students does not look at the parameter status.",
    p.dropped("status"),
    "EXAM-185",
    "EXAM-187",
)
for status in ("before_check_req_mail", "in_setup"):
    add(
        f"exams-index-students-{f.slug(status)}-refused",
        "exams_index_students",
        f"The list of an exam's students does not know the status {status}.",
        p.refused_value("status", status.__eq__),
        "EXAM-185",
    )
add(
    "exams-index-students-registered-is-empty",
    "exams_index_students",
    "With status=registered the list of an exam's students is empty.",
    s.but("student_sessions.status != 'registered'", when=lambda call: call.params.get("status") == "registered"),
    "EXAM-186",
)
add(
    "exams-index-students-finished-holds-registered",
    "exams_index_students",
    "With status=exam_finished the list of an exam's students holds all of them.",
    p.dropped("status", when=lambda call: call.params.get("status") == "exam_finished"),
    "EXAM-187",
    "EXAM-185",
)
f.word_accepted(add, "exams_index_students", {"students": []}, "EXAM-189")
add(
    "exams-index-students-without-email",
    "exams_index_students",
    "The list of an exam's students lacks the field email.",
    a.without("email"),
    "EXAM-191",
    also=("EXAM-184", "EXAM-250"),
)
add(
    "exams-index-students-open-time-cut",
    "exams_index_students",
    "The list of an exam's students gives another attempt than its successor.",
    a.constant("attempt", 1),
    "EXAM-184",
)

# exams_show_student ---------------------------------------------------------------------------------------------------

f.fails(add, "exams_show_student", "EXAM-200")
f.bare(add, "exams_show_student", "EXAM-201")


def shows_first_of_exam(call: Call, inner: Handler) -> Reply:
    exam_id = call.found["exam"]["id"]
    first = call.store.value("SELECT min(id) FROM student_sessions WHERE exam_id = ?", (exam_id,))
    known = call.store.value("SELECT 1 FROM student_sessions WHERE id = ?", (call.params[SESSION_ID],))
    if first is not None and known:
        call.params[SESSION_ID] = first
    return inner(call)


def newest_of_exam(call: Call) -> int:
    found = call.store.value("SELECT max(id) FROM student_sessions WHERE exam_id = ?", (call.found["exam"]["id"],))
    return int(found or 0)


def missing_means_newest(call: Call, inner: Handler) -> Reply:
    if call.params.get(SESSION_ID) in (None, "", 0):
        call.params[SESSION_ID] = newest_of_exam(call)
    return inner(call)


add(
    "exams-show-student-first-of-exam",
    "exams_show_student",
    "exams_show_student gives the first student of the exam, whatever session was asked for.",
    wrap(shows_first_of_exam),
    "EXAM-202",
    also=("EXAM-207",),
)
add(
    "exams-show-student-without-id-newest",
    "exams_show_student",
    "exams_show_student without student_session_id gives the newest student of the exam.",
    both(p.optional(SESSION_ID, 0), wrap(missing_means_newest)),
    "EXAM-203",
)
add(
    "exams-show-student-empty-id-newest",
    "exams_show_student",
    "exams_show_student with an empty student_session_id gives the newest student of the exam.",
    both(p.may_be_empty(SESSION_ID, 0), wrap(missing_means_newest)),
    "EXAM-203",
)
add(
    "exams-show-student-word-newest",
    "exams_show_student",
    "exams_show_student gives the newest student of the exam where student_session_id is a word.",
    both(p.read_as(SESSION_ID, p.zero), wrap(missing_means_newest)),
    "EXAM-204",
)
f.absent_answered_with(add, "exams_show_student", "session_not_found", 422, "EXAM-205")
f.texts(add, "exams_show_student", "session_not_found", "Not found error.", "EXAM-206")
add(
    "exams-show-student-without-skip-requirements",
    "exams_show_student",
    "exams_show_student says of skip_requirements the contrary of what its successor says.",
    a.field("skip_requirements", lambda value: not value),
    "EXAM-207",
)
f.word_crashes(add, "exams_show_student", "EXAM-209", id_name="id")
add(
    "exams-show-student-without-status",
    "exams_show_student",
    "exams_show_student lacks the field status.",
    a.without("status"),
    "EXAM-211",
    also=("EXAM-207",),
)

# exams_show_lti_student -----------------------------------------------------------------------------------------------


def lti_lookup(condition: str, *names: str) -> Any:
    """Look the session up by less than the three keys it has."""

    def around(call: Call, inner: Handler) -> Reply:
        keys = {**call.params, "exam_id": call.found["exam"]["id"]}
        sql = f"{STUDENT_SESSIONS.select_sql} WHERE {condition} ORDER BY id DESC"
        session = call.store.one(sql, [keys[name] for name in names])
        if session is None:
            raise Refusal("lti_session_not_found", id=keys["student_lms_id"], resource_link_id=keys["resource_link_id"])
        return call.object("student", session)

    return wrap(around)


f.forbidden(add, "exams_show_lti_student", "EXAM-220")
f.envelope(add, "exams_show_lti_student", "student_session", "EXAM-221")
add(
    "exams-show-lti-student-of-newest-exam",
    "exams_show_lti_student",
    "exams_show_lti_student gives the newest session there is that came from the LMS or not.",
    lti_lookup("resource_link_id IS NULL"),
    "EXAM-222",
    also=("EXAM-223", "EXAM-224"),
)
add(
    "exams-show-lti-student-ignores-lms-id",
    "exams_show_lti_student",
    "exams_show_lti_student looks at resource_link_id only.",
    lti_lookup("exam_id = ? AND resource_link_id = ?", "exam_id", "resource_link_id"),
    "EXAM-223",
    also=("EXAM-225",),
)
add(
    "exams-show-lti-student-ignores-link-id",
    "exams_show_lti_student",
    "exams_show_lti_student looks at student_lms_id only.",
    lti_lookup("exam_id = ? AND student_lms_id = ?", "exam_id", "student_lms_id"),
    "EXAM-224",
    also=("EXAM-225",),
)
add(
    "exams-show-lti-student-ignores-exam",
    "exams_show_lti_student",
    "exams_show_lti_student finds a student of one exam under the id of another.",
    lti_lookup("resource_link_id = ? AND student_lms_id = ?", "resource_link_id", "student_lms_id"),
    "EXAM-231",
)
f.absent_answered_with(add, "exams_show_lti_student", "lti_session_not_found", 422, "EXAM-223", "EXAM-224")
f.texts(add, "exams_show_lti_student", "lti_session_not_found", "Couldn't find Student Session", "EXAM-225")
add(
    "exams-show-lti-student-without-reservation-time",
    "exams_show_lti_student",
    "exams_show_lti_student leaves out reservation_time while there is none.",
    a.without_null("reservation_time"),
    "EXAM-228",
)
add(
    "exams-show-lti-student-times-without-offset",
    "exams_show_lti_student",
    "exams_show_lti_student gives times without an offset.",
    a.fields("created_at updated_at start_time end_time open_time", a.no_offset),
    "EXAM-229",
)
add(
    "exams-show-lti-student-bandwidth-as-number",
    "exams_show_lti_student",
    "exams_show_lti_student gives archived and entered_room as numbers.",
    a.fields("archived entered_room", int),
    "EXAM-230",
)
add(
    "exams-show-lti-student-id-as-text",
    "exams_show_lti_student",
    "exams_show_lti_student gives the id as text.",
    a.field("id", str),
    "EXAM-232",
)
add(
    "exams-show-lti-student-checks-null-word",
    "exams_show_lti_student",
    "exams_show_lti_student gives pending for a webcam check that has not started.",
    a.field("webcam_check", lambda value: "pending" if value == "not_started" else value),
    "EXAM-233",
)

# exams_add_student ----------------------------------------------------------------------------------------------------


def hidden_from_successor(rules: Rules, operation: Operation) -> None:
    """What add_student makes is unknown to student_sessions_show."""
    added: set[int] = set()

    def remember(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        added.add(reply.body["student"]["id"])
        return reply

    def hide(call: Call, inner: Handler) -> Reply:
        if call.found["session"]["id"] in added:
            raise Refusal("session_not_found", id=call.found["session"]["id"])
        return inner(call)

    wrap(remember)(rules, operation)
    wrap(hide)(rules, rules.operations["student_sessions_show"])


f.fails(add, "exams_add_student", "EXAM-240")
f.not_demanded(add, "exams_add_student", "name", "Anonymous", "EXAM-241", also=("EXAM-243", "EXAM-254"))
f.may_be_empty(add, "exams_add_student", "email", "EXAM-242", also=("EXAM-243", "EXAM-254"))
f.missing_answered_with(add, "exams_add_student", 404, "EXAM-241", "EXAM-242")
f.texts(add, "exams_add_student", "missing", "Bad request", "EXAM-243")
add(
    "exams-add-student-same-email-twice",
    "exams_add_student",
    "exams_add_student adds a student whose email another student of the exam has.",
    sessions.same_email_twice(),
    "EXAM-244",
    also=("EXAM-245", "EXAM-254"),
)
add(
    "exams-add-student-email-of-last-only",
    "exams_add_student",
    "exams_add_student compares the email with that of the student who was added last only.",
    sessions.same_email_twice(but_last=True),
    "EXAM-244",
    also=("EXAM-245", "EXAM-254"),
)
f.texts(add, "exams_add_student", "email_taken", "is invalid", "EXAM-245")
add(
    "exams-add-student-any-word-is-html",
    "exams_add_student",
    "exams_add_student takes any word for is_individual_info_html as true.",
    p.read_as("is_individual_info_html", p.true),
    "EXAM-246",
    also=("EXAM-254",),
)
add(
    "exams-add-student-any-word-skips",
    "exams_add_student",
    "exams_add_student takes any word for skip_requirements as false.",
    p.read_as("skip_requirements", p.zero),
    "EXAM-247",
    also=("EXAM-254",),
)
add(
    "exams-add-student-open-time-word",
    "exams_add_student",
    "exams_add_student reads a word as open_time 0.",
    p.read_as("open_time", p.zero),
    "EXAM-248",
    also=("EXAM-254",),
)
add(
    "exams-add-student-text-false-is-true",
    "exams_add_student",
    "exams_add_student takes the text false for skip_requirements as true.",
    raw.stored_as("skip_requirements", raw.text_false_is_true),
    "EXAM-249",
)
add(
    "exams-add-student-zero-refused",
    "exams_add_student",
    "exams_add_student refuses 0 for is_individual_info_html.",
    p.refused_value("is_individual_info_html", lambda value: str(value) == "0"),
    "EXAM-249",
)
add(
    "exams-add-student-info-dropped",
    "exams_add_student",
    "exams_add_student answers individual_info and does not keep it.",
    s.created_without("individual_info"),
    "EXAM-250",
)
add(
    "exams-add-student-status-email-sent",
    "exams_add_student",
    "exams_add_student gives a new student the status email_sent at once.",
    sessions.created_with_status("email_sent"),
    "EXAM-251",
    also=("EXAM-186", "EXAM-302"),
)
f.word_accepted(add, "exams_add_student", {"student": {}}, "EXAM-252")
f.absent_accepted(add, "exams_add_student", {"student": {}}, "EXAM-253")
f.refused_too_late(add, "exams_add_student", "name", "Anonymous", "EXAM-254")
add(
    "exams-add-student-bad-time-refused-too-late",
    "exams_add_student",
    "exams_add_student refuses an open_time that is a word only after the student was added.",
    p.refused_too_late_when_bad("open_time", p.zero),
    "EXAM-254",
)
add(
    "exams-add-student-unknown-to-successor",
    "exams_add_student",
    "A student who was added with exams_add_student is unknown to student_sessions_show.",
    hidden_from_successor,
    "EXAM-255",
    elsewhere=True,
)

# exams_delete_student -------------------------------------------------------------------------------------------------


def deletes_newest_and_refuses(call: Call, inner: Handler) -> Reply:
    """Without a session the newest one of the exam goes, though the answer is a refusal."""
    if call.params.get(SESSION_ID) in (None, "", 0):
        sessions.delete(call, newest_of_exam(call))
        return call.rules.refusal(call.operation, Refusal("missing", param=SESSION_ID))
    return inner(call)


f.forbidden(add, "exams_delete_student", "EXAM-280")
add(
    "exams-delete-student-does-nothing",
    "exams_delete_student",
    "exams_delete_student answers that all is well, and does nothing.",
    s.does_nothing(),
    "EXAM-281",
    also=("EXAM-284", "EXAM-287"),
)
add(
    "exams-delete-student-without-id",
    "exams_delete_student",
    "exams_delete_student without student_session_id is answered with {}.",
    both(p.optional(SESSION_ID, 0), s.does_nothing(when=lambda call: not call.params.get(SESSION_ID))),
    "EXAM-282",
)
add(
    "exams-delete-student-word",
    "exams_delete_student",
    "exams_delete_student answers a student_session_id that is a word with {}.",
    both(p.read_as(SESSION_ID, p.zero), s.does_nothing(when=lambda call: call.params[SESSION_ID] == 0)),
    "EXAM-283",
)
f.absent_answered_with(add, "exams_delete_student", "session_not_found", 410, "EXAM-284")
f.texts(add, "exams_delete_student", "session_not_found", "Couldn't find Student", "EXAM-285")
add(
    "exams-delete-student-takes-neighbour",
    "exams_delete_student",
    "exams_delete_student removes the student who was added before, too.",
    s.afterwards(
        lambda call: (
            "DELETE FROM student_sessions WHERE id ="
            " (SELECT max(id) FROM student_sessions WHERE exam_id = ? AND id < ?)",
            [call.found["exam"]["id"], call.params[SESSION_ID]],
        )
    ),
    "EXAM-286",
)
add(
    "exams-delete-student-takes-later",
    "exams_delete_student",
    "exams_delete_student removes everybody who was added to the exam afterwards, too.",
    s.afterwards(
        lambda call: (
            "DELETE FROM student_sessions WHERE exam_id = ? AND id > ?",
            [call.found["exam"]["id"], call.params[SESSION_ID]],
        )
    ),
    "EXAM-286",
)
add(
    "exams-delete-student-known-to-successor",
    "exams_delete_student",
    "A student who was removed with exams_delete_student is still shown by student_sessions_show.",
    s.hides_only(
        lambda call: int(session_of_exam(call)["id"]),
        "exams_index_students",
        "student_sessions_index",
        "student_sessions_index_all",
    ),
    "EXAM-287",
    elsewhere=True,
)
f.word_accepted(add, "exams_delete_student", {}, "EXAM-288", id_name="id")
add(
    "exams-delete-student-refused-but-removed",
    "exams_delete_student",
    "exams_delete_student without student_session_id is refused, but removes the newest student.",
    both(p.optional(SESSION_ID, 0), wrap(deletes_newest_and_refuses)),
    "EXAM-291",
)

# exams_send_emails ----------------------------------------------------------------------------------------------------


def status_of_students(status: str, condition: str) -> s.Statement:
    """Set the status of sessions; the exam's id is the only value of *condition*."""
    return lambda call: (
        f"UPDATE student_sessions SET status = '{status}' WHERE {condition}",
        [call.found["exam"]["id"]],
    )


f.fails(add, "exams_send_emails", "EXAM-300")
f.envelope(add, "exams_send_emails", "student_sessions", "EXAM-301")
add(
    "exams-send-emails-without-status",
    "exams_send_emails",
    "exams_send_emails answers the ids of the students alone.",
    a.without("status"),
    "EXAM-301",
    also=("EXAM-307",),
)
add(
    "exams-send-emails-status-kept",
    "exams_send_emails",
    "exams_send_emails answers email_sent, but leaves the students registered.",
    s.afterwards(status_of_students("registered", "status = 'email_sent' AND exam_id = ?")),
    "EXAM-302",
    also=("EXAM-307",),
)
add(
    "exams-send-emails-first-only",
    "exams_send_emails",
    "exams_send_emails reaches the first student of the exam only.",
    s.afterwards(
        status_of_students(
            "registered",
            "status = 'email_sent' AND id > (SELECT min(id) FROM student_sessions other WHERE other.exam_id ="
            " student_sessions.exam_id) AND exam_id = ?",
        )
    ),
    "EXAM-302",
    also=("EXAM-307",),
)
f.absent_accepted(add, "exams_send_emails", {"students": []}, "EXAM-303", also=("EXAM-304",))
f.absent_answered_with(add, "exams_send_emails", "exam_not_found", 422, "EXAM-303")
f.texts(add, "exams_send_emails", "exam_not_found", "Couldn't find Exam", "EXAM-304")
f.word_accepted(add, "exams_send_emails", {"students": []}, "EXAM-305")
add(
    "exams-send-emails-last-not-named",
    "exams_send_emails",
    "The answer of exams_send_emails lacks the last student of the exam.",
    a.with_body(lambda body: {"students": body["students"][:-1]}),
    "EXAM-306",
)
add(
    "exams-send-emails-answers-old-status",
    "exams_send_emails",
    "exams_send_emails answers the statuses that the students had before.",
    a.field("status", lambda status: "registered" if status == "email_sent" else status),
    "EXAM-307",
)
add(
    "exams-send-emails-to-all-exams",
    "exams_send_emails",
    "exams_send_emails reaches the registered students of all exams of the same user.",
    s.afterwards(
        status_of_students(
            "email_sent",
            "status = 'registered' AND exam_id IN (SELECT id FROM exams WHERE user_id ="
            " (SELECT user_id FROM exams own WHERE own.id = ?))",
        ),
        when=by_role("administrator", "superuser", "teacher"),
    ),
    "EXAM-308",
)
