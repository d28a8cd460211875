"""Functions in forked children: results, errors, limits, and that nothing survives."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from contract.measure import forking
from contract.measure.forking import Ended, Work

LONG_S = 60.0


def run(*tasks: tuple[str, float, Work], workers: int = 2) -> dict[str, Ended]:
    return {ended.name: ended for ended in forking.run(tasks, workers) if ended is not None}


def returning(**values: Any) -> Work:
    return lambda folder: values


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def sleeping_with_a_process(note: Path) -> Work:
    def work(folder: Path) -> dict[str, Any]:
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        note.write_text(f"{os.getpid()} {process.pid}", encoding="utf-8")
        time.sleep(LONG_S)
        return {}

    return work


def pids(note: Path) -> list[int]:
    return [int(each) for each in note.read_text(encoding="utf-8").split()]


def test_what_a_function_returns_comes_back() -> None:
    ended = run(("a", LONG_S, returning(n=1)), ("b", LONG_S, returning(n=2)), ("c", LONG_S, returning(n=3)))

    assert {name: each.returned for name, each in ended.items()} == {"a": {"n": 1}, "b": {"n": 2}, "c": {"n": 3}}


def test_children_are_processes_with_folders_of_their_own_that_are_removed() -> None:
    def where(folder: Path) -> dict[str, Any]:
        return {"pid": os.getpid(), "folder": str(folder), "empty": not set(folder.iterdir()) - {folder / "output.txt"}}

    found = [each.returned or {} for each in run(("a", LONG_S, where), ("b", LONG_S, where)).values()]

    assert len({each["pid"] for each in found} | {os.getpid()}) == 3
    assert len({each["folder"] for each in found}) == 2
    assert all(each["empty"] and not Path(each["folder"]).exists() for each in found)


def test_a_function_that_raises_says_why() -> None:
    def broken(folder: Path) -> dict[str, Any]:
        raise ValueError("no good")

    ended = run(("a", LONG_S, broken), ("b", LONG_S, returning(n=1)))

    assert ended["a"].returned is None
    assert ended["a"].reason == "ValueError: no good"
    assert not ended["a"].timed_out
    assert ended["b"].returned == {"n": 1}


def test_a_child_that_dies_says_so() -> None:
    def dead(folder: Path) -> dict[str, Any]:
        os._exit(7)

    assert run(("a", LONG_S, dead))["a"].reason == "it ended without a word"


def test_what_children_print_stays_out_of_sight(capfd: pytest.CaptureFixture[str]) -> None:
    def loud(folder: Path) -> dict[str, Any]:
        print("here I am")
        os.write(2, b"and here")
        return {}

    run(("a", LONG_S, loud))

    assert capfd.readouterr() == ("", "")


def test_a_child_that_hangs_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    note = tmp_path / "pids"

    ended = run(("a", 2.0, sleeping_with_a_process(note)), ("b", LONG_S, returning(n=1)))

    assert ended["a"].timed_out
    assert ended["a"].reason == "no result after 2 s"
    assert ended["b"].returned == {"n": 1}
    assert wait_until(lambda: not any(map(is_running, pids(note))))


def test_what_a_child_left_running_is_ended(tmp_path: Path) -> None:
    def leaving(folder: Path) -> dict[str, Any]:
        return {"pid": subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid}

    left = (run(("a", LONG_S, leaving))["a"].returned or {})["pid"]

    assert wait_until(lambda: not is_running(left))


def test_closing_ends_all_children(tmp_path: Path) -> None:
    notes = [tmp_path / "one", tmp_path / "two"]
    children = forking.run([(note.name, LONG_S, sleeping_with_a_process(note)) for note in notes], 2)

    with contextlib.closing(children):
        for _ in children:
            if all(note.exists() and len(note.read_text().split()) == 2 for note in notes):
                break

    assert wait_until(lambda: not any(is_running(pid) for note in notes for pid in pids(note)))


def test_no_more_than_the_given_number_run_at_a_time(tmp_path: Path) -> None:
    def counting(folder: Path) -> dict[str, Any]:
        mine = tmp_path / str(os.getpid())
        mine.touch()
        time.sleep(0.1)
        running = len(list(tmp_path.iterdir()))
        mine.unlink()
        return {"running": running}

    tasks: Iterable[tuple[str, float, Work]] = [(str(number), LONG_S, counting) for number in range(6)]
    most = max((each.returned or {})["running"] for each in run(*tasks, workers=2).values())

    assert most == 2
