"""The same seed sends the same requests: in the same order with one worker, the same set with two."""

import json
import re
from collections import Counter
from urllib.parse import parse_qsl, urlsplit

import pytest

from contract.tests.run.conftest import conformance

SEEDS = (1, 2, 3)
WORKERS = (1, 2)
IDS_AND_TIMES = {"timestamp", "nonce", "signature"}
_NUMBER = re.compile(r"\d+")
_RUN = re.compile(r"ct-[0-9a-f]{8}")
_BOUNDARY = re.compile(r"--[0-9a-f]{32}")
_SIGNING_PART = re.compile(r'--BOUNDARY\r\n[^\r]*name="(?:timestamp|nonce|signature)"\r\n\r\n[^\r]*\r\n')
_SHARED = re.compile(r"shared\d+")


def shape(entry) -> tuple:
    """Return a request without what the target, the clock or the nonces choose."""
    url = urlsplit(entry["request"]["url"])
    query = sorted((name, neutral(value)) for name, value in parse_qsl(url.query) if name not in IDS_AND_TIMES)
    return (
        entry["_case"],
        entry["_user"],
        entry["_intent"],
        entry["request"]["method"],
        _NUMBER.sub("N", url.path),
        json.dumps(query),
        body(entry["request"].get("postData", {}).get("text", "")),
    )


def neutral(text: str) -> str:
    return _NUMBER.sub("N", _SHARED.sub("shared", _RUN.sub("RUN", text)))


def body(text: str) -> str:
    try:
        fields = json.loads(text)
    except ValueError:
        return neutral(_SIGNING_PART.sub("", _BOUNDARY.sub("--BOUNDARY", text)))
    if isinstance(fields, dict):
        fields = {name: value for name, value in fields.items() if name not in IDS_AND_TIMES}
    return neutral(json.dumps(fields, sort_keys=True))


def requests_of(finished) -> list[tuple]:
    return [shape(entry) for entry in finished.entries if entry["_purpose"] != "poll"]


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
    def judged(finished):
        return Counter(shape(entry) for entry in finished.entries if entry["_purpose"] in ("judged", "control"))

    assert judged(smoke(1, 2)) == judged(smoke(1, 1))
