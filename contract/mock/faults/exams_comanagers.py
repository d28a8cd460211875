"""Faults of the comanagers of exams."""

from __future__ import annotations

from contract.mock.call import Call, Reply
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, both, finish, override, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules
from contract.mock.tables import USERS

add = area(__name__)

ADD, REMOVE = "exams_add_comanager", "exams_remove_comanager"
BOTH = (ADD, REMOVE)


def of_exam(sql: str) -> s.Statement:
    """A statement whose values are the ids of the exam and of the user."""
    return lambda call: (sql, [call.found["exam"]["id"], call.params["comanager_id"]])


def caller_answered() -> Deviation:
    """The answer is the caller, not the user who was named."""

    def around(call: Call, inner: Handler) -> Reply:
        inner(call)
        return call.object("comanager", call.store.get(USERS, call.user["id"]))

    return wrap(around)


def caller_unless_given() -> Deviation:
    """Without comanager_id the caller is meant."""

    def around(call: Call, inner: Handler) -> Reply:
        call.params["comanager_id"] = call.params.get("comanager_id") or call.user["id"]
        return inner(call)

    return wrap(around)


def unknown_user_accepted() -> Deviation:
    """An id of nobody is answered with nobody."""

    def edit(call: Call, reply: Reply) -> Reply:
        is_user = call.params.get("comanager_id") is not None
        return Reply(200, {"comanager": None}) if reply.status == 404 and is_user else reply

    return finish(edit)


# add ------------------------------------------------------------------------------------------------------------------

f.fails(add, ADD, "EXAM-320")
f.envelope(add, ADD, "user", "EXAM-321")
add(
    "exams-add-comanager-answers-caller",
    ADD,
    "exams_add_comanager answers the caller instead of the user who was named.",
    caller_answered(),
    "EXAM-322",
    also=("EXAM-336",),
)
add(
    "exams-add-comanager-without-id-caller",
    ADD,
    "exams_add_comanager without comanager_id makes the caller a comanager.",
    both(p.optional("comanager_id", 0), caller_unless_given()),
    "EXAM-323",
    also=("EXAM-324",),
)
f.missing_answered_with(add, ADD, 400, "EXAM-323")
f.texts(add, ADD, "missing", "Bad request", "EXAM-324")
add(
    "exams-add-comanager-word-is-caller",
    ADD,
    "exams_add_comanager takes the caller where comanager_id is a word.",
    both(p.read_as("comanager_id", p.zero), caller_unless_given()),
    "EXAM-325",
)
f.word_crashes(add, ADD, "EXAM-326")
f.absent_accepted(add, ADD, {"comanager": {}}, "EXAM-327", "EXAM-328")
add(
    "exams-add-comanager-unknown-user",
    ADD,
    "exams_add_comanager answers a comanager_id of nobody with 200 and null.",
    unknown_user_accepted(),
    "EXAM-328",
)
add(
    "exams-add-comanager-not-stored",
    ADD,
    "exams_add_comanager answers the user, who gets no rights.",
    s.afterwards(of_exam("DELETE FROM comanagers WHERE exam_id = ? AND user_id = ?")),
    "EXAM-330",
    also=("EXAM-352", "EXAM-351"),
)
add(
    "exams-add-comanager-replaces",
    ADD,
    "exams_add_comanager takes the place of whom the exam had as comanager before.",
    s.afterwards(of_exam("DELETE FROM comanagers WHERE exam_id = ? AND user_id != ?")),
    "EXAM-330",
    also=("EXAM-351",),
)
add(
    "exams-add-comanager-text-refused",
    ADD,
    "exams_add_comanager refuses a comanager_id that is sent as text.",
    p.refused_value("comanager_id", lambda value: isinstance(value, str) and value.isdigit()),
    "EXAM-331",
)

# remove ---------------------------------------------------------------------------------------------------------------

f.forbidden(add, REMOVE, "EXAM-340")
f.bare(add, REMOVE, "EXAM-341")
add(
    "exams-remove-comanager-answers-caller",
    REMOVE,
    "exams_remove_comanager answers the caller instead of the user who was named.",
    caller_answered(),
    "EXAM-342",
    also=("EXAM-336",),
)
add(
    "exams-remove-comanager-empty-id-caller",
    REMOVE,
    "exams_remove_comanager with an empty comanager_id removes the caller.",
    both(p.may_be_empty("comanager_id", 0), caller_unless_given()),
    "EXAM-343",
    also=("EXAM-344",),
)
f.missing_answered_with(add, REMOVE, 404, "EXAM-343")
f.texts(add, REMOVE, "missing", "Bad request", "EXAM-344")
add(
    "exams-remove-comanager-word-is-caller",
    REMOVE,
    "exams_remove_comanager takes the caller where comanager_id is a word.",
    both(p.read_as("comanager_id", p.zero), caller_unless_given()),
    "EXAM-345",
)
f.word_accepted(add, REMOVE, {"comanager": {}}, "EXAM-346")
f.absent_accepted(add, REMOVE, {"comanager": {}}, "EXAM-347", "EXAM-348")
add(
    "exams-remove-comanager-keeps-rights",
    REMOVE,
    "exams_remove_comanager answers the user, who keeps the rights.",
    s.afterwards(of_exam("INSERT OR IGNORE INTO comanagers (exam_id, user_id) VALUES (?, ?)")),
    "EXAM-350",
)
add(
    "exams-remove-comanager-removes-all",
    REMOVE,
    "exams_remove_comanager takes the rights of all comanagers of the exam.",
    s.afterwards(of_exam("DELETE FROM comanagers WHERE exam_id = ? AND ? IS NOT NULL")),
    "EXAM-351",
)
add(
    "exams-remove-comanager-from-all-exams",
    REMOVE,
    "exams_remove_comanager takes the user's rights on all exams.",
    s.afterwards(of_exam("DELETE FROM comanagers WHERE ? IS NOT NULL AND user_id = ?")),
    "EXAM-352",
)

# fields ---------------------------------------------------------------------------------------------------------------

add(
    "exams-comanager-without-credentials",
    ADD,
    "exams_add_comanager answers the user without api_token and secret_key.",
    a.without("api_token", "secret_key"),
    "EXAM-332",
)
add(
    "exams-comanager-without-invitation",
    REMOVE,
    "exams_remove_comanager leaves out invitation_token and invited_by_id where they are null.",
    a.without_null("invitation_token", "invited_by_id"),
    "EXAM-332",
)
add(
    "exams-comanager-id-as-text",
    REMOVE,
    "exams_remove_comanager gives the user's id as text.",
    a.field("id", str),
    "EXAM-333",
)
add(
    "exams-comanager-updated-at-null",
    ADD,
    "exams_add_comanager gives updated_at as null.",
    a.constant("updated_at", None),
    "EXAM-333",
)
add(
    "exams-comanager-times-without-milliseconds",
    BOTH,
    "Comanagers have times without milliseconds.",
    a.fields("created_at updated_at", a.no_milliseconds),
    "EXAM-334",
)
add(
    "exams-comanager-reports-as-number",
    BOTH,
    "Comanagers have receives_reports and first_visit_guide as numbers.",
    a.fields("receives_reports first_visit_guide", int),
    "EXAM-335",
)
add(
    "exams-comanager-other-role",
    BOTH,
    "Comanagers have the role comanager instead of their own.",
    a.constant("role", "comanager"),
    "EXAM-336",
)


def own_exams_only(rules: Rules, operation: Operation) -> None:
    """Who did not create the exam is nobody to it."""
    override(rules.access, is_own_exam=lambda call, exam: bool(exam["user_id"] == call.user["id"]))


add(
    "exams-comanager-is-nobody",
    "exams_show",
    "A comanager is stored, but an exam is shown to its creator and administrators only.",
    own_exams_only,
    "EXAM-330",
    elsewhere=True,
)
