"""Runs one after another, as users start them: known deviations, what changed, since when, the list of the runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from contract.tests.run.conftest import mock_server

FAULT = "missing-token-accepted-on-get"
BROKEN = "TOKEN-002"
CHOICE = ("--requirement", BROKEN, "--requirement", "TOKEN-003", "--operation", "exams_index", "--workers", "1")


def latest(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "reports" / "latest" / "report.json").read_text(encoding="utf-8"))
    return document


def run(folder: Path, *arguments: str) -> int:
    """Run the command with its default folders; return its exit status."""
    line = [sys.executable, "-m", "contract", "run", *CHOICE, *arguments]
    return subprocess.run(line, cwd=folder, capture_output=True, timeout=300, check=False).returncode


@pytest.fixture
def staged(tmp_path: Path) -> Any:
    """Serve a mock that answers requests without a token; its config names a list of known deviations."""
    config = tmp_path / "conformance.toml"
    with mock_server(config, "--control", "--fault", FAULT):
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("control = true", 'control = true\nknown = "known.toml"\nversion = "4711"'))
        yield tmp_path


def list_known(folder: Path, requirement: str, expires: str) -> None:
    (folder / "known.toml").write_text(
        f'[[known]]\nrequirement = "{requirement}"\nreason = "gateway"\nexpires = {expires}\n', encoding="utf-8"
    )


def test_a_known_deviation_is_excused_until_it_expires_and_told_when_it_is_gone(staged: Path) -> None:
    target = ("--target", "local")

    list_known(staged, BROKEN, "2999-01-31")
    assert run(staged, *target) == 0
    first = latest(staged)
    assert first["summary"]["known"]["holds"] == 1

    list_known(staged, BROKEN, "2020-01-31")
    assert run(staged, *target) == 1
    second = latest(staged)
    (found,) = second["findings"]
    assert found["since"]["run"] == first["run"]["id"]
    assert found["since"]["version"] == "4711"
    assert second["previous"]["old"]["run"] == first["run"]["id"]
    assert second["previous"]["worse"] == [BROKEN]

    list_known(staged, "TOKEN-003", "2999-01-31")
    (staged / "known.toml").write_text(
        (staged / "known.toml").read_text() + f'\n[[known]]\nrequirement = "{BROKEN}"\nreason = "gateway"\n'
    )
    assert run(staged, *target) == 0
    assert run(staged, *target, "--strict", "--keep", "2", "--history", "kept") == 1
    assert latest(staged)["summary"]["known"]["mended"] == 1

    listed = (staged / "reports" / "index.html").read_text(encoding="utf-8")
    assert listed.count("report.json</a>") == 3
    kept = (staged / "kept" / "index.html").read_text(encoding="utf-8")
    assert kept.count("report.json</a>") == 1
