"""Faults of the attachments of exams."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, both, override, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules
from contract.mock.tables import ATTACHMENTS
from contract.mock.wire import UploadedFile

add = area(__name__)

INDEX, SHOW = "attachments_index", "attachments_show"
CREATE, DESTROY = "attachments_create", "attachments_destroy"
NO_FILE = UploadedFile("data", "application/octet-stream", b"")


def uploaded(**values: Any) -> Deviation:
    """The file is taken as another one: each value is made of the file by a function."""

    def around(call: Call, inner: Handler) -> Reply:
        file = call.params["document"]
        call.params["document"] = replace(file, **{name: make(file) for name, make in values.items()})
        return inner(call)

    return wrap(around)


def of_exam(sql: str) -> s.Statement:
    """Values: the ids of the exam and of the attachment."""
    return lambda call: (sql, [call.found["exam"]["id"], call.found["attachment"]["id"]])


def size_answered(change: Any) -> Deviation:
    return a.field("document_file_size", change)


def any_exam(rules: Rules, operation: Operation) -> None:
    """An attachment is found under the path of every exam of its institute."""
    inside = rules.loaders["attachment"]

    def find(call: Call, row_id: int) -> Any:
        if call.operation.id != operation.id:
            return inside(call, row_id)
        row = call.store.get(ATTACHMENTS, row_id)
        if row is None:
            return None
        exam = call.store.get(rules.tables["exams"], row["exam_id"])
        return row if exam["institute_id"] == call.found["exam"]["institute_id"] else None

    rules.loaders["attachment"] = find


def one_name_one_attachment(call: Call, inner: Handler) -> Reply:
    """An upload takes the place of the one before it in the exam."""
    exam_id = call.found["exam"]["id"]
    before = call.store.value("SELECT max(id) FROM attachments WHERE exam_id = ?", (exam_id,))
    if before is None:
        return inner(call)
    call.store.execute("DELETE FROM attachments WHERE id = ?", (before,))
    return inner(call)


# list -----------------------------------------------------------------------------------------------------------------

f.fails(add, INDEX, "ATTACH-001")
f.envelope(add, INDEX, "documents", "ATTACH-002")
add("attachments-index-by-id", INDEX, "attachments_index answers an object by id.", a.out_of_list(), "ATTACH-002")
add(
    "attachments-index-newest-only",
    INDEX,
    "attachments_index holds the newest attachment of the exam only.",
    s.but("attachments.id = (SELECT max(last.id) FROM attachments last WHERE last.exam_id = attachments.exam_id)"),
    "ATTACH-003",
)
add(
    "attachments-index-first-twice", INDEX, "attachments_index ends with its first row again.", s.twice(0), "ATTACH-003"
)
add(
    "attachments-index-of-institute",
    INDEX,
    "attachments_index holds the attachments of all exams of the institute.",
    s.listing(
        lambda call, scope: (
            "attachments.exam_id IN (SELECT id FROM exams WHERE institute_id = ?)",
            [call.found["exam"]["institute_id"]],
        )
    ),
    "ATTACH-004",
    also=("ATTACH-008",),
)
add(
    "attachments-index-empty-holds-newest",
    INDEX,
    "attachments_index of an exam without attachments holds the newest one of any exam.",
    s.listing(
        lambda call, scope: (
            f"({scope[0]}) OR (NOT EXISTS (SELECT 1 FROM attachments own WHERE own.exam_id = ?)"
            " AND attachments.id = (SELECT max(id) FROM attachments))",
            [*scope[1], call.found["exam"]["id"]],
        )
    ),
    "ATTACH-008",
)
add(
    "attachments-index-without-type",
    INDEX,
    "attachments_index gives every file the type application/octet-stream.",
    a.constant("document_content_type", "application/octet-stream"),
    "ATTACH-005",
)
f.word_accepted(add, INDEX, {"attachments": []}, "ATTACH-006")

# show -----------------------------------------------------------------------------------------------------------------

f.fails(add, SHOW, "ATTACH-020")
f.envelope(add, SHOW, "document", "ATTACH-021", also=("ATTACH-104",))
add(
    "attachments-show-other-placeholder",
    SHOW,
    "attachments_show gives the placeholder in braces.",
    a.field("placeholder", lambda text: "{" + text + "}"),
    "ATTACH-022",
)
f.never_given_accepted(add, SHOW, {"attachment": None}, "ATTACH-023")
f.never_given_accepted(add, DESTROY, {}, "ATTACH-074")
add(
    "attachments-show-under-other-exam",
    SHOW,
    "attachments_show finds an attachment under the path of another exam.",
    any_exam,
    "ATTACH-024",
)
f.word_crashes(add, SHOW, "ATTACH-025", id_name="exam_id")
add(
    "attachments-word-as-id-accepted",
    (SHOW, DESTROY),
    "A word as id of an attachment is answered with 200.",
    a.word_accepted({"attachment": {}}),
    "ATTACH-026",
    "ATTACH-079",
    also=("ROBUST-014", "ROBUST-023"),
)
add(
    "attachments-show-newest-of-exam",
    SHOW,
    "attachments_show gives the newest attachment of the exam, whatever id was asked for.",
    s.instead_of(
        "attachment",
        lambda call: (f"{ATTACHMENTS.select_sql} WHERE exam_id = ? ORDER BY id DESC", [call.found["exam"]["id"]]),
    ),
    "ATTACH-028",
    also=("ATTACH-022",),
)

# create ---------------------------------------------------------------------------------------------------------------


def same_placeholder(rules: Rules, operation: Operation) -> None:
    override(rules.effects, attachment_placeholder=lambda file_name, now_ms: f"{now_ms // 100_000_000}_file")


def placeholder_is_name(rules: Rules, operation: Operation) -> None:
    override(rules.effects, attachment_placeholder=lambda file_name, now_ms: file_name)


def text_is_file(call: Call, inner: Handler) -> Reply:
    text = call.sent.get("document")
    if isinstance(text, str) and text:
        call.params["document"] = UploadedFile("data", "text/plain", text.encode())
    return inner(call)


def refused_but_kept(call: Call, inner: Handler) -> Reply:
    """A text in place of the file is refused, but kept as a file."""
    text = call.sent.get("document")
    if not isinstance(text, str):
        return inner(call)
    call.params["document"] = UploadedFile("data", "text/plain", text.encode())
    inner(call)
    return call.rules.refusal(call.operation, Refusal("invalid", param="document", rule="Must be a File"))


f.fails(add, CREATE, "ATTACH-040")
f.bare(add, CREATE, "ATTACH-041")
f.not_demanded(add, CREATE, "document", NO_FILE, "ATTACH-042", also=("ATTACH-051",))
add(
    "attachments-create-text-is-file",
    CREATE,
    "attachments_create makes a file of a text that is sent as document.",
    both(p.read_as("document", lambda value: NO_FILE), wrap(text_is_file)),
    "ATTACH-043",
    also=("ATTACH-051",),
)
add(
    "attachments-create-other-exam-id",
    CREATE,
    "attachments_create answers its own id as exam_id.",
    a.each(lambda call, found: found.update(exam_id=found["id"] + 100_000)),
    "ATTACH-044",
    also=("ATTACH-005", "ATTACH-022"),
)
add(
    "attachments-create-name-cut",
    CREATE,
    "attachments_create cuts the name of the file at its last full stop.",
    uploaded(name=lambda file: file.name.rpartition(".")[0] or file.name),
    "ATTACH-045",
    also=("ATTACH-048",),
)
add(
    "attachments-create-name-in-capitals",
    CREATE,
    "attachments_create writes the name of the file in capitals.",
    uploaded(name=lambda file: file.name.upper()),
    "ATTACH-045",
    also=("ATTACH-048",),
)
add(
    "attachments-create-type-of-nothing",
    CREATE,
    "attachments_create takes every file for application/octet-stream.",
    uploaded(content_type=lambda file: "application/octet-stream"),
    "ATTACH-046",
)
add(
    "attachments-create-size-in-kilobytes",
    CREATE,
    "attachments_create gives the size of the file in kilobytes.",
    size_answered(lambda size: size // 1024),
    "ATTACH-047",
    also=("ATTACH-005", "ATTACH-022", "ATTACH-062"),
)
add(
    "attachments-create-size-one-more",
    CREATE,
    "attachments_create counts one byte too many.",
    uploaded(content=lambda file: file.content + b"\n"),
    "ATTACH-047",
    also=("ATTACH-062",),
)
add(
    "attachments-create-cut-at-half",
    CREATE,
    "attachments_create cuts files at 512 kilobytes.",
    uploaded(content=lambda file: file.content[: 512 * 1024]),
    "ATTACH-062",
)
add(
    "attachments-create-placeholder-without-number",
    CREATE,
    "The placeholder of an attachment is the name of its file.",
    placeholder_is_name,
    "ATTACH-048",
)
add(
    "attachments-create-same-placeholder",
    CREATE,
    "All attachments have the same placeholder.",
    same_placeholder,
    "ATTACH-053",
    also=("ATTACH-048",),
)
f.word_accepted(add, CREATE, {"attachment": {}}, "ATTACH-049")
f.absent_accepted(add, CREATE, {"attachment": {}}, "ATTACH-050")
add(
    "attachments-create-text-refused-but-kept",
    CREATE,
    "attachments_create refuses a text as document, but keeps it as a file.",
    both(p.read_as("document", lambda value: NO_FILE), wrap(refused_but_kept)),
    "ATTACH-051",
)
f.refused_too_late(add, CREATE, "document", NO_FILE, "ATTACH-051")
add(
    "attachments-create-same-id",
    CREATE,
    "attachments_create answers every attachment with the id of the first one since the server started.",
    s.same_id_for_all(),
    "ATTACH-052",
    also=("ATTACH-003", "ATTACH-005", "ATTACH-022", "ATTACH-028"),
)
add(
    "attachments-create-replaces",
    CREATE,
    "An attachment takes the place of the one that was uploaded to the exam before.",
    wrap(one_name_one_attachment),
    "ATTACH-003",
    also=("ATTACH-028", "ATTACH-073", "ATTACH-072"),
)
add(
    "attachments-create-clock-ahead",
    CREATE,
    "attachments_create dates an attachment an hour ahead.",
    s.dated(1),
    "ATTACH-061",
)

# destroy --------------------------------------------------------------------------------------------------------------


f.forbidden(add, DESTROY, "ATTACH-070")
add(
    "attachments-destroy-does-nothing",
    DESTROY,
    "attachments_destroy answers that all is well, and does nothing.",
    s.does_nothing(),
    "ATTACH-071",
    "ATTACH-072",
)
add(
    "attachments-destroy-still-shown",
    DESTROY,
    "A destroyed attachment is left out of the list, but still shown.",
    s.hides_only(lambda call: int(call.found["attachment"]["id"]), INDEX),
    "ATTACH-072",
    elsewhere=True,
)
add(
    "attachments-destroy-takes-all",
    DESTROY,
    "attachments_destroy destroys all attachments of the exam.",
    s.afterwards(of_exam("DELETE FROM attachments WHERE exam_id = ? AND id != ?")),
    "ATTACH-073",
)
add(
    "attachments-destroy-takes-before",
    DESTROY,
    "attachments_destroy destroys the attachment that was uploaded just before, too.",
    s.afterwards(
        lambda call: (
            "DELETE FROM attachments WHERE id = (SELECT max(id) FROM attachments WHERE exam_id = ? AND id < ?)",
            [call.found["exam"]["id"], call.found["attachment"]["id"]],
        )
    ),
    "ATTACH-073",
)
add(
    "attachments-destroy-takes-later",
    DESTROY,
    "attachments_destroy destroys the attachments that were uploaded to the exam later, too.",
    s.afterwards(of_exam("DELETE FROM attachments WHERE exam_id = ? AND id > ?")),
    "ATTACH-073",
)
add(
    "attachments-destroy-under-other-exam",
    DESTROY,
    "attachments_destroy finds an attachment under the path of another exam.",
    any_exam,
    "ATTACH-075",
)


# fields ---------------------------------------------------------------------------------------------------------------

add(
    "attachments-index-without-placeholder",
    INDEX,
    "attachments_index leaves out the placeholder.",
    a.without("placeholder"),
    "ATTACH-100",
    also=("ATTACH-005",),
)
add(
    "attachments-create-without-file-time",
    CREATE,
    "attachments_create leaves out document_updated_at.",
    a.without("document_updated_at"),
    "ATTACH-100",
    also=("ATTACH-061", "ATTACH-005", "ATTACH-022"),
)
add(
    "attachments-create-id-as-text",
    CREATE,
    "attachments_create gives the id as text.",
    a.field("id", str),
    "ATTACH-101",
)
add(
    "attachments-index-created-at-null",
    INDEX,
    "attachments_index gives created_at as null.",
    a.constant("created_at", None),
    "ATTACH-101",
    also=("ATTACH-005",),
)
add(
    "attachments-create-file-time-as-database-text",
    CREATE,
    "attachments_create gives document_updated_at as the database prints it.",
    a.field("document_updated_at", a.blank_for_t),
    "ATTACH-102",
    also=("ATTACH-061", "ATTACH-005", "ATTACH-022"),
)
add(
    "attachments-index-size-as-text",
    INDEX,
    "attachments_index gives document_file_size as text.",
    a.field("document_file_size", str),
    "ATTACH-103",
)
add(
    "attachments-show-without-offset",
    SHOW,
    "attachments_show gives times without an offset.",
    a.fields("created_at updated_at document_updated_at", a.no_offset),
    "ATTACH-104",
    also=("ATTACH-022",),
)

add(
    "attachments-index-stale",
    INDEX,
    "attachments_index goes on answering what it answered first.",
    s.stale(),
    "ATTACH-071",
    also=("ATTACH-003", "ATTACH-051"),
)
