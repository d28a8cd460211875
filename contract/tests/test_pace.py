"""The bound on requests per second holds over all workers."""

import pytest

from contract.pace import LONGEST_PAUSE_S, Pace


class FakeTime:
    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        assert seconds >= 0
        self.now += seconds


def test_requests_of_two_workers_stay_below_the_bound():
    clock = FakeTime()
    pace = Pace.of(20, workers=2)
    pace.monotonic, pace.sleep = clock.monotonic, clock.sleep

    for _ in range(11):
        pace.wait()

    assert round(clock.now - 100.0, 6) == 1.0, "ten gaps of a tenth of a second: ten per second for one of two workers"


def test_time_that_passed_anyway_is_not_waited_for_again():
    clock = FakeTime()
    pace = Pace(0.5, clock.monotonic, clock.sleep)
    pace.wait()
    clock.now += 3

    pace.wait()

    assert clock.now == 103.0


def test_without_a_bound_nobody_waits():
    clock = FakeTime()
    pace = Pace.of(None, workers=4)
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
