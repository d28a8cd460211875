"""Faults of the documents of exams: the students' instructions."""

from __future__ import annotations

from contract.mock.call import Call, Reply
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import area, override, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules
from contract.mock.tables import DOCUMENTS

add = area(__name__)

INDEX, SHOW, CREATE, DESTROY = "documents_index", "documents_show", "documents_create", "documents_destroy"
PATCH, PUT = "documents_update", "documents_update_put"
CHANGES = (PATCH, PUT)
ON_ONE = (SHOW, PATCH, PUT, DESTROY)
MISSING = "document_not_found"


def others(sql: str) -> s.Statement:
    """Change or remove other documents: values are the exam's user and the exam's id."""
    return lambda call: (sql, [call.found["exam"]["user_id"], call.found["exam"]["id"]])


OF_OTHER_EXAMS = "exam_id IN (SELECT id FROM exams WHERE user_id = ? AND id != ?)"


def newest_of_all(call: Call) -> tuple[str, list[int]]:
    """The newest document of the institute, whichever exam it belongs to."""
    institute = "exam_id IN (SELECT id FROM exams WHERE institute_id = ?)"
    return f"{DOCUMENTS.select_sql} WHERE {institute} ORDER BY id DESC", [call.found["exam"]["institute_id"]]


def any_exam(rules: Rules, operation: Operation) -> None:
    """A document is found under the path of every exam that the caller may see."""

    inside = rules.loaders["document"]

    def find(call: Call, row_id: int) -> object:
        if call.operation.id != operation.id:
            return inside(call, row_id)
        row = call.store.get(DOCUMENTS, row_id)
        if row is None:
            return None
        exam = call.store.get(rules.tables["exams"], row["exam_id"])
        return row if exam["institute_id"] == call.found["exam"]["institute_id"] else None

    rules.loaders["document"] = find


def index_newest_of_all(call: Call, inner: Handler) -> Reply:
    return call.object("document", call.store.one(*newest_of_all(call)))


# list -----------------------------------------------------------------------------------------------------------------

f.fails(add, INDEX, "DOC-001")
f.envelope(add, INDEX, "documents", "DOC-002")
add("documents-index-in-list", INDEX, "documents_index answers a list of one document.", a.in_list(), "DOC-002")
add(
    "documents-index-newest-of-all",
    INDEX,
    "documents_index gives the newest document of the institute, whatever exam was asked for.",
    wrap(index_newest_of_all),
    "DOC-003",
    also=("DOC-026", "DOC-066", "DOC-081", "DOC-083", "DOC-004", "DOC-063", "DOC-064"),
)
add(
    "documents-index-text-stripped",
    INDEX,
    "documents_index gives exam_content without markup.",
    a.field("exam_content", lambda text: text.replace("<", "").replace(">", "")),
    "DOC-004",
    also=("DOC-063", "DOC-064", "DOC-066", "DOC-083", "DOC-024"),
)
f.word_accepted(add, INDEX, {"document": None}, "DOC-005")

# create ---------------------------------------------------------------------------------------------------------------


def not_opened(rules: Rules, operation: Operation) -> None:
    override(rules.effects, exam_with_new_document=lambda exam: {})


def opened_by_second(rules: Rules, operation: Operation) -> None:
    """The exam opens only once it has a document already."""

    def around(call: Call, inner: Handler) -> Reply:
        sql = "SELECT 1 FROM documents WHERE exam_id = ?"
        known = call.store.value(sql, (call.found["exam"]["id"],))
        reply = inner(call)
        if not known:
            status = "UPDATE exams SET status = ? WHERE id = ?"
            call.store.execute(status, (call.found["exam"]["status"], call.found["exam"]["id"]))
        return reply

    wrap(around)(rules, operation)


f.forbidden(add, CREATE, "DOC-020")
f.not_demanded(add, CREATE, "exam_content", "", "DOC-021", also=("DOC-022", "DOC-026"))
f.missing_answered_with(add, CREATE, 400, "DOC-021")
f.texts(add, CREATE, "missing", "Bad request", "DOC-022")
f.bare(add, CREATE, "DOC-023")
add(
    "documents-create-placeholders-taken-out",
    CREATE,
    "documents_create takes everything in braces out of exam_content.",
    p.altered("exam_content", lambda text: text.replace("{", "").replace("}", "")),
    "DOC-024",
    "DOC-031",
    also=("DOC-032",),
)
add(
    "documents-create-html-escaped",
    CREATE,
    "documents_create escapes HTML in exam_content.",
    p.altered("exam_content", lambda text: text.replace("<", "&lt;").replace(">", "&gt;")),
    "DOC-024",
)
add(
    "documents-create-ascii",
    CREATE,
    "documents_create writes a question mark for every letter beyond ASCII.",
    p.altered("exam_content", lambda text: text.encode("ascii", "replace").decode()),
    "DOC-024",
)
add(
    "documents-create-lti-placeholder-refused",
    CREATE,
    "documents_create refuses exam_content with the placeholder of an LTI resource.",
    p.refused_value("exam_content", lambda text: "LTI_EXAM_" in str(text)),
    "DOC-032",
)
add(
    "documents-create-attachment-placeholder-refused",
    CREATE,
    "documents_create refuses exam_content that holds a placeholder and a full stop.",
    p.refused_value("exam_content", lambda text: "{" in str(text) and "." in str(text).partition("{")[2]),
    "DOC-031",
)
add(
    "documents-create-other-exam-id",
    CREATE,
    "documents_create answers the id of the document as exam_id.",
    a.each(lambda call, found: found.update(exam_id=found["id"] + 100_000)),
    "DOC-025",
)
f.refused_too_late(add, CREATE, "exam_content", "", "DOC-026")
f.word_accepted(add, CREATE, {"document": {}}, "DOC-027")
f.absent_accepted(add, CREATE, {"document": {}}, "DOC-028")
add("documents-create-does-not-open", CREATE, "Adding a document leaves the exam a draft.", not_opened, "DOC-030")
add(
    "documents-create-opened-by-second",
    CREATE,
    "Only the second document that is added opens an exam.",
    opened_by_second,
    "DOC-030",
)
add(
    "documents-create-opens-all",
    CREATE,
    "Adding a document to one exam opens all drafts of the same user.",
    s.afterwards(others("UPDATE exams SET status = 'open' WHERE status = 'draft' AND user_id = ? AND id != ?")),
    "DOC-035",
)
add(
    "documents-create-same-id",
    CREATE,
    "documents_create answers every document with the id of the first one since the server started.",
    s.same_id_for_all(),
    "DOC-037",
    also=("DOC-004", "DOC-003", "DOC-042"),
)
add(
    "documents-create-cut",
    CREATE,
    "documents_create cuts exam_content at 32767 characters.",
    p.altered("exam_content", lambda text: text[:32767]),
    "DOC-038",
)

# show -----------------------------------------------------------------------------------------------------------------

f.fails(add, SHOW, "DOC-040")
f.envelope(add, SHOW, "documents", "DOC-041", also=("DOC-104",))
add(
    "documents-show-as-text",
    SHOW,
    "documents_show gives exam_content in capitals.",
    a.field("exam_content", str.upper),
    "DOC-042",
    also=("DOC-071",),
)
f.never_given_accepted(add, SHOW, {"document": None}, "DOC-043")
add(
    "documents-change-unknown-accepted",
    (PATCH, PUT, DESTROY),
    "A document that does not exist is changed and destroyed as if all were well.",
    a.never_given_accepted({"document": {}}),
    "DOC-067",
    "DOC-084",
)
add(
    "documents-show-under-other-exam",
    SHOW,
    "documents_show finds a document under the path of another exam.",
    any_exam,
    "DOC-044",
)
f.word_accepted(add, SHOW, {"document": {}}, "DOC-045", id_name="exam_id")
add(
    "documents-word-as-id-accepted",
    ON_ONE,
    "A word as id of a document is answered with 200 by show, change and destroy.",
    a.word_accepted({"document": {}}),
    "DOC-046",
    "DOC-070",
    "DOC-089",
    also=("ROBUST-014", "ROBUST-023"),
)

# update ---------------------------------------------------------------------------------------------------------------

f.fails(add, PATCH, "DOC-060")
f.forbidden(add, PUT, "DOC-061")
add(
    "documents-update-answers-old",
    CHANGES,
    "Changing a document answers the exam_content that it had before.",
    a.each(lambda call, found: found.update(exam_content=call.found["document"]["exam_content"])),
    "DOC-062",
)
add(
    "documents-update-not-kept",
    PATCH,
    "PATCH answers the new exam_content, but keeps the old one.",
    s.not_stored("document", "exam_content"),
    "DOC-063",
    "DOC-071",
)
add(
    "documents-update-put-not-kept",
    PUT,
    "PUT answers the new exam_content, but keeps the old one.",
    s.not_stored("document", "exam_content"),
    "DOC-064",
    "DOC-071",
)
add(
    "documents-update-keeps-updated-at",
    CHANGES,
    "Changing a document leaves updated_at as it was.",
    s.not_stored("document", "updated_at"),
    "DOC-065",
)
add(
    "documents-update-of-all-exams",
    PATCH,
    "PATCH gives the documents of all exams of the same user the same exam_content.",
    s.afterwards(
        lambda call: (
            f"UPDATE documents SET exam_content = ? WHERE {OF_OTHER_EXAMS}",
            [call.params.get("exam_content", ""), call.found["exam"]["user_id"], call.found["exam"]["id"]],
        )
    ),
    "DOC-066",
)
add(
    "documents-update-put-touches-others",
    PUT,
    "PUT moves updated_at of the documents of the same user's other exams.",
    s.afterwards(others(f"UPDATE documents SET updated_at = updated_at + 1 WHERE {OF_OTHER_EXAMS}")),
    "DOC-066",
)
add(
    "documents-update-under-other-exam",
    CHANGES,
    "A document can be changed under the path of another exam.",
    any_exam,
    "DOC-068",
)

# destroy --------------------------------------------------------------------------------------------------------------

f.fails(add, DESTROY, "DOC-080")
add(
    "documents-destroy-does-nothing",
    DESTROY,
    "documents_destroy answers that all is well, and does nothing.",
    s.does_nothing(),
    "DOC-081",
    "DOC-082",
)
add(
    "documents-destroy-takes-all",
    DESTROY,
    "documents_destroy destroys the documents of all exams of the same user.",
    s.afterwards(others(f"DELETE FROM documents WHERE {OF_OTHER_EXAMS}")),
    "DOC-083",
)
add(
    "documents-destroy-takes-before",
    DESTROY,
    "documents_destroy destroys the document that was made just before, too.",
    s.afterwards(
        lambda call: (
            "DELETE FROM documents WHERE id = (SELECT max(id) FROM documents WHERE id < ?)",
            [call.found["document"]["id"]],
        )
    ),
    "DOC-083",
)
add(
    "documents-destroy-under-other-exam",
    DESTROY,
    "A document can be destroyed under the path of another exam.",
    any_exam,
    "DOC-085",
)

# fields ---------------------------------------------------------------------------------------------------------------

add(
    "documents-create-without-file-fields",
    CREATE,
    "documents_create leaves out the fields of a file while there is none.",
    a.without_null("file_file_name", "file_content_type", "file_file_size"),
    "DOC-100",
)
add("documents-index-id-as-text", INDEX, "documents_index gives the id as text.", a.field("id", str), "DOC-101")
add(
    "documents-create-updated-at-null",
    CREATE,
    "documents_create answers updated_at as null.",
    a.constant("updated_at", None),
    "DOC-101",
)
add(
    "documents-index-times-without-milliseconds",
    INDEX,
    "documents_index gives times without milliseconds.",
    a.fields("created_at updated_at", a.no_milliseconds),
    "DOC-102",
    also=("DOC-004",),
)
add(
    "documents-index-exam-id-as-text",
    INDEX,
    "documents_index gives exam_id as text.",
    a.field("exam_id", str),
    "DOC-103",
)
add(
    "documents-one-without-file-processing",
    (SHOW, PATCH, PUT),
    "Show and change answer a document without file_processing.",
    a.without("file_processing"),
    "DOC-104",
)
add(
    "documents-create-names-a-file",
    CREATE,
    "documents_create makes a file of the text, whose name the list gives.",
    s.afterwards(
        lambda call: (
            "UPDATE documents SET file_file_name = 'document.html', file_content_type = 'text/html' WHERE exam_id = ?",
            [call.found["exam"]["id"]],
        )
    ),
    "DOC-105",
)

add(
    "documents-index-stale",
    INDEX,
    "documents_index goes on answering what it answered first.",
    s.stale(),
    "DOC-063",
    "DOC-064",
    "DOC-081",
    also=("DOC-026", "DOC-065"),
)
add(
    "documents-show-stale",
    SHOW,
    "documents_show goes on answering what it answered first.",
    s.stale(),
    "DOC-071",
)
