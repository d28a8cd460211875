"""What is known about the API, fact by fact, and the requirements that decide it: the files of ``data/facts``.

An entry::

    [[fact]]
    operations = ["exams_show"]         # operation ids, globs allowed
    known_from = "page"                 # see SOURCES
    kind = "error"                      # see KINDS
    name = "404"                        # the parameter, field, status, ... it is about
    says = "no exam has the id"
    decided_by = ["EXAM-023"]           # requirements that decide it, on each of the operations
    not_decided = "why"                 # in place of decided_by: why no requirement can or should

``beyond.toml`` lists the requirements that rest on no single fact, in groups with a reason.
"""

from __future__ import annotations

import fnmatch
import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract import operations
from contract.requirements import Requirement, load

FOLDER = Path(__file__).parent / "data" / "facts"
KINDS = (
    "operation", "parameter", "required", "type", "values", "default", "unique", "deprecated", "error", "text",
    "envelope", "field", "header", "effect", "state", "authorisation", "rule", "contradiction", "silence",
)  # fmt: skip
"""``error`` is a status, ``text`` the words of an error; a ``silence`` is what no page says, a ``contradiction`` what
pages say differently."""
SOURCES = ("page", "overview", "sibling", "client", "help")
"""The operation's own page or one about it; a line of the overview; carried over from another operation's page; what
public clients do; the platform's help pages."""
PRINTED = ("page", "overview")


@dataclass(frozen=True)
class Fact:
    """One thing that is known, or known to be unknown."""

    file: str
    operations: tuple[str, ...]
    known_from: str
    kind: str
    name: str
    says: str
    decided_by: tuple[str, ...] = ()
    not_decided: str | None = None

    def __str__(self) -> str:
        return f"{self.file}: {self.kind} {self.name} of {', '.join(self.operations[:3])} ({self.says[:60]})"

    def requirements(self) -> list[Requirement]:
        """
        Return the requirements that decide the fact.

        Raises:   UnknownName: one of them does not exist.
        """
        return [load().get(requirement_id) for requirement_id in self.decided_by]

    def deciding(self, operation_id: str) -> list[Requirement]:
        """Return those that decide it on one of its operations."""
        return [each for each in self.requirements() if operation_id in each.operations]


@functools.cache
def read() -> tuple[Fact, ...]:
    """Return all facts, in the order of their files."""
    return tuple(
        fact for path in sorted(FOLDER.glob("*.toml")) if path.name != "beyond.toml" for fact in _facts_of(path)
    )


@functools.cache
def beyond() -> dict[str, str]:
    """Return the requirements that rest on no single fact, and why they are there: id -> reason."""
    groups = tomllib.loads((FOLDER / "beyond.toml").read_text(encoding="utf-8"))["beyond"]
    return {requirement_id: group["why"] for group in groups for requirement_id in group["requirements"]}


def _facts_of(path: Path) -> Iterator[Fact]:
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["fact"]:
        fields: dict[str, Any] = {**entry, "operations": _operations(entry["operations"])}
        fields["decided_by"] = tuple(entry.get("decided_by", ()))
        yield Fact(file=path.stem, **fields)


def _operations(patterns: list[str]) -> tuple[str, ...]:
    """Return the ids that fit; a pattern that fits none stays, for the test to find."""
    known = list(operations.table())
    return tuple(name for pattern in patterns for name in fnmatch.filter(known, pattern) or [pattern])
