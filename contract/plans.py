"""Where ready plans are: shipped with the package, cached on this machine, or left by the run that made them.

A plan depends on the description, the seed, the profile's budget, the versions of what invents the cases and on our own
code that asks for them: all that is its `Key`. What is on disk is never trusted: a file that is cut off, damaged or of
another key counts as missing, and what cannot be written is done without.

The cache is ``$CONFORMANCE_CACHE``, or ``procwise-conformance`` below the user's cache folder. It keeps the plans that
were used last, at most `MOST_PLANS` and `MOST_BYTES`.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from contract import data, description
from contract.cases import BUDGETS, PlannedCase, Step
from contract.casetext import case_from_plain, case_to_plain, dumps
from contract.errors import SuiteError

FORMAT = "conformance-plan/1"
SEQUENCES = "sequences"
"""The name under which the sequences of a plan are kept, beside those of the operations."""
SHIPPED_SEED = 1
SHIPPED = {"standard": (SHIPPED_SEED,), "smoke": tuple(range(1, 11))}
"""The seeds of a profile whose plans come with the package."""
MOST_PLANS, MOST_BYTES = 30, 200_000_000
CACHE_VARIABLE = "CONFORMANCE_CACHE"
_INVENTORS = ("schemathesis", "hypothesis")
_OUR_CODE = ("cases.py", "casetext.py", "planning.py")
_UNREADABLE = (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class Key:
    """What a plan depends on."""

    seed: int
    profile: str
    description: str
    code: str
    versions: Mapping[str, str] = field(hash=False)

    @classmethod
    def of(cls, seed: int, profile: str) -> Key:
        """Return the key of the plans that are made here and now."""
        return cls(seed, profile, description.digest(), _code_digest(), _versions())

    @property
    def digest(self) -> str:
        """Return 16 hex digits that differ where anything does."""
        return hashlib.sha256(dumps(asdict(self)).encode()).hexdigest()[:16]

    def fits(self, written: Mapping[str, Any]) -> bool:
        """
        Tell whether shipped plans with the key *written* serve.

        The versions do not matter there: the cases are at hand, and the same ones for everybody.
        """
        mine = asdict(self)
        return all(written.get(name) == mine[name] for name in mine if name != "versions")


@functools.cache
def _code_digest() -> str:
    whole = hashlib.sha256(repr(BUDGETS).encode())
    for name in _OUR_CODE:
        whole.update((data.PACKAGE / name).read_bytes())
    return whole.hexdigest()[:16]


@functools.cache
def _versions() -> dict[str, str]:
    return {name: importlib.metadata.version(name) for name in _INVENTORS}


def cache_folder() -> Path:
    """Return where this machine keeps plans."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return (Path(chosen) if chosen else Path(platformdirs.user_cache_dir("procwise-conformance"))) / "plans"


# -- on disk ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shelf:
    """The plans of one key below a folder, a file per operation."""

    folder: Path
    key: Key

    @property
    def own(self) -> Path:
        """Return the folder of this key."""
        return self.folder / f"{self.key.profile}-{self.key.seed}-{self.key.digest}"

    def get(self, name: str) -> Any:
        """Return what was put under *name*, or None where it is not there or cannot be read."""
        try:
            written = json.loads(gzip.decompress((self.own / f"{name}.json.gz").read_bytes()))
            if written["format"] == FORMAT and written["key"] == asdict(self.key) and written["name"] == name:
                return written["plan"]
        except _UNREADABLE:
            pass
        return None

    def put(self, name: str, plan: Any) -> None:
        """
        Keep a *plan* of plain data. Whoever reads meanwhile sees the old file or the new one, never half of it.

        Raises:   OSError: it cannot be written.
        """
        text = dumps({"format": FORMAT, "key": asdict(self.key), "name": name, "plan": plan})
        self.own.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.own, prefix=f".{name}-", delete=False) as unfinished:
            try:
                unfinished.write(gzip.compress(text.encode("ascii"), 6, mtime=0))
                unfinished.close()
                os.replace(unfinished.name, self.own / f"{name}.json.gz")
            except BaseException:
                Path(unfinished.name).unlink(missing_ok=True)
                raise

    def is_usable(self) -> bool:
        """Tell whether plans can be put here; marks those of this key as used."""
        try:
            self.own.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.own):
                os.utime(self.own)
        except OSError:
            return False
        return True

    def forget_old(self, most_plans: int = MOST_PLANS, most_bytes: int = MOST_BYTES) -> None:
        """Remove the plans that were not used for longest, until the rest is within the bounds; never our own."""
        with contextlib.suppress(OSError):
            newest_first = sorted(
                (path for path in self.folder.iterdir() if path.is_dir() and path != self.own),
                key=lambda path: path.stat().st_mtime,
                reverse=True,
            )
            room = most_bytes - _size(self.own)
            for number, path in enumerate(newest_first, start=2):
                room -= _size(path)
                if number > most_plans or room < 0:
                    shutil.rmtree(path, ignore_errors=True)


def _size(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return sum(path.stat().st_size for path in folder.iterdir())
    return 0


# -- shipped ----------------------------------------------------------------------------------------------------------


def shipped_file(profile: str, seed: int) -> Path:
    """Return the file of the package that holds the plans of a profile and seed."""
    return data.PACKAGE / "ready" / f"{profile}-{seed}.json.gz"


@functools.cache
def shipped(profile: str, seed: int) -> dict[str, Any] | None:
    """Return ``key`` and ``plans`` as they were shipped, or None."""
    path = shipped_file(profile, seed)
    if not path.exists():
        return None
    written: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return written


def ship(key: Key, plans: Mapping[str, Any]) -> Path:
    """Write plain *plans* into the package and return the file."""
    path = shipped_file(key.profile, key.seed)
    path.parent.mkdir(exist_ok=True)
    text = dumps({"format": FORMAT, "key": asdict(key), "plans": dict(plans)})
    path.write_bytes(gzip.compress(text.encode("ascii"), 9, mtime=0))
    return path


# -- for a run --------------------------------------------------------------------------------------------------------


@dataclass
class Plans:
    """The plans of one run, read where they are ready; the same in every process that is given the same *spare*."""

    seed: int
    profile: str
    spare: Path | None = None
    """A folder of the run for what the cache cannot take."""
    _read: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.key = Key.of(self.seed, self.profile)

    def cases(self, operation_id: str) -> tuple[PlannedCase, ...]:
        """Return the cases of one operation; they are made now where they are not ready."""
        return tuple(case_from_plain(case) for case in self._plain(operation_id))

    def sequences(self) -> tuple[tuple[Step, ...], ...]:
        """Return the sequences along the links."""
        return tuple(
            tuple(Step(case_from_plain(case), made) for case, made in steps) for steps in self._plain(SEQUENCES)
        )

    def prepare(self, names: Collection[str], processes: int) -> list[str]:
        """
        Make what is not ready, in several processes, and keep it.

        Returns:  the names of what had to be made.
        Raises:   SuiteError: it cannot be made.
        """
        missing = [name for name in names if self._ready(name) is None]
        if missing:
            shelf = self._writable()
            _make(missing, shelf, processes)
            self._read.clear()
            shelf.forget_old()
        return missing

    def missing(self, names: Collection[str]) -> list[str]:
        """Return the names of what is not ready."""
        return [name for name in names if self._ready(name) is None]

    def _plain(self, name: str) -> Any:
        found = self._ready(name)
        if found is None:
            self.prepare([name], 1)
            found = self._ready(name)
        if found is None:
            raise SuiteError(
                f"the plan of {name} was made and cannot be read; is {self._writable().own} being changed?"
            )
        return found

    def _ready(self, name: str) -> Any:
        if name not in self._read:
            found = self._shipped(name)
            for shelf in () if found is not None else self._shelves():
                found = found if found is not None else shelf.get(name)
            if found is None:
                return None
            self._read[name] = found
        return self._read[name]

    def _shipped(self, name: str) -> Any:
        whole = shipped(self.profile, self.seed)
        return whole["plans"].get(name) if whole and self.key.fits(whole["key"]) else None

    def _shelves(self) -> list[Shelf]:
        folders = [cache_folder()] + ([self.spare] if self.spare else [])
        return [Shelf(folder, self.key) for folder in folders]

    def _writable(self) -> Shelf:
        for shelf in self._shelves():
            if shelf.is_usable():
                return shelf
        if self.spare is None:
            self.spare = Path(tempfile.mkdtemp(prefix="conformance-plans-"))
        return Shelf(self.spare, self.key)


@functools.cache
def of(seed: int, profile: str, spare: Path | None = None) -> Plans:
    """Return the plans, the same object in a process and in all that are forked from it later."""
    return Plans(seed, profile, spare)


def _make(names: Sequence[str], shelf: Shelf, processes: int) -> None:
    """Let processes of their own make plans: schemathesis is slow to import, and a run needs it for nothing else."""
    command = [sys.executable, "-m", "contract.planning", "--profile", shelf.key.profile, "--seed", str(shelf.key.seed)]
    storage = str(shelf.folder.parent / "hypothesis")
    environment = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": storage}
    shares = [names[start::processes] for start in range(min(processes, len(names)))]
    with contextlib.ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(
                    [*command, "--folder", str(shelf.folder), *share],
                    env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                    text=True,
                )
            )
            for share in shares
        ]  # fmt: skip
        stack.callback(_end, running)
        for process in running:
            _, said = process.communicate()
            if process.returncode:
                last = (said.strip().splitlines() or ["it ended without a word"])[-1]
                raise SuiteError(f"the plan of the generated cases cannot be made: {last[:300]}")


def _end(processes: Sequence[subprocess.Popen[str]]) -> None:
    """Leave no process behind when the making is interrupted or one of them fails."""
    for process in processes:
        if process.poll() is None:
            process.kill()


def to_plain(cases: Sequence[PlannedCase]) -> list[Any]:
    """Return the cases of an operation as plain data."""
    return [case_to_plain(case) for case in cases]


def sequences_to_plain(sequences: Sequence[Sequence[Step]]) -> list[Any]:
    """Return sequences as plain data."""
    return [[[case_to_plain(step.case), step.makes] for step in steps] for steps in sequences]
