"""Cases that found something are there again for the next run of the same target, on one machine or on several."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.cases import POSITIVE, Nothing, PlannedCase
from contract.errors import ConfigurationError
from contract.examples import MOST_OF_AN_OPERATION, Examples
from contract.plans import CACHE_VARIABLE

CASE = PlannedCase("exams_create", POSITIVE, {}, {}, {"name": "\ud800", "duration": 2**70}, "application/json")
PASSWORD = "not-to-be-shown"


def numbered(number: int) -> PlannedCase:
    return PlannedCase("exams_create", POSITIVE, {}, {"page": number}, Nothing.BODY, None)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    if (server := shutil.which("redis-server")) is None:
        pytest.skip("redis-server is not installed; .ci/run installs it")
    pytest.importorskip("redis", reason="the Redis client is not installed: pip install -e '.[redis]'")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield f"redis://:{PASSWORD}@127.0.0.1:{port}/0"
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("redis-server does not answer")


def test_a_saved_case_is_fetched_as_it_was_until_it_is_forgotten() -> None:
    Examples("staging").save(CASE)

    assert Examples("staging").fetch("exams_create") == [CASE]
    Examples("staging").forget(CASE)
    assert Examples("staging").fetch("exams_create") == []


def test_each_target_and_operation_has_its_own() -> None:
    Examples("staging").save(CASE)

    assert Examples("production").fetch("exams_create") == []
    assert Examples("staging").fetch("exams_update") == []


def test_no_more_are_fetched_than_a_run_can_bear_and_always_the_same() -> None:
    store = Examples("staging")
    for number in range(MOST_OF_AN_OPERATION + 5):
        store.save(numbered(number))

    assert len(store.fetch("exams_create")) == MOST_OF_AN_OPERATION
    assert store.fetch("exams_create") == Examples("staging").fetch("exams_create")


def test_a_damaged_example_is_left_out(cache: Path) -> None:
    Examples("staging").save(CASE)
    for path in (cache / "examples").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-9])

    assert Examples("staging").fetch("exams_create") == []


def test_machines_share_examples_over_redis(redis_url: str, cache: Path) -> None:
    here = Examples("staging", redis_url)
    here.check()
    here.save(CASE)
    shutil.rmtree(cache)

    there = Examples("staging", redis_url)
    assert there.fetch("exams_create") == [CASE]
    there.forget(CASE)
    assert Examples("staging", redis_url).fetch("exams_create") == []


def test_a_wrong_password_is_told_without_showing_it(redis_url: str) -> None:
    with pytest.raises(ConfigurationError, match="does not answer as Redis") as raised:
        Examples("staging", redis_url.replace(PASSWORD, "other-password")).check()

    assert "other-password" not in str(raised.value)


def test_a_redis_that_is_not_there_is_told_in_a_line() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"redis://:{PASSWORD}@127.0.0.1:{unused.getsockname()[1]}/0"
    store = Examples("staging", url)

    with pytest.raises(ConfigurationError, match=r"examples\.redis") as raised:
        store.check()

    assert PASSWORD not in str(raised.value) + repr(store)
    assert "\n" not in str(raised.value)


def test_a_store_that_fails_on_the_way_changes_nothing_and_is_told_once(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "file").touch()
    store = Examples("staging", "redis://127.0.0.1:1/0")

    assert store.fetch("exams_create") == []
    store.save(CASE)
    assert len(store.problems) == 1
