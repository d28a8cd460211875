"""Measurements as they are: a pytest that collected the suite, children with mocks, verdicts that come back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

TIMEOUT_S = 1500
MARK = "CONFORMANCE_TEST_OF_MEASURE"
FAULTS = {
    "ignore-accept": "ACCEPT-002",
    "accept-any-signature": "SIGN-002",
    "accept-replayed-nonce": "NONCE-004",
}


def command(order: dict[str, Any]) -> list[str]:
    return [sys.executable, "-m", "contract.tests.measure.driver", json.dumps(order)]


def measure(folder: Path, *jobs: dict[str, Any], **limits_s: float) -> dict[str, Any]:
    done = subprocess.run(
        command({"jobs": jobs, "limits_s": limits_s}),
        cwd=folder,
        env={**os.environ, MARK: str(folder)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def caught(fault: str, *requirements: str) -> dict[str, Any]:
    return {"step": "caught", "fault": fault, "requirements": requirements or [FAULTS[fault]]}


def left_behind(folder: Path) -> list[str]:
    """Return what still runs of a measurement in *folder*; others may run mocks, too."""
    mark, found = f"{MARK}={folder}".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Three faults, one of them once more with requirements that it does not break, and the clean mock."""
    folder = tmp_path_factory.mktemp("measure")
    jobs = [
        *map(caught, FAULTS),
        caught("accept-v2-accepted", "ACCEPT-002", "ACCEPT-003"),
        {"step": "seeds", "seed": 1},
    ]
    return folder, measure(folder, *jobs)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught_by_the_tests_of_its_requirement(first: tuple[Path, dict[str, Any]], fault: str) -> None:
    job = first[1]["jobs"][f"caught {fault}"]

    assert job["good"], job["reason"]
    assert job["outcome"]["shown"][FAULTS[fault]]["verdict"] == "fail"
    assert job["outcome"]["requests"] > 0


def test_a_fault_that_names_a_wrong_requirement_is_missed(first: tuple[Path, dict[str, Any]]) -> None:
    job = first[1]["jobs"]["caught accept-v2-accepted"]

    assert not job["good"]
    assert job["reason"] == "ACCEPT-002 pass"
    assert job["outcome"]["shown"]["ACCEPT-003"]["verdict"] == "fail"


def test_the_clean_mock_raises_nothing(first: tuple[Path, dict[str, Any]]) -> None:
    job = first[1]["jobs"]["seeds seed-1"]

    assert job["good"], job["reason"]
    assert job["outcome"]["tests"] > 0


def test_the_line_says_it_all(first: tuple[Path, dict[str, Any]]) -> None:
    assert first[1]["line"] == "faults caught 3/4, seeds clean 1/1"


def test_what_is_known_is_not_measured_again(first: tuple[Path, dict[str, Any]]) -> None:
    folder, before = first

    again = measure(folder, *map(caught, FAULTS), caught("accept-v4-accepted", "ACCEPT-004"))

    kept = [f"caught {fault}" for fault in FAULTS]
    assert [again["jobs"][name] for name in kept] == [before["jobs"][name] for name in kept]
    assert again["jobs"]["caught accept-v4-accepted"]["good"]


def test_a_child_that_takes_too_long_is_no_catch_and_is_tried_again(tmp_path: Path) -> None:
    job = measure(tmp_path, caught("ignore-accept"), caught=0.3)["jobs"]["caught ignore-accept"]

    assert not job["good"]
    assert job["outcome"]["ended"] == "timeout"
    assert job["reason"] == "timeout: no result after 0.3 s"
    assert left_behind(tmp_path) == []
    assert measure(tmp_path, caught("ignore-accept"))["jobs"]["caught ignore-accept"]["good"]


def test_an_interrupted_measurement_keeps_what_is_done_and_leaves_no_process(tmp_path: Path) -> None:
    jobs = [caught("ignore-accept"), {"step": "whole", "fault": "ignore-accept", "requirements": ["ACCEPT-002"]}]
    process = subprocess.Popen(
        command({"jobs": jobs}),
        cwd=tmp_path,
        env={**os.environ, MARK: str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    done = tmp_path / "cache" / "caught" / "ignore-accept.json"
    end = time.monotonic() + TIMEOUT_S
    while not done.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert any("contract.mock" in each for each in left_behind(tmp_path))

    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate(timeout=TIMEOUT_S)

    result = json.loads(out.splitlines()[-1])
    assert result["interrupted"]
    assert set(result["jobs"]) == {"caught ignore-accept"}
    assert result["jobs"]["caught ignore-accept"]["good"]
    assert left_behind(tmp_path) == []
