"""Faults of what else student sessions have: ID photo, face photo, proctor."""

from __future__ import annotations

from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, both, override, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.resources.photos import LINK_PATH
from contract.mock.rules import Rules

add = area(__name__)

ID_CARD, FACE, SHOW_FACE = (
    "student_sessions_destroy_id_card",
    "student_sessions_destroy_face_photo",
    "student_sessions_show_face_photo",
)
ASSIGN, UNASSIGN = "student_sessions_assign_proctor", "student_sessions_unassign_proctor"
PHOTOS = (ID_CARD, FACE, SHOW_FACE)


def session_columns(assignment: str, which: str = "id = ?") -> s.Statement:
    """Change the session of the path, or others of its exam."""
    return lambda call: (
        f"UPDATE student_sessions SET {assignment} WHERE {which} AND exam_id = ?",
        [call.found["session"]["id"], call.found["session"]["exam_id"]],
    )


def without_columns(kind: str) -> str:
    return ", ".join(f"{kind}_{part} = NULL" for part in ("file_name", "content_type", "file_size"))


# destroying photos ----------------------------------------------------------------------------------------------------

f.fails(add, ID_CARD, "SESSION-210")
f.forbidden(add, FACE, "SESSION-230")
add(
    "student-sessions-destroy-id-card-does-nothing",
    ID_CARD,
    "student_sessions_destroy_id_card answers that all is well, and does nothing.",
    s.does_nothing(),
    "SESSION-211",
)
add(
    "student-sessions-destroy-face-photo-keeps-size",
    FACE,
    "student_sessions_destroy_face_photo leaves face_photo_file_size.",
    s.not_stored("session", "face_photo_file_size"),
    "SESSION-231",
)
add(
    "student-sessions-destroy-id-card-both",
    ID_CARD,
    "student_sessions_destroy_id_card destroys the face photo, too.",
    s.afterwards(session_columns(without_columns("face_photo"))),
    "SESSION-212",
)
add(
    "student-sessions-destroy-face-photo-other",
    FACE,
    "student_sessions_destroy_face_photo destroys the ID photo, too.",
    s.afterwards(session_columns(without_columns("id_card"))),
    "SESSION-232",
)
add(
    "student-sessions-destroy-face-photo-still-addressed",
    FACE,
    "The address of a face photo is still given once it is destroyed.",
    s.not_stored("session", "face_photo_file_name"),
    "SESSION-238",
    also=("SESSION-231",),
)
add(
    "student-sessions-photos-unknown-accepted",
    PHOTOS,
    "The operations of photos answer a session that does not exist as if all were well.",
    a.never_given_accepted({"url": "https://photos.example.com/none.png"}),
    "SESSION-213",
    "SESSION-233",
    "SESSION-255",
    also=("SESSION-214", "SESSION-234", "SESSION-256"),
)
add(
    "student-sessions-photos-other-text",
    PHOTOS,
    "The operations of photos say of a session that does not exist: Not found error.",
    a.text("session_not_found", "Not found error."),
    "SESSION-214",
    "SESSION-234",
    "SESSION-256",
)
add(
    "student-sessions-photos-word-accepted",
    PHOTOS,
    "The operations of photos answer a word in place of the id with {}.",
    a.word_accepted({}),
    "SESSION-215",
    "SESSION-235",
    "SESSION-257",
    also=("ROBUST-014", "ROBUST-023"),
)

# showing the face photo -----------------------------------------------------------------------------------------------


def link_lasts(milliseconds: int) -> Deviation:
    def deviation(rules: Rules, operation: Operation) -> None:
        override(rules.photo_links, is_valid=lambda link, now_ms: now_ms < _issued(rules, link) + milliseconds)

    return deviation


def _issued(rules: Rules, link: Any) -> int:
    return int(link["expires_ms"]) - rules.photo_links.valid_ms


def link_never_expires(rules: Rules, operation: Operation) -> None:
    override(rules.photo_links, is_valid=lambda link, now_ms: True)


def link_dead_at_once(rules: Rules, operation: Operation) -> None:
    override(rules.photo_links, is_valid=lambda link, now_ms: False)


def link_of_first(rules: Rules, operation: Operation) -> None:
    """Whoever asks gets the address that was made first."""
    first: list[str] = []
    issue = rules.photo_links.issue

    def issue_first(call: Call, session_id: int) -> str:
        if not first:
            first.append(issue(call, session_id))
        return first[0]

    override(rules.photo_links, issue=issue_first)


def link_to_nothing(rules: Rules, operation: Operation) -> None:
    override(rules.photo_links, issue=lambda call, session_id: f"{call.base_url}/{LINK_PATH}/{session_id}")


f.fails(add, SHOW_FACE, "SESSION-250")
add(
    "student-sessions-show-face-photo-path-only",
    SHOW_FACE,
    "student_sessions_show_face_photo answers the name of the file instead of an address.",
    wrap(lambda call, inner: call.reply({"face_photo": call.found["session"]["face_photo_file_name"]})),
    "SESSION-251",
    also=("SESSION-252", "SESSION-253", "SESSION-260"),
)
add(
    "student-sessions-show-face-photo-empty",
    SHOW_FACE,
    "student_sessions_show_face_photo answers a url that is null.",
    a.with_body(lambda body: {"url": None}),
    "SESSION-251",
    also=("SESSION-252", "SESSION-253", "SESSION-260"),
)
add(
    "student-sessions-show-face-photo-dead-link",
    SHOW_FACE,
    "student_sessions_show_face_photo answers an address that leads nowhere.",
    link_to_nothing,
    "SESSION-252",
)
add(
    "student-sessions-show-face-photo-expired-link",
    SHOW_FACE,
    "student_sessions_show_face_photo answers an address that is refused.",
    link_dead_at_once,
    "SESSION-252",
)
add(
    "student-sessions-show-face-photo-four-minutes",
    SHOW_FACE,
    "The address of a face photo works for four minutes.",
    link_lasts(4 * 60_000),
    "SESSION-253",
)
add(
    "student-sessions-show-face-photo-never-expires",
    SHOW_FACE,
    "The address of a face photo works for ever.",
    link_never_expires,
    "SESSION-254",
)
add(
    "student-sessions-show-face-photo-an-hour",
    SHOW_FACE,
    "The address of a face photo works for an hour.",
    link_lasts(60 * 60_000),
    "SESSION-254",
)
add(
    "student-sessions-show-face-photo-same-link",
    SHOW_FACE,
    "student_sessions_show_face_photo answers the address of the first photo that was asked for.",
    link_of_first,
    "SESSION-260",
)

# assigning a proctor --------------------------------------------------------------------------------------------------


def answered(**values: object) -> Deviation:
    """The answer has other values."""
    return a.with_body(lambda body: {**body, **values})


def assigned_before_refusal(call: Call, inner: Handler) -> Reply:
    """A proctor who does not exist is stored, and refused afterwards."""
    try:
        return inner(call)
    except Refusal as refusal:
        sql = "UPDATE student_sessions SET proctor_id = ? WHERE id = ?"
        call.store.execute(sql, (call.params["proctor_id"], call.found["session"]["id"]))
        return call.rules.refusal(call.operation, refusal)


def caller_unless_given(call: Call, inner: Handler) -> Reply:
    """Without a proctor the caller is meant."""
    if call.params.get("proctor_id") in (None, 0):
        return call.reply({"proctor_id": call.user["id"], "active_proctoring_sessions": 1})
    return inner(call)


def counted_from_zero(body: dict[str, int]) -> dict[str, int]:
    return {**body, "active_proctoring_sessions": body["active_proctoring_sessions"] - 1}


def remembers_whom(rules: Rules, operation: Operation) -> None:
    """A proctor who was taken from a session is refused when assigned to it again."""
    left: set[tuple[int, int]] = set()

    def unassign(call: Call, inner: Handler) -> Reply:
        session = call.found["session"]
        left.add((session["id"], session["proctor_id"]))
        return inner(call)

    def assign(call: Call, inner: Handler) -> Reply:
        if (call.found["session"]["id"], call.params["proctor_id"]) in left:
            raise Refusal("proctor_invalid")
        return inner(call)

    wrap(unassign)(rules, operation)
    wrap(assign)(rules, rules.operations[ASSIGN])


f.forbidden(add, ASSIGN, "SESSION-270")
add(
    "student-sessions-assign-proctor-answers-session",
    ASSIGN,
    "student_sessions_assign_proctor answers the session instead of proctor and count.",
    wrap(lambda call, inner: (inner(call), call.stored("student", call.found["session"]["id"]))[1]),
    "SESSION-271",
    also=("SESSION-272", "SESSION-273", "SESSION-291"),
)
add(
    "student-sessions-assign-proctor-without-count",
    ASSIGN,
    "student_sessions_assign_proctor answers without active_proctoring_sessions.",
    a.with_body(lambda body: {"proctor_id": body["proctor_id"]}),
    "SESSION-271",
    also=("SESSION-273", "SESSION-291"),
)
add(
    "student-sessions-assign-proctor-answers-session-id",
    ASSIGN,
    "student_sessions_assign_proctor answers the id of the session as proctor_id.",
    wrap(lambda call, inner: call.reply({**inner(call).body, "proctor_id": call.found["session"]["id"] + 100_000})),
    "SESSION-272",
)
add(
    "student-sessions-assign-proctor-counts-before",
    ASSIGN,
    "student_sessions_assign_proctor counts the proctor's sessions before the assignment.",
    a.with_body(counted_from_zero),
    "SESSION-273",
)
add(
    "student-sessions-assign-proctor-counts-one",
    ASSIGN,
    "student_sessions_assign_proctor always answers one active session.",
    answered(active_proctoring_sessions=1),
    "SESSION-291",
)
add(
    "student-sessions-assign-proctor-without-id",
    ASSIGN,
    "student_sessions_assign_proctor without proctor_id is answered with the caller.",
    both(p.optional("proctor_id", 0), wrap(caller_unless_given)),
    "SESSION-274",
)
add(
    "student-sessions-assign-proctor-empty-id",
    ASSIGN,
    "student_sessions_assign_proctor with an empty proctor_id is answered with the caller.",
    both(p.may_be_empty("proctor_id", 0), wrap(caller_unless_given)),
    "SESSION-274",
)
add(
    "student-sessions-assign-proctor-word",
    ASSIGN,
    "student_sessions_assign_proctor takes the caller where proctor_id is a word.",
    both(p.read_as("proctor_id", p.zero), wrap(caller_unless_given)),
    "SESSION-275",
)
f.absent_answered_with(add, ASSIGN, "session_not_found", 422, "SESSION-276")
f.texts(add, ASSIGN, "session_not_found", "Not found error.", "SESSION-277")
f.absent_answered_with(add, ASSIGN, "proctor_not_found", 422, "SESSION-278")
f.texts(add, ASSIGN, "proctor_not_found", "No such user", "SESSION-279")
f.word_crashes(add, ASSIGN, "SESSION-280")
add(
    "student-sessions-assign-proctor-not-stored",
    ASSIGN,
    "student_sessions_assign_proctor answers as documented, and assigns nobody.",
    s.not_stored("session", "proctor_id", "pre_assigned_proctor_id"),
    "SESSION-281",
    also=("SESSION-291", "SESSION-311"),
)
add(
    "student-sessions-assign-proctor-text-refused",
    ASSIGN,
    "student_sessions_assign_proctor refuses a proctor_id that is sent as text.",
    p.refused_value("proctor_id", lambda value: isinstance(value, str) and value.isdigit()),
    "SESSION-283",
)
add(
    "student-sessions-assign-proctor-all-of-exam",
    ASSIGN,
    "student_sessions_assign_proctor assigns the proctor to all sessions of the exam.",
    s.afterwards(
        lambda call: (
            "UPDATE student_sessions SET pre_assigned_proctor_id = ? WHERE exam_id = ?",
            [call.params["proctor_id"], call.found["session"]["exam_id"]],
        )
    ),
    "SESSION-284",
)
add(
    "student-sessions-assign-proctor-moves-others",
    ASSIGN,
    "student_sessions_assign_proctor moves updated_at of the other sessions of the exam.",
    s.afterwards(session_columns("updated_at = updated_at + 1", "id != ?")),
    "SESSION-284",
)
add(
    "student-sessions-assign-proctor-refused-but-stored",
    ASSIGN,
    "student_sessions_assign_proctor refuses a proctor who does not exist, but stores the id.",
    wrap(assigned_before_refusal),
    "SESSION-289",
)

# taking the proctor away ----------------------------------------------------------------------------------------------

f.fails(add, UNASSIGN, "SESSION-310")
add(
    "student-sessions-unassign-proctor-does-nothing",
    UNASSIGN,
    "student_sessions_unassign_proctor answers that all is well, and does nothing.",
    s.does_nothing(),
    "SESSION-311",
)
add(
    "student-sessions-unassign-proctor-keeps-pre-assigned",
    UNASSIGN,
    "student_sessions_unassign_proctor leaves pre_assigned_proctor_id.",
    s.not_stored("session", "pre_assigned_proctor_id"),
    "SESSION-311",
)
add(
    "student-sessions-unassign-proctor-unknown-in-other-words",
    UNASSIGN,
    "student_sessions_unassign_proctor answers a session that does not exist in other words.",
    a.text("session_not_found", "Not found error."),
    "SESSION-313",
)
f.absent_accepted(add, UNASSIGN, {}, "SESSION-312", also=("SESSION-313",))
f.word_accepted(add, UNASSIGN, {}, "SESSION-314")
add(
    "student-sessions-unassign-proctor-everywhere",
    UNASSIGN,
    "student_sessions_unassign_proctor takes the proctor from all sessions of the exam.",
    s.afterwards(session_columns("proctor_id = NULL, pre_assigned_proctor_id = NULL", "id != ?")),
    "SESSION-316",
)
add(
    "student-sessions-unassign-proctor-for-good",
    UNASSIGN,
    "A proctor who was taken from a session is refused when assigned to it again.",
    remembers_whom,
    "SESSION-317",
    elsewhere=True,
)
