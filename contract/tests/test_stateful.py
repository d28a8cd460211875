"""Generated sequences: what a target makes and removes is followed; one that loses or keeps it is found out."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator

import pytest

from contract import planning, stateful
from contract.cases import Budget, Step
from contract.exchange import Exchange
from contract.stateful import Lifecycle
from contract.tests.exchanges import exchange
from contract.tests.recording_server import HOME, Answer, Received, RecordingServer, recording_server, sender_to
from contract.tests.test_generated import sample
from contract.world import World

CREATED = {"exam": {"id": 7}}


def followed(*exchanges: Exchange) -> Lifecycle:
    lifecycle = Lifecycle()
    for each in exchanges:
        lifecycle.note(each)
    return lifecycle


def test_what_was_created_is_alive_until_it_is_destroyed() -> None:
    created, destroyed = exchange("exams_create", 201, CREATED), exchange("exams_destroy", 200)

    assert followed(created).alive == {("exam", 7)}
    assert followed(created, destroyed).alive == set()
    assert followed(created, destroyed).destroyed == {("exam", 7)}


@pytest.mark.parametrize("status", [302, 404, 422, 500])
def test_what_was_refused_changes_nothing(status: int) -> None:
    assert followed(exchange("exams_create", status, CREATED)).alive == set()
    kept = followed(exchange("exams_create", 201, CREATED), exchange("exams_destroy", status))
    assert (kept.alive, kept.destroyed) == ({("exam", 7)}, set())


def test_what_belongs_to_a_destroyed_exam_is_neither_alive_nor_destroyed() -> None:
    document = exchange("documents_create", 201, {"document": {"id": 8}}, params={"exam_id": 7})
    user = exchange("users_create", 201, {"user": {"id": 9}}, params={"institute_id": HOME})

    lifecycle = followed(exchange("exams_create", 201, CREATED), document, user, exchange("exams_destroy", 200))

    assert lifecycle.alive == {("user", 9)}
    assert lifecycle.destroyed == {("exam", 7)}
    assert lifecycle.parents["document", 8] == {"exam_id": 7}


class Memory:
    """A target that stores ids: what it creates it shows, unless it loses everything; or it removes nothing."""

    def __init__(self, loses: bool = False, keeps: bool = False) -> None:
        self.loses, self.keeps = loses, keeps
        self.ids: set[str] = set()
        self.made = 0

    def __call__(self, received: Received) -> Answer:
        id = received.path.rpartition("/")[2]
        if received.method == "POST" and not id.isdecimal():
            self.made += 1
            made = str(99 + self.made)
            self.ids.add(made)
            return Answer(status=201, body={"id": int(made)})
        known = self.keeps or (id in self.ids and not self.loses)
        if received.method == "DELETE" and not self.keeps:
            self.ids.discard(id)
        return Answer(status=200 if known or not re.fullmatch(r"[0-9]+", id) else 404, body={})


@pytest.fixture(scope="module")
def server() -> Iterator[RecordingServer]:
    with recording_server() as server:
        yield server


@functools.cache
def planned() -> list[list[Step]]:
    return planning.sequences(7, Budget(cases=1, drawn=1, sequences=10, steps=6))


def judged(server: RecordingServer, target: Callable[[Received], Answer]) -> tuple[list[str], set[str]]:
    """Run sequences; return what of the living was not found, and what of the destroyed was."""
    server.forget()
    server.otherwise = target
    sender = sender_to(server.base_url)
    world = World({role: sender.client(role) for role in sender.target.users}, sender.target, "ct-run1-case1")
    lost: list[str] = []
    kept: set[str] = set()
    shown = 0

    def judge(one: Exchange, lifecycle: Lifecycle) -> None:
        nonlocal shown
        subject = lifecycle.subject(one)
        if one.request.method == "GET" and subject in lifecycle.alive:
            shown += 1
            lost.extend([one.line] * (one.status == 404))
        if one.request.method == "GET" and subject in lifecycle.destroyed and one.accepted:
            kept.add(one.line)

    sent = sum(stateful.follow(steps, world, sample, judge) for steps in planned())

    created = [line for line in server.lines if line.startswith("POST")]
    assert sent >= 10
    assert created
    assert shown >= 1
    return lost, kept


def test_a_target_that_keeps_its_promises_is_not_accused(server: RecordingServer) -> None:
    assert judged(server, Memory()) == ([], set())


def test_a_target_that_loses_what_it_created_is_found_out(server: RecordingServer) -> None:
    lost, _ = judged(server, Memory(loses=True))

    assert lost


def test_a_target_that_keeps_what_it_destroyed_is_found_out(server: RecordingServer) -> None:
    _, kept = judged(server, Memory(keeps=True))

    assert kept
