"""Loads the register from the TOML files beside this module: one an area, and one for what generated cases decide.

An entry::

    [[requirement]]
    id = "NONCE-001"                    # area prefix and a number that is never used again
    level = "must"                      # must: documented; should: follows from it; open: not said
    statement = "A nonce that was accepted is refused when it is used again within 24 hours."
    source = "https://docs.proctorexam.com/v3/apidoc/exams/index.html, parameter nonce"
    operations = ["*"]                  # operation ids, globs allowed
    evidence = { accepted = 1, refused = 1 }     # the least, per operation; default: one accepted
    needs = ["outsider"]                # optional: capabilities without which it is not tested
    severity = "high"                   # optional, for a should that fails the run when unmet
    short = "invalid_signature"         # optional: the name under which `answers` of the config pins an open one
    not_tested = "why"                  # optional: why no test can decide it
    why = "why this level"              # optional
    hint = "what a failure usually means"        # optional
"""

from __future__ import annotations

import fnmatch
import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract import operations
from contract.errors import SuiteError, UnknownName

AREAS = {
    "token": "TOKEN",
    "accept": "ACCEPT",
    "signing": "SIGN",
    "nonce": "NONCE",
    "pagination": "PAGE",
    "filtering": "FILTER",
    "zip": "ZIP",
    "attachments": "ATTACH",
    "documents": "DOC",
    "exams": "EXAM",
    "identity-providers": "IDP",
    "institutes": "INST",
    "lti-resources": "LTI",
    "student-sessions": "SESSION",
    "tool-providers": "TOOL",
    "users": "USER",
    "isolation": "ISO",
    "robustness": "ROBUST",
}
LEVELS = ("must", "should", "open")
_KEYS = {
    "id", "level", "statement", "source", "operations", "evidence", "needs", "severity", "short", "not_tested",
    "since", "why", "hint",
}  # fmt: skip


@dataclass(frozen=True)
class Evidence:
    """How many exchanges, per operation, a verdict needs at the least."""

    accepted: int = 1
    refused: int = 0


@dataclass(frozen=True)
class Requirement:
    """One promise of the API, or one question that the documentation leaves open."""

    id: str
    level: str
    area: str
    statement: str
    source: str
    operations: tuple[str, ...]
    since: str
    evidence: Evidence = Evidence()
    needs: tuple[str, ...] = ()
    severity: str = "normal"
    short: str | None = None
    not_tested: str | None = None
    why: str | None = None
    hint: str | None = None


@dataclass(frozen=True)
class Register:
    """All requirements by id, in the order of areas and ids."""

    by_id: Mapping[str, Requirement] = field(repr=False)

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def __contains__(self, requirement_id: object) -> bool:
        return requirement_id in self.by_id

    def get(self, requirement_id: str) -> Requirement:
        """
        Return one requirement.

        Raises:   UnknownName: no requirement has that id.
        """
        try:
            return self.by_id[requirement_id]
        except KeyError:
            raise UnknownName("requirement", requirement_id, list(self.by_id)) from None

    def matching(self, pattern: str) -> list[Requirement]:
        """
        Return the requirements whose id fits a glob, whatever its letter case.

        Raises:   UnknownName: none does.
        """
        wanted = pattern.upper()
        if wanted in self.by_id:  # whoever names a thousand ids would wait for a million comparisons
            return [self.by_id[wanted]]
        found = [self.by_id[id] for id in fnmatch.filter(self.by_id, wanted)]
        if not found:
            raise UnknownName("requirement", pattern, list(self.by_id))
        return found

    def in_area(self, pattern: str) -> list[Requirement]:
        """
        Return the requirements of the areas that fit a glob.

        Raises:   UnknownName: no area does.
        """
        areas = fnmatch.filter(AREAS, pattern.lower())
        if not areas:
            raise UnknownName("area", pattern, list(AREAS))
        return [requirement for requirement in self if requirement.area in areas]


@functools.cache
def load(folder: Path = Path(__file__).parent) -> Register:
    """
    Read every ``*.toml`` of *folder*.

    Raises:   SuiteError: an entry is malformed, in the wrong area, or stands twice.
    """
    found: dict[str, Requirement] = {}
    for area in AREAS:
        for requirement in sorted(_of_area(area, folder), key=lambda each: each.id):
            if requirement.id in found:
                raise SuiteError(f"{requirement.id} stands twice in the register")
            found[requirement.id] = requirement
    return Register(found)


def _of_area(area: str, folder: Path) -> Iterator[Requirement]:
    for path in sorted([*folder.glob(f"{area}.toml"), *folder.glob(f"{area}-generated.toml")]):
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["requirement"]:
            yield _requirement(entry, area, path)


def _requirement(entry: dict[str, Any], area: str, path: Path) -> Requirement:
    place = f"{path.name}: {entry.get('id', 'an entry without id')}"
    if unknown := entry.keys() - _KEYS:
        raise SuiteError(f"{place} has unknown keys {sorted(unknown)}")
    if missing := {"id", "level", "statement", "source", "operations"} - entry.keys():
        raise SuiteError(f"{place} lacks {sorted(missing)}")
    prefix, _, number = entry["id"].partition("-")
    if prefix != AREAS[area] or not number.isdigit() or len(number) != 3:
        raise SuiteError(f"{place}: ids of this file look like {AREAS[area]}-001")
    if entry["level"] not in LEVELS:
        raise SuiteError(f"{place}: level {entry['level']!r} is none of {', '.join(LEVELS)}")
    fields = dict(entry)
    fields["operations"] = _operations(entry["operations"], place)
    fields["evidence"] = Evidence(**entry.get("evidence", {}))
    fields["needs"] = tuple(entry.get("needs", ()))
    return Requirement(area=area, since=fields.pop("since", "1"), **fields)


def _operations(patterns: list[str], place: str) -> tuple[str, ...]:
    known = operations.table()
    chosen: set[str] = set()
    for pattern in patterns:
        # Most name one operation: looking it up is a hundred times cheaper than matching a glob with all.
        fitting = [pattern] if pattern in known else fnmatch.filter(known, pattern)
        if not fitting:
            raise SuiteError(f"{place}: no operation fits {pattern!r}")
        chosen.update(fitting)
    return tuple(name for name in known if name in chosen)
