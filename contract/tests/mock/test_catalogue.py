"""The catalogue of faults: what each names is in the register, and every tested promise is named by some fault."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from contract.mock.faults import FAULTS, VARIANTS, Fault, apply
from contract.mock.faults.registry import consequences
from contract.mock.operations import new_operations
from contract.mock.rules import new_rules
from contract.mock.service import Service

REGISTER = Path(__file__).parents[2] / "requirements"
AREAS = sorted(path.stem for path in REGISTER.glob("*.toml"))


def requirements(area: str) -> list[dict[str, Any]]:
    """The entries of one file of the register, read as plain data."""
    with (REGISTER / f"{area}.toml").open("rb") as file:
        entries: list[dict[str, Any]] = tomllib.load(file).get("requirement", [])
        return entries


LEVELS = {entry["id"]: entry["level"] for area in AREAS for entry in requirements(area)}


def test_every_id_named_is_in_the_register_and_can_turn_red() -> None:
    named = {(fault.id, name) for fault in FAULTS.values() for name in (*fault.breaks, *fault.also)}

    assert [pair for pair in sorted(named) if pair[1] not in LEVELS] == []
    assert [pair for pair in sorted(named) if LEVELS.get(pair[1]) == "open"] == []


def test_every_fault_names_what_it_breaks() -> None:
    assert [fault.id for fault in FAULTS.values() if not fault.breaks] == []


@pytest.mark.parametrize("area", AREAS)
def test_every_tested_must_is_named_by_a_fault(area: str) -> None:
    named = {name for fault in FAULTS.values() for name in fault.breaks}
    tested = [entry for entry in requirements(area) if entry["level"] == "must" and "not_tested" not in entry]

    assert [f"{entry['id']}: {entry['statement']}" for entry in tested if entry["id"] not in named] == []


def test_names_are_kebab_case_and_descriptions_one_line() -> None:
    for deviation in (*FAULTS.values(), *VARIANTS.values()):
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", deviation.id), deviation.id
        assert re.fullmatch(r"[^\n]+", deviation.description), deviation.id


def test_operations_named_exist() -> None:
    known = new_operations()

    assert [fault.id for fault in FAULTS.values() if fault.operation and fault.operation not in known] == []


DEVIATIONS = (*FAULTS.values(), *VARIANTS.values())


def test_each_can_be_switched_on() -> None:
    for deviation in DEVIATIONS:
        apply(new_rules(), (deviation.id,))


# One in thirty: a start takes some 50 ms, and the measurement starts every one of them.
@pytest.mark.parametrize("deviation", DEVIATIONS[::30], ids=lambda each: each.id)
def test_mock_starts_with_it(deviation: Fault) -> None:
    service = Service(None, (deviation.id,))
    try:
        assert service.store.value("SELECT count(*) FROM exams") > 0
        service.restart()
    finally:
        service.store.close()


def test_consequences_are_those_of_faults() -> None:
    assert set(consequences()) <= set(FAULTS)


def test_a_consequence_is_not_what_the_fault_is_there_for() -> None:
    twice = {id for id, ids in consequences().items() if set(ids) & set(FAULTS[id].breaks) or len(set(ids)) < len(ids)}

    assert not twice
