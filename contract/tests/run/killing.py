"""A mock that outlives the run, its database before and after, and the run's end by force."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

Dump = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
"""Table -> primary key -> row."""
LOGS = frozenset({"nonces", "settings", "sqlite_sequence", "emails", "notifications", "zip_jobs", "photo_links"})
"""What the mock writes about what it did; none of it is a resource of the API."""
STATE = "state"
START_S = 120.0


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a run whose journals are in *folder*."""
    return {**os.environ, "CONFORMANCE_STATE_DIR": str(folder / STATE)}


def dump(database: Path) -> Dump:
    """Return everything that the mock stores but its logs."""
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: _rows(connection, name) for (name,) in named if name not in LOGS}


def _rows(connection: sqlite3.Connection, table: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    keys = [row["name"] for row in connection.execute(f"PRAGMA table_info({table})") if row["pk"]]
    return {tuple(row[key] for key in keys): dict(row) for row in connection.execute(f"SELECT * FROM {table}")}


def left_over(before: Dump, after: Dump) -> list[str]:
    """Name what is there now and was not before; an exam that was deleted stays in its table and says so."""
    return [
        f"{table} {key}"
        for table, rows in after.items()
        for key, row in rows.items()
        if key not in before[table] and row.get("status") != "deleted"
    ]


def changed(before: Dump, after: Dump, config: Path) -> list[str]:
    """Name what was there before and is not exactly so now, the fixtures of the *config* excepted."""
    fixtures = tomllib.loads(config.read_text(encoding="utf-8"))["targets"]["local"]["fixtures"]
    handed = {("student_sessions", (id,)) for id in fixtures["photo_sessions"]}
    handed |= {("exams", (fixtures[name],)) for name in ("upload_exam", "empty_exam")}
    photos = {("files", (kind, id)) for kind in ("id_card", "face_photo") for id in fixtures["photo_sessions"]}
    zips = {("files", ("zip", fixtures[name])) for name in ("upload_exam", "empty_exam")}
    return [
        f"{table} {key}"
        for table, rows in before.items()
        for key, row in rows.items()
        if after[table].get(key) != row and (table, key) not in handed | photos | zips
    ]


def journal_lines(folder: Path) -> int:
    """Return how much the workers of a run have written into their journals."""
    return sum(path.read_bytes().count(b"\n") for path in (folder / STATE).rglob("*.jsonl"))


def run_and_kill(folder: Path, *options: str) -> tuple[bool, int]:
    """
    Start a run and kill it with everything that it started, at a random moment after its first creation.

    Returns:  whether it was still going on, and how many lines its journals had.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "contract", "run", "--target", "local", "--report-dir", "report", *options],
        cwd=folder,
        env=environment(folder),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    chance = random.SystemRandom()
    lines, end = chance.randrange(2, 120), time.monotonic() + START_S
    while journal_lines(folder) < lines and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    time.sleep(chance.random() * 0.05)
    going_on = process.poll() is None
    if going_on:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return going_on, journal_lines(folder)
