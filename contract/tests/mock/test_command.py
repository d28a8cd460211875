"""The command: how it starts, what it prints, how it refuses to start and how it ends."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contract.tests.mock.client import MockProcess

Start = Callable[..., MockProcess]
MOCK = [sys.executable, "-m", "contract.mock"]


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*MOCK, *options], capture_output=True, text=True, timeout=60)


def test_first_line_says_where_it_listens(start: Start) -> None:
    mock = start()

    assert mock.first_line == f"mock listening on {mock.base_url}"


def test_config_names_every_user_and_fixture(start: Start) -> None:
    config = start().config

    assert set(config["users"]) == {"administrator", "superuser", "teacher", "outsider"}
    assert all(re.fullmatch(r"[\w-]{22}", user["token"]) for user in config["users"].values())
    assert all(re.fullmatch(r"[\w-]{43}", user["secret_key"]) for user in config["users"].values())
    assert len(config["fixtures"]["photo_sessions"]) >= 12
    assert set(config["fixtures"]) == {
        "photo_sessions",
        "upload_exam",
        "upload_files",
        "empty_exam",
        "lti_student",
        "proctors",
        "identity_provider",
    }


def test_config_is_printed_when_no_file_is_named() -> None:
    process = subprocess.Popen([*MOCK, "--port", "0"], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(2)]
    process.send_signal(signal.SIGTERM)
    rest = process.stdout.read()
    process.stdout.close()
    process.wait(timeout=60)

    assert lines[0].startswith("mock listening on http://127.0.0.1:")
    assert "local" in tomllib.loads(rest)["targets"]
    assert process.returncode == 0


@pytest.mark.parametrize("latency", ["nan", "inf"])
def test_a_latency_that_is_no_number_of_milliseconds_is_refused(latency: str) -> None:
    refused = run("--port", "0", "--latency", latency)

    assert refused.returncode == 2
    assert "give a number of milliseconds" in refused.stderr


def test_goes_on_when_nobody_reads_what_it_prints(start: Start) -> None:
    mock = start()
    assert mock.process.stdout
    mock.process.stdout.close()

    assert mock.client().call("GET", "/exams").status == 200
    assert mock.stop() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ends_quickly_with_status_0_when_told_to(start: Start, number: signal.Signals) -> None:
    mock = start()
    assert mock.client().call("GET", "/exams").status == 200  # leaves a connection open
    begun = time.monotonic()

    mock.process.send_signal(number)

    assert mock.process.wait(timeout=60) == 0
    assert time.monotonic() - begun < 2


def test_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run("--port", str(taken.getsockname()[1]))

    assert ended.returncode == 2
    assert re.fullmatch(r"mock: cannot listen on 127\.0\.0\.1:\d+: .*\n", ended.stderr)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--database", "/nonexistent/folder/state.db"], "the database /nonexistent/folder/state.db cannot be used"),
        (["--fault", "no-such-fault"], "unknown fault or variant 'no-such-fault'"),
        (["--config-out", "/nonexistent/folder/x.toml"], "cannot write /nonexistent/folder/x.toml"),
    ],
)
def test_cannot_start(options: list[str], message: str) -> None:
    ended = run("--port", "0", *options)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert message in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "state.db").write_text("this is no database, " * 100)

    ended = run("--port", "0", "--database", str(tmp_path / "state.db"))

    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)


def test_faults_are_listed() -> None:
    listed = [line.split("\t")[0] for line in run("--list-faults").stdout.splitlines()]

    assert {"accept-any-signature", "accept-replayed-nonce", "ignore-accept"} <= set(listed)


def test_help_has_an_example() -> None:
    assert "Example:" in run("--help").stdout


def test_latency_delays_each_answer_but_not_the_others(start: Start) -> None:
    mock = start("--latency", "200")
    clients = [mock.client_of(mock.client().user) for _ in range(5)]
    begun = time.monotonic()
    with ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(lambda client: client.call("GET", "/exams").status, clients))
    took = time.monotonic() - begun

    assert statuses == [200] * 5
    assert 0.2 <= took < 0.8


def test_pages_for_people(mock: MockProcess) -> None:
    admin = mock.client()
    index = admin.raw("GET", "/")
    docs = admin.raw("GET", "/docs")

    assert b"/docs" in index.body
    assert b"demo-administrator" in index.body
    assert docs.headers["content-type"].startswith("text/html")
    # Nothing is loaded from elsewhere.
    assert not re.search(rb'(src|href)="(https?:)?//', index.body + docs.body.partition(b"SwaggerUIBundle(")[0])
    assert b"swagger" in admin.raw("GET", "/docs/swagger-ui.css").body
    assert admin.raw("GET", "/docs/__init__.py").status == 404


def test_description_is_one_document(mock: MockProcess) -> None:
    answer = mock.client().raw("GET", "/openapi.json")
    document = answer.json
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)))

    assert document["openapi"].startswith("3.1")
    assert len(document["paths"]) > 30
    assert all(reference.startswith("#/") for reference in references)
    for reference in references:
        found = document
        for step in reference[2:].split("/"):
            found = found[step]
        assert found, reference
