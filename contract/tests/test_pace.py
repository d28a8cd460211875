"""The bound on requests per second holds over all workers."""

import json
import multiprocessing
import os
import signal
import time

import pytest

from contract.pace import LONGEST_PAUSE_S, MOST_AT_ONCE, Pace, SharedTurns, workers_for


class FakeTime:
    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        assert seconds >= 0
        self.now += seconds


def test_requests_of_two_workers_stay_below_the_bound(tmp_path):
    clock = FakeTime()
    # Each opens the turns by itself, as processes do.
    paces = [Pace.of(20, SharedTurns(tmp_path / "turns")) for _ in range(2)]
    for pace in paces:
        pace.monotonic, pace.sleep = clock.monotonic, clock.sleep

    for _ in range(11):
        for pace in paces:
            pace.wait()

    assert round(clock.now - 100.0, 3) == 1.05, "21 gaps of a twentieth of a second, whoever sends"


def test_one_worker_uses_the_whole_bound_while_the_others_compute(tmp_path):
    clock = FakeTime()
    pace, _ = (Pace.of(20, SharedTurns(tmp_path / "turns")) for _ in range(2))
    pace.monotonic, pace.sleep = clock.monotonic, clock.sleep

    for _ in range(21):
        pace.wait()

    assert round(clock.now - 100.0, 3) == 1.0


def test_all_workers_heed_the_pause_that_one_of_them_finds_needed(tmp_path):
    clock = FakeTime()
    finder, other = (Pace(0.0, clock.monotonic, clock.sleep, SharedTurns(tmp_path / "turns")) for _ in range(2))
    finder.answered(0.01, 503)

    began = clock.now
    other.wait()
    other.wait()

    assert round(clock.now - began, 3) == 0.1, "a twentieth of a second before each"


def test_requests_that_were_under_way_together_make_the_pause_longer_once():
    pace, clock = adaptive()
    sent(pace, clock, 5, 0.05)
    clock.now += 2.0

    for _ in range(8):
        pace.answered(2.0, 200)

    assert pace.pause_s == 2.0


def test_worker_that_dies_while_it_holds_the_turns_holds_up_nobody(tmp_path):
    turns = SharedTurns(tmp_path / "turns")
    child = os.fork()
    if child == 0:
        with SharedTurns(tmp_path / "turns").held():
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)

    with turns.held():
        turns.write(1.0, 2.0, 3.0)

    assert SharedTurns(tmp_path / "turns").read() == (1.0, 2.0, 3.0)


def test_the_bound_holds_over_processes(tmp_path):
    def send(number):
        pace = Pace.of(50, SharedTurns(tmp_path / "turns"))
        times = []
        for _ in range(5):
            pace.wait()
            times.append(time.monotonic())
        (tmp_path / f"{number}.json").write_text(json.dumps(times))

    processes = [multiprocessing.get_context("fork").Process(target=send, args=(number,)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    sent = sorted(time_s for path in tmp_path.glob("*.json") for time_s in json.loads(path.read_text()))
    assert len(sent) == 20
    assert sent[-1] - sent[0] >= 19 / 50 - 0.005


@pytest.mark.parametrize(
    ("latency_ms", "requests_per_second", "workers"),
    [(2, None, 2), (20, None, 16), (60, None, 42), (5000, None, MOST_AT_ONCE), (100, 20, 4), (100, 1, 2)],
)
def test_a_distant_target_gets_as_many_workers_as_the_wait_and_the_bound_allow(
    latency_ms, requests_per_second, workers
):
    assert workers_for(latency_ms, 2, requests_per_second) == workers


def test_time_that_passed_anyway_is_not_waited_for_again():
    clock = FakeTime()
    pace = Pace(0.5, clock.monotonic, clock.sleep)
    pace.wait()
    clock.now += 3

    pace.wait()

    assert clock.now == 103.0


def test_without_a_bound_nobody_waits():
    clock = FakeTime()
    pace = Pace.of(None)
    pace.monotonic, pace.sleep = clock.monotonic, clock.sleep

    pace.wait()
    pace.wait()

    assert clock.now == 100.0


def adaptive():
    clock = FakeTime()
    return Pace(0.0, clock.monotonic, clock.sleep), clock


def sent(pace, clock, times: int, elapsed_s: float, status: int = 200) -> float:
    began = clock.now
    for _ in range(times):
        pace.wait()
        pace.answered(elapsed_s, status)
    return clock.now - began


def test_target_that_slows_down_is_not_pushed_harder():
    pace, clock = adaptive()
    assert sent(pace, clock, 20, 0.05) == 0.0

    waited = sent(pace, clock, 10, 2.0)

    assert waited >= 2.0 * 8, "at least as long as the slow answers took"
    assert pace.pause_s == LONGEST_PAUSE_S


def test_pace_recovers_with_the_target():
    pace, clock = adaptive()
    sent(pace, clock, 5, 0.05)
    sent(pace, clock, 3, 2.0)

    sent(pace, clock, 20, 0.05)

    assert pace.pause_s == 0.0


@pytest.mark.parametrize("elapsed_s", [0.9, 3.0])
def test_target_that_was_always_slow_gets_no_pause(elapsed_s):
    pace, clock = adaptive()

    waited = sent(pace, clock, 10, elapsed_s)

    assert waited == 0.0


def test_target_that_has_too_much_to_do_gets_a_pause():
    for status in (429, 503):
        pace, clock = adaptive()
        sent(pace, clock, 5, 0.01)

        sent(pace, clock, 4, 0.01, status)

        assert pace.pause_s >= 0.2


def test_bound_holds_while_the_target_is_slow():
    clock = FakeTime()
    pace = Pace(0.5, clock.monotonic, clock.sleep)

    assert sent(pace, clock, 5, 0.01) >= 0.5 * 4
