"""The control interface: reset, restart, clock, seed; and that it is there only when asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from contract.tests.mock import data_makers as make
from contract.tests.mock.client import MockProcess

Start = Callable[..., MockProcess]


def test_there_is_no_control_unless_asked_for(start: Start) -> None:
    mock = start(control=False)

    assert mock.control("GET", "clock").status == 404
    assert mock.control("POST", "reset").status == 404
    assert mock.control("GET", "").status == 404
    assert "control" not in mock.config


def test_every_path_of_the_control_interface_is_listed(mock: MockProcess) -> None:
    from contract.mock.control import Control, routes

    listed = "\n".join(mock.control("GET", "").json["control"])
    names = [route.path.rpartition("/")[2] for route in routes(Control.__new__(Control))]  # type: ignore[arg-type]

    assert mock.config["control"] is True
    assert len(names) > 10
    assert all(name in listed for name in names)


@pytest.mark.parametrize("with_file", [True, False])
def test_state_survives_a_restart(start: Start, tmp_path: Path, with_file: bool) -> None:
    mock = start(*(["--database", str(tmp_path / "state.db")] if with_file else []))
    admin = mock.client()
    exam = make.exam(admin)
    assert admin.call("GET", "/exams", nonce=11).status == 200
    mock.control("POST", "clock", {"advance_ms": 60_000})

    mock.control("POST", "restart")

    assert admin.call("GET", "/exams/{id}", ids={"id": exam["id"]}).json["exam"] == exam
    assert admin.call("GET", "/exams", nonce=11).status == 403
    assert mock.control("GET", "clock").json["offset_ms"] == 60_000


def test_state_in_a_file_survives_the_process(start: Start, tmp_path: Path) -> None:
    database = str(tmp_path / "state.db")
    first = start("--database", database)
    exam = make.exam(first.client())
    assert first.client().call("GET", "/exams", nonce=12).status == 200
    assert first.stop() == 0

    second = start("--database", database)

    assert second.fixtures == first.fixtures
    assert second.client().call("GET", "/exams/{id}", ids={"id": exam["id"]}).json["exam"] == exam
    assert second.client().call("GET", "/exams", nonce=12).status == 403


def test_reset_brings_the_demo_data_back(start: Start) -> None:
    mock = start()
    admin = mock.client()
    before = admin.call("GET", "/exams").json["exams"]
    make.exam(admin)
    mock.control("POST", "clock", {"advance_ms": 1_000_000})
    assert admin.call("GET", "/exams", nonce=13).status == 200

    mock.control("POST", "reset")

    after = admin.call("GET", "/exams", nonce=13).json["exams"]
    assert [(exam["id"], exam["name"]) for exam in after] == [(exam["id"], exam["name"]) for exam in before]
    assert mock.control("GET", "clock").json["offset_ms"] == 0


def test_clock_moves_what_the_mock_writes(start: Start) -> None:
    mock = start()
    moved = mock.control("POST", "clock", {"advance_ms": 365 * 86_400_000}).json

    exam = make.exam(mock.client())

    assert moved["now_ms"] / 1000 - time.time() > 364 * 86_400
    assert exam["created_at"][:10] == moved["time"][:10]


@pytest.mark.parametrize("kind", ["exams", "student_sessions", "users", "institutes"])
def test_seeded_rows_are_served(start: Start, kind: str) -> None:
    mock = start()
    first, last = mock.control("POST", "seed", {"kind": kind, "count": 50, "exam_id": 1}).json["ids"]
    path = {"users": "/institutes/{institute_id}/users"}.get(kind, f"/{kind}")
    ids = {"institute_id": 1} if kind == "users" else {}

    (rows,) = mock.client("superuser").call("GET", path, ids=ids).json.values()

    assert set(range(first, last + 1)) <= {row["id"] for row in rows}


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("clock", {"advance_ms": "soon"}),
        ("clock", [1]),
        ("zip", {"outcome": "maybe"}),
        ("zip", {"queued_ms": -1}),
        ("uploads", {"exam_id": 999_999, "files": {"a": ""}}),
        ("uploads", {"exam_id": 1, "files": {"a": "not base64!"}}),
        ("photos", {}),
        ("seed", {"kind": "nothing", "count": 1}),
        ("seed", {"kind": "student_sessions", "count": 1}),
        ("nonces", {"unique": "no"}),
        ("exam", {"exam_id": 1, "status": "new"}),
    ],
)
def test_wrong_control_request_says_why(mock: MockProcess, path: str, data: object) -> None:
    answer = mock.control("POST", path, data)

    assert answer.status == 400
    assert answer.json["error"]


def test_states_that_no_call_sets(mock: MockProcess) -> None:
    admin = mock.client()
    exam = make.exam(admin)
    session = make.session(admin, exam["id"])

    mock.control("POST", "exam", {"exam_id": exam["id"], "status": "closed"})
    mock.control("POST", "session", {"student_session_id": session["id"], "status": "exam_started"})

    assert admin.call("GET", "/exams/{id}", ids={"id": exam["id"]}).json["exam"]["status"] == "closed"
    shown = admin.call("GET", "/student_sessions/{id}", ids={"id": session["id"]}).json["student"]
    assert shown["status"] == "exam_started"
