"""Whatever moment a run is killed at, one cleanup leaves the target as it was."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from contract.tests.run.conftest import conformance, mock_server
from contract.tests.run.killing import STATE, changed, dump, environment, journal_lines, left_over, run_and_kill

KILLS = int(os.environ.get("CONFORMANCE_KILLS", "5"))
SOME = ["--area", "documents", "--area", "attachments", "--area", "lti-resources", "--area", "student-sessions"]
SOME += ["--area", "users", "--area", "institutes"]


@pytest.fixture
def served(tmp_path):
    """Serve a mock whose database is a file; yield a function that returns what it stores."""
    database = tmp_path / "mock.sqlite"
    with mock_server(tmp_path / "conformance.toml", "--database", str(database)):
        yield lambda: dump(database)


@pytest.mark.parametrize("kill", range(KILLS))
def test_killed_run_leaves_nothing_once_cleaned_up(tmp_path, served, kill):
    before = served()

    killed, lines = run_and_kill(
        tmp_path, *(SOME if kill % 5 else ["--profile", "smoke"]), "--workers", str(1 + kill % 2)
    )
    cleaned = conformance(tmp_path, "cleanup", "--target", "local", CONFORMANCE_STATE_DIR=str(tmp_path / STATE))

    assert killed
    assert lines > 0
    assert cleaned.status == 0, f"killed at {lines} lines: {cleaned.out}{cleaned.err}"
    after = served()
    assert left_over(before, after) == []
    assert changed(before, after, tmp_path / "conformance.toml") == []
    assert journal_lines(tmp_path) == 0


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_removes_what_it_created(tmp_path, served, ending):
    before = served()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "contract",
            "run",
            "--target",
            "local",
            *SOME,
            "--workers",
            "2",
            "--report-dir",
            "report",
        ],
        cwd=tmp_path,
        env=environment(tmp_path),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    while journal_lines(tmp_path) < 20 and process.poll() is None:
        time.sleep(0.01)

    if ending is signal.SIGINT:
        os.killpg(process.pid, ending)  # as a terminal does
    else:
        process.send_signal(ending)
    printed, _ = process.communicate(timeout=120)

    assert process.returncode in (1, 3), printed
    assert "Traceback" not in printed
    assert "did not end by itself" not in printed
    said = re.search(r"Interrupted: (\d+) of (\d+) tests not reached", " ".join(printed.split()))
    assert said, printed
    assert 0 < int(said[1]) < int(said[2])
    assert left_over(before, served()) == []
    assert journal_lines(tmp_path) == 0
