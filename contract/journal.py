"""What a run is about to create and what became of it, on disk before the request is sent: a killed run leaves a trail.

A journal is a file of JSON lines, one for each worker of a run. The first line says whose it is. Then, in order::

    {"create": key, "at": ms, "kind": "exam", "user": "administrator", "parents": {…}, "named": [texts with the prefix]}
    {"made": key, "id": 7, "created_at": "…"}      the answer told the id
    {"refused": key}                               a 4xx: nothing was created, as far as the target says
    {"gone": [kind, id]}                           removed, or shown not to be there any more

A worker holds a lock on its journal as long as it lives, so nobody takes a journal for one that was left behind.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract.errors import ConfigurationError

SUFFIX = ".jsonl"
PREFIX = re.compile(r"\bct-[0-9a-f]{8}(?![0-9A-Za-z])")
"""What the names of everything that a run creates begin with: `prefix_of` its id."""
_LONGEST_TEXT = 200


def prefix_of(run_id: str) -> str:
    """Return what the names of everything that a run creates begin with."""
    return f"ct-{run_id}"


@dataclass(frozen=True)
class Entry:
    """One creation: ``id`` is None where no answer told it; ``at_ms`` since the epoch."""

    key: str
    at_ms: int
    kind: str
    user: str
    parents: Mapping[str, Any] = field(default_factory=dict)
    named: tuple[str, ...] = ()
    id: int | None = None
    created_at: str | None = None
    refused: bool = False


class Journal:
    """The journal that this process writes."""

    def __init__(self, path: Path, run_id: str, prefix: str) -> None:
        self.prefix = prefix
        self._writing = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        except OSError as error:
            raise ConfigurationError(f"cannot write the journal {path}: {error.strerror}") from None
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._write({"run": run_id, "prefix": prefix, "pid": os.getpid(), "at": _now_ms()}, safely=True)

    def creating(self, key: str, kind: str, user: str, parents: Mapping[str, Any], sent: Any) -> None:
        """Write down a creation before its request is sent; returns when it is on disk."""
        named = [text[:_LONGEST_TEXT] for text in _texts(sent) if self.prefix in text]
        line = {"create": key, "at": _now_ms(), "kind": kind, "user": user, "parents": dict(parents), "named": named}
        self._write(line, safely=True)

    def made(self, key: str, id: int, created_at: Any) -> None:
        """Complete a creation with what the answer told."""
        self._write({"made": key, "id": id, "created_at": created_at if isinstance(created_at, str) else None})

    def refused(self, key: str) -> None:
        """Complete a creation that the target refused."""
        self._write({"refused": key})

    def gone(self, kind: str, id: int) -> None:
        """Write down that a resource is no longer there."""
        self._write({"gone": [kind, id]})

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)

    def _write(self, line: Mapping[str, Any], safely: bool = False) -> None:
        # One write a line, so that lines stay whole; what was written survives the process, fsync the machine too.
        with self._writing:
            os.write(self._file, json.dumps(line, default=str).encode() + b"\n")
            if safely:
                os.fsync(self._file)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


@dataclass(frozen=True)
class Left:
    """One run's journals as another process reads them: what is not known to be gone."""

    run_id: str
    prefix: str
    paths: tuple[Path, ...]
    entries: tuple[Entry, ...]
    created: int = 0
    """How many creations there were, those included that are known to be gone."""

    @property
    def made(self) -> list[Entry]:
        """Return what was created and is not gone, the last first."""
        return [entry for entry in reversed(self.entries) if entry.id is not None]

    @property
    def untold(self) -> list[Entry]:
        """Return the creations whose answer nobody saw."""
        return [entry for entry in self.entries if entry.id is None and not entry.refused]

    def forget(self) -> None:
        """Remove the journals: nothing of the run is left on the target."""
        for path in self.paths:
            path.unlink(missing_ok=True)

    def keep(self, gone: Iterable[tuple[str, int]]) -> None:
        """Write down what is gone meanwhile; the rest is left for another time."""
        lines = "".join(json.dumps({"gone": [kind, id]}) + "\n" for kind, id in gone)
        if not self.paths:
            return
        with self.paths[-1].open("a", encoding="utf-8") as stream:
            stream.write(lines)


def is_free(path: Path) -> bool:
    """Tell whether no process writes the journal any more."""
    try:
        with path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def read(folder: Path) -> list[Left]:
    """Return what the journals in *folder* say, run by run, the oldest first."""
    lines: dict[str, list[dict[str, Any]]] = {}
    paths: dict[str, list[Path]] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}"), key=lambda each: (each.stat().st_mtime_ns, each.name)):
        found = list(_lines(path))
        run_id = next((str(line["run"]) for line in found if "run" in line), path.stem.partition("-")[0])
        lines.setdefault(run_id, []).extend({**line, "file": path.name} for line in found)
        paths.setdefault(run_id, []).append(path)
    return [_left(run_id, lines[run_id], tuple(paths[run_id])) for run_id in lines]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue  # the machine went down while it was being written
        if isinstance(value, dict):
            yield value


def _left(run_id: str, lines: list[dict[str, Any]], paths: tuple[Path, ...]) -> Left:
    prefix = next((str(line["prefix"]) for line in lines if "prefix" in line), prefix_of(run_id))
    gone = {(str(kind), int(id)) for line in lines if "gone" in line for kind, id in [line["gone"]]}
    # A worker's journal may be continued by a process that counts anew: keys are told apart by file.
    answers = {(line["file"], line["made"]): line for line in lines if "made" in line}
    refused = {(line["file"], line["refused"]) for line in lines if "refused" in line}
    entries = []
    for line in sorted((line for line in lines if "create" in line), key=lambda each: each["at"]):
        key = (line["file"], line["create"])
        answer = answers.get(key, {})
        if (line["kind"], answer.get("id")) not in gone:
            entries.append(
                Entry(
                    key=line["create"],
                    at_ms=line["at"],
                    kind=line["kind"],
                    user=line["user"],
                    parents=line["parents"],
                    named=tuple(line["named"]),
                    id=answer.get("id"),
                    created_at=answer.get("created_at"),
                    refused=key in refused,
                )
            )
    return Left(run_id, prefix, paths, tuple(entries), sum("create" in line for line in lines))
