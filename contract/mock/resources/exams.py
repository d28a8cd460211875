"""
Exams and their co-managers.

Source: https://docs.proctorexam.com/v3/apidoc/exams.html and its pages; statuses:
https://docs.proctorexam.com/statuses/statuses.html.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.resources.listing import page_of
from contract.mock.tables import EXAMS, INSTITUTES, USERS

# Slot of the restrictions string -> the parameters that fill it. The order is not documented.
ALLOWANCES = (
    ("allow_websites", "allowed_websites"),
    ("allow_external_applications", "allowed_external_applications"),
    ("allow_textbooks", "allowed_textbooks"),
    ("allow_calculator", "allowed_calculator_type"),
    ("allow_pen_paper", None),
    ("allow_additional", "allowed_additional"),
    (None, None),
)


def index(call: Call) -> Reply:
    return page_of(call, "exam", call.rules.access.listed_exams_scope(call))


def show(call: Call) -> Reply:
    return call.object("exam", call.found["exam"])


def create(call: Call) -> Reply:
    institute_id = call.params.get("institute_id", call.user["institute_id"])
    institute = usable_institute(call, institute_id)
    values = {
        "exam_language": institute["default_language"],
        "status": call.rules.answers.initial_exam_status,
        **call.columns(),
        "institute_id": institute_id,
        "user_id": call.user["id"],
        "token": secrets.token_hex(16),
    }
    values |= modes(call, values["type"], values.get("mobile_cam", 0)) | restrictions(call, {})
    return call.stored("exam", call.store.insert(EXAMS, values))


def update(call: Call) -> Reply:
    exam = call.found["exam"]
    values = call.columns()
    if "institute_id" in values:
        usable_institute(call, values["institute_id"])
    exam_type = values.get("type", exam["type"])
    values |= modes(call, exam_type, values.get("mobile_cam", exam["mobile_cam"]))
    if call.params.keys() & ALLOWANCE_NAMES or "restrictions" in values:
        values |= restrictions(call, json.loads(exam["allowances"]))
    call.store.update(EXAMS, exam["id"], values)
    if values.get("institute_id", exam["institute_id"]) != exam["institute_id"]:
        move(call, exam["id"], values["institute_id"])
    return call.stored("exam", exam["id"])


def destroy(call: Call) -> Reply:
    """Soft: the exam stays listed under ``status=deleted``; its sessions are gone."""
    exam_id = call.found["exam"]["id"]
    call.store.update(EXAMS, exam_id, call.rules.effects.deleted_exam(call.found["exam"]))
    for table in ("student_sessions", "uploads", "zip_jobs"):
        call.store.execute(f"DELETE FROM {table} WHERE exam_id = ?", (exam_id,))
    return call.reply({})


def add_comanager(call: Call) -> Reply:
    user = comanager(call)
    sql = "INSERT OR IGNORE INTO comanagers (exam_id, user_id) VALUES (?, ?)"
    call.store.execute(sql, (call.found["exam"]["id"], user["id"]))
    return call.object("comanager", user)


def remove_comanager(call: Call) -> Reply:
    user = comanager(call)
    sql = "DELETE FROM comanagers WHERE exam_id = ? AND user_id = ?"
    call.store.execute(sql, (call.found["exam"]["id"], user["id"]))
    return call.object("comanager", user)


def comanager(call: Call) -> Any:
    """The user named by comanager_id. The answer holds credentials, so only peers and those below may be named."""
    user = call.find(USERS, call.params["comanager_id"], "user_not_found")
    access = call.rules.access
    call.refuse_unless(access.may_use_institute(call, user["institute_id"]))
    call.refuse_unless(access.may_give_role(call, user["role"]))
    return user


def usable_institute(call: Call, institute_id: int) -> Any:
    call.refuse_unless(call.rules.access.may_use_institute(call, institute_id))
    return call.find(INSTITUTES, institute_id, "institute_not_found")


def move(call: Call, exam_id: int, institute_id: int) -> None:
    """What belongs to an exam belongs to its institute."""
    for table in ("student_sessions", "lti_resources"):
        call.store.execute(f"UPDATE {table} SET institute_id = ? WHERE exam_id = ?", (institute_id, exam_id))


def modes(call: Call, exam_type: str, mobile_cam: int) -> dict[str, Any]:
    """The mode string of a type, and the four flags that repeat its digits."""
    mode = call.rules.answers.exam_types[exam_type]
    mode = mode[:2] + str(mobile_cam) + mode[3:]
    flags = {"web_cam": 1, "mobile_cam": 2, "screen_share": 3, "live_proctoring": 4}
    return {"mode": mode, **{name: int(mode[digit]) for name, digit in flags.items()}}


ALLOWANCE_NAMES = {name for pair in ALLOWANCES for name in pair if name}


def restrictions(call: Call, before: dict[str, Any]) -> dict[str, Any]:
    """The restrictions string: as sent, or else seven pairs made of the allow_* parameters."""
    allowances = {**before, **{name: call.params[name] for name in ALLOWANCE_NAMES if name in call.params}}
    stored = {"allowances": json.dumps(allowances)}
    if call.params.get("restrictions") is not None:
        return {**stored, "restrictions": call.params["restrictions"]}
    pairs = [
        [bool(flag and allowances.get(flag)), [(text and allowances.get(text)) or ""]] for flag, text in ALLOWANCES
    ]
    return {**stored, "restrictions": json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))}


def named_exam(call: Call, exam_id: int) -> Any:
    """The exam that a parameter names. Raises: Refusal: unknown, deleted, or not the caller's."""
    exam = call.find(EXAMS, exam_id, "exam_not_found")
    if exam["status"] == "deleted":
        raise Refusal("exam_not_found", id=exam_id)
    call.refuse_unless(call.rules.access.administers(call, exam["institute_id"]))
    return exam
