"""The journal is on disk before the request is sent, and tells another process what is left."""

from __future__ import annotations

import json

import pytest

from contract import journal
from contract.errors import ConfigurationError
from contract.journal import Journal
from contract.state import State
from contract.tests.recording_server import (
    OWN,
    Answer,
    Received,
    sender_to,
    target_at,
)

RUN, PREFIX = "0a1b2c3d", "ct-0a1b2c3d"


@pytest.fixture
def client(server, tmp_path):
    sender = sender_to(server.base_url)
    sender.journal = Journal(tmp_path / f"{RUN}-gw0.jsonl", RUN, PREFIX)
    yield sender.client("administrator")
    sender.journal.close()


def lines(tmp_path) -> list[dict]:
    return [json.loads(line) for line in (tmp_path / f"{RUN}-gw0.jsonl").read_text().splitlines()]


def test_creation_is_written_before_its_request_arrives(client, server, tmp_path) -> None:
    seen = []

    def answer(received: Received) -> Answer:
        seen.append(lines(tmp_path))
        return Answer(body={"exam": {"id": 7}})

    server.otherwise = answer

    client("exams_create", name=f"{PREFIX} exam 1", institute_id=1)

    assert seen[0][-1]["kind"] == "exam"
    assert seen[0][-1]["named"] == [f"{PREFIX} exam 1"]
    assert lines(tmp_path)[-1] == {"made": seen[0][-1]["create"], "id": 7, "created_at": None}


@pytest.mark.parametrize(
    ("answer", "untold", "made"),
    [
        (Answer(body={"exam": {"id": 7, "created_at": "2026"}}), 0, 1),
        (Answer(status=422), 0, 0),
        (Answer(status=500), 1, 0),
        (Answer(body={"exam": {}}), 1, 0),
    ],
)
def test_an_answer_completes_what_it_tells(client, server, tmp_path, answer, untold, made) -> None:
    server.answers = [answer]

    client("exams_create", name=f"{PREFIX} exam 1", institute_id=1)

    (left,) = journal.read(tmp_path)
    assert (len(left.untold), len(left.made), left.created) == (untold, made, 1)


def test_what_was_removed_is_not_left(client, server, tmp_path) -> None:
    server.answers = [Answer(body={"exam": {"id": 7}})]
    client("exams_create", name="x", institute_id=1)

    client("exams_destroy", id=7)

    (left,) = journal.read(tmp_path)
    assert left.entries == ()


def test_refused_removal_leaves_what_it_names(client, server, tmp_path) -> None:
    server.answers = [Answer(body={"exam": {"id": 7}}), Answer(status=404)]
    client("exams_create", name="x", institute_id=1)

    client("exams_destroy", id=7)

    (left,) = journal.read(tmp_path)
    assert [each.id for each in left.made] == [7]


def test_parents_and_no_secrets_are_written(client, server, tmp_path) -> None:
    server.answers = [Answer(body={"user": {"id": 7, "api_token": "s3cret-token"}})]

    client("users_create", institute_id=1, name=f"{PREFIX} user", password="Str0ng!pass", email="a@example.com")

    text = (tmp_path / f"{RUN}-gw0.jsonl").read_text()
    assert lines(tmp_path)[1]["parents"] == {"institute_id": 1}
    assert "Str0ng!pass" not in text
    assert "s3cret-token" not in text


def test_reading_writes_nothing(client, tmp_path) -> None:
    client("exams_show", id=OWN)

    assert len(lines(tmp_path)) == 1


def test_line_that_was_being_written_when_the_machine_went_down_is_skipped(client, server, tmp_path) -> None:
    server.answers = [Answer(body={"exam": {"id": 7}})]
    client("exams_create", name="x", institute_id=1)
    with (tmp_path / f"{RUN}-gw0.jsonl").open("a") as stream:
        stream.write('{"create": "x9", "at"')

    (left,) = journal.read(tmp_path)

    assert [each.id for each in left.made] == [7]


def test_journal_of_a_living_process_is_not_free(client, tmp_path) -> None:
    path = tmp_path / f"{RUN}-gw0.jsonl"

    assert not journal.is_free(path)
    client.sender.journal.close()
    assert journal.is_free(path)
    client.sender.journal = Journal(path, RUN, PREFIX)


@pytest.fixture
def state_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CONFORMANCE_STATE_DIR", str(tmp_path))
    return tmp_path


def test_two_runs_are_kept_from_one_target(state_folder) -> None:
    first, second = State(target_at("https://a.example.com")), State(target_at("https://a.example.com"))
    first.lock("a run")

    with pytest.raises(ConfigurationError, match="local is in use by a run of process"):
        second.lock("a cleanup")

    first.unlock()
    second.lock("a cleanup")
    second.unlock()


def test_targets_have_locks_of_their_own(state_folder) -> None:
    first, second = State(target_at("https://a.example.com")), State(target_at("https://b.example.com"))

    first.lock("a run")
    second.lock("a run")

    first.unlock()
    second.unlock()


def test_holder_that_died_blocks_nobody(state_folder) -> None:
    state = State(target_at("https://a.example.com"))
    state.folder.mkdir()
    (state.folder / "holder.json").write_text('{"pid": 1, "purpose": "a run", "since": "2026"}')
    (state.folder / "lock").touch()

    state.lock("a run")
    state.unlock()


def test_state_folder_that_cannot_be_written_is_told(tmp_path, monkeypatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONFORMANCE_STATE_DIR", str(tmp_path / "file"))

    with pytest.raises(ConfigurationError, match="CONFORMANCE_STATE_DIR can name another folder"):
        State(target_at("https://a.example.com")).lock("a run")


@pytest.mark.parametrize(("name", "owned"), [("Physics", False), (f"Ct-{RUN} Exam 1", True), (None, True)])
def test_answer_with_somebody_elses_resource_makes_it_not_the_runs(client, server, tmp_path, name, owned) -> None:
    client.sender.prefix = PREFIX
    server.answers = [Answer(body={"exam": {"id": 4711, "name": name}})]

    client("exams_create", name=f"{PREFIX} exam 1", institute_id=1)

    (left,) = journal.read(tmp_path)
    assert (4711 in client.sender.ownership.created["exam"]) is owned
    assert [each.id for each in left.made] == ([4711] if owned else [])
