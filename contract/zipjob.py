"""The zip job of an exam: its states, which may follow which, and a patient look at it."""

from __future__ import annotations

import io
import itertools
import time
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

import requests

from contract import transport
from contract.client import Client
from contract.errors import TargetError, TargetUnreachable
from contract.exchange import Exchange

DEADLINE_S = 120.0
LONGEST_PAUSE_S = 2.0
FIRST_PAUSE_S = 0.02
MOST_POLLS = 200
DEADLINE_AFTER_A_LATE_ONE_S = 1.0


class State(StrEnum):
    """Every value that ``zip_job_status`` may have."""

    NOT_FOUND = "not_found"
    NEVER_RUN = "never_run"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"


NEXT: dict[State, frozenset[State]] = {
    State.NOT_FOUND: frozenset({State.QUEUED}),
    State.NEVER_RUN: frozenset({State.QUEUED}),
    State.QUEUED: frozenset({State.RUNNING, State.FAILURE}),
    State.RUNNING: frozenset({State.SUCCESS, State.FAILURE}),
    State.SUCCESS: frozenset(),
    State.FAILURE: frozenset(),
}
"""What may follow without a new generate; the first two leave only by a generate."""
ENDED = frozenset({State.SUCCESS, State.FAILURE})


def reachable(state: State) -> frozenset[State]:
    """Return every state that may be seen later than *state*, itself included, without a new generate."""
    found, frontier = {state}, [state]
    while frontier:
        for following in NEXT[frontier.pop()] - found:
            found.add(following)
            frontier.append(following)
    return frozenset(found)


def illegal_step(seen: list[State]) -> tuple[State, State] | None:
    """Return the first two polls of *seen* of which the second cannot follow the first; polls may skip states."""
    for earlier, later in itertools.pairwise(seen):
        if later not in reachable(earlier):
            return earlier, later
    return None


def status_in(body: Any) -> str | None:
    """Return ``zip_job_status`` from the top level of an answer or one level down."""
    if not isinstance(body, dict):
        return None
    for level in (body, *(value for value in body.values() if isinstance(value, dict))):
        if isinstance(level.get("zip_job_status"), str):
            return str(level["zip_job_status"])
    return None


@dataclass
class Poller:
    """Asks for the state of a job until it has ended, the deadline is over or the budget is used up."""

    client: Client
    exam_id: int
    deadline_s: float = DEADLINE_S
    budget: int = MOST_POLLS
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    seen: list[str] = field(default_factory=list)
    late: ClassVar[set[str]] = set()
    """Targets with a job that did not end in time; theirs are not waited for that long again."""

    def poll(self) -> str | None:
        """Ask once; None where the answer holds no state."""
        shown = self.client("exams_status_exam_documents_zip", purpose="poll", id=self.exam_id)
        if state := status_in(shown.json) if shown.accepted else None:
            self.seen.append(state)
        return state

    def until_ended(self) -> str | None:
        """Return the last state seen: success or failure, unless time or budget ran out."""
        target = self.client.sender.target.base_url
        patience_s = min(self.deadline_s, DEADLINE_AFTER_A_LATE_ONE_S) if target in self.late else self.deadline_s
        end, pause, state = self.monotonic() + patience_s, FIRST_PAUSE_S, None
        for _ in range(self.budget):
            state = self.poll()
            if state in ENDED:
                return state
            if self.monotonic() + pause > end:
                break
            self.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE_S)
        self.late.add(target)
        return state


def generate_and_wait(client: Client, exam_id: int, deadline_s: float = DEADLINE_S) -> str | None:
    """Ask for a zip and return the state in which its job ended, or the last one seen; no wait where no job can end."""
    asked = client("exams_generate_exam_documents_zip", purpose="set-up", id=exam_id)
    poller = Poller(client, exam_id, deadline_s)
    if not asked.accepted and (state := poller.poll()) not in (State.QUEUED, State.RUNNING):
        return state
    return poller.until_ended()


LARGEST_UNPACKED = 512 * 1024 * 1024


def download(client: Client, exam_id: int, purpose: str = "judged") -> tuple[Exchange, bytes]:
    """
    Ask for the zip and fetch it.

    Returns:  the exchange and the bytes of the file; where the answer is a redirect, what is found behind it, asked for
              without credentials.
    Raises:   TargetUnreachable: the redirect leads nowhere.
    """
    exchange = client("exams_download_exam_documents_zip", purpose=purpose, id=exam_id)
    location = exchange.header("Location")
    if not 300 <= exchange.status < 400 or not location:
        return exchange, exchange.body
    try:
        behind = transport.fetch(client.sender.target, location, exchange.request.url or "")
    except requests.RequestException as error:
        raise TargetUnreachable(f"{exchange.line} leads nowhere: {type(error).__name__}") from None
    return exchange, behind.content if behind.ok else b""


def contents(body: bytes) -> dict[str, bytes] | None:
    """
    Return the files in a zip by name, folders left out; None where the bytes are no whole zip.

    Raises:   TargetError: unpacked it is larger than `LARGEST_UNPACKED`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if sum(info.file_size for info in archive.infolist()) > LARGEST_UNPACKED:
                raise TargetError(f"the zip unpacks to more than {LARGEST_UNPACKED >> 20} MiB, which is not tried")
            return {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        return None


def holds_file(names: Iterable[str], wanted: str) -> bool:
    """Tell whether a file is among *names*, in whatever folder."""
    return any(name.replace("\\", "/").rpartition("/")[2] == wanted for name in names)
