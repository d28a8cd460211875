"""
Faults of the zip of uploaded files: its states, when it can be downloaded, and what it holds.

Source: https://docs.proctorexam.com/v3/apidoc.html (generate, status and download of the exam documents zip).
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.answers import refused_as, unknown_accepted
from contract.mock.faults.kit.core import Deviation, area, finish, override, succeeded, wrap
from contract.mock.faults.kit.policies import catalogue
from contract.mock.faults.registry import Change
from contract.mock.operations import Handler, Operation
from contract.mock.resources.zips import pack
from contract.mock.rules import Rules

add_to = area(__name__)
add = catalogue(__name__)

GENERATE, STATUS, DOWNLOAD = (f"exams_{name}_exam_documents_zip" for name in ("generate", "status", "download"))

SEQUENCES = ("ZIP-042", "ZIP-043")
CONTENTS = ("ZIP-021", "ZIP-022", "ZIP-024", "ZIP-025", "ZIP-034", "ZIP-041", "ZIP-042")
STATES = ("ZIP-003", "ZIP-010", "ZIP-011", "ZIP-012", "ZIP-013", "ZIP-014", "ZIP-015", "ZIP-033", "ZIP-040", "ZIP-043")
NOT_READY = ("ZIP-030", "ZIP-031", "ZIP-032")

Files = dict[str, bytes]


def policy(**methods: Callable[..., Any]) -> Change:
    """Replace methods of the zip policy; each gets the original first."""

    def change(rules: Rules) -> None:
        for name, method in methods.items():
            inner = getattr(rules.zips, name)
            override(rules.zips, **{name: lambda *given, m=method, i=inner: m(i, *given)})

    return change


def job_state(change: Callable[[str, Any, int], str]) -> Change:
    """Another state than the one of the job; *change* sees state, row (or None) and time."""
    return policy(state=lambda inner, job, now_ms: change(inner(job, now_ms), job, now_ms))


def lasting(change: Change, **milliseconds: int) -> Change:
    """A change that shows only while a job waits or runs, which it does for longer."""

    def change_both(rules: Rules) -> None:
        for name, value in milliseconds.items():
            setattr(rules.answers, f"zip_{name}", value)
        change(rules)

    return change_both


def said(change: Callable[[str, Call], Any]) -> Deviation:
    """Another status is said, and the job goes its way."""

    def edited(call: Call, reply: Reply) -> Reply:
        if not succeeded(reply):
            return reply
        return replace(reply, body={"zip_job_status": change(reply.body["zip_job_status"], call)})

    return finish(edited)


def content(change: Callable[[bytes], bytes]) -> Change:
    """The zip that is made has other bytes."""
    return policy(content=lambda inner, store, job: change(inner(store, job)))


def downloaded(change: Callable[[Call, Reply], Reply]) -> Deviation:
    """What is downloaded is changed on its way."""
    return finish(lambda call, reply: change(call, reply) if succeeded(reply) else reply)


def files_of(packed: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed_again(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def files(change: Callable[[Files], Files]) -> Change:
    """The zip that is made holds other files."""
    return content(lambda packed: packed_again(change(files_of(packed))))


# generate ------------------------------------------------------------------------------------------------------------

add_to(
    "zip-cannot-be-asked-for",
    GENERATE,
    "generate is refused as not authorized",
    refused_as("not_authorized"),
    "ZIP-001",
    also=("ZIP-002", *STATES, *CONTENTS, "ZIP-020", "ZIP-004"),
)
add_to(
    "zip-generate-answers-status",
    GENERATE,
    "generate answers a body",
    finish(lambda call, reply: Reply(200, {"zip_job_status": "queued"}) if succeeded(reply) else reply),
    "ZIP-002",
)
add_to(
    "zip-generate-answers-empty-object",
    GENERATE,
    "generate answers an empty object",
    finish(lambda call, reply: Reply(200, {}) if succeeded(reply) else reply),
    "ZIP-002",
)
add_to(
    "zip-generate-starts-nothing",
    GENERATE,
    "generate answers as if all were well, and starts no job",
    wrap(lambda call, inner: call.reply()),
    "ZIP-003",
    also=("ZIP-020", *STATES, *CONTENTS),
)


def _starts_late(state: str, job: Any, now_ms: int) -> str:
    return "never_run" if state == "queued" else state


add(
    "zip-queued-said-to-be-never-run",
    "a job that waits is still said to have never run",
    lasting(job_state(_starts_late), queued_ms=400),
    "ZIP-003",
    also=("ZIP-014", "ZIP-043"),
)
add_to(
    "zip-of-absent-exam-generated",
    GENERATE,
    "generate accepts an exam that does not exist",
    unknown_accepted(None, code=204),
    "ZIP-004",
)
add_to(
    "zip-of-absent-exam-downloaded",
    DOWNLOAD,
    "download of an exam that does not exist answers an empty zip",
    finish(
        lambda call, reply: (
            Reply(200, pack([]), {"Content-Type": "application/zip"})
            if reply.status == 404 and "exam" not in call.found
            else reply
        )
    ),
    "ZIP-026",
    also=("ZIP-035", "ZIP-042"),
)

# status --------------------------------------------------------------------------------------------------------------

add_to(
    "zip-status-refused",
    STATUS,
    "the status of a zip job cannot be read",
    refused_as("not_authorized"),
    "ZIP-010",
    also=(*STATES, *CONTENTS, "ZIP-020"),
)
add_to(
    "zip-status-refused-while-running",
    STATUS,
    "the status of a zip job cannot be read while it is under way",
    finish(
        lambda call, reply: (
            Reply(409, {"errors": "The job is running."})
            if succeeded(reply) and reply.body["zip_job_status"] in ("queued", "running")
            else reply
        )
    ),
    "ZIP-010",
    also=(*STATES, *CONTENTS, "ZIP-020"),
)
for _fault_id, _words, _change in (
    ("zip-status-in-capitals", "in capitals", str.upper),
    ("zip-status-with-blank", "with blanks for underscores", lambda state: state.replace("_", " ")),
    ("zip-status-in-other-words", "in words of its own", lambda s: {"success": "done", "failure": "error"}.get(s, s)),
):
    add_to(
        _fault_id,
        STATUS,
        f"the status of a zip job is written {_words}",
        said(lambda state, call, change=_change: change(state)),  # type: ignore[misc]
        "ZIP-011",
        also=("ZIP-020", *STATES, *CONTENTS),
    )
add_to(
    "zip-status-never-run-in-words-of-its-own",
    STATUS,
    "a job that was never asked for has the status none",
    said(lambda state, call: "none" if state == "never_run" else state),
    "ZIP-011",
    also=("ZIP-012", "ZIP-013", "ZIP-043"),
)
add_to(
    "zip-status-under-another-key",
    STATUS,
    "the status stands under status",
    finish(
        lambda call, reply: replace(reply, body={"status": reply.body["zip_job_status"]}) if succeeded(reply) else reply
    ),
    "ZIP-011",
    also=("ZIP-020", *STATES, *CONTENTS),
)
add_to(
    "zip-never-asked-for-is-success",
    STATUS,
    "an exam whose zip was never asked for has the status success",
    said(lambda state, call: "success" if state == "never_run" else state),
    "ZIP-012",
    also=("ZIP-013", *STATES, "ZIP-021", "ZIP-042"),
)
add_to(
    "zip-never-asked-for-is-queued",
    STATUS,
    "an exam whose zip was never asked for has the status queued",
    said(lambda state, call: "queued" if state == "never_run" else state),
    "ZIP-012",
    also=("ZIP-013", "ZIP-043"),
)


def _status_generates(rules: Rules, operation: Operation) -> None:
    generate = rules.operations[GENERATE].handler

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        if succeeded(reply) and reply.body["zip_job_status"] == "never_run":
            generate(call)
        return reply

    wrap(around)(rules, operation)


add_to(
    "zip-status-starts-job",
    STATUS,
    "reading the status of an exam whose zip was never asked for starts the job",
    _status_generates,
    "ZIP-013",
    also=("ZIP-043", "ZIP-030", "ZIP-040", "ZIP-042"),
)


def _backwards(state: str, job: Any, now_ms: int) -> str:
    """A while after its end the job is said to be running once more."""
    since_ms = now_ms - job["done_ms"] if job else 0
    return "running" if state == "success" and 60 < since_ms < 350 else state


add(
    "zip-success-does-not-stay",
    "a while after its success a job is running once more",
    job_state(_backwards),
    "ZIP-014",
    also=("ZIP-015", "ZIP-020", "ZIP-043", *CONTENTS),
)
add(
    "zip-running-before-queued",
    "a job is running first and queued then",
    job_state(lambda state, job, now_ms: {"queued": "running", "running": "queued"}.get(state, state)),
    "ZIP-014",
    also=("ZIP-043",),
)


def _first_success_then_running(rules: Rules) -> None:
    """Success is said as soon as the job runs, then running, then success again."""

    def state(inner: Callable[..., str], job: Any, now_ms: int) -> str:
        found = inner(job, now_ms)
        early = found == "running" and now_ms < (job["running_from_ms"] + job["done_ms"]) // 2
        return "success" if early and job["outcome"] == "success" else found

    policy(state=state)(rules)


add(
    "zip-success-too-early",
    "success is said in the first half of the run, and running again in the second",
    lasting(_first_success_then_running, running_ms=400),
    "ZIP-014",
    also=("ZIP-043", *NOT_READY, *CONTENTS),
)
add(
    "zip-of-uploads-fails",
    "the job of an exam with uploaded files ends in failure",
    job_state(lambda state, job, now_ms: "failure" if state == "success" else state),
    "ZIP-015",
    also=("ZIP-020", "ZIP-033", "ZIP-040", *CONTENTS),
)
add(
    "zip-of-two-files-fails",
    "the job of an exam with two or more uploaded files ends in failure",
    policy(
        outcome=lambda inner, call, exam_id: (
            "failure"
            if call.store.value("SELECT count(*) FROM uploads WHERE exam_id = ?", (exam_id,)) > 1
            else inner(call, exam_id)
        )
    ),
    "ZIP-015",
    also=("ZIP-034", "ZIP-020", "ZIP-033", *CONTENTS),
)

# download ------------------------------------------------------------------------------------------------------------

add_to(
    "zip-download-refused",
    DOWNLOAD,
    "a zip that is ready cannot be downloaded",
    refused_as("not_authorized"),
    "ZIP-020",
    also=(*CONTENTS, "ZIP-023", "ZIP-026", "TOKEN-001", "ACCEPT-001", "SIGN-001", "SIGN-050", "SIGN-052"),
)


def _first_time_not_there(rules: Rules, operation: Operation) -> None:
    """The file is put into place a moment after the status says success."""
    seen: set[tuple[int, ...]] = set()

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        sql = "SELECT exam_id, done_ms FROM zip_jobs WHERE exam_id = ?"
        job = tuple(call.store.one(sql, (call.found["exam"]["id"],)))
        if job not in seen:
            seen.add(job)
            raise Refusal("zip_not_ready", status="success")
        return reply

    wrap(around)(rules, operation)


add_to(
    "zip-first-download-too-early",
    DOWNLOAD,
    "the first download after success finds no zip",
    _first_time_not_there,
    "ZIP-021",
    also=("ZIP-020", "TOKEN-001", "ACCEPT-001", "SIGN-001", "SIGN-050", "SIGN-052", "ZIP-023", *CONTENTS),
)
for _fault_id, _words, _bytes in (
    ("zip-cut-off", "lacks its last 22 bytes, the directory's end", lambda packed: packed[:-22]),
    ("zip-cut-off-by-one-byte", "lacks its last byte", lambda packed: packed[:-1]),
    ("zip-with-broken-file", "has a wrong byte in its first file", lambda packed: _flipped(packed)),
    ("zip-is-base64", "is written in Base64", base64.b64encode),
):
    add(
        _fault_id,
        f"the zip {_words}",
        content(_bytes),
        "ZIP-021",
        also=(*CONTENTS, "ZIP-020", "ZIP-023"),
    )


def _flipped(packed: bytes) -> bytes:
    """A byte of the first file's data, behind the header of 30 bytes and the name."""
    at = 30 + int.from_bytes(packed[26:28], "little") + 2
    return packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :] if len(packed) > at + 1 else packed


add(
    "zip-lacks-last-file",
    "the zip lacks the file that was uploaded last",
    files(lambda found: dict(list(found.items())[:-1])),
    "ZIP-022",
    "ZIP-025",
    also=CONTENTS,
)
add(
    "zip-lacks-second-file",
    "the zip holds only the first of the uploaded files",
    files(lambda found: dict(list(found.items())[:1])),
    "ZIP-025",
    also=CONTENTS,
)
add(
    "zip-files-renamed",
    "the files in the zip are numbered, without their names",
    files(lambda found: {f"{number}.bin": data for number, data in enumerate(found.values())}),
    "ZIP-022",
    also=CONTENTS,
)
add(
    "zip-names-without-extension",
    "the names in the zip lack their extension",
    files(lambda found: {name.rpartition(".")[0] or name: data for name, data in found.items()}),
    "ZIP-022",
    also=CONTENTS,
)
add(
    "zip-files-empty",
    "the files in the zip are empty",
    files(lambda found: dict.fromkeys(found, b"")),
    "ZIP-025",
    also=CONTENTS,
)
add(
    "zip-line-feeds-become-two",
    "line feeds in the files of the zip become carriage return and line feed",
    files(lambda found: {name: data.replace(b"\n", b"\r\n") for name, data in found.items()}),
    "ZIP-025",
    also=CONTENTS,
)
add(
    "zip-files-cut-at-nul",
    "the files in the zip end at their first NUL byte",
    files(lambda found: {name: data.partition(b"\0")[0] for name, data in found.items()}),
    "ZIP-025",
    also=CONTENTS,
)
add(
    "zip-holds-a-list-of-files",
    "the zip holds a further file that no student uploaded",
    files(lambda found: {**found, "contents.txt": "\n".join(found).encode()}),
    "ZIP-025",
    also=CONTENTS,
)
add(
    "zip-holds-uploads-of-every-exam",
    "the zip holds the uploaded files of all exams",
    policy(
        uploads=lambda inner, store, job: store.all(
            "SELECT * FROM uploads WHERE uploaded_ms <= ? ORDER BY id", (job["running_from_ms"],)
        )
    ),
    "ZIP-025",
    "ZIP-041",
    also=CONTENTS,
)
for _kind in ("application/json", "text/html"):
    add_to(
        f"zip-called-{_kind.rpartition('/')[2]}",
        DOWNLOAD,
        f"the zip is answered as {_kind}",
        downloaded(lambda call, reply, kind=_kind: replace(reply, headers={**reply.headers, "Content-Type": kind})),  # type: ignore[misc]
        "ZIP-023",
        also=CONTENTS,
    )


def _used_up(call: Call, inner: Handler) -> Reply:
    reply = inner(call)
    call.store.execute("DELETE FROM zip_jobs WHERE exam_id = ?", (call.found["exam"]["id"],))
    return reply


def _emptied(call: Call, inner: Handler) -> Reply:
    reply = inner(call)
    call.store.save_file("zip", call.found["exam"]["id"], packed_again({}))
    return reply


add_to(
    "zip-used-up-by-download",
    DOWNLOAD,
    "a download uses the zip up, and the job is as never run",
    wrap(_used_up),
    "ZIP-024",
    also=("ZIP-014", "ZIP-043", "ZIP-030", "ZIP-022", "ZIP-023", "ZIP-042", "SIGN-050", "SIGN-052"),
)
add_to(
    "zip-empty-at-second-download",
    DOWNLOAD,
    "a second download brings an empty zip",
    wrap(_emptied),
    "ZIP-024",
    also=CONTENTS,
)

# not ready -----------------------------------------------------------------------------------------------------------


def whatever_there_is(packed: Callable[[Call], bytes], *states: str) -> Deviation:
    """Where the job is in one of *states*, download answers something with 200."""

    def around(call: Call, inner: Handler) -> Reply:
        try:
            return inner(call)
        except Refusal as refusal:
            if refusal.values.get("status") not in states:
                raise
            return Reply(200, packed(call), {"Content-Type": "application/zip"})

    return wrap(around)


def _half(call: Call) -> bytes:
    """The first half of what the zip will be."""
    rows = call.store.all("SELECT * FROM uploads WHERE exam_id = ? ORDER BY id", (call.found["exam"]["id"],))
    whole = pack(rows)
    return whole[: len(whole) // 2]


def _some_other(call: Call) -> bytes:
    """The last zip that was made for any exam, or else one of its uploads."""
    found = call.store.value("SELECT content FROM files WHERE kind = 'zip' ORDER BY rowid DESC")
    if found is not None:
        return bytes(found)
    return pack(call.store.all("SELECT * FROM uploads WHERE exam_id != ? ORDER BY id", (call.found["exam"]["id"],)))


for _states, _words, _where, _breaks in (
    (("never_run",), "before it was asked for", "before-generate", ("ZIP-030",)),
    (("queued", "running"), "while its job is under way", "while-running", ("ZIP-031",)),
    (("failure",), "after its job failed", "after-failure", ("ZIP-032",)),
):
    add_to(
        f"zip-half-downloaded-{_where}",
        DOWNLOAD,
        f"half a zip can be downloaded {_words}",
        whatever_there_is(_half, *_states),
        *_breaks,
        also=("ZIP-042", "ZIP-035"),
    )
    add_to(
        f"zip-of-another-exam-downloaded-{_where}",
        DOWNLOAD,
        f"another exam's zip can be downloaded {_words}",
        whatever_there_is(_some_other, *_states),
        *_breaks,
        also=("ZIP-042", "ZIP-035"),
    )
add_to(
    "zip-empty-download-while-queued",
    DOWNLOAD,
    "while its job waits an empty file can be downloaded",
    whatever_there_is(lambda call: b"PK", "queued"),
    "ZIP-031",
    also=("ZIP-042",),
)

# again ---------------------------------------------------------------------------------------------------------------

add(
    "zip-failure-is-for-ever",
    "after a failure a generate starts no new job",
    policy(starts_afresh=lambda inner, state: inner(state) and state != "failure"),
    "ZIP-033",
    also=("ZIP-043", "ZIP-042"),
)
add(
    "zip-made-once-only",
    "after a success a generate starts no new job, so that further uploads are missing",
    policy(starts_afresh=lambda inner, state: inner(state) and state != "success"),
    "ZIP-034",
    also=SEQUENCES,
)


def _only_further_uploads(inner: Callable[..., list[Any]], store: Any, job: Any) -> list[Any]:
    """Uploads that an earlier zip held are left out."""
    found = inner(store, job)
    held = store.value("SELECT value FROM settings WHERE name = ?", (f"zipped {job['exam_id']}",))
    store.set_setting(f"zipped {job['exam_id']}", str(max((row["id"] for row in found), default=0)))
    return [row for row in found if row["id"] > int(held or 0)] or found


add(
    "zip-holds-further-uploads-only",
    "a second zip holds only the files that were uploaded since the first",
    policy(uploads=_only_further_uploads),
    "ZIP-034",
    also=("ZIP-042",),
)


def _still_there(rules: Rules, operation: Operation) -> None:
    """The zip of a destroyed exam is kept, and handed out."""
    kept: dict[str, bytes] = {}

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        kept[call.path_ids["id"]] = reply.body
        return reply

    def gone(call: Call, reply: Reply) -> Reply:
        content = kept.get(call.path_ids["id"])
        if reply.status == 404 and content is not None and "exam" not in call.found:
            return Reply(200, content, {"Content-Type": "application/zip"})
        return reply

    wrap(around)(rules, operation)
    finish(gone)(rules, operation)


add_to(
    "zip-of-destroyed-exam-kept",
    DOWNLOAD,
    "the zip of a destroyed exam can still be downloaded where it was once before",
    _still_there,
    "ZIP-035",
    also=("ZIP-042",),
)
add(
    "zip-of-destroyed-exam-found",
    "the zip of a destroyed exam can still be downloaded",
    lambda rules: _finds_destroyed(rules),
    "ZIP-035",
    also=("ZIP-042", "ZIP-043"),
)


def _finds_destroyed(rules: Rules) -> None:
    """Destroying keeps the job, and download does not care for the status of the exam."""
    _keeps_job(rules)
    inner = rules.loaders["exam"]

    def exam(call: Call, row_id: int) -> Any:
        if call.operation.id not in (DOWNLOAD, STATUS):
            return inner(call, row_id)
        return call.store.get(rules.tables["exams"], row_id)

    rules.loaders["exam"] = exam


def _keeps_job(rules: Rules) -> None:
    def around(call: Call, inner: Handler) -> Reply:
        job = call.store.one("SELECT * FROM zip_jobs WHERE exam_id = ?", (call.found["exam"]["id"],))
        reply = inner(call)
        if job:
            sql = "INSERT INTO zip_jobs (exam_id, queued_ms, running_from_ms, done_ms, outcome) VALUES (?, ?, ?, ?, ?)"
            call.store.execute(sql, tuple(job))
        return reply

    wrap(around)(rules, rules.operations["exams_destroy"])


# two at once ---------------------------------------------------------------------------------------------------------


def _one_job_for_all(call: Call, inner: Handler) -> Reply:
    """A generate puts the jobs of all exams back into the queue."""
    reply = inner(call)
    sql = "SELECT running_from_ms, done_ms FROM zip_jobs WHERE exam_id = ?"
    job = call.store.one(sql, (call.found["exam"]["id"],))
    call.store.execute("UPDATE zip_jobs SET running_from_ms = ?, done_ms = ?", tuple(job))
    return reply


def _ends_the_others(call: Call, inner: Handler) -> Reply:
    """Only one job runs at a time: the others fail."""
    reply = inner(call)
    sql = "UPDATE zip_jobs SET outcome = 'failure', done_ms = min(done_ms, ?) WHERE exam_id != ? AND done_ms > ?"
    call.store.execute(sql, (call.now_ms, call.found["exam"]["id"], call.now_ms))
    return reply


def _forgets_the_others(call: Call, inner: Handler) -> Reply:
    reply = inner(call)
    call.store.execute("DELETE FROM zip_jobs WHERE exam_id != ?", (call.found["exam"]["id"],))
    return reply


add_to(
    "zip-generate-restarts-every-job",
    GENERATE,
    "a generate for one exam restarts the jobs of all others",
    wrap(_one_job_for_all),
    "ZIP-040",
    also=("ZIP-014", "ZIP-041", *SEQUENCES),
)
add_to(
    "zip-generate-forgets-other-jobs",
    GENERATE,
    "a generate for one exam removes the jobs of all others",
    wrap(_forgets_the_others),
    "ZIP-040",
    also=("ZIP-014", "ZIP-015", "ZIP-041", *SEQUENCES),
)
add_to(
    "zip-generate-fails-running-jobs",
    GENERATE,
    "a generate for one exam makes the running jobs of others fail",
    wrap(_ends_the_others),
    "ZIP-040",
    also=("ZIP-015", "ZIP-041", *SEQUENCES),
)


def _of_the_last_exam(rules: Rules) -> None:
    """The worker keeps which exam it works for in one place for all jobs."""

    def uploads(inner: Callable[..., list[Any]], store: Any, job: Any) -> list[Any]:
        latest = store.one("SELECT * FROM zip_jobs ORDER BY queued_ms DESC, exam_id DESC")
        at_once = latest is not None and latest["queued_ms"] < job["done_ms"]
        return inner(store, {**dict(job), "exam_id": latest["exam_id"]} if at_once else job)

    policy(uploads=uploads)(rules)


add(
    "zip-of-two-jobs-at-once-is-the-later",
    "where two jobs run at once both zips hold the files of the later exam",
    _of_the_last_exam,
    "ZIP-041",
    also=("ZIP-042", "ZIP-025"),
)
add(
    "zip-third-time-without-first-file",
    "from the third zip of an exam on its first file is missing",
    lambda rules: _third_time_shorter(rules),
    "ZIP-042",
    also=("ZIP-025", "ZIP-034"),
)


def _third_time_shorter(rules: Rules) -> None:
    """From the third zip of an exam on, its first file is missing."""
    made: dict[int, int] = {}

    def uploads(inner: Callable[..., list[Any]], store: Any, job: Any) -> list[Any]:
        found = inner(store, job)
        made[job["exam_id"]] = made.get(job["exam_id"], 0) + 1
        return found[1:] if made[job["exam_id"]] > 2 else found

    policy(uploads=uploads)(rules)


def _alternates(rules: Rules, operation: Operation) -> None:
    """Two servers answer in turn, one of which looks at the queue of an earlier job."""
    asked: dict[str, int] = {}

    def edited(call: Call, reply: Reply) -> Reply:
        if not succeeded(reply) or reply.body["zip_job_status"] != "success":
            return reply
        times = asked[call.path_ids["id"]] = asked.get(call.path_ids["id"], 0) + 1
        return replace(reply, body={"zip_job_status": "success" if times % 2 else "running"})

    finish(edited)(rules, operation)


add_to(
    "zip-status-alternates",
    STATUS,
    "every second time that the status of a job that ended well is asked for it is running",
    _alternates,
    "ZIP-014",
    "ZIP-043",
    also=("ZIP-015", "ZIP-040"),
)
