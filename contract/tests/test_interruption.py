"""When a run may be interrupted."""

import os
import signal
import threading

import pytest

from contract.interruption import Interruption


@pytest.fixture(autouse=True)
def handlers():
    """Give the process its own handlers back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def of_run():
    interruption = Interruption()
    interruption.listen()
    return interruption


@pytest.fixture
def of_worker():
    interruption = Interruption()
    interruption.listen_in_worker()
    return interruption


def terminate():
    os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_is_interrupted_anywhere(of_run, number):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    of_run.listen()

    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)


def test_ignored_ctrl_c_stays_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    Interruption().listen()

    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_creation_ends_first(of_run):
    done = []

    def create():
        with of_run.postponed():
            terminate()
            done.append("answered")

    with pytest.raises(KeyboardInterrupt):
        create()
    assert done == ["answered"]


def test_creation_after_an_interruption_is_not_interrupted_by_it(of_run):
    with pytest.raises(KeyboardInterrupt):
        terminate()

    with of_run.postponed():
        pass


def test_what_goes_wrong_in_a_creation_is_not_hidden(of_run):
    def create():
        with of_run.postponed():
            terminate()
            raise OSError("no answer")

    with pytest.raises(OSError, match="no answer"):
        create()


def test_creation_beside_the_test_holds_nothing_up(of_run):
    begun, end = threading.Event(), threading.Event()

    def create():
        with of_run.postponed():
            begun.set()
            end.wait(5)

    thread = threading.Thread(target=create)
    thread.start()
    begun.wait(5)
    with pytest.raises(KeyboardInterrupt):
        terminate()
    end.set()
    thread.join()


def test_worker_is_interrupted_in_a_test(of_worker):
    with pytest.raises(KeyboardInterrupt), of_worker.allowed():
        terminate()


def test_worker_is_not_interrupted_between_tests_and_begins_no_other(of_worker):
    terminate()

    with pytest.raises(KeyboardInterrupt), of_worker.allowed():
        pytest.fail("the test began")


def test_creation_of_a_worker_ends_before_its_test_does(of_worker):
    done = []

    def carry_out():
        with of_worker.allowed():
            with of_worker.postponed():
                terminate()
                done.append("answered")
            done.append("went on")

    with pytest.raises(KeyboardInterrupt):
        carry_out()
    assert done == ["answered"]


def test_what_must_not_be_lost_is_not_interrupted(of_run):
    done = []

    with of_run.ignored():
        terminate()
        done.append("written")

    assert done == ["written"]
    with pytest.raises(KeyboardInterrupt):
        terminate()
