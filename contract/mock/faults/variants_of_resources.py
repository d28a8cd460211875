"""
Conforming variants of resources: other choices of how long something is kept, when it is done, and what is shown of it.

None of them may turn a requirement red.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import ErrorAnswer, Refusal, error_body
from contract.mock.faults.kit.answers import objects
from contract.mock.faults.kit.core import override, succeeded, wrap
from contract.mock.faults.kit.params import read_as, true
from contract.mock.faults.registry import Change
from contract.mock.faults.variants import add, every
from contract.mock.operations import Handler
from contract.mock.resources.student_sessions import session_of_exam
from contract.mock.rules import Rules
from contract.mock.tables import EXAMS, STUDENT_SESSIONS

SESSION_REMOVALS = ("student_sessions_destroy", "exams_delete_student")

# what is shown -------------------------------------------------------------------------------------------------------


def _counted() -> Change:
    """Every object says how many answers there have been: no two are alike."""
    number = itertools.count(1)

    def edit(call: Call | None, reply: Reply) -> Reply:
        if succeeded(reply) and isinstance(reply.body, dict):
            for found in objects(reply.body):
                found |= {"served_number": next(number), "as_of": f"revision {next(number)}"}
        return reply

    return every(edit)


@dataclass(frozen=True)
class _ToTheSecond:
    """A clock that has no milliseconds."""

    exact: Callable[[], int]

    def __call__(self) -> int:
        return self.exact() // 1000 * 1000


def _in_whole_seconds(rules: Rules) -> None:
    """When something was created and changed is known to the second."""

    def around(call: Call, inner: Handler) -> Reply:
        if not isinstance(call.store.now_ms, _ToTheSecond):
            call.store.now_ms = _ToTheSecond(call.store.now_ms)
        return inner(call)

    def edit(call: Call | None, reply: Reply) -> Reply:
        if succeeded(reply) and isinstance(reply.body, dict):
            for found in objects(reply.body):
                for name in ("created_at", "updated_at"):
                    if isinstance(found.get(name), str):
                        found[name] = re.sub(r"\.\d{3}", ".000", found[name])
        return reply

    for operation in rules.operations.values():
        wrap(around)(rules, operation)
    rules.finishers.append(edit)


def _missing_picture(rules: Rules) -> None:
    """Who has no face photo has the address of a picture that says so."""

    def around(call: Call, inner: Handler) -> Reply:
        if call.found["session"]["face_photo_file_name"] is None:
            return call.reply({rules.answers.face_photo_key: f"{call.base_url}/images/missing.png"})
        return inner(call)

    wrap(around)(rules, rules.operations["student_sessions_show_face_photo"])


def _without_scheme(rules: Rules) -> None:
    """The address of a photo is taken with whatever scheme the page has."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        key = rules.answers.face_photo_key
        return replace(reply, body={**reply.body, key: reply.body[key].partition(":")[2]})

    wrap(around)(rules, rules.operations["student_sessions_show_face_photo"])


def _second_message(rules: Rules) -> None:
    """What is taken already breaks a second rule of its own."""

    def edit(call: Call | None, reply: Reply) -> Reply:
        errors = reply.body.get("errors") if isinstance(reply.body, dict) else None
        if reply.status != 422 or not isinstance(errors, dict) or "taken" not in str(errors):
            return reply
        return replace(reply, body={"errors": {name: [*texts, "is not available"] for name, texts in errors.items()}})

    rules.finishers.append(edit)


def _lock_with_ids(rules: Rules) -> None:
    """A locked tool provider is named beside the exams that lock it."""

    def edit(call: Call | None, reply: Reply) -> Reply:
        if call is None or reply.status != 423:
            return reply
        provider = call.found.get("tool_provider") or {"id": 0}
        return replace(reply, body={**reply.body, "tool_provider": {"id": provider["id"]}, "request": {"id": 77}})

    rules.finishers.append(edit)


add("further-fields-change", "every object has fields that no page prints, other ones in each answer", _counted())
add("times-in-whole-seconds", "times have the milliseconds 000", _in_whole_seconds)
add("photo-missing-is-a-picture", "who has no face photo has the address of a picture that says so", _missing_picture)
add("photo-address-without-scheme", "the address of a face photo begins with //", _without_scheme)
add("taken-and-not-available", "beside that something has been taken stands a second message", _second_message)
add("lock-names-further-ids", "a 423 names further ids beside those of the open exams", _lock_with_ids)

# what is kept and done -----------------------------------------------------------------------------------------------


def _archived(rules: Rules) -> None:
    """Student sessions that are destroyed stay, as archived ones, with another address."""

    def around(call: Call, inner: Handler) -> Reply:
        session = call.found.get("session") or session_of_exam(call)
        kept = {"archived": 1, "email_key": f"archived {session['id']}"}
        call.store.update(STUDENT_SESSIONS, session["id"], kept)
        return call.reply({})

    for name in SESSION_REMOVALS:
        wrap(around)(rules, rules.operations[name])


def _bounces(rules: Rules) -> None:
    """Every mail comes back before the answer is out."""

    def emailed(session: Any) -> dict[str, Any]:
        return {"status": "email_bounced", "is_email_sent": 1}

    override(rules.effects, emailed=emailed)


def _no_mail_of_drafts(rules: Rules) -> None:
    def around(call: Call, inner: Handler) -> Reply:
        if call.found["exam"]["status"] != "open":
            raise Refusal("invalid", param="status", rule="is not open")
        return inner(call)

    wrap(around)(rules, rules.operations["exams_send_emails"])


def _only_begun_sessions_end(rules: Rules) -> None:
    def around(call: Call, inner: Handler) -> Reply:
        if call.found["session"]["status"] not in ("exam_started", "exam_finished"):
            raise Refusal("invalid", param="status", rule="is not exam_started")
        return inner(call)

    wrap(around)(rules, rules.operations["student_sessions_end_exam"])


def _pictures_and_pdf(rules: Rules) -> None:
    """Attachments are pictures and PDF files."""

    def around(call: Call, inner: Handler) -> Reply:
        for name, file in call.files.items():
            if not re.search(r"\.(png|jpe?g|gif|pdf)$", file.name, re.IGNORECASE):
                raise Refusal("invalid", param=name, rule="has a type that is not allowed")
        return inner(call)

    wrap(around)(rules, rules.operations["attachments_create"])


def _no_status_without_job(rules: Rules) -> None:
    """There is no job to tell of before anybody asked for a zip."""

    def around(call: Call, inner: Handler) -> Reply:
        sql = "SELECT 1 FROM zip_jobs WHERE exam_id = ?"
        if call.store.value(sql, (call.found["exam"]["id"],)) is None:
            refusal = Refusal("exam_not_found", id=call.found["exam"]["id"])
            return Reply(404, error_body(ErrorAnswer(404, "There is no zip."), refusal))
        return inner(call)

    wrap(around)(rules, rules.operations["exams_status_exam_documents_zip"])


def _no_zip_of_nothing(rules: Rules) -> None:
    def around(call: Call, inner: Handler) -> Reply:
        sql = "SELECT 1 FROM uploads WHERE exam_id = ?"
        if call.store.value(sql, (call.found["exam"]["id"],)) is None:
            raise Refusal("invalid", param="exam_documents", rule="are not there")
        return inner(call)

    wrap(around)(rules, rules.operations["exams_generate_exam_documents_zip"])


def _touched_exams(rules: Rules) -> None:
    """What is created, changed or removed in an exam counts as a change of the exam."""

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        exam = call.found.get("exam")
        exam_id = exam["id"] if exam else call.params.get("exam_id")
        if succeeded(reply) and exam_id and call.store.get(EXAMS, exam_id) is not None:
            call.store.update(EXAMS, exam_id, {})
        return reply

    for operation in rules.operations.values():
        part = operation.resource in ("student_sessions", "documents", "attachments", "lti_resources")
        if part and operation.method != "GET":
            wrap(around)(rules, operation)


def _exams_without_mode(rules: Rules) -> None:
    def edit(call: Call | None, reply: Reply) -> Reply:
        if succeeded(reply) and isinstance(reply.body, dict):
            for found in objects(reply.body):
                found |= {name: None for name in ("mode", "current_exam_mode") if name in found}
        return reply

    rules.finishers.append(edit)


def _words_are_true(rules: Rules) -> None:
    """Where no rule is printed, a boolean is false for what means no, and true for everything else."""
    switches = ("global_proctor", "global_reviewer", "block_students_until_proctor_connected")
    for operation, names in (("institutes_create", switches), ("tool_providers_create", ("use_as_basic_link",))):
        for name in names:
            read_as(name, true)(rules, rules.operations[operation])


def _open_exams_stay(rules: Rules) -> None:
    def around(call: Call, inner: Handler) -> Reply:
        if call.found["exam"]["status"] == "open":
            raise Refusal("invalid", param="status", rule="is open")
        return inner(call)

    wrap(around)(rules, rules.operations["exams_destroy"])


def _links_before_documents(rules: Rules) -> None:
    """Links are made while the exam is a draft, as the documentation's own order has it."""

    def around(call: Call, inner: Handler) -> Reply:
        exam = call.store.get(EXAMS, call.params["exam_id"])
        if exam is not None and exam["status"] == "open":
            raise Refusal("invalid", param="exam_id", rule="is open already")
        return inner(call)

    wrap(around)(rules, rules.operations["lti_resources_create"])


def _names_of_files_differ(rules: Rules) -> None:
    def around(call: Call, inner: Handler) -> Reply:
        sql = "SELECT 1 FROM attachments WHERE exam_id = ? AND document_file_name = ?"
        if call.store.value(sql, (call.found["exam"]["id"], call.params["document"].name)) is not None:
            raise Refusal("invalid", param="document", rule="is there under this name")
        return inner(call)

    wrap(around)(rules, rules.operations["attachments_create"])


def _begins_in_the_future(rules: Rules) -> None:
    """An exam begins after the printed example does, which is of 2018."""

    def around(call: Call, inner: Handler) -> Reply:
        if 1_545_000_000_000 < (call.params.get("start_time") or 0) < call.now_ms:
            raise Refusal("invalid", param="start_time", rule="is in the past")
        return inner(call)

    for name in ("exams_create", "exams_update", "exams_update_put"):
        wrap(around)(rules, rules.operations[name])


def _put_replaces(rules: Rules) -> None:
    """What a PUT does not name is as it is after a creation that does not name it."""

    def around(call: Call, inner: Handler) -> Reply:
        table = call.rules.tables[call.operation.resource]
        for name, param in call.operation.params.items():
            field = table.by_name.get(param.stored_in or "")
            if (
                field is not None
                and not name.endswith(("_id", "_time"))
                and (field.default is not None or not field.required)
            ):
                call.params.setdefault(name, field.default)
        return inner(call)

    for operation in rules.operations.values():
        if operation.id.endswith("_update_put"):
            wrap(around)(rules, operation)


add("put-replaces", "PUT sets back what it does not name", _put_replaces)
add("destroyed-sessions-archived", "destroyed student sessions stay in the lists as archived ones", _archived)
add("mails-bounce", "every mail to a student bounces at once", _bounces)
add("mails-of-drafts-refused", "send_emails of an exam that is not open is refused", _no_mail_of_drafts)
add(
    "unbegun-sessions-do-not-end",
    "end_exam is refused before the student has started the exam",
    _only_begun_sessions_end,
)
add("attachments-are-pictures-and-pdf", "only pictures and PDF files are taken as attachments", _pictures_and_pdf)
add("zip-status-without-job-is-404", "before anybody asked for a zip its status is a 404", _no_status_without_job)
add("zip-of-nothing-refused", "a zip of an exam without uploads is refused", _no_zip_of_nothing)
add("exams-are-touched", "a change of what is in an exam moves the exam's updated_at", _touched_exams)
add("exams-without-mode", "the mode of an exam and of its student sessions is null", _exams_without_mode)
add("words-are-true", "where no rule is printed a boolean takes any word for true", _words_are_true)
add("open-exams-stay", "an exam that is open is not destroyed", _open_exams_stay)
add("links-before-documents", "an exam that is open takes no further LTI resources", _links_before_documents)
add("names-of-files-differ", "two attachments of an exam have different names", _names_of_files_differ)
add(
    "exams-begin-in-the-future",
    "an exam does not begin in the past, but for that of the printed example",
    _begins_in_the_future,
)
