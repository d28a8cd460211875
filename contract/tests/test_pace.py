"""The bound on requests per second holds over all workers."""

from contract.pace import Pace


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
