"""The values in the OpenAPI description: its examples validate, and what it has generated is valid too."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from contract.tests import openapi_files as files
from contract.tests.openapi_files import FOLDER, Node

SCHEMAS = files.schemas()
NODES = [node for path in files.files() for node in files.walk(path)]


# Examples


def with_examples() -> list[Node]:
    """Return the schemas that have examples of their own."""
    return [node for node in SCHEMAS if "examples" in node.value]


@pytest.mark.parametrize("node", with_examples(), ids=str)
def test_schema_examples_validate(node: Node) -> None:
    for example in node.value["examples"]:
        faults = [fault.message for fault in files.validator(node).iter_errors(example)]
        assert faults == []


def test_media_type_examples_validate() -> None:
    judged = 0
    for node in NODES:
        examples = [entry["value"] for entry in node.value.get("examples", {}).values()] if is_content(node) else []
        examples += [node.value["example"]] if is_content(node) and "example" in node.value else []
        for example in examples:
            schema = Node(node.file, f"{node.pointer}/schema", node.value["schema"])
            assert files.validator(schema).is_valid(example), str(node)
            judged += 1
    assert judged > 20


def is_content(node: Node) -> bool:
    """Tell whether a node is the content of one media type."""
    return "/content/" in node.pointer and isinstance(node.value.get("schema"), dict) and "$ref" not in node.value


def test_every_property_of_a_component_has_an_example() -> None:
    lacking = [
        str(inner)
        for node in SCHEMAS
        if node.file.parent.name == "schemas"
        for inner in files.properties(node).values()
        if not files.resolved(inner).get("examples")
    ]

    assert lacking == []


def composed(node: Node) -> Any:
    """Make a value of the examples of a schema's parts."""
    whole = files.resolved(node)
    if inner := files.properties(node):
        return {name: composed(part) for name, part in inner.items()}
    if isinstance(whole.get("items"), dict) and "examples" not in whole:
        return [composed(Node(node.file, f"{node.pointer}/items", whole["items"]))]
    return whole["examples"][0]


def test_answers_made_of_the_examples_conform_until_a_required_key_is_missing() -> None:
    judged = 0
    for path in files.files("components/responses"):
        schema = files.read(path).get("content", {}).get("application/json", {}).get("schema", {})
        if not schema.get("required"):
            continue
        node = Node(path, "/content/application~1json/schema", schema)
        answer = composed(node)
        assert files.validator(node).is_valid(answer), (path.name, answer)
        for key in schema["required"]:
            without = {name: value for name, value in answer.items() if name != key}
            assert not files.validator(node).is_valid(without), (path.name, key)
        judged += 1
    assert judged > 20


def test_zip_job_status_is_found_at_the_top_or_one_level_down_and_nowhere_else() -> None:
    path = FOLDER / "components" / "responses" / "ZipJobStatus.yaml"
    node = Node(path, "", files.read(path)["content"]["application/json"]["schema"])
    validator = files.validator(node._replace(pointer="/content/application~1json/schema"))

    for good in ({"zip_job_status": "queued"}, {"exam": {"zip_job_status": "running"}, "id": 5}):
        assert validator.is_valid(good), good
    for bad in ({}, {"exam": {"id": 1}}, {"zip_job_status": "done"}, {"exam": {"zip_job_status": "done"}}):
        assert not validator.is_valid(bad), bad


# What the suite generates


def narrowed() -> list[Node]:
    """Return the schemas whose generated values are kept narrower than what is documented."""
    return [node for node in SCHEMAS if isinstance(node.value.get("x-generate"), dict)]


@pytest.mark.parametrize("node", narrowed(), ids=str)
def test_generation_hints_are_schemas(node: Node) -> None:
    Draft202012Validator.check_schema({**node.value, **node.value["x-generate"]})

    assert set(files.resolved(node)["x-generate"].get("required", [])) <= set(files.properties(node))


def test_generated_bodies_hold_described_parameters_only() -> None:
    bodies = [
        files.follow(content["schema"]["$ref"], operation.file)
        for _, _, operation in files.operations()
        for content in operation.value.get("requestBody", {}).get("content", {}).values()
    ]

    assert len(bodies) > 15
    for body in bodies:
        whole = {**files.resolved(body), **files.resolved(body).get("x-generate", {})}
        assert whole["additionalProperties"] is False, str(body)


@pytest.mark.parametrize("node", [node for node in narrowed() if "enum" in node.value["x-generate"]], ids=str)
def test_enumerated_hints_are_valid_values(node: Node) -> None:
    for value in node.value["x-generate"]["enum"]:
        assert files.validator(node).is_valid(value), value


@pytest.mark.parametrize("node", [node for node in narrowed() if "pattern" in node.value["x-generate"]], ids=str)
@settings(max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_patterned_hints_make_valid_values(node: Node, data: st.DataObject) -> None:
    value = data.draw(st.from_regex(node.value["x-generate"]["pattern"], fullmatch=True))

    assert files.validator(node).is_valid(value)
