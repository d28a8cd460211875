"""A generated sequence that found something is told as the shortest one that still does."""

from __future__ import annotations

import pytest

from contract import judgement, requirements
from contract.cases import Step
from contract.exchange import Exchange
from contract.judgement import FindingRaised, Ledger, deciding, expect
from contract.sequences import Sequences
from contract.stateful import Lifecycle
from contract.tests.recording_server import RecordingServer, recording_server, sender_to
from contract.tests.test_generated import sample
from contract.tests.test_stateful import Memory, planned
from contract.world import World


def judge(one: Exchange, lifecycle: Lifecycle) -> None:
    subject = lifecycle.subject(one)
    if one.request.method == "GET" and subject in lifecycle.alive:
        expect(one).holds(one.status != 404, "a created resource to be found", one.line)
    if one.request.method == "GET" and subject in lifecycle.destroyed:
        with deciding("ROBUST-111"):
            expect(one).refused()


def ledger_after(server: RecordingServer, target: Memory, sequences: list[list[Step]]) -> Ledger:
    server.forget()
    server.otherwise = target
    sender = sender_to(server.base_url)
    world = World({role: sender.client(role) for role in sender.target.users}, sender.target, "ct-run1-case1")
    with judgement.judging(Ledger(requirements.load().get("ROBUST-110"), "ROBUST-110-1")) as ledger:
        Sequences(world, sample, judge).judged(sequences)
    return ledger


def test_the_finding_of_a_sequence_tells_the_shortest_that_shows_it() -> None:
    with recording_server() as server, pytest.raises(FindingRaised) as raised:
        ledger_after(server, Memory(loses=True), planned())

    lines = (raised.value.finding.detail or "").splitlines()
    assert lines[0] == "minimal failing sequence, 1 request:"
    assert lines[1].startswith("1. POST /")


def test_what_is_decided_for_another_requirement_has_its_own_sequence() -> None:
    with recording_server() as server:
        ledger = ledger_after(server, Memory(keeps=True), planned())

    finding = ledger.found_in_parts()["ROBUST-111"].finding
    assert (finding.detail or "").startswith("minimal failing sequence, ")
    assert "DELETE /" in (finding.detail or "")


def test_nothing_is_added_where_nothing_was_found() -> None:
    with recording_server() as server:
        assert ledger_after(server, Memory(), planned()).found_in_parts() == {}
