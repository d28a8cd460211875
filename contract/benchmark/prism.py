"""Prism, the mock server of the OpenAPI world, in one process that serves the same description."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from contract import description
from contract.benchmark import CannotMeasure
from contract.benchmark.processes import end

VERSION = "5.14.2"
"""The last one that runs on Node 20; from 5.15 on it wants a newer one."""
INSTALL_TIMEOUT_S, START_TIMEOUT_S = 300, 30.0


def folder() -> Path:
    """Return where the benchmark keeps Prism: beside the plans, in the user's cache."""
    chosen = os.environ.get("CONFORMANCE_CACHE")
    cache = Path(chosen) if chosen else Path(platformdirs.user_cache_dir("procwise-conformance"))
    return cache / f"prism-{VERSION}"


def executable() -> Path:
    """
    Return Prism's command; it is installed with npm where it is not yet.

    Raises:   CannotMeasure: there is no npm, or it cannot install Prism.
    """
    command = folder() / "node_modules" / ".bin" / "prism"
    if not command.exists():
        _install()
    return command


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise CannotMeasure("npm is not installed, which brings Prism; on Debian: apt-get install nodejs npm")
    folder().mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder()), f"@stoplight/prism-cli@{VERSION}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise CannotMeasure(f"npm did not install Prism within {INSTALL_TIMEOUT_S} s") from None
    if done.returncode:
        raise CannotMeasure(f"npm could not install Prism: {' '.join(done.stderr.split())[-200:]}")


@contextlib.contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """Start Prism without its log on a free port and yield its base URL and process id; it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="conformance-bench-") as place:
        document = Path(place) / "openapi.json"
        document.write_text(json.dumps(description.load()), encoding="utf-8")
        port = _free_port()
        command = [str(executable()), "mock", "--port", str(port), "--verboseLevel", "silent", str(document)]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "NODE_ENV": "production"},
        )  # fmt: skip
        try:
            _wait_for(port, process)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            end(process)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise CannotMeasure(f"Prism {VERSION} did not start on this machine's Node within {START_TIMEOUT_S:g} s")
