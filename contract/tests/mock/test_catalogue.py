"""The catalogue of seeded faults is whole: known requirements, no must without a fault, no fault without effect."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from contract.mock import faults
from contract.mock.errors import ErrorAnswer
from contract.mock.faults import Fault
from contract.mock.fields import Table
from contract.mock.operations import new_operations
from contract.mock.parameters import Param
from contract.mock.rules import Rules, new_rules
from contract.mock.service import Service

REGISTER = Path(__file__).parents[2] / "requirements"
EVERY = [*faults.FAULTS.values(), *faults.VARIANTS.values()]


def register() -> dict[str, dict[str, Any]]:
    """The requirements by id, read as plain TOML: the mock and its tests know nothing of the suite."""
    found = [tomllib.loads(path.read_text()) for path in sorted(REGISTER.glob("*.toml"))]
    return {entry["id"]: entry for each in found for entry in each.get("requirement", [])}


REQUIREMENTS = register()


def fingerprint(value: Any, depth: int = 6) -> Any:
    """Everything that the rules decide with, as something that compares: functions by identity, objects by parts."""
    if depth == 0 or isinstance(value, str | int | float | bytes | type(None) | Param | ErrorAnswer | Table):
        return value
    if isinstance(value, dict):
        return {key: fingerprint(each, depth - 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [fingerprint(each, depth - 1) for each in value]
    if callable(value):
        return id(value)
    return type(value).__qualname__, fingerprint(vars(value), depth - 1) if hasattr(value, "__dict__") else id(value)


def changed(fault: Fault) -> Rules:
    rules = new_rules()
    fault.change(rules)
    return rules


def test_ids_are_kebab_case() -> None:
    assert EVERY
    assert [each.id for each in EVERY if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.id)] == []


def test_descriptions_are_sentences_of_their_own() -> None:
    descriptions = [each.description for each in EVERY]
    assert [text for text in descriptions if len(text) < 15 or text != text.strip()] == []
    assert sorted({text for text in descriptions if descriptions.count(text) > 1}) == []


def test_operations_are_known() -> None:
    assert {each.operation for each in EVERY} <= {*new_operations(), None}


def test_requirements_named_are_known() -> None:
    named = {name for fault in faults.FAULTS.values() for name in (*fault.breaks, *fault.also)}
    assert sorted(named - set(REQUIREMENTS)) == []


def test_open_questions_have_no_faults() -> None:
    named = {name for fault in faults.FAULTS.values() for name in (*fault.breaks, *fault.also)}
    assert sorted(name for name in named if REQUIREMENTS[name]["level"] == "open") == []


def test_every_fault_names_what_it_breaks_once() -> None:
    for fault in faults.FAULTS.values():
        named = [*fault.breaks, *fault.also]
        assert fault.breaks, fault.id
        assert sorted(set(named)) == sorted(named), fault.id


def test_variants_break_nothing() -> None:
    assert [each.id for each in faults.VARIANTS.values() if each.breaks or each.also] == []


def test_every_tested_must_has_a_fault() -> None:
    proven = {name for fault in faults.FAULTS.values() for name in fault.breaks}
    tested = {name for name, entry in REQUIREMENTS.items() if entry["level"] == "must" and "not_tested" not in entry}
    gaps = sorted(tested - proven)
    assert gaps == [], f"{len(gaps)} musts without a fault: {', '.join(gaps)}"


def test_fingerprint_of_untouched_rules_is_always_the_same() -> None:
    assert fingerprint(new_rules()) == fingerprint(new_rules())


def test_every_deviation_changes_the_rules() -> None:
    untouched = fingerprint(new_rules())

    assert [each.id for each in EVERY if fingerprint(changed(each)) == untouched] == []


def test_mock_starts_with_a_sample_of_deviations() -> None:
    """All of them are started when they are measured; here every twentieth, others each time the catalogue grows."""
    for deviation in EVERY[::20]:
        service = Service(None, (deviation.id,))
        try:
            assert service.store.value("SELECT count(*) FROM users") > 0, deviation.id
        finally:
            service.store.close()
