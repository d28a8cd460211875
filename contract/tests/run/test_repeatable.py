"""The same seed sends the same requests: in the same order with one worker, the same set with two."""

import pytest

from contract.tests.run.conftest import conformance, mock_server
from contract.tests.run.sent import judged, requests_of

SEEDS = (1, 2, 3)
WORKERS = (1, 2)


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """Return a function that runs the smoke profile once for each seed, number of workers and turn."""
    done = {}

    def run(seed: int, workers: int, turn: int = 1):
        key = (seed, workers, turn)
        if key not in done:
            folder = tmp_path_factory.mktemp("smoke")
            options = ["--profile", "smoke", "--seed", str(seed), "--workers", str(workers)]
            done[key] = conformance(folder, "run", *options)
        return done[key]

    return run


def test_one_worker_sends_the_same_requests_in_the_same_order(smoke):
    first, second = requests_of(smoke(1, 1)), requests_of(smoke(1, 1, turn=2))

    assert len(first) > 65
    assert first == second


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("seed", SEEDS)
def test_a_clean_mock_conforms_with_every_seed_and_number_of_workers(smoke, seed, workers):
    finished = smoke(seed, workers)

    assert finished.status == 0, finished.out + finished.err
    assert finished.verdicts() == smoke(1, 1).verdicts()


def test_two_workers_judge_the_same_requests_as_one(smoke):
    assert judged(smoke(1, 2)) == judged(smoke(1, 1))


def test_a_distant_target_gets_more_workers_and_the_same_requests(smoke, tmp_path):
    with mock_server(tmp_path / "conformance.toml", "--control", "--latency", "50"):
        distant = conformance(tmp_path, "run", "--target", "local", "--profile", "smoke", "--seed", "1")

    assert distant.status == 0, distant.out + distant.err
    assert distant.report["run"]["workers"] >= 11, "one processor waits for ten others"
    assert distant.verdicts() == smoke(1, 1).verdicts()
    assert judged(distant) == judged(smoke(1, 1))
