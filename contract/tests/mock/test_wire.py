"""How answers leave the mock: as JSON that any reader takes, head and body in one packet."""

from __future__ import annotations

import asyncio
import json

import pytest

from contract.mock.call import Reply
from contract.mock.server import JoinedWrites


@pytest.mark.parametrize(
    "body",
    [{"name": "Prüfung ✓", "id": 7, "none": None, "yes": True, "list": [1, "a"]}, {"id": 2**70}, [], {"at": 1.5}],
    ids=repr,
)
def test_a_body_is_compact_json(body) -> None:
    content = Reply(200, body).content()

    assert json.loads(content) == body
    assert b": " not in content


def test_no_body_follows_a_204_even_of_a_refusal() -> None:
    assert Reply(204, {"errors": "The zip is not ready."}).content() == b""


class Transport:
    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True


def test_what_is_written_in_one_turn_is_sent_at_once() -> None:
    async def answer() -> Transport:
        transport = Transport()
        joined = JoinedWrites(transport, asyncio.get_running_loop())
        joined.write(b"head ")
        joined.write(b"body")
        await asyncio.sleep(0)
        joined.write(b"next")
        await asyncio.sleep(0)
        return transport

    assert asyncio.run(answer()).sent == [b"head body", b"next"]


def test_nothing_is_lost_when_the_connection_closes() -> None:
    async def answer() -> Transport:
        transport = Transport()
        joined = JoinedWrites(transport, asyncio.get_running_loop())
        joined.write(b"last words")
        joined.close()
        await asyncio.sleep(0)
        return transport

    closed = asyncio.run(answer())
    assert (closed.sent, closed.closed) == ([b"last words"], True)
