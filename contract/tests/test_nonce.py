"""Nonces: numbers that no two requests share, within a run and between workers."""

import pytest

from contract import nonce
from contract.nonce import COUNTER_BITS, RUN_BITS, WORKER_BITS, NonceSource


def test_a_source_never_repeats_itself() -> None:
    source = NonceSource(run_number=5, worker=1)

    assert len({source() for _ in range(10_000)}) == 10_000


def test_workers_of_one_run_share_no_nonce() -> None:
    sources = [NonceSource(run_number=5, worker=worker) for worker in range(8)]

    drawn = [source() for _ in range(500) for source in sources]

    assert len(set(drawn)) == len(drawn)


def test_two_runs_share_no_nonce() -> None:
    drawn = [NonceSource(run_number=run)() for run in range(1, 200)]

    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("run_number", [0, 1, (1 << RUN_BITS) - 1])
@pytest.mark.parametrize("worker", [0, (1 << WORKER_BITS) - 1])
def test_nonces_are_numbers_that_json_keeps_exact(run_number: int, worker: int) -> None:
    source = NonceSource(run_number, worker)
    largest = (1 << 53) - 1

    for text in (source() for _ in range(100)):
        assert text.isdecimal()
        assert text == str(int(text))
        assert 0 < int(text) <= largest
        assert int(float(text)) == int(text)


def test_no_nonce_repeats_where_the_counter_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.randbits", lambda bits: (1 << COUNTER_BITS) - 2)
    source = NonceSource(run_number=5)

    assert len({source() for _ in range(4)}) == 4


def test_a_source_stops_before_it_repeats_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nonce, "COUNTER_BITS", 2)
    source = NonceSource(run_number=5)
    drawn = {source() for _ in range(4)}

    with pytest.raises(OverflowError, match="start a new run"):
        source()
    assert len(drawn) == 4


def test_more_workers_than_there_is_room_for_are_refused() -> None:
    with pytest.raises(ValueError, match="worker 128"):
        NonceSource(run_number=5, worker=128)


def test_run_numbers_are_drawn_anew() -> None:
    assert len({nonce.new_run_number() for _ in range(50)}) > 1


def test_time_is_in_milliseconds() -> None:
    assert 1_700_000_000_000 < nonce.now_ms() < 4_000_000_000_000
