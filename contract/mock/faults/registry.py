"""
The register of seeded faults and conforming variants; the modules beside this one fill it.

Each is a function that changes one decision of the rules, registered under its id. Of a fault, ``breaks`` names the
requirements that must turn red, ``also`` those that may turn red too because the deviation shows there as well; those
that come of what the fault breaks, and not of the fault itself, stand in ``consequences.toml`` beside this module. A
variant is another answer where the documentation is silent: nothing may turn red.
"""

from __future__ import annotations

import difflib
import functools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contract.mock.extent import changed_operations
from contract.mock.rules import Rules

Change = Callable[[Rules], None]


@dataclass(frozen=True)
class Fault:
    """One deviation: what it changes, in words and as a function; *operation* where it is about one only."""

    id: str
    description: str
    change: Change
    breaks: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    operation: str | None = None
    kind: str = "fault"
    within: tuple[str, ...] = ()
    """The operations that it keeps to, where these are known beforehand."""

    @property
    def operations(self) -> tuple[str, ...] | None:
        """Return where the deviation can show, None: everywhere."""
        if self.operation:
            return (self.operation,)
        return self.within or changed_operations(self.change)

    def as_dict(self) -> dict[str, Any]:
        """Return what ``--list-faults --json`` prints of it."""
        return {
            "id": self.id,
            "description": self.description,
            "kind": self.kind,
            "requirements": list(self.breaks),
            "also": list(self.also),
            "operation": self.operation,
            "module": self.change.__module__,
        }


FAULTS: dict[str, Fault] = {}
VARIANTS: dict[str, Fault] = {}


def fault(
    fault_id: str,
    description: str,
    *breaks: str,
    also: tuple[str, ...] = (),
    operation: str | None = None,
    within: tuple[str, ...] = (),
) -> Callable[[Change], Change]:
    """Register the decorated function as a fault."""

    def register(change: Change) -> Change:
        _register(FAULTS, Fault(fault_id, description, change, breaks, also, operation, within=within))
        return change

    return register


def variant(variant_id: str, description: str, operation: str | None = None) -> Callable[[Change], Change]:
    """Register the decorated function as a conforming variant."""

    def register(change: Change) -> Change:
        _register(VARIANTS, Fault(variant_id, description, change, operation=operation, kind="variant"))
        return change

    return register


def _register(where: dict[str, Fault], deviation: Fault) -> None:
    if deviation.id in FAULTS or deviation.id in VARIANTS:
        raise ValueError(f"{deviation.kind} {deviation.id} is registered twice")
    where[deviation.id] = replace(deviation, also=(*deviation.also, *consequences().get(deviation.id, ())))


@functools.cache
def consequences() -> dict[str, list[str]]:
    """Return, by id of a fault, the requirements that do not hold either where it is."""
    return tomllib.loads(Path(__file__).with_name("consequences.toml").read_text(encoding="utf-8"))


class UnknownFaultError(Exception):
    """Neither a fault nor a variant has this id."""

    def __init__(self, fault_id: str) -> None:
        known = [*FAULTS, *VARIANTS]
        near = ", ".join(difflib.get_close_matches(fault_id, known, n=3))
        hint = f"; near: {near}" if near else ""
        super().__init__(f"unknown fault or variant {fault_id!r}; --list-faults and --list-variants print them{hint}")


def apply(rules: Rules, ids: tuple[str, ...]) -> None:
    """Change *rules* by each fault or variant in turn. Raises: UnknownFaultError."""
    for id in ids:
        deviation = FAULTS.get(id) or VARIANTS.get(id)
        if deviation is None:
            raise UnknownFaultError(id)
        deviation.change(rules)
