"""
The control interface under ``/__mock__``: what a test has to do to the mock and no API call can do.

JSON in, JSON out, no signature; there only when the mock was started with ``--control``. ``GET /__mock__/`` lists it.

    POST reset                                              demo data, the machine's time, no nonces, no settings
    POST restart                                            drop what is in memory, open the database again
    GET  clock    POST clock    {"advance_ms": 86400000}    read the clock, move it (backwards too)
    POST zip      {"queued_ms": 50, "running_ms": 50, "outcome": "success"}   of jobs started from now on
    POST uploads  {"exam_id": 7, "files": {"answer.pdf": "<base64>"}}         a student of the exam uploads files
    POST photos   {"student_session_id": 8}                 ID photo and face photo
    POST exam     {"exam_id": 7, "status": "closed"}        a state that no call sets
    POST session  {"student_session_id": 8, "status": "exam_started"}
    POST seed     {"kind": "exams", "count": 1000, "institute_id": 1, "exam_id": 7, "prefix": "Seeded"}
    GET  emails   ?exam_id=7                                the e-mails that would have been sent
    GET  notifications                                      what end_exam told students
    POST nonces   {"unique": false}                         whether a nonce serves once only
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from contract.mock import seeding
from contract.mock.clock import write_time
from contract.mock.demo import png
from contract.mock.parameter_tables import EXAM_STATUSES, SESSION_STATUSES
from contract.mock.resources import photos, zips
from contract.mock.service import Service
from contract.mock.tables import EXAMS, STUDENT_SESSIONS

OUTCOMES = ("success", "failure")
Data = dict[str, Any]


class ControlError(Exception):
    """A control request that cannot be carried out; the argument says why."""


class Control:
    """The control interface of one mock: a method for each path."""

    def __init__(self, service: Service) -> None:
        self.service = service

    def reset(self, data: Data) -> Data:
        self.service.reset()
        return self.clock({})

    def restart(self, data: Data) -> Data:
        self.service.restart()
        return self.clock({})

    def clock(self, data: Data) -> Data:
        now_ms, offset_ms = self.service.clock.now_ms(), self.service.clock.offset_ms
        offset_minutes = self.service.rules.answers.utc_offset_minutes
        return {"now_ms": now_ms, "offset_ms": offset_ms, "time": write_time(now_ms, offset_minutes)}

    def move_clock(self, data: Data) -> Data:
        self.service.clock.offset_ms += _integer(data, "advance_ms")
        self.service.store.set_setting("clock_offset_ms", str(self.service.clock.offset_ms))
        return self.clock({})

    def zip(self, data: Data) -> Data:
        store = self.service.store
        for name in ("queued_ms", "running_ms"):
            if name in data:
                store.set_setting(f"zip_{name}", str(_integer(data, name, minimum=0)))
        if "outcome" in data:
            store.set_setting("zip_outcome", _choice(data, "outcome", OUTCOMES))
        answers = self.service.rules.answers
        return {
            "queued_ms": int(store.setting("zip_queued_ms", str(answers.zip_queued_ms))),
            "running_ms": int(store.setting("zip_running_ms", str(answers.zip_running_ms))),
            "outcome": store.setting("zip_outcome", "success"),
        }

    def uploads(self, data: Data) -> Data:
        exam = self._row(EXAMS.select_sql, "exams", _integer(data, "exam_id"))
        files = data.get("files")
        if not isinstance(files, dict) or not files:
            raise ControlError("files must be an object of base64 texts by file name")
        store, now_ms = self.service.store, self.service.clock.now_ms()
        session_id = self._uploader(exam)
        for name, encoded in files.items():
            zips.add_upload(store, exam["id"], session_id, name, _decoded(encoded), now_ms)
        return {"exam_id": exam["id"], "student_session_id": session_id, "files": sorted(files)}

    def _uploader(self, exam: Any) -> int:
        """The newest student of the exam, or a new one."""
        store = self.service.store
        found = store.value("SELECT max(id) FROM student_sessions WHERE exam_id = ?", (exam["id"],))
        if found is not None:
            return int(found)
        email = f"uploader.{exam['id']}@demo.example.com"
        values = {"exam_id": exam["id"], "institute_id": exam["institute_id"], "name": "Uploader"}
        return store.insert(STUDENT_SESSIONS, {**values, "email": email, "email_key": email})

    def photos(self, data: Data) -> Data:
        session = self._row(STUDENT_SESSIONS.select_sql, "student_sessions", _integer(data, "student_session_id"))
        photos.add(self.service.store, session["id"], png())
        return {"student_session_id": session["id"]}

    def exam(self, data: Data) -> Data:
        exam = self._row(EXAMS.select_sql, "exams", _integer(data, "exam_id"))
        status = _choice(data, "status", EXAM_STATUSES)
        self.service.store.update(EXAMS, exam["id"], {"status": status})
        return {"exam_id": exam["id"], "status": status}

    def session(self, data: Data) -> Data:
        session = self._row(STUDENT_SESSIONS.select_sql, "student_sessions", _integer(data, "student_session_id"))
        status = _choice(data, "status", SESSION_STATUSES)
        self.service.store.update(STUDENT_SESSIONS, session["id"], {"status": status})
        return {"student_session_id": session["id"], "status": status}

    def seed(self, data: Data) -> Data:
        kind = _choice(data, "kind", tuple(seeding.MAKERS))
        count = _integer(data, "count", minimum=1)
        try:
            return {"kind": kind, "ids": seeding.seed(self.service.store, kind, count, data)}
        except seeding.SeedingError as error:
            raise ControlError(str(error)) from None

    def emails(self, data: Data) -> Data:
        sql = "SELECT * FROM emails WHERE ? IS NULL OR exam_id = ? ORDER BY id"
        return {"emails": self._list(sql, (data.get("exam_id"), data.get("exam_id")))}

    def notifications(self, data: Data) -> Data:
        return {"notifications": self._list("SELECT * FROM notifications ORDER BY id", ())}

    def nonces(self, data: Data) -> Data:
        unique = data.get("unique")
        if not isinstance(unique, bool):
            raise ControlError("unique must be true or false")
        self.service.nonces_unique = unique
        self.service.store.set_setting("nonces_unique", "true" if unique else "false")
        return {"unique": unique}

    def _list(self, sql: str, values: tuple[Any, ...]) -> list[Data]:
        return [dict(row) for row in self.service.store.all(sql, values)]

    def _row(self, select_sql: str, table: str, row_id: int) -> Any:
        row = self.service.store.one(f"{select_sql} WHERE {table}.id = ?", (row_id,))
        if row is None:
            raise ControlError(f"there is no row {row_id} in {table}")
        return row


def _integer(data: Data, name: str, minimum: int | None = None) -> int:
    value = data.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 2**62:
        raise ControlError(f"{name} must be a whole number")
    if minimum is not None and value < minimum:
        raise ControlError(f"{name} must be at least {minimum}")
    return value


def _choice(data: Data, name: str, choices: tuple[str, ...]) -> str:
    if data.get(name) not in choices:
        raise ControlError(f"{name} must be one of {', '.join(choices)}")
    return str(data[name])


def _decoded(encoded: Any) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise ControlError("the content of a file must be base64") from None


Action = Callable[[Data], Data]


def routes(service: Service) -> list[Route]:
    """The routes of the control interface."""
    control = Control(service)
    actions: list[tuple[str, str, Action]] = [
        ("GET", "clock", control.clock),
        ("POST", "clock", control.move_clock),
        ("GET", "emails", control.emails),
        ("GET", "notifications", control.notifications),
    ]
    for name in ("reset", "restart", "zip", "uploads", "photos", "exam", "session", "seed", "nonces"):
        actions.append(("POST", name, getattr(control, name)))
    listed = Route("/__mock__/", _index)
    return [listed, *(Route(f"/__mock__/{name}", _endpoint(act), methods=[method]) for method, name, act in actions)]


async def _index(request: Request) -> Response:
    return JSONResponse({"control": [line.strip() for line in (__doc__ or "").splitlines() if line.startswith("    ")]})


def _endpoint(act: Action) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            body = await request.body()
            data = await request.json() if body else dict(request.query_params)
            if not isinstance(data, dict):
                raise ControlError("the JSON must be an object")
            return JSONResponse(act(data))
        except ControlError as error:
            return JSONResponse({"error": str(error)}, 400)
        except ValueError:
            return JSONResponse({"error": "the body is not JSON"}, 400)

    return answer
