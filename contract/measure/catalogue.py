"""The mock's faults and variants, read from what ``python -m contract.mock --list-faults --json`` prints."""

from __future__ import annotations

import fnmatch
import functools
import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from contract.errors import SuiteError, UnknownName

LIST = ("-m", "contract.mock", "--list-faults", "--json")
EXTENT = "--extent"
FAULT, VARIANT = "fault", "variant"


@dataclass(frozen=True)
class Deviation:
    """
    One fault or variant.

    ``requirements`` must turn red, ``also`` may turn red too because the deviation shows there as well. ``operation``
    is where it is, if it is about one only; ``module`` is where it is written. ``operations`` are all on which it can
    show, empty for all that there are.
    """

    id: str
    description: str
    kind: str = FAULT
    requirements: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    operation: str | None = None
    module: str = ""
    operations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Catalogue:
    """Everything that the mock can be told to do otherwise."""

    deviations: tuple[Deviation, ...]

    @property
    def faults(self) -> list[Deviation]:
        """Return what the suite has to catch."""
        return [each for each in self.deviations if each.kind == FAULT]

    @property
    def variants(self) -> list[Deviation]:
        """Return what the suite has to let pass."""
        return [each for each in self.deviations if each.kind == VARIANT]

    def matching(self, patterns: Iterable[str]) -> set[str]:
        """
        Return the ids that fit one of the globs.

        Raises:   UnknownName: a glob fits none.
        """
        known, found = [each.id for each in self.deviations], set()
        for pattern in patterns:
            fitting = fnmatch.filter(known, pattern)
            if not fitting:
                raise UnknownName("fault", pattern, known)
            found.update(fitting)
        return found


def parse(text: str) -> Catalogue:
    """Return the catalogue that *text* describes."""
    entries = json.loads(text)
    lists = ("requirements", "also", "operations")
    return Catalogue(
        tuple(Deviation(**{**entry, **{name: tuple(entry.get(name) or ()) for name in lists}}) for entry in entries)
    )


@functools.cache
def load(with_extent: bool = False) -> Catalogue:
    """
    Ask the mock.

    Args:     with_extent: with the operations of each deviation, which takes seconds.
    Raises:   SuiteError: it did not answer.
    """
    command = [sys.executable, *LIST, *([EXTENT] if with_extent else [])]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    if asked.returncode != 0:
        raise SuiteError(f"the mock does not list its faults: {' '.join(asked.stderr.split())[-300:]}")
    return parse(asked.stdout)
