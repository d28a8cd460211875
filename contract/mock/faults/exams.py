"""Faults of exams: list, show, create, update, destroy, and the fields of an exam."""

from __future__ import annotations

from typing import Any

from contract.mock.access import Scope
from contract.mock.call import Call, Reply
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import raw
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, both, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules
from contract.mock.tables import EXAMS

add = area(__name__)

BOTH = ("exams_update", "exams_update_put")
FLAGS = ("use_duration", "global_proctoring", "global_reviewing", "for_reviewing", "upload_answers", "mobile_cam")
NEWEST_OF_CALLER = "exams.id != (SELECT max(newest.id) FROM exams newest WHERE newest.user_id = ?)"


# list -----------------------------------------------------------------------------------------------------------------


def status_means(**meanings: tuple[str, ...]) -> Deviation:
    """The parameter status stands for other statuses than the one it names."""

    def around(call: Call, inner: Handler) -> Reply:
        asked = call.params.get("status")
        if asked in meanings:
            del call.params["status"]
            call.found["statuses"] = meanings[asked]
        return inner(call)

    def rows(call: Call, scope: Scope) -> Scope:
        statuses = call.found.get("statuses")
        if statuses is None:
            return scope
        marks = ", ".join("?" for _ in statuses)
        return f"({scope[0]}) AND exams.status IN ({marks})", [*scope[1], *statuses]

    return both(wrap(around), s.listing(rows))


def without_newest(call: Call, scope: Scope) -> Scope:
    return f"({scope[0]}) AND {NEWEST_OF_CALLER}", [*scope[1], call.user["id"]]


def destroyed_as_drafts(rules: Rules, operation: Operation) -> None:
    """The list holds destroyed exams as if nothing had happened to them."""

    def rows(call: Call, scope: Scope) -> Scope:
        return scope if call.params.get("status") else call.rules.access.exams_scope(call)

    s.listing(rows)(rules, operation)
    a.field("status", lambda text: "draft" if text == "deleted" else text)(rules, operation)


add(
    "exams-index-fails",
    "exams_index",
    "exams_index answers 500 unless a single exam is asked for.",
    a.refused_as("internal", when=lambda call: str(call.sent.get("limit")) != "1"),
    "EXAM-001",
    also=("ROBUST-101",),
)
f.envelope(add, "exams_index", "data", "EXAM-002")
add(
    "exams-index-object-by-id",
    "exams_index",
    "The list of exams is an object of exams by id instead of an array.",
    a.out_of_list(),
    "EXAM-002",
)
add(
    "exams-index-newest-left-out",
    "exams_index",
    "The list of exams is stale: it lacks the exam that the caller created last.",
    s.listing(without_newest),
    "EXAM-003",
    "EXAM-006",
)
add(
    "exams-index-without-start-left-out",
    "exams_index",
    "With status=draft the list of exams lacks every exam.",
    s.but("exams.status != 'draft'", when=lambda call: call.params.get("status") == "draft"),
    "EXAM-006",
)
add(
    "exams-index-start-time-cut",
    "exams_index",
    "The list of exams gives start_time as midnight of its day.",
    a.field("start_time", lambda text: f"{text[:11]}00:00:00.000{text[23:]}"),
    "EXAM-004",
)
add(
    "exams-index-status-ignored",
    "exams_index",
    "The list of exams does not look at the parameter status.",
    p.dropped("status"),
    "EXAM-005",
    "EXAM-007",
)
add(
    "exams-index-draft-holds-open",
    "exams_index",
    "With status=draft the list of exams holds the open ones too.",
    status_means(draft=("draft", "open")),
    "EXAM-005",
    "EXAM-007",
)
add(
    "exams-index-closed-means-not-draft",
    "exams_index",
    "With status=closed the list of exams holds all that are no drafts.",
    status_means(closed=("closed", "open")),
    "EXAM-005",
    "EXAM-007",
)
add(
    "exams-index-deleted-holds-drafts",
    "exams_index",
    "With status=deleted the list of exams holds drafts, too.",
    status_means(deleted=("deleted", "draft")),
    "EXAM-005",
)
add("exams-index-row-twice", "exams_index", "The list of exams ends with its last exam twice.", s.twice(), "EXAM-010")
add(
    "exams-index-destroyed-still-listed",
    "exams_index",
    "The list of exams goes on showing destroyed exams as drafts.",
    destroyed_as_drafts,
    "EXAM-162",
)


# show -----------------------------------------------------------------------------------------------------------------

f.fails(add, "exams_show", "EXAM-020")
f.envelope(add, "exams_show", "exams", "EXAM-021")
add("exams-show-in-list", "exams_show", "exams_show answers a list of one exam.", a.in_list(), "EXAM-021")
add(
    "exams-show-newest",
    "exams_show",
    "exams_show gives the newest exam of the institute, whatever id was asked for.",
    s.instead_of(
        "exam",
        lambda call: (
            f"{EXAMS.select_sql} WHERE institute_id = ? AND status != 'deleted' ORDER BY id DESC",
            [call.found["exam"]["institute_id"]],
        ),
    ),
    "EXAM-022",
)
f.absent_answered_with(add, "exams_show", "exam_not_found", 403, "EXAM-023")
f.absent_accepted(add, "exams_show", {"exam": None}, "EXAM-023", also=("EXAM-024",))
f.texts(add, "exams_show", "exam_not_found", "Record not found", "EXAM-024")
f.word_accepted(add, "exams_show", {"exam": None}, "EXAM-025")
f.word_crashes(add, "exams_show", "EXAM-025", also=("ROBUST-014", "ROBUST-023"))
add(
    "exams-show-start-time-shifted",
    "exams_show",
    "exams_show gives start_time an hour late, as if the offset were added twice.",
    a.field("start_time", lambda text: f"{text[:11]}{(int(text[11:13]) + 1) % 24:02}{text[13:]}"),
    "EXAM-028",
    also=("EXAM-004", "EXAM-106", "EXAM-107"),
)
add(
    "exams-show-name-cut",
    "exams_show",
    "exams_show cuts names at 20 characters.",
    a.field("name", lambda text: text[:20]),
    "EXAM-028",
    also=("EXAM-004", "EXAM-106", "EXAM-107"),
)

# create ---------------------------------------------------------------------------------------------------------------


def exam_of_same_name(call: Call) -> Any:
    sql = f"{EXAMS.select_sql} WHERE user_id = ? AND type = ? AND status != 'deleted' ORDER BY id DESC"
    return call.store.one(sql, (call.user["id"], call.params["type"]))


f.forbidden(add, "exams_create", "EXAM-040")
f.bare(add, "exams_create", "EXAM-041")
f.not_demanded(add, "exams_create", "name", "Untitled", "EXAM-042", also=("EXAM-044", "EXAM-048"))
f.may_be_empty(add, "exams_create", "name", "EXAM-042", also=("EXAM-044", "EXAM-048"))
f.not_demanded(add, "exams_create", "type", "record_review", "EXAM-043", also=("EXAM-044", "EXAM-048"))
f.may_be_empty(add, "exams_create", "type", "EXAM-043", default="record_review", also=("EXAM-044", "EXAM-048"))
f.missing_answered_with(add, "exams_create", 400, "EXAM-042", "EXAM-043")
f.texts(add, "exams_create", "missing", "can't be blank", "EXAM-044")
f.refused_too_late(add, "exams_create", "type", "record_review", "EXAM-048")
add(
    "exams-create-duration-dropped",
    "exams_create",
    "exams_create takes duration_minutes and forgets it.",
    p.dropped("duration_minutes"),
    "EXAM-045",
    also=("EXAM-028",),
)
add(
    "exams-create-duration-in-hours",
    "exams_create",
    "exams_create rounds duration_minutes down to full hours.",
    p.altered("duration_minutes", lambda minutes: minutes // 60 * 60),
    "EXAM-045",
    also=("EXAM-028",),
)
add(
    "exams-create-allowances-refused",
    "exams_create",
    "exams_create refuses allowed_calculator_type, as one of the parameters of the example.",
    p.refused_value("allowed_calculator_type", lambda value: True),
    "EXAM-046",
)
add(
    "exams-create-same-id",
    "exams_create",
    "exams_create answers every exam with the id of the first one since the server started.",
    s.same_id_for_all(),
    "EXAM-047",
    also=("EXAM-028", "EXAM-022"),
)
add(
    "exams-create-answers-existing",
    "exams_create",
    "exams_create answers the caller's last exam of that type, and creates none.",
    s.again(exam_of_same_name, "exam"),
    "EXAM-047",
    "EXAM-045",
    also=("EXAM-028", "EXAM-022", "EXAM-406"),
)
add(
    "exams-create-clock-an-hour-ahead",
    "exams_create",
    "exams_create dates a new exam an hour ahead.",
    s.dated(1),
    "EXAM-050",
)
add(
    "exams-create-markup-stripped",
    "exams_create",
    "exams_create takes what looks like markup out of names.",
    p.altered("name", lambda text: text.replace("<", "").replace(">", "")),
    "EXAM-062",
)
add(
    "exams-create-name-ascii",
    "exams_create",
    "exams_create writes a question mark for every letter of a name beyond ASCII.",
    p.altered("name", lambda text: text.encode("ascii", "replace").decode()),
    "EXAM-062",
)
add(
    "exams-create-offset-dropped",
    "exams_create",
    "exams_create drops the offset of start_time and takes the time of day for UTC.",
    raw.stored_as("start_time", raw.offset_dropped),
    "EXAM-064",
    also=("EXAM-045", "EXAM-028"),
)
add(
    "exams-create-utc-taken-as-local",
    "exams_create",
    "exams_create takes a start_time that ends in Z for one of its own zone.",
    raw.stored_as("start_time", raw.utc_taken_as_local),
    "EXAM-049",
)
for flag in FLAGS[1:4]:
    add(
        f"exams-create-{f.slug(flag)}-always-true",
        "exams_create",
        f"exams_create stores {flag} as true, also when 0 is sent.",
        p.altered(flag, p.true),
        "EXAM-063",
        also=("EXAM-045", "EXAM-028"),
    )
add(
    "exams-create-use-duration-dropped",
    "exams_create",
    "exams_create forgets use_duration, which stays false.",
    p.dropped("use_duration"),
    "EXAM-045",
    also=("EXAM-028",),
)
for flag in FLAGS[4:]:
    add(
        f"exams-create-{f.slug(flag)}-dropped",
        "exams_create",
        f"exams_create forgets {flag}, which stays false.",
        p.dropped(flag),
        "EXAM-063",
        also=("EXAM-045", "EXAM-028"),
    )

# update ---------------------------------------------------------------------------------------------------------------


def other_exam(assignment: str) -> s.Statement:
    """Change the exam that the same user made just before the one of the path."""

    def statement(call: Call) -> tuple[str, list[Any]]:
        exam = call.found["exam"]
        before = "SELECT max(id) FROM exams WHERE id < ? AND user_id = ? AND status != 'deleted'"
        return f"UPDATE exams SET {assignment} WHERE id = ({before})", [exam["id"], exam["user_id"]]

    return statement


def other_exams(assignment: str) -> s.Statement:
    """Change all exams of the same user but the one of the path."""

    def statement(call: Call) -> tuple[str, list[Any]]:
        exam = call.found["exam"]
        return f"UPDATE exams SET {assignment} WHERE user_id = ? AND id != ?", [exam["user_id"], exam["id"]]

    return statement


def own_exam(assignment: str, *columns: str) -> s.Statement:
    """Change the exam of the path itself; values: the columns as they were before."""

    def statement(call: Call) -> tuple[str, list[Any]]:
        exam = call.found["exam"]
        return f"UPDATE exams SET {assignment} WHERE id = ?", [*(exam[name] for name in columns), exam["id"]]

    return statement


f.fails(add, "exams_update", "EXAM-100")
add(
    "exams-update-put-not-routed",
    "exams_update_put",
    "An exam cannot be changed with PUT: 405.",
    a.answers(405, {"errors": "Method not allowed."}),
    "EXAM-101",
)
f.bare(add, "exams_update", "EXAM-102")
f.envelope(add, "exams_update_put", "exams", "EXAM-103")
add(
    "exams-update-duration-dropped",
    BOTH,
    "Changing an exam forgets duration_minutes.",
    p.dropped("duration_minutes"),
    "EXAM-104",
    "EXAM-105",
    also=("EXAM-106", "EXAM-107"),
)
add(
    "exams-update-name-not-kept",
    BOTH,
    "Changing an exam answers the new name, but keeps the old one.",
    s.not_stored("exam", "name"),
    "EXAM-106",
    "EXAM-107",
)
add(
    "exams-update-start-time-not-kept",
    "exams_update",
    "PATCH answers the new start_time of an exam, but keeps the old one.",
    s.not_stored("exam", "start_time"),
    "EXAM-106",
)
add(
    "exams-update-offset-dropped",
    "exams_update_put",
    "PUT drops the offset of start_time.",
    raw.stored_as("start_time", raw.offset_dropped),
    "EXAM-105",
    also=("EXAM-107",),
)
add(
    "exams-update-forgets-duration",
    "exams_update",
    "PATCH sets duration_minutes to null when it is not named.",
    p.unless_sent("duration_minutes", None),
    "EXAM-108",
)
add(
    "exams-update-forgets-flags",
    "exams_update",
    "PATCH sets global_reviewing to false when it is not named.",
    p.unless_sent("global_reviewing", 0),
    "EXAM-108",
)
add(
    "exams-update-touches-all",
    "exams_update",
    "PATCH adds a minute to every other exam of the same user.",
    s.afterwards(other_exams("duration_minutes = duration_minutes + 1")),
    "EXAM-110",
)
add(
    "exams-update-put-touches-neighbour",
    "exams_update_put",
    "PUT moves updated_at of the exam that the same user made before.",
    s.afterwards(other_exam("updated_at = updated_at + 1")),
    "EXAM-110",
)
add(
    "exams-update-keeps-updated-at",
    BOTH,
    "Changing an exam leaves updated_at as it was.",
    s.afterwards(own_exam("updated_at = ?", "updated_at")),
    "EXAM-111",
)
add(
    "exams-update-new-token",
    "exams_update_put",
    "PUT gives the exam a new token.",
    s.afterwards(own_exam("token = lower(hex(randomblob(16)))")),
    "EXAM-111",
)
add(
    "exams-update-student-experience-refused",
    BOTH,
    "Changing an exam refuses the parameter student_experience.",
    p.refused_value("student_experience", lambda value: True),
    "EXAM-112",
)
f.absent_accepted(add, "exams_update", {"exam": {}}, "EXAM-113")
f.word_accepted(add, "exams_update_put", {"exam": {}}, "EXAM-115")
for flag, operation in zip(FLAGS[1:], (*BOTH, *BOTH, "exams_update"), strict=True):
    add(
        f"{f.slug(operation)}-{f.slug(flag)}-zero-ignored",
        operation,
        f"{operation} takes {flag} = 0 for not given.",
        raw.dropped_if(flag, raw.zero_is_nothing),
        "EXAM-119",
        also=("EXAM-104", "EXAM-105", "EXAM-106", "EXAM-107"),
    )

# destroy --------------------------------------------------------------------------------------------------------------

f.forbidden(add, "exams_destroy", "EXAM-160")
add(
    "exams-destroy-does-nothing",
    "exams_destroy",
    "exams_destroy answers that all is well, and does nothing.",
    s.does_nothing(),
    "EXAM-161",
    "EXAM-162",
)
add(
    "exams-destroy-spares-open",
    "exams_destroy",
    "exams_destroy answers that all is well, and leaves exams that are open.",
    s.does_nothing(when=lambda call: call.found["exam"]["status"] == "open"),
    "EXAM-161",
    "EXAM-162",
)
add(
    "exams-destroy-takes-neighbour",
    "exams_destroy",
    "exams_destroy destroys the exam that the same user made before, too.",
    s.afterwards(other_exam("status = 'deleted'")),
    "EXAM-163",
)
add(
    "exams-destroy-touches-all",
    "exams_destroy",
    "exams_destroy moves updated_at of every other exam of the same user.",
    s.afterwards(other_exams("updated_at = updated_at + 1")),
    "EXAM-163",
)
f.absent_accepted(add, "exams_destroy", {}, "EXAM-164")
f.word_accepted(add, "exams_destroy", {}, "EXAM-167")

# fields ---------------------------------------------------------------------------------------------------------------

add("exams-show-without-timezone", "exams_show", "exams_show leaves out timezone.", a.without("timezone"), "EXAM-400")
add(
    "exams-index-null-fields-left-out",
    "exams_index",
    "The list of exams leaves out terms, clipboard and end_time where they are null.",
    a.without_null("terms", "clipboard", "end_time"),
    "EXAM-400",
)
add(
    "exams-update-put-without-restrictions",
    "exams_update_put",
    "PUT answers the exam without restrictions.",
    a.without("restrictions"),
    "EXAM-400",
)
add("exams-show-id-as-text", "exams_show", "exams_show gives the id as text.", a.field("id", str), "EXAM-401")
add(
    "exams-create-created-at-null",
    "exams_create",
    "exams_create answers created_at as null.",
    a.constant("created_at", None),
    "EXAM-401",
    also=("EXAM-050",),
)
add(
    "exams-index-times-without-milliseconds",
    "exams_index",
    "The list of exams gives times without milliseconds.",
    a.fields("created_at updated_at start_time end_time", a.no_milliseconds),
    "EXAM-402",
    also=("EXAM-004",),
)
add(
    "exams-whole-seconds-without-milliseconds",
    ("exams_show", "exams_create"),
    "exams_show and exams_create drop the milliseconds of times that are whole seconds.",
    a.fields("start_time end_time", a.no_zero_milliseconds),
    "EXAM-402",
)
add(
    "exams-update-times-as-database-text",
    "exams_update",
    "PATCH answers updated_at as the database prints it.",
    a.field("updated_at", a.blank_for_t),
    "EXAM-402",
    also=("EXAM-111",),
)
add(
    "exams-show-duration-as-text",
    "exams_show",
    "exams_show gives duration_minutes as text.",
    a.field("duration_minutes", str),
    "EXAM-403",
)
add(
    "exams-index-booleans-as-numbers",
    "exams_index",
    "The list of exams gives published and upload_answers as 0 and 1.",
    a.fields("published upload_answers", int),
    "EXAM-403",
)
add(
    "exams-show-status-capitalised",
    "exams_show",
    "exams_show writes the status with a capital letter.",
    a.field("status", str.capitalize),
    "EXAM-404",
    also=("EXAM-004",),
)
add(
    "exams-create-status-new",
    "exams_create",
    "exams_create answers the status new.",
    a.constant("status", "new"),
    "EXAM-404",
)
add(
    "exams-mode-seven",
    "exams_show",
    "exams_show cuts the last digit of mode.",
    a.field("mode", lambda m: m[:7]),
    "EXAM-405",
    also=("EXAM-004",),
)
add(
    "exams-token-with-dashes",
    "exams_index",
    "The list of exams writes the token as a UUID, with dashes.",
    a.field("token", lambda t: f"{t[:8]}-{t[8:12]}-{t[12:16]}-{t[16:20]}-{t[20:]}"),
    "EXAM-405",
    also=("EXAM-004",),
)
add(
    "exams-create-token-shared",
    ("exams_create", "exams_show"),
    "Every exam has the same token.",
    a.constant("token", "0" * 31 + "1"),
    "EXAM-406",
)
add(
    "exams-create-name-title-case",
    "exams_create",
    "exams_create writes names in title case.",
    p.altered("name", str.title),
    "EXAM-045",
    also=("EXAM-028", "EXAM-062"),
)
add(
    "exams-show-null-without-documents",
    "exams_show",
    "exams_show leaves out uploaded_exam_documents_file_name and its neighbours while there is no zip.",
    a.without_null("uploaded_exam_documents_file_name", "uploaded_exam_documents_updated_at"),
    "EXAM-400",
)

# what is remembered too long, and what happens once only ------------------------------------------------------------

add(
    "exams-show-stale",
    "exams_show",
    "exams_show goes on answering what it answered first.",
    s.stale(),
    "EXAM-106",
    "EXAM-107",
    also=("EXAM-108", "EXAM-111"),
)
add(
    "exams-index-stale",
    "exams_index",
    "exams_index goes on answering what it answered first to the same question.",
    s.stale(),
    "EXAM-003",
    also=("EXAM-006", "EXAM-162"),
)
add(
    "exams-update-once-only",
    BOTH,
    "Only the first change of an exam is carried out.",
    s.changes_once("exam"),
    "EXAM-119",
)
