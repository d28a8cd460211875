"""
A folder of report folders: which runs lie there, newest first, and how old ones leave.

What is no report, was not written to the end or has a newer format is left out with the reason and never touched.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pydantic

from contract.history.report import FILE, Head, NotAReport, Report, read, read_head

HEADS = ".heads.json"
"""Heads of the reports already read: a report has megabytes, and the list is written after each run."""
_OURS = re.compile(r"^\d{8}T\d{6}Z-")
"""Begins the names of the folders that the suite named itself; others are not the suite's to remove."""


@dataclass(frozen=True)
class Run:
    """One run and where its report lies."""

    folder: Path
    head: Head

    def report(self) -> Report:
        """
        Return the whole report.

        Raises:   NotAReport: it cannot be read.
        """
        return read(self.folder)


@dataclass(frozen=True)
class Scan:
    """What lies in a folder of reports: the runs, newest first, and what was left out, with the reason."""

    runs: tuple[Run, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()

    def of(self, target: str) -> list[Run]:
        """Return the runs of one target, newest first."""
        return [run for run in self.runs if run.head.target.name == target]

    @property
    def targets(self) -> dict[str, list[Run]]:
        """Return the runs by target, the target with the newest run first."""
        found: dict[str, list[Run]] = defaultdict(list)
        for run in self.runs:
            found[run.head.target.name].append(run)
        return dict(found)


class _Remembered(pydantic.BaseModel):
    """The head of a report as it was when its file had this time and size."""

    mtime_ns: int
    size: int
    head: Head


_Memory = pydantic.TypeAdapter(dict[str, _Remembered])


def scan(folder: Path) -> Scan:
    """Return the runs whose reports lie in *folder*; none where there is no such folder."""
    memory = _recall(folder)
    runs: list[Run] = []
    left_out: list[tuple[str, str]] = []
    fresh: dict[str, _Remembered] = {}
    for each in _report_folders(folder):
        try:
            fresh[each.name] = _head(each, memory.get(each.name))
        except (NotAReport, OSError) as error:
            left_out.append((each.name, str(error)))
        else:
            runs.append(Run(each, fresh[each.name].head))
    if fresh != memory:
        _remember(folder, fresh)
    runs.sort(key=lambda run: (run.head.run.started_at, run.folder.name), reverse=True)
    return Scan(tuple(runs), tuple(left_out))


def prune(found: Scan, keep: int) -> list[Path]:
    """
    Remove the reports of old runs: of each target the newest *keep* stay, and always the last.

    Removes only folders that the suite named itself. Returns: what was removed.
    """
    removed = []
    for runs in found.targets.values():
        for run in runs[max(1, keep) :]:
            if _OURS.match(run.folder.name) and not run.folder.is_symlink():
                shutil.rmtree(run.folder, ignore_errors=True)
                removed.append(run.folder)
    return removed


def _report_folders(folder: Path) -> Iterator[Path]:
    # A folder without the file is of a run that still goes on or was killed: nothing to list yet.
    with contextlib.suppress(OSError):
        yield from sorted(each for each in folder.iterdir() if (each / FILE).is_file())


def _head(folder: Path, remembered: _Remembered | None) -> _Remembered:
    stat = (folder / FILE).stat()
    if remembered and (remembered.mtime_ns, remembered.size) == (stat.st_mtime_ns, stat.st_size):
        return remembered
    return _Remembered(mtime_ns=stat.st_mtime_ns, size=stat.st_size, head=read_head(folder))


def _recall(folder: Path) -> dict[str, _Remembered]:
    try:
        return _Memory.validate_json((folder / HEADS).read_bytes())
    except (OSError, pydantic.ValidationError):
        return {}


def _remember(folder: Path, heads: dict[str, _Remembered]) -> None:
    # Without it everything works, only slower: a folder that may not be written to is no error.
    with contextlib.suppress(OSError):
        write_whole(folder / HEADS, _Memory.dump_json(heads))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever reads half of it, two runs that end at once included."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)
