"""
Attachments and documents of an exam.

Source: https://docs.proctorexam.com/v3/apidoc/attachments.html, .../documents/index.html, .../documents/create.html;
a first document opens the exam: https://docs.proctorexam.com/statuses/statuses.html.
"""

from __future__ import annotations

from contract.mock.call import Call, Reply
from contract.mock.resources.listing import page_of
from contract.mock.tables import ATTACHMENTS, DOCUMENTS, EXAMS


def index_attachments(call: Call) -> Reply:
    return page_of(call, "attachment", call.rules.access.attachments_scope(call))


def show_attachment(call: Call) -> Reply:
    return call.object("attachment", call.found["attachment"])


def create_attachment(call: Call) -> Reply:
    upload = call.params["document"]
    values = {
        "exam_id": call.found["exam"]["id"],
        "document_file_name": upload.name,
        "document_content_type": upload.content_type,
        "document_file_size": len(upload.content),
        "document_updated_at": call.now_ms,
        "placeholder": call.rules.effects.attachment_placeholder(upload.name, call.now_ms),
    }
    attachment_id = call.store.insert(ATTACHMENTS, values)
    call.store.save_file("attachment", attachment_id, upload.content)
    return call.stored("attachment", attachment_id)


def destroy_attachment(call: Call) -> Reply:
    attachment_id = call.found["attachment"]["id"]
    call.store.delete(ATTACHMENTS, attachment_id)
    call.store.execute("DELETE FROM files WHERE kind = 'attachment' AND owner_id = ?", (attachment_id,))
    return call.reply({})


def index_documents(call: Call) -> Reply:
    """One object under a singular key, as the page prints it; the newest where there are several."""
    direction = "DESC" if call.rules.answers.newest_document_first else "ASC"
    sql = f"{DOCUMENTS.select_sql} WHERE exam_id = ? ORDER BY id {direction}"
    document = call.store.one(sql, (call.found["exam"]["id"],))
    if document is None:
        return call.reply({call.rules.shapes["document"].key: call.rules.answers.documents_index_none})
    return call.object("document", document)


def show_document(call: Call) -> Reply:
    return call.object("document", call.found["document"])


def create_document(call: Call) -> Reply:
    exam = call.found["exam"]
    document_id = call.store.insert(DOCUMENTS, {**call.columns(), "exam_id": exam["id"]})
    changes = call.rules.effects.exam_with_new_document(exam)
    if changes:
        call.store.update(EXAMS, exam["id"], changes)
    return call.stored("document", document_id)


def update_document(call: Call) -> Reply:
    document_id = call.found["document"]["id"]
    call.store.update(DOCUMENTS, document_id, call.columns())
    return call.stored("document", document_id)


def destroy_document(call: Call) -> Reply:
    call.store.delete(DOCUMENTS, call.found["document"]["id"])
    return call.reply({})
