"""Values at the edge of what people enter: one character, other scripts, no minutes, the next century, a word."""

import pytest

from contract import operations
from contract.checks.acceptance import answered, usual
from contract.ownership import kind_of

OTHER_SCRIPTS = "名前 Ωμέγα 😀"
NEXT_CENTURY = "2101-02-28T23:59:59.999Z"
WORD = "word"
LEFT_OUT = ("email", "url", "short_name", "password", "role", "type")
"""Parts of names of parameters with a grammar of their own, which other tests go through."""
WRITING = [
    operation.id
    for operation in operations.table().values()
    if operation.method in ("POST", "PATCH", "PUT") and "json" in str(operation.document.get("requestBody", {}))
]


def parameters_of(operation):
    """Yield name and description of the parameters of a body, but for those that sign and those that are ids."""
    schema = operation.document["requestBody"]["content"]["application/json"]["schema"]
    for name, described in schema.get("properties", {}).items():
        if not described.get("x-signing") and not kind_of(operation, name):
            yield name, described


def edges_of(operation, request):
    """Yield the name of each parameter of free text, number or time with a value at its edge."""
    for name, described in parameters_of(operation):
        kinds = described.get("type", [])
        if "enum" in described or any(part in name for part in LEFT_OUT):
            continue
        if "integer" in kinds:
            yield name, 0
        elif name.endswith("_time"):
            yield name, NEXT_CENTURY
        elif kinds == "string":
            # Where the name is all that a created resource is found by, it keeps what it begins with.
            kept = f"{request.params[name]} " if "name" in name and operation.method == "POST" else ""
            # What a secret was set to is removed from the report: no other parameter shall have the same value.
            yield name, f"{kept}{OTHER_SCRIPTS} {name}"
            if not kept or operation.area == "student-sessions" or operation.id == "exams_add_student":
                yield name, "x"


def words_of(operation):
    """Yield what to send together: a word for each number, time and choice alone, and for all the booleans at once."""
    booleans = {}
    for name, described in parameters_of(operation):
        if "0" in described.get("enum", []):
            booleans[name] = WORD
        elif "integer" in described.get("type", []) or "enum" in described or name.endswith("_time"):
            yield {name: WORD}
    if booleans:
        yield booleans


@pytest.mark.requirement("ROBUST-101")
@pytest.mark.parametrize("operation_id", [each for each in WRITING if any(words_of(operations.get(each)))])
def test_words_for_numbers_times_and_choices_are_answered(operation_id, sample):
    operation = operations.get(operation_id)

    for words in words_of(operation):
        answered(sample.send(sample(operation_id), **words), usual(sample, operation_id))

    usual(sample, operation_id)()


@pytest.mark.requirement("ROBUST-101")
@pytest.mark.parametrize("operation_id", WRITING)
def test_values_at_the_edge_are_answered(operation_id, sample):
    operation = operations.get(operation_id)

    for name, value in list(edges_of(operation, sample(operation_id))):
        answered(sample.send(sample(operation_id), **{name: value}), usual(sample, operation_id))

    usual(sample, operation_id)()
