"""The zip job: its table of states, polling with a deadline and a budget, and what counts as a whole zip."""

import io
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import product
from threading import Thread
from types import SimpleNamespace
from typing import ClassVar

import pytest

from contract.errors import TargetError, TargetUnreachable
from contract.tests.recording_server import target_at
from contract.zipjob import (
    ENDED,
    NEXT,
    Poller,
    State,
    contents,
    download,
    generate_and_wait,
    holds_file,
    illegal_step,
    reachable,
    status_in,
)

# -- states -----------------------------------------------------------------------------------------------------------


def test_every_state_has_a_row_and_leads_to_known_states():
    assert set(NEXT) == set(State)
    assert set().union(*NEXT.values()) <= set(State)


def test_only_ended_states_lead_nowhere():
    assert {state for state in State if not NEXT[state]} == ENDED == {State.SUCCESS, State.FAILURE}


def test_nothing_leads_back_to_before_the_job():
    assert {State.NEVER_RUN, State.NOT_FOUND}.isdisjoint(set().union(*NEXT.values()))


LEGAL = {
    (State.QUEUED, State.RUNNING),
    (State.QUEUED, State.SUCCESS),
    (State.QUEUED, State.FAILURE),
    (State.RUNNING, State.SUCCESS),
    (State.RUNNING, State.FAILURE),
    *((before, after) for before in (State.NEVER_RUN, State.NOT_FOUND) for after in reachable(State.QUEUED)),
}


@pytest.mark.parametrize(("earlier", "later"), list(product(State, State)))
def test_two_polls_are_legal_where_the_second_lies_ahead(earlier, later):
    legal = earlier is later or (earlier, later) in LEGAL

    assert illegal_step([earlier, later]) == (None if legal else (earlier, later))


def test_the_first_illegal_step_is_told():
    seen = [State.QUEUED, State.RUNNING, State.QUEUED, State.NEVER_RUN]

    assert illegal_step(seen) == (State.RUNNING, State.QUEUED)
    assert illegal_step([]) is None
    assert illegal_step([State.SUCCESS]) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"zip_job_status": "queued"}, "queued"),
        ({"exam": {"zip_job_status": "success"}}, "success"),
        ({"exam": {"job": {"zip_job_status": "success"}}}, None),
        ({"zip_job_status": None}, None),
        ({"zip_job_status": 1}, None),
        (["queued"], None),
        (None, None),
    ],
)
def test_the_status_is_found_at_the_top_or_one_level_down(body, expected):
    assert status_in(body) == expected


# -- polling ----------------------------------------------------------------------------------------------------------


@dataclass
class Exchange:
    """As much of an exchange as the poller looks at."""

    json: object
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    line: str = ""
    request: object = None

    @property
    def accepted(self):
        return 200 <= self.status < 400

    def header(self, name):
        return self.headers.get(name)


@dataclass
class FakeClient:
    """Answers the status operation with the given states, the last one for ever."""

    states: list[str]
    asked: list[str] = field(default_factory=list)
    generate: int = 204
    sender = SimpleNamespace(target=SimpleNamespace(base_url="https://target.example.com"))

    def __call__(self, operation_id, purpose, id):
        self.asked.append(operation_id)
        if operation_id == "exams_generate_exam_documents_zip":
            return Exchange(None, self.generate)
        state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return Exchange({"zip_job_status": state}) if state else Exchange(None, 500)


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self):
        self.now, self.pauses = 0.0, []

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds

    def poller(self, client, **limits):
        return Poller(client, 7, monotonic=lambda: self.now, sleep=self.sleep, **limits)


@pytest.fixture(autouse=True)
def no_job_was_late_yet(monkeypatch):
    monkeypatch.setattr(Poller, "late", set())


def test_polling_stops_when_the_job_has_ended():
    clock = Clock()
    poller = clock.poller(FakeClient(["queued", "running", "running", "success", "queued"]))

    assert poller.until_ended() == "success"
    assert poller.seen == ["queued", "running", "running", "success"]
    assert len(clock.pauses) == 3


def test_pauses_grow_up_to_the_longest():
    clock = Clock()

    clock.poller(FakeClient(["running"]), deadline_s=30).until_ended()

    assert clock.pauses == sorted(clock.pauses)
    assert clock.pauses[-1] == 2.0


def test_polling_ends_before_the_deadline():
    clock = Clock()

    assert clock.poller(FakeClient(["running"]), deadline_s=10).until_ended() == "running"
    assert 5 < clock.now <= 10


def test_a_target_whose_job_did_not_end_is_not_waited_for_as_long_again():
    clock = Clock()
    clock.poller(FakeClient(["running"]), deadline_s=120).until_ended()
    waited_s = clock.now

    assert clock.poller(FakeClient(["running"]), deadline_s=120).until_ended() == "running"
    assert waited_s > 100
    assert clock.now - waited_s <= 1


def test_polling_ends_with_the_budget():
    client = FakeClient(["queued"])

    assert Clock().poller(client, budget=4).until_ended() == "queued"
    assert len(client.asked) == 4


def test_an_answer_without_a_state_is_not_seen():
    poller = Clock().poller(FakeClient(["queued", "", "success"]))

    assert poller.until_ended() == "success"
    assert poller.seen == ["queued", "success"]


def test_generate_comes_before_the_first_poll():
    client = FakeClient(["success"])

    assert generate_and_wait(client, 7) == "success"
    assert client.asked == ["exams_generate_exam_documents_zip", "exams_status_exam_documents_zip"]


@pytest.mark.parametrize("state", ["", "never_run", "not_found", "failure"])
def test_a_refused_generate_is_not_waited_for(state):
    client = FakeClient([state], generate=403)

    assert generate_and_wait(client, 7) == (state or None)
    assert client.asked == ["exams_generate_exam_documents_zip", "exams_status_exam_documents_zip"]


def test_a_running_job_is_waited_for_though_another_is_refused():
    assert generate_and_wait(FakeClient(["running", "success"], generate=409), 7) == "success"


# -- the file ---------------------------------------------------------------------------------------------------------


def zipped(files, compression=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


FILES = {"a/answer.pdf": b"%PDF" * 100, "notes.txt": b""}


def test_the_files_of_a_zip_are_read_and_its_folders_left_out():
    assert contents(zipped({**FILES, "a/": b""})) == FILES


def test_a_zip_without_files_is_whole():
    assert contents(zipped({})) == {}


@pytest.mark.parametrize("cut", [1, 10, 60, 200])
def test_half_a_zip_is_none(cut):
    assert contents(zipped(FILES)[:-cut]) is None


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_whose_bytes_were_changed_is_none(compression):
    body = bytearray(zipped({"answer.txt": b"0123456789" * 50}, compression))
    body[50] ^= 0xFF

    assert contents(bytes(body)) is None


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b"PK\x03\x04"])
def test_what_is_no_zip_is_none(body):
    assert contents(body) is None


def test_a_zip_that_unpacks_to_too_much_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("contract.zipjob.LARGEST_UNPACKED", 100)

    with pytest.raises(TargetError, match="unpacks to more than"):
        contents(zipped({"large.bin": bytes(101)}))


def test_a_file_is_found_in_any_folder_by_its_whole_name():
    names = ["Student 1/answer.pdf", "windows\\notes.txt", "my_answer.pdf"]

    assert holds_file(names, "answer.pdf")
    assert holds_file(names, "notes.txt")
    assert not holds_file(names, "pdf")
    assert not holds_file(names[2:], "answer.pdf")


def test_the_body_of_a_download_is_its_answer():
    exchange = Exchange(None, body=b"PK")
    client = lambda operation_id, purpose, id: exchange  # noqa: E731

    assert download(client, 7) == (exchange, b"PK")


class Elsewhere(BaseHTTPRequestHandler):
    """Serves one file and remembers the headers it was asked with."""

    headers_seen: ClassVar[list[str]] = []

    def do_GET(self):
        self.headers_seen[:] = [name.lower() for name in self.headers]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"PK elsewhere")

    def log_message(self, *arguments):
        pass


@pytest.fixture
def elsewhere():
    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/file.zip"
        server.shutdown()
        thread.join()


class RedirectedClient:
    """Answers with a redirect."""

    sender = SimpleNamespace(target=target_at("https://target.example.com", timeout_s=5))

    def __init__(self, location):
        self.exchange = Exchange(None, 302, headers={"Location": location})
        self.exchange.request = SimpleNamespace(url="https://target.example.com/api/v3/exams/7")
        self.exchange.line = "GET /exams/7/download_exam_documents_zip -> 302"

    def __call__(self, operation_id, purpose, id):
        return self.exchange


def test_a_redirect_is_followed_without_credentials(elsewhere):
    assert download(RedirectedClient(elsewhere), 7)[1] == b"PK elsewhere"
    assert {"authorization", "cookie"}.isdisjoint(Elsewhere.headers_seen)
    assert "user-agent" in Elsewhere.headers_seen


def test_a_redirect_that_leads_nowhere_is_the_targets_fault():
    with pytest.raises(TargetUnreachable, match="leads nowhere"):
        download(RedirectedClient("http://127.0.0.1:9/file.zip"), 7)
