"""Against every hostile target one request ends in time, with little memory, and as what it was."""

from __future__ import annotations

import socket
import threading
import time
import tracemalloc

import pytest
import requests

from contract import transport
from contract.errors import TargetUnreachable
from contract.outage import MOST_IN_A_ROW
from contract.tests.hostile import servers
from contract.tests.hostile.servers import hostile_server
from contract.tests.recording_server import Answer, recording_server, sender_to, target_at

TIMEOUT_S = 0.4
BOUND_S = 3 * TIMEOUT_S + 1.5
"""Connection and head, then the body, each as long as the config says; and some for a busy machine."""


def sent(base_url: str, **changed):
    target = target_at(base_url, timeout_s=TIMEOUT_S, **changed)
    with transport.new_session(target) as session:
        prepared = session.prepare_request(requests.Request("GET", f"{base_url}/api/v3/exams"))
        return transport.send(session, prepared, TIMEOUT_S)


@pytest.mark.parametrize(
    "behaviour",
    [
        servers.drips_its_head,
        servers.drips_its_body,
        servers.drips_a_chunk_size,
        servers.continues_for_ever,
        servers.hangs,
        servers.closes_halfway,
        servers.closes_at_once,
        servers.lengths_that_differ,
        servers.no_http,
        servers.head_without_end,
    ],
)
def test_what_is_no_whole_answer_in_time_is_none(behaviour):
    with hostile_server(behaviour) as server:
        began = time.monotonic()
        with pytest.raises(requests.RequestException):
            sent(server.base_url)

    assert time.monotonic() - began < BOUND_S


@pytest.mark.parametrize("behaviour", [servers.zip_bomb, servers.never_ends_its_body])
def test_answer_without_bounds_is_not_kept(behaviour, monkeypatch):
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 4 << 20)
    monkeypatch.setattr(servers, "BOMB_MIB", 64)
    with hostile_server(behaviour) as server:
        sender = sender_to(server.base_url, timeout_s=10.0)
        prepared = sender.session.prepare_request(requests.Request("GET", f"{server.base_url}/api/v3/exams"))
        tracemalloc.start()
        try:
            with pytest.raises(transport.AnswerTooLarge):
                transport.send(sender.session, prepared, 10.0)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert most < 24 << 20


def test_fast_requests_are_not_shut_down_by_the_watch():
    with recording_server() as server:
        sender = sender_to(server.base_url, timeout_s=TIMEOUT_S)
        end = time.monotonic() + 3 * TIMEOUT_S
        while time.monotonic() < end:
            assert sender.client("administrator")("exams_index").status == 200


def test_answers_in_several_threads_are_watched_each_for_itself():
    with hostile_server(servers.drips_its_body) as slow, recording_server() as fast:
        ended: list[str] = []

        def drip() -> None:
            with pytest.raises(requests.RequestException):
                sent(slow.base_url)
            ended.append("slow")

        thread = threading.Thread(target=drip)
        thread.start()
        assert sent(fast.base_url).status_code == 200
        thread.join(BOUND_S)

    assert ended == ["slow"]


def test_redirect_elsewhere_is_an_answer_and_nothing_is_sent_there():
    with recording_server() as elsewhere, hostile_server(servers.redirects_to(elsewhere.base_url)) as server:
        exchange = sender_to(server.base_url).client("administrator")("exams_index")

        assert (exchange.status, exchange.accepted) == (302, False)
        assert elsewhere.received == []


def test_what_an_answer_points_to_is_fetched_without_any_secret():
    with recording_server() as elsewhere, hostile_server(servers.redirects_to(elsewhere.base_url)) as server:
        target = target_at(server.base_url, headers={"X-Gate": "open"}, basic_auth=("gate", "open-sesame"))

        assert transport.fetch(target, server.base_url).status_code == 200

        (received,) = elsewhere.received
        assert {"authorization", "proxy-authorization", "x-gate", "cookie"}.isdisjoint(received.headers)


def test_fetching_does_not_go_round_for_ever():
    with recording_server() as server:
        server.otherwise = lambda received: Answer(302, headers={"Location": "/again"})

        with pytest.raises(requests.TooManyRedirects):
            transport.fetch(target_at(server.base_url), server.base_url)

        assert len(server.received) == transport.MOST_REDIRECTS + 1


def test_target_that_has_gone_is_not_asked_for_ever():
    with recording_server() as server:
        client = sender_to(server.base_url).client("administrator")
        server.otherwise = lambda received: Answer(hangs_up=True)
        for _ in range(MOST_IN_A_ROW + 1):
            with pytest.raises(TargetUnreachable):
                client("exams_show", id=7)
        server.forget()

        with pytest.raises(TargetUnreachable, match="nothing more was sent"):
            client("exams_index")

        assert server.received == []


def test_target_that_limits_the_rate_for_ever_is_not_waited_for_for_ever():
    with recording_server() as server:
        client = sender_to(server.base_url).client("administrator")
        server.otherwise = lambda received: Answer(status=429, headers={"Retry-After": "60"})
        statuses = [client("exams_show", id=7).status for _ in range(MOST_IN_A_ROW)]

        with pytest.raises(TargetUnreachable, match="limits the rate for ever"):
            client("exams_show", id=7)

    assert statuses == [429] * MOST_IN_A_ROW


def test_operation_that_never_answers_is_no_outage():
    with recording_server() as server:
        client = sender_to(server.base_url).client("administrator")
        server.otherwise = lambda received: Answer(hangs_up=received.path.endswith("/7"))
        for _ in range(3 * MOST_IN_A_ROW):
            with pytest.raises(TargetUnreachable):
                client("exams_show", id=7)

        assert client("exams_index").status == 200


def test_nobody_there_is_told_with_the_address():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        base_url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(TargetUnreachable, match=base_url):
        sender_to(base_url).client("administrator")("exams_index")
