"""What a run left is removed by whatever way works, and nothing that is not certainly the run's is touched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from contract import journal
from contract.cleanup import Cleaner
from contract.journal import Journal
from contract.results import Leak
from contract.tests.recording_server import Answer, Received, RecordingServer, sender_to

RUN = "0a1b2c3d"
PREFIX = f"ct-{RUN}"
PLURALS = {
    "exams": "exam", "documents": "document", "attachments": "attachment", "institutes": "institute", "users": "user",
    "student_sessions": "student_session", "lti_resources": "lti_resource", "tool_providers": "tool_provider",
}  # fmt: skip
CREATED_AT = "2026-01-01T00:00:00.000Z"


class Target:
    """Rows by kind and id; removal works unless the method and path are told to answer otherwise."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int], dict[str, Any]] = {}
        self.broken: dict[str, Answer] = {}

    def has(self, kind: str, id: int, **fields: Any) -> None:
        self.rows[kind, id] = {"id": id, "name": f"{PREFIX} {kind}", "created_at": CREATED_AT, **fields}

    def __call__(self, received: Received) -> Answer:
        path = received.path.removeprefix("/api/v3")
        for pattern, answer in self.broken.items():
            if re.fullmatch(pattern, f"{received.method} {path}"):
                return answer
        *above, last = path.strip("/").split("/")
        if last == "delete_student":
            return self.removed("student_session", int(received.query["student_session_id"]))
        if not last.isdecimal():
            return self.listed(last, above)
        kind = PLURALS[above[-1]]
        if (kind, int(last)) not in self.rows:
            return Answer(status=404)
        return self.removed(kind, int(last)) if received.method == "DELETE" else Answer(body=self.rows[kind, int(last)])

    def listed(self, plural: str, above: list[str]) -> Answer:
        inside = {"exam_id": int(above[1])} if above[:1] == ["exams"] else {}
        rows = [
            row for (kind, _), row in self.rows.items() if PLURALS[plural] == kind and inside.items() <= row.items()
        ]
        return Answer(body={"students" if plural == "student_sessions" else plural: rows})

    def removed(self, kind: str, id: int) -> Answer:
        del self.rows[kind, id]
        if kind == "exam":
            self.rows = {key: row for key, row in self.rows.items() if row.get("exam_id") != id}
        return Answer()


@pytest.fixture
def target(running_server: RecordingServer) -> Target:
    running_server.forget()
    running_server.otherwise = target = Target()
    return target


@pytest.fixture
def written(tmp_path) -> Iterator[Journal]:
    journal = Journal(tmp_path / f"{RUN}-gw0.jsonl", RUN, PREFIX)
    yield journal
    journal.close()


@pytest.fixture
def clean(running_server, tmp_path):
    def clean() -> list[Leak]:
        (left,) = journal.read(tmp_path)
        return Cleaner(sender_to(running_server.base_url)).clean(left)

    return clean


def made(written: Journal, kind: str, id: int, created_at: str | None = CREATED_AT, **parents: int) -> None:
    written.creating(f"x{kind}{id}", kind, "administrator", parents, {"name": f"{PREFIX} {kind}"})
    written.made(f"x{kind}{id}", id, created_at)


def deleted(server: RecordingServer) -> list[str]:
    return [received.path.removeprefix("/api/v3") for received in server.received if received.method == "DELETE"]


def test_what_the_journal_names_is_removed_the_last_first(target, written, clean, running_server, tmp_path) -> None:
    for kind, id, parents in (("tool_provider", 5, {}), ("exam", 7, {}), ("student_session", 8, {"exam_id": 7})):
        target.has(kind, id, **parents)
        made(written, kind, id, **parents)

    assert clean() == []

    assert deleted(running_server) == ["/student_sessions/8", "/exams/7", "/tool_providers/5"]
    assert target.rows == {}
    assert list(tmp_path.glob("*.jsonl")) == []


def test_creation_whose_answer_nobody_saw_is_found_by_its_prefix(target, written, clean) -> None:
    target.has("exam", 7)
    target.has("exam", 9, name="Physics")
    written.creating("x1", "exam", "administrator", {}, {"name": f"{PREFIX} exam"})

    assert clean() == []

    assert list(target.rows) == [("exam", 9)]


def test_creation_that_did_not_take_place_is_no_leak(target, written, clean, tmp_path) -> None:
    written.creating("x1", "exam", "administrator", {}, {"name": f"{PREFIX} exam"})

    assert clean() == []
    assert list(tmp_path.glob("*.jsonl")) == []


def test_attachment_whose_answer_nobody_saw_goes_before_its_exam(target, written, clean, running_server) -> None:
    target.has("exam", 7)
    made(written, "exam", 7)
    target.has("attachment", 3, name="pixel.png", exam_id=7)
    written.creating("x2", "attachment", "administrator", {"exam_id": 7}, {})

    assert clean() == []

    assert deleted(running_server) == ["/exams/7/attachments/3", "/exams/7"]


def test_id_that_is_somebody_elses_now_is_left_alone(target, written, clean, running_server) -> None:
    made(written, "exam", 7)
    target.has("exam", 7, name="Physics", created_at="2026-02-02T00:00:00.000Z")

    leaks = clean()

    assert deleted(running_server) == []
    assert ("exam", 7) in target.rows
    assert leaks == []


def test_id_of_which_nobody_can_tell_whose_it_is_is_left_alone_and_told(target, written, clean, running_server) -> None:
    made(written, "exam", 7, created_at=None)
    target.has("exam", 7, name="Physics")

    (leak,) = clean()

    assert deleted(running_server) == []
    assert "cannot be shown to be the run's" in str(leak)


def test_resource_that_was_renamed_is_known_by_the_moment_of_its_creation(target, written, clean) -> None:
    made(written, "exam", 7)
    target.has("exam", 7, name="renamed")

    assert clean() == []
    assert target.rows == {}


@pytest.mark.parametrize(
    ("kind", "broken", "last"),
    [
        ("student_session", "DELETE /student_sessions/8", "/exams/7/delete_student"),
        ("student_session", "DELETE /(student_sessions/8|exams/7/delete_student)", "/exams/7"),
        ("document", "DELETE /exams/7/documents/8", "/exams/7"),
        ("attachment", "DELETE /exams/7/attachments/8", "/exams/7"),
    ],
)
def test_where_the_plain_way_is_broken_another_is_taken(
    target, written, clean, running_server, kind, broken, last
) -> None:
    target.has("exam", 7)
    made(written, "exam", 7)
    target.has(kind, 8, exam_id=7)
    made(written, kind, 8, exam_id=7)
    target.broken[broken] = Answer(status=500)

    assert clean() == []

    assert target.rows == {}
    assert last in deleted(running_server)


@pytest.mark.parametrize("answer", [Answer(status=500), Answer(status=200), Answer(hangs_up=True)])
def test_what_no_way_removes_is_told_with_its_id_and_tried_again_later(
    target, written, clean, tmp_path, answer
) -> None:
    target.has("exam", 7)
    made(written, "exam", 7)
    target.has("user", 9)
    made(written, "user", 9, institute_id=1)
    target.broken["DELETE /exams/7"] = answer

    (leak,) = clean()

    assert (leak.kind, leak.id) == ("exam", 7)
    assert "DELETE /exams/7" in leak.reason
    assert list(target.rows) == [("exam", 7)]
    target.broken.clear()
    assert clean() == []
    assert target.rows == {}


def test_lists_that_cannot_be_read_leave_the_question_open(target, written, clean) -> None:
    written.creating("x1", "exam", "administrator", {}, {"name": f"{PREFIX} exam"})
    target.broken["GET /exams"] = Answer(status=500)

    (leak,) = clean()

    assert (leak.kind, leak.id) == ("exam", None)
    assert "GET /exams -> 500" in leak.reason
