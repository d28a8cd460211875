"""
The zip of all files that the students of an exam uploaded.

never_run -> queued -> running -> success or failure. A job is a row with the moments at which its state changes, so it
goes on while nobody asks, and across a restart. Source: the three zip lines of
https://docs.proctorexam.com/v3/apidoc.html.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.store import Store
from contract.mock.tables import EXAMS

RUNNING_STATES = ("queued", "running")


class ZipPolicy:
    """The states of a job, who may ask for one, and what its zip holds."""

    def state(self, job: Any, now_ms: int) -> str:
        """The state of a job at *now_ms*; *job* is its row, or None."""
        if job is None:
            return "never_run"
        if now_ms < job["running_from_ms"]:
            return "queued"
        return "running" if now_ms < job["done_ms"] else str(job["outcome"])

    def starts_afresh(self, state: str) -> bool:
        """Whether a request for a zip starts a job: not while one is under way."""
        return state not in RUNNING_STATES

    def outcome(self, call: Call, exam_id: int) -> str:
        """How the job that is started now will end."""
        wanted = call.store.setting("zip_outcome", "success")
        if wanted == "success" and not call.store.value("SELECT 1 FROM uploads WHERE exam_id = ?", (exam_id,)):
            return call.rules.answers.zip_of_exam_without_uploads
        return wanted

    def uploads(self, store: Store, job: Any) -> list[Any]:
        """The files that the job finds when it begins to run."""
        sql = "SELECT * FROM uploads WHERE exam_id = ? AND uploaded_ms <= ? ORDER BY id"
        return store.all(sql, (job["exam_id"], job["running_from_ms"]))

    def downloadable(self, state: str) -> bool:
        return state == "success"

    def content(self, store: Store, job: Any) -> bytes:
        return pack(self.uploads(store, job))


def generate(call: Call) -> Reply:
    exam_id = call.found["exam"]["id"]
    policy = call.rules.zips
    if policy.starts_afresh(policy.state(_job(call.store, exam_id), call.now_ms)):
        running_from = call.now_ms + int(call.store.setting("zip_queued_ms", str(call.rules.answers.zip_queued_ms)))
        done = running_from + int(call.store.setting("zip_running_ms", str(call.rules.answers.zip_running_ms)))
        sql = "INSERT OR REPLACE INTO zip_jobs (exam_id, queued_ms, running_from_ms, done_ms, outcome)"
        outcome = policy.outcome(call, exam_id)
        call.store.execute(f"{sql} VALUES (?, ?, ?, ?, ?)", (exam_id, call.now_ms, running_from, done, outcome))
        call.store.execute("DELETE FROM files WHERE kind = 'zip' AND owner_id = ?", (exam_id,))
    return call.reply()


def status(call: Call) -> Reply:
    body = {"zip_job_status": settled_state(call)}
    return call.reply({"exam": body} if call.rules.answers.zip_nested else body)


def download(call: Call) -> Reply:
    state = settled_state(call)
    if not call.rules.zips.downloadable(state):
        raise Refusal("zip_not_ready", status=state)
    exam = call.found["exam"]
    content = call.store.file("zip", exam["id"])
    if content is None:
        content = call.rules.zips.content(call.store, _job(call.store, exam["id"]))
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="exam_{exam["id"]}_documents.zip"',
    }
    return call.reply(content, headers)


def settled_state(call: Call) -> str:
    """The state now. The first to see a success finds the zip written and the exam's own fields filled in."""
    exam_id = call.found["exam"]["id"]
    job = _job(call.store, exam_id)
    state = call.rules.zips.state(job, call.now_ms)
    if state == "success" and job is not None and call.store.file("zip", exam_id) is None:
        content = call.rules.zips.content(call.store, job)
        call.store.save_file("zip", exam_id, content)
        record(call, exam_id, job, len(content))
    return state


def record(call: Call, exam_id: int, job: Any, size: int) -> None:
    changes = {
        "uploaded_exam_documents_file_name": f"exam_{exam_id}_documents.zip",
        "uploaded_exam_documents_content_type": "application/zip",
        "uploaded_exam_documents_file_size": size,
        "uploaded_exam_documents_updated_at": job["done_ms"],
    }
    call.store.update(EXAMS, exam_id, changes)


def _job(store: Store, exam_id: int) -> Any:
    return store.one("SELECT * FROM zip_jobs WHERE exam_id = ?", (exam_id,))


def pack(uploads: list[Any]) -> bytes:
    """A zip of the uploads under their own names; a name that came before goes into a folder of its session."""
    buffer = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for upload in uploads:
            name = upload["file_name"]
            if name in taken:
                name = f"{upload['student_session_id']}/{upload['id']}/{name}"
            taken.add(name)
            archive.writestr(name, upload["content"])
    return buffer.getvalue()


def add_upload(store: Store, exam_id: int, session_id: int, file_name: str, content: bytes, now_ms: int) -> None:
    """A file of a student: what no operation of the API can send."""
    sql = "INSERT INTO uploads (exam_id, student_session_id, file_name, content, uploaded_ms) VALUES (?, ?, ?, ?, ?)"
    store.execute(sql, (exam_id, session_id, file_name, content, now_ms))
