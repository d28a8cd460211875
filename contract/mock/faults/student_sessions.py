"""Faults of student sessions: lists, show, create, and the fields of a session."""

from __future__ import annotations

from typing import Any

from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import raw, sessions
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import area, sends
from contract.mock.tables import STUDENT_SESSIONS

add = area(__name__)

INDEX, ALL = "student_sessions_index", "student_sessions_index_all"
SHOW, CREATE = "student_sessions_show", "student_sessions_create"
LISTS = (INDEX, ALL)


def asks(status: str) -> Any:
    return lambda call: call.params.get("status") == status


# list of an exam ------------------------------------------------------------------------------------------------------

f.fails(add, INDEX, "SESSION-001")
f.envelope(add, INDEX, "student_sessions", "SESSION-002")
add(
    "student-sessions-index-newest-left-out",
    INDEX,
    "The list of an exam's sessions lacks the one that was added last.",
    s.listing(
        lambda call, scope: (
            f"({scope[0]}) AND student_sessions.id !="
            " (SELECT max(last.id) FROM student_sessions last WHERE last.exam_id = ?)",
            [*scope[1], call.found["exam"]["id"]],
        )
    ),
    "SESSION-003",
)
add(
    "student-sessions-index-first-twice",
    INDEX,
    "The list of an exam's sessions ends with its first one again.",
    s.twice(0),
    "SESSION-003",
)
add(
    "student-sessions-index-of-institute",
    INDEX,
    "The list of an exam's sessions holds those of all exams of its institute.",
    s.listing(lambda call, scope: ("student_sessions.institute_id = ?", [call.found["exam"]["institute_id"]])),
    "SESSION-004",
    also=("SESSION-005", "SESSION-074"),
)
add(
    "student-sessions-index-empty-holds-others",
    INDEX,
    "The list of an exam without sessions holds those of the exam before it.",
    s.listing(
        lambda call, scope: (
            f"({scope[0]}) OR (NOT EXISTS (SELECT 1 FROM student_sessions own WHERE own.exam_id = ?)"
            " AND student_sessions.id = (SELECT max(id) FROM student_sessions))",
            [*scope[1], call.found["exam"]["id"]],
        )
    ),
    "SESSION-005",
)
add(
    "student-sessions-index-in-setup-means-all",
    INDEX,
    "With status=in_setup the list of an exam's sessions holds all of them.",
    p.dropped("status", when=asks("in_setup")),
    "SESSION-006",
)
add(
    "student-sessions-index-finished-holds-registered",
    INDEX,
    "With status=exam_finished the list of an exam's sessions holds registered ones.",
    p.dropped("status", when=asks("exam_finished")),
    "SESSION-006",
    "SESSION-007",
)
add(
    "student-sessions-index-registered-empty",
    INDEX,
    "With status=registered the list of an exam's sessions is empty.",
    s.but("student_sessions.status != 'registered'", when=asks("registered")),
    "SESSION-007",
)
f.word_accepted(add, INDEX, {"students": []}, "SESSION-009")

# list of all ----------------------------------------------------------------------------------------------------------

f.fails(add, ALL, "SESSION-020")
f.bare(add, ALL, "SESSION-021")
add(
    "student-sessions-index-all-of-newest-exam",
    ALL,
    "The list of all sessions holds those of the newest exam that has some.",
    s.but("student_sessions.exam_id = (SELECT max(exam_id) FROM student_sessions)"),
    "SESSION-022",
)
add(
    "student-sessions-index-all-other-values",
    ALL,
    "The list of all sessions gives open_time as null.",
    a.constant("open_time", None),
    "SESSION-023",
)
add(
    "student-sessions-index-all-status-ignored",
    ALL,
    "The list of all sessions does not look at the parameter status.",
    p.dropped("status"),
    "SESSION-024",
)
add(
    "student-sessions-index-all-row-twice",
    ALL,
    "The list of all sessions ends with its last one twice.",
    s.twice(),
    "SESSION-025",
)

# show -----------------------------------------------------------------------------------------------------------------

f.fails(add, SHOW, "SESSION-040")
f.envelope(add, SHOW, "student_session", "SESSION-041")
add(
    "student-sessions-show-newest-of-exam",
    SHOW,
    "student_sessions_show gives the newest session of the exam, whatever id was asked for.",
    s.instead_of(
        "session",
        lambda call: (
            f"{STUDENT_SESSIONS.select_sql} WHERE exam_id = ? ORDER BY id DESC",
            [call.found["exam"]["id"]],
        ),
    ),
    "SESSION-042",
    also=("SESSION-046",),
)
f.absent_answered_with(add, SHOW, "session_not_found", 403, "SESSION-043")
f.absent_accepted(add, SHOW, {"student": None}, "SESSION-043", also=("SESSION-044",))
f.texts(add, SHOW, "session_not_found", "Couldn't find Student", "SESSION-044")
f.word_accepted(add, SHOW, {"student": None}, "SESSION-045")
add(
    "student-sessions-show-other-attempt",
    SHOW,
    "student_sessions_show gives another attempt than the list.",
    a.constant("attempt", 1),
    "SESSION-046",
    also=("EXAM-207",),
)
add(
    "student-sessions-show-info-cut",
    SHOW,
    "student_sessions_show cuts individual_info at ten characters.",
    a.field("individual_info", lambda text: text[:10]),
    "SESSION-048",
    also=("SESSION-046", "SESSION-118", "EXAM-207"),
)

# create ---------------------------------------------------------------------------------------------------------------


def letters_only(text: str) -> str:
    return text.encode("ascii", "ignore").decode()


f.forbidden(add, CREATE, "SESSION-060")
f.envelope(add, CREATE, "student_session", "SESSION-061")
f.not_demanded(add, CREATE, "email", "nobody@example.com", "SESSION-063", also=("SESSION-064", "SESSION-076"))
f.may_be_empty(add, CREATE, "name", "SESSION-062", also=("SESSION-064", "SESSION-076"))
f.missing_answered_with(add, CREATE, 400, "SESSION-062", "SESSION-063")
f.texts(add, CREATE, "missing", "Bad request", "SESSION-064")
add(
    "student-sessions-create-same-email-twice",
    CREATE,
    "student_sessions_create adds a student whose email another student of the exam has.",
    sessions.same_email_twice(),
    "SESSION-065",
    also=("SESSION-066", "SESSION-076", "SESSION-093"),
)
add(
    "student-sessions-create-email-of-last-only",
    CREATE,
    "student_sessions_create compares the email with that of the student who was added last only.",
    sessions.same_email_twice(but_last=True),
    "SESSION-065",
    also=("SESSION-066", "SESSION-076", "SESSION-093"),
)
f.absent_answered_with(add, CREATE, "email_taken", 409, "SESSION-065", also=("SESSION-093",))
f.texts(add, CREATE, "email_taken", "Email is in use", "SESSION-066")
add(
    "student-sessions-create-any-word-is-html",
    CREATE,
    "student_sessions_create takes any word for is_individual_info_html as true.",
    p.read_as("is_individual_info_html", p.true),
    "SESSION-067",
    also=("SESSION-076",),
)
add(
    "student-sessions-create-yes-skips",
    CREATE,
    "student_sessions_create takes any word for skip_requirements as true.",
    p.read_as("skip_requirements", p.true),
    "SESSION-068",
    also=("SESSION-076",),
)
add(
    "student-sessions-create-open-time-word",
    CREATE,
    "student_sessions_create reads a word as open_time 0.",
    p.read_as("open_time", p.zero),
    "SESSION-069",
    also=("SESSION-076",),
)
add(
    "student-sessions-create-text-false-is-true",
    CREATE,
    "student_sessions_create takes the text false for is_individual_info_html as true.",
    raw.stored_as("is_individual_info_html", raw.text_false_is_true),
    "SESSION-070",
)
add(
    "student-sessions-create-skip-dropped",
    CREATE,
    "student_sessions_create forgets skip_requirements when it is the text true.",
    raw.dropped_if("skip_requirements", "true".__eq__),
    "SESSION-070",
)
add(
    "student-sessions-create-email-lower-name",
    CREATE,
    "student_sessions_create writes names in lower case.",
    p.altered("name", str.lower),
    "SESSION-071",
    also=("SESSION-048", "SESSION-088"),
)
add(
    "student-sessions-create-info-dropped",
    CREATE,
    "student_sessions_create forgets individual_info when skip_requirements is given, too.",
    p.dropped("individual_info", when=sends("skip_requirements")),
    "SESSION-071",
    also=("SESSION-048", "SESSION-091"),
)
add(
    "student-sessions-create-exam-id-one-less",
    (CREATE, SHOW, INDEX),
    "Create, show and list give the exam_id of a session as one less.",
    a.field("exam_id", lambda exam_id: exam_id - 1),
    "SESSION-072",
    also=("EXAM-184", "EXAM-207", "SESSION-023"),
)
add(
    "student-sessions-create-in-exam-before",
    CREATE,
    "student_sessions_create adds the student to the exam before the one of the path.",
    s.afterwards(
        lambda call: (
            "UPDATE student_sessions SET exam_id = exam_id - 1 WHERE id ="
            " (SELECT max(id) FROM student_sessions WHERE exam_id = ?)",
            [call.found["exam"]["id"]],
        )
    ),
    "SESSION-003",
    also=("SESSION-004", "SESSION-072"),
)
add(
    "student-sessions-create-status-check",
    CREATE,
    "student_sessions_create gives a new session the status before_check_req.",
    sessions.created_with_status("before_check_req"),
    "SESSION-073",
    also=("SESSION-007", "SESSION-024"),
)
add(
    "student-sessions-create-webcam-succeeded",
    CREATE,
    "student_sessions_create gives a new session a webcam check that succeeded.",
    sessions.created_with("webcam_check", "succeeded"),
    "SESSION-074",
)
add(
    "student-sessions-create-bandwidth-not-completed",
    CREATE,
    "student_sessions_create gives a new session a bandwidth check that is not completed.",
    sessions.created_with("bandwidth_check", "not_completed"),
    "SESSION-074",
)
add(
    "student-sessions-create-same-id",
    CREATE,
    "student_sessions_create answers every session with the id of the first one since the server started.",
    s.same_id_for_all(),
    "SESSION-075",
    also=("SESSION-072", "SESSION-048", "SESSION-042", "SESSION-003", "SESSION-022"),
)
f.refused_too_late(add, CREATE, "name", "Anonymous", "SESSION-076")
add(
    "student-sessions-create-word-refused-too-late",
    CREATE,
    "student_sessions_create refuses a word for skip_requirements only after the student was added.",
    p.refused_too_late_when_bad("skip_requirements", p.zero),
    "SESSION-076",
)
f.absent_accepted(add, CREATE, {"student": {}}, "SESSION-077")
f.word_accepted(add, CREATE, {"student": {}}, "SESSION-078")
add(
    "student-sessions-create-open-time-in-hours",
    CREATE,
    "student_sessions_create stores open_time an hour late.",
    p.altered("open_time", lambda moment: moment + 3_600_000),
    "SESSION-079",
)
add(
    "student-sessions-create-name-ascii",
    CREATE,
    "student_sessions_create drops the letters of a name beyond ASCII.",
    p.altered("name", letters_only),
    "SESSION-088",
)
add(
    "student-sessions-create-clock-ahead",
    CREATE,
    "student_sessions_create dates a new session two hours ahead.",
    s.dated(2),
    "SESSION-089",
)
add(
    "student-sessions-create-info-stripped",
    CREATE,
    "student_sessions_create takes markup out of individual_info unless it is to be HTML.",
    p.altered(
        "individual_info",
        lambda text: text.replace("<", "").replace(">", ""),
        when=lambda call: not call.params.get("is_individual_info_html"),
    ),
    "SESSION-091",
)
add(
    "student-sessions-update-leaves-old-email-taken",
    ("student_sessions_update", "student_sessions_update_put"),
    "A student's changed email does not count as taken; the old one still does.",
    s.afterwards(
        lambda call: (
            "UPDATE student_sessions SET email_key = ? WHERE id = ?",
            [call.found["session"]["email_key"], call.found["session"]["id"]],
        )
    ),
    "SESSION-093",
)

# fields ---------------------------------------------------------------------------------------------------------------

add(
    "student-sessions-index-nulls-left-out",
    INDEX,
    "The list of an exam's sessions leaves out proctor_id and start_time where they are null.",
    a.without_null("proctor_id", "start_time"),
    "SESSION-400",
    also=("EXAM-184", "SESSION-023", "SESSION-046"),
)
add(
    "student-sessions-update-put-without-priority",
    "student_sessions_update_put",
    "PUT answers the session without rtc_session_ids.",
    a.without("rtc_session_ids"),
    "SESSION-400",
)
add(
    "student-sessions-index-all-id-as-text",
    ALL,
    "The list of all sessions gives ids as text.",
    a.field("id", str),
    "SESSION-401",
)
add(
    "student-sessions-update-created-at-null",
    "student_sessions_update",
    "PATCH answers created_at of a session as null.",
    a.constant("created_at", None),
    "SESSION-401",
    also=("SESSION-128",),
)
add(
    "student-sessions-index-times-without-offset",
    INDEX,
    "The list of an exam's sessions gives times without an offset.",
    a.fields("created_at updated_at open_time", a.no_offset),
    "SESSION-402",
    also=("EXAM-184", "SESSION-023", "SESSION-046"),
)
add(
    "student-sessions-index-all-whole-seconds-short",
    ALL,
    "The list of all sessions drops the milliseconds of an open_time that is a whole second.",
    a.field("open_time", a.no_zero_milliseconds),
    "SESSION-402",
)
add(
    "student-sessions-index-time-slot-as-text",
    INDEX,
    "The list of an exam's sessions gives time_slot as text.",
    a.field("time_slot", str),
    "SESSION-403",
    also=("EXAM-184", "SESSION-046"),
)
add(
    "student-sessions-index-all-flags-as-numbers",
    ALL,
    "The list of all sessions gives archived as a number.",
    a.field("archived", int),
    "SESSION-403",
)
add(
    "student-sessions-index-checks-as-numbers",
    INDEX,
    "The list of an exam's sessions writes checks in camel case.",
    a.fields("mobile_check webcam_check", lambda value: "notStarted" if value == "not_started" else value),
    "SESSION-404",
    also=("EXAM-184", "SESSION-074", "SESSION-046"),
)
add(
    "student-sessions-update-put-status-new",
    "student_sessions_update_put",
    "PUT answers the status new for a registered session.",
    a.field("status", lambda status: "new" if status == "registered" else status),
    "SESSION-404",
    also=("SESSION-128",),
)
add(
    "student-sessions-index-reviewed-one",
    INDEX,
    "The list of an exam's sessions gives one digit of reviewed.",
    a.field("reviewed", lambda digits: digits[:1]),
    "SESSION-405",
    also=("EXAM-184", "SESSION-046"),
)
add(
    "student-sessions-create-without-checks",
    CREATE,
    "student_sessions_create answers a short form, without browser and without rtc_session_ids.",
    a.without("browser", "rtc_session_ids"),
    "SESSION-406",
)
add(
    "student-sessions-show-times-without-milliseconds",
    SHOW,
    "student_sessions_show gives times without milliseconds.",
    a.fields("created_at updated_at open_time", a.no_milliseconds),
    "SESSION-406",
    also=("SESSION-046", "SESSION-128", "EXAM-207"),
)

add(
    "student-sessions-index-stale",
    INDEX,
    "The list of an exam's sessions goes on being what it was at first.",
    s.stale(),
    "SESSION-161",
    also=("SESSION-076", "SESSION-116", "SESSION-117", "SESSION-118", "SESSION-126", "SESSION-128", "SESSION-185"),
)
add(
    "student-sessions-show-stale",
    SHOW,
    "student_sessions_show goes on answering what it answered first.",
    s.stale(),
    "SESSION-046",
    also=("SESSION-211", "SESSION-231", "SESSION-281", "SESSION-311"),
)

add(
    "student-sessions-index-all-email-sent-means-all",
    ALL,
    "With status=email_sent the list of all sessions holds all of them.",
    p.dropped("status", when=asks("email_sent")),
    "SESSION-026",
)
