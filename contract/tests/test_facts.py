"""The register against the facts: whatever is known about the API has a requirement, or a reason why it has none."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from contract import operations
from contract.requirements import load
from contract.tests.facts import KINDS, PRINTED, SOURCES, beyond, read

REGISTER = load()
FACTS = read()
OPERATIONS = operations.table()
DECIDED = [fact for fact in FACTS if fact.not_decided is None]
MUST_KINDS = {"operation", "required", "type", "values", "default", "unique", "error", "envelope", "field", "header"}
"""Printed, these are musts: what is required, allowed, answered and refused."""
OF_PARAMETERS = ("parameter", "required", "type", "values")
OPEN_AT_LEAST = 60


def texts(facts: Any) -> list[str]:
    return [str(fact) for fact in facts]


def of_operation(operation_id: str, *kinds: str) -> set[str]:
    return {fact.name for fact in FACTS if fact.kind in kinds and operation_id in fact.operations}


# -- each fact


def test_facts_are_written_in_the_words_that_are_defined():
    strange = [
        fact
        for fact in FACTS
        if fact.kind not in KINDS or fact.known_from not in SOURCES or not set(fact.operations) <= set(OPERATIONS)
    ]

    assert texts(strange) == []


def test_every_fact_has_a_requirement_or_a_reason():
    assert texts(fact for fact in FACTS if bool(fact.decided_by) == bool(fact.not_decided)) == []


def test_reasons_are_sentences():
    assert texts(fact for fact in FACTS if fact.not_decided is not None and len(fact.not_decided) < 20) == []


def test_no_fact_stands_twice():
    count = Counter((fact.operations, fact.kind, fact.name, fact.says) for fact in FACTS)

    assert [key for key, number in count.items() if number > 1] == []


def test_requirements_of_facts_exist():
    named = {requirement_id for fact in FACTS for requirement_id in fact.decided_by}

    assert sorted(requirement_id for requirement_id in named if requirement_id not in REGISTER) == []


# -- each fact and the requirements that decide it


def test_fact_is_decided_on_each_of_its_operations():
    missing = {
        str(fact): lacking
        for fact in DECIDED
        if (lacking := [operation_id for operation_id in fact.operations if not fact.deciding(operation_id)])
    }

    assert missing == {}


def test_requirement_decides_nothing_of_other_operations():
    foreign = {
        str(fact): strangers
        for fact in DECIDED
        if (strangers := [each.id for each in fact.requirements() if not set(each.operations) & set(fact.operations)])
    }

    assert foreign == {}


def test_what_is_known_is_not_left_to_open_questions():
    only_open = [
        fact
        for fact in DECIDED
        if fact.kind not in ("silence", "contradiction")
        for operation_id in fact.operations
        if all(each.level == "open" for each in fact.deciding(operation_id))
    ]

    assert texts(only_open) == []


def test_what_is_printed_is_a_must():
    weaker = [
        f"{operation_id}, {fact}"
        for fact in DECIDED
        if fact.known_from in PRINTED and fact.kind in MUST_KINDS
        for operation_id in fact.operations
        if all(each.level != "must" for each in fact.deciding(operation_id))
    ]

    assert weaker == []


def test_what_nobody_says_is_no_must():
    demanded = [
        f"{each.id}, {fact}"
        for fact in DECIDED
        if fact.kind == "silence"
        for each in fact.requirements()
        if each.level == "must"
    ]

    assert demanded == []


def test_what_is_required_is_refused_when_it_is_missing():
    """A path without its id is another path: only what can be left out is tested so."""
    unrefused = [
        fact
        for fact in DECIDED
        if fact.kind == "required"
        and not any(fact.name in OPERATIONS[operation_id].path_names for operation_id in fact.operations)
        and not any(each.evidence.refused for each in fact.requirements())
    ]

    assert texts(unrefused) == []


def test_errors_are_decided_by_a_refusal():
    unrefused = [
        fact
        for fact in DECIDED
        if fact.kind in ("error", "text")
        and not any(each.evidence.refused or each.not_tested for each in fact.requirements())
    ]

    assert texts(unrefused) == []


# -- the description: nothing in it is forgotten


def parameters_of(operation_id: str) -> set[str]:
    """Names in path, query, headers and body; the signing parameters belong to all operations."""
    document = OPERATIONS[operation_id].document
    named = {parameter["name"] for parameter in document.get("parameters", [])}
    for media in document.get("requestBody", {}).get("content", {}).values():
        named |= set(media["schema"]["properties"])
    return named


def successes(operation_id: str) -> Iterator[Mapping[str, Any]]:
    for status, response in OPERATIONS[operation_id].document["responses"].items():
        if status.startswith("2"):
            yield response


def schemas(operation_id: str) -> Iterator[Mapping[str, Any]]:
    for response in successes(operation_id):
        for media in response.get("content", {}).values():
            yield from alternatives(media.get("schema", {}))


def alternatives(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield schema
    for key in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(key, []):
            yield from alternatives(part)


def answered_by(operation_id: str) -> tuple[set[str], set[str]]:
    """The keys of the answer that hold resources, and the fields, those of the resources among them."""
    envelopes, fields = set[str](), set[str]()
    for schema in schemas(operation_id):
        for name, inner in schema.get("properties", {}).items():
            resources = [part for part in alternatives(inner.get("items", inner)) if part.get("properties")]
            envelopes |= {name} if resources else set()
            fields |= {field for part in resources for field in part["properties"]} or {name}
    return envelopes, fields


@pytest.mark.parametrize("operation_id", list(OPERATIONS))
def test_every_parameter_is_a_fact(operation_id):
    known = {part.strip() for name in of_operation(operation_id, *OF_PARAMETERS) for part in name.split(",")}

    assert parameters_of(operation_id) - known == set()


@pytest.mark.parametrize("operation_id", list(OPERATIONS))
def test_every_field_and_envelope_of_the_answer_is_a_fact(operation_id):
    envelopes, fields = answered_by(operation_id)

    assert envelopes - of_operation(operation_id, "envelope") == set()
    assert fields - {name.rpartition(".")[2] for name in of_operation(operation_id, "field")} == set()


@pytest.mark.parametrize("operation_id", list(OPERATIONS))
def test_every_header_of_the_answer_is_a_fact(operation_id):
    headers = {name for response in successes(operation_id) for name in response.get("headers", {})}

    assert headers - of_operation(operation_id, "header") == set()


@pytest.mark.parametrize("operation_id", list(OPERATIONS))
def test_every_error_is_a_fact(operation_id):
    """Of 401 and 403 one is enough: either stands for the other."""
    described = {
        status for status in OPERATIONS[operation_id].document["responses"] if status.isdigit() and status >= "400"
    }
    known = {name.split()[0] for name in of_operation(operation_id, "error", "text", "authorisation", "silence")}
    if {"401", "403", "superuser", "institute", "parent"} & known:
        described -= {"401", "403"}
    if {"404", "errors"} & known:
        described -= {"404"}

    assert described - known == set()


@pytest.mark.parametrize("operation_id", list(OPERATIONS))
def test_every_operation_has_its_success_among_the_facts(operation_id):
    success = next(each.id for each in REGISTER if each.short == f"{operation_id}.success")
    facts = [fact for fact in FACTS if fact.kind == "operation" and operation_id in fact.operations]

    assert any(success in fact.decided_by for fact in facts)


# -- the register: no requirement without a ground


def test_every_requirement_rests_on_a_fact_or_says_on_what():
    grounds = {requirement_id for fact in FACTS for requirement_id in fact.decided_by} | set(beyond())

    assert [each.id for each in REGISTER if each.id not in grounds] == []


def test_requirements_beyond_the_facts_exist_and_rest_on_none():
    named = {requirement_id for fact in FACTS for requirement_id in fact.decided_by}

    assert [each for each in beyond() if each not in REGISTER or each in named] == []


def test_open_questions_are_many_and_each_has_a_name_of_its_own():
    names = [each.short or "" for each in REGISTER if each.level == "open"]
    others = Counter(each.short for each in REGISTER if each.short is not None)

    assert len(names) >= OPEN_AT_LEAST
    assert [each.id for each in REGISTER if each.level == "open" and not each.short] == []
    assert [name for name in names if others[name] > 1] == []


def test_silences_have_their_questions():
    """Most silences are asked about: a file of facts cannot put them all off with a reason."""
    asked: dict[str, list[bool]] = defaultdict(list)
    for fact in FACTS:
        if fact.kind == "silence":
            asked[fact.file].append(fact.not_decided is None)

    assert {file: sum(each) / len(each) for file, each in asked.items() if sum(each) < 0.7 * len(each)} == {}
