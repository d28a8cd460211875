"""Runs the command as users do: a process of its own, in an empty folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TIMEOUT_S = 1500


@dataclass(frozen=True)
class Finished:
    """How a command ended and what it left behind."""

    status: int
    out: str
    err: str
    report_folder: Path

    @property
    def report(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.report_folder / "report.json").read_text(encoding="utf-8"))
        return document

    @property
    def entries(self) -> list[dict[str, Any]]:
        har = json.loads((self.report_folder / "exchanges.har").read_text(encoding="utf-8"))
        listed: list[dict[str, Any]] = har["log"]["entries"]
        return listed

    def verdicts(self) -> dict[str, str]:
        return {each["id"]: each["verdict"] for each in self.report["requirements"]}


def conformance(folder: Path, *arguments: str, **environment: str) -> Finished:
    """Run the command in *folder*; a run's report goes to ``report`` there."""
    chosen = list(arguments)
    if arguments[0] == "run" and "--report-dir" not in arguments:
        chosen += ["--report-dir", "report"]
    report_dir = chosen[chosen.index("--report-dir") + 1] if "--report-dir" in chosen else "report"
    done = subprocess.run(
        [sys.executable, "-m", "contract", *chosen],
        cwd=folder,
        env={**os.environ, "CONFORMANCE_STATE_DIR": str(folder / "state"), **environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr, folder / report_dir)


@contextmanager
def mock_server(config: Path, *arguments: str) -> Iterator[str]:
    """Serve the mock, its config written to *config*; yield its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "contract", "mock", "--port", "0", "--config-out", str(config), *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("mock listening on http://"), line
        yield line.split()[-1]
    finally:
        process.terminate()
        try:
            process.wait(60)
        finally:
            process.kill()
            if process.stdout:
                process.stdout.close()


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., Finished]:
    """Return the command, run in an empty folder."""
    return lambda *arguments, **environment: conformance(tmp_path, *arguments, **environment)
