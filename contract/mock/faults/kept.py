"""Faults of what is kept: the answer repeats what was sent, and something else is stored."""

from __future__ import annotations

from collections.abc import Sequence

from contract.mock.call import Call, Reply
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, wrap
from contract.mock.operations import Handler

add = area(__name__)

SESSION_UPDATES = ("student_sessions_update", "student_sessions_update_put")
INSTITUTE_UPDATES = ("institutes_update", "institutes_update_put")
LISTS_BY_STATUS = {
    "student_sessions_index": "SESSION-006",
    "student_sessions_index_all": "SESSION-026",
    "exams_index_students": "EXAM-185",
}
LANGUAGES = {"default_language": "'en-GB'"}
DEPRECATED_LANGUAGES = {"default_locale": "'en-GB'", "default_exam_languages": "'en-GB'"}
LOGO = {
    "logo_image": "'/logo_images/original/missing.png'",
    "logo_image_file_name": "NULL",
    "logo_image_content_type": "NULL",
    "logo_image_file_size": "NULL",
    "logo_image_updated_at": "NULL",
}


def only_answered(table: str, kept: dict[str, str], *, sent: str) -> Deviation:
    """Where the parameter *sent* is there it is answered; stored is what *kept* says: column -> SQL."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        if sent in call.sent or sent in call.files:
            stores(call, table, kept, id_in(reply))
        return reply

    return wrap(around)


def lost(table: str, kept: dict[str, str], *, unless: str) -> Deviation:
    """A change that does not name *unless* stores what *kept* says: column -> SQL; and the answer shows it."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        if unless in call.sent:
            return reply
        stores(call, table, kept, id_in(reply))
        return call.stored({"student_sessions": "student", "institutes": "institute"}[table], id_in(reply))

    return wrap(around)


def stores(call: Call, table: str, kept: dict[str, str], row_id: int) -> None:
    assignments = ", ".join(f"{column} = {value}" for column, value in kept.items())
    call.store.execute(f"UPDATE {table} SET {assignments} WHERE id = ?", (row_id,))


def id_in(reply: Reply) -> int:
    return int(next(iter(reply.body.values()))["id"])


def always_true(name: str) -> Deviation:
    return a.constant(name, True)


def with_status_but(*statuses: str) -> Deviation:
    """A list asked for by any other status is empty."""
    return s.but("0", when=lambda call: call.params.get("status") not in (None, *statuses))


def add_for_both(fault_id: str, operations: Sequence[str], description: str, deviation: Deviation, *ids: str) -> None:
    """One fault for PATCH and one for PUT, each with its requirement."""
    for operation, method, requirement in zip(operations, ("PATCH", "PUT"), ids, strict=True):
        add(f"{fault_id}-{method.lower()}", operation, f"{method} {description}", deviation, requirement)


add_for_both(
    "sessions-open-time-only-answered",
    SESSION_UPDATES,
    "answers the open_time that was sent, and keeps the one before.",
    wrap(lambda call, inner: _keeps_open_time(call, inner)),
    "SESSION-116",
    "SESSION-117",
)
add(
    "sessions-open-time-lost",
    "student_sessions_update",
    "PATCH of a student session loses an open_time that it does not name.",
    lost("student_sessions", {"open_time": "NULL"}, unless="open_time"),
    "SESSION-118",
)


def _keeps_open_time(call: Call, inner: Handler) -> Reply:
    before, reply = call.found["session"]["open_time"], inner(call)
    if "open_time" in call.sent:
        call.store.execute("UPDATE student_sessions SET open_time = ? WHERE id = ?", (before, id_in(reply)))
    return reply


add(
    "exams-create-use-duration-always-true",
    "exams_create",
    "exams_create answers every exam with use_duration.",
    always_true("use_duration"),
    "EXAM-063",
)
add(
    "exams-update-use-duration-always-true",
    ("exams_update", "exams_update_put"),
    "Changing an exam answers use_duration true, whatever was sent.",
    always_true("use_duration"),
    "EXAM-119",
)
for operation, requirement in LISTS_BY_STATUS.items():
    add(
        f"{operation.replace('_', '-')}-only-registered",
        operation,
        f"{operation} knows no other status than registered: asked for another one it is empty.",
        with_status_but("registered"),
        requirement,
    )

add(
    "institutes-create-language-only-answered",
    "institutes_create",
    "institutes_create answers the default_language that was sent, and does not keep it.",
    only_answered("institutes", LANGUAGES, sent="default_language"),
    "INST-051",
)
add(
    "institutes-create-deprecated-languages-only-answered",
    "institutes_create",
    "institutes_create answers default_locale and default_exam_languages as they were sent, and does not keep them.",
    only_answered("institutes", DEPRECATED_LANGUAGES, sent="default_locale"),
    "INST-052",
)
add(
    "institutes-create-logo-only-answered",
    "institutes_create",
    "institutes_create answers the logo that was sent, and does not keep it.",
    only_answered("institutes", LOGO, sent="logo_image"),
    "INST-063",
)
add(
    "institutes-update-language-only-answered",
    INSTITUTE_UPDATES,
    "Changing an institute answers the default_language that was sent, and does not keep it.",
    only_answered("institutes", LANGUAGES, sent="default_language"),
    "INST-105",
)
add(
    "institutes-update-logo-only-answered",
    INSTITUTE_UPDATES,
    "Changing an institute answers the logo that was sent, and does not keep it.",
    only_answered("institutes", LOGO, sent="logo_image"),
    "INST-115",
)
add(
    "institutes-language-lost",
    "institutes_update",
    "PATCH of an institute loses a default_language that it does not name.",
    lost("institutes", LANGUAGES, unless="default_language"),
    "INST-106",
)
