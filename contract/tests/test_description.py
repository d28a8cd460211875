"""The OpenAPI description: valid, linted, true to the list of operations, and with examples that hold."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from openapi_spec_validator import validate
from openapi_spec_validator.readers import read_from_filename
from schemathesis.core.result import Ok

from contract.tests import openapi_files as files
from contract.tests.openapi_files import FOLDER, MAIN, ROOT

LISTED = tomllib.loads((Path(__file__).parent / "data" / "operations.toml").read_text())["operation"]
OPERATIONS = {
    operation.value["operationId"]: (method, path, operation) for method, path, operation in files.operations()
}
PAGINATED = {
    "attachments_index",
    "exams_index",
    "exams_index_students",
    "institutes_index",
    "lti_resources_index",
    "student_sessions_index",
    "student_sessions_index_all",
    "users_index",
}
FILTERED = PAGINATED - {"attachments_index", "lti_resources_index"}
SIGNING = {"timestamp", "nonce", "signature"}
LEVELS = {"must", "should", "open"}
# Keywords that say nothing about which values are valid: beside a $ref they may repeat what it names.
ANNOTATIONS = {"description", "examples", "default", "deprecated"}

NODES = [node for path in files.files() for node in files.walk(path)]


# Valid and linted


def broken_copy(folder: Path, file: str, old: str, new: str) -> Path:
    """Return the main file of a copy of the description in which one text is replaced."""
    shutil.copytree(FOLDER, folder / "openapi")
    shutil.copy(ROOT / "redocly.yaml", folder)
    path = folder / "openapi" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return folder / "openapi" / MAIN.name


def spec_faults(main: Path) -> str:
    """
    Return what openapi-spec-validator objects to, or nothing.

    It judges the description as it stands and as one document: what is in other files it only looks at in part.
    """
    document, base_uri = read_from_filename(str(main))
    try:
        validate(document, base_uri=base_uri)
        validate(files.flattened(files.read(main), main))
    except Exception as fault:
        return str(fault) or repr(fault)
    return ""


def test_description_is_valid_openapi() -> None:
    assert spec_faults(MAIN) == ""
    assert files.read(MAIN)["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("openapi.yaml", "title: ", "titel: "),
        ("paths/exams.yaml", "operationId: exams_index", "operationId: exams_show"),
        ("components/parameters/Page.yaml", "in: query", "in: nowhere"),
        ("components/schemas/User.yaml", "type: integer", "type: number?"),
    ],
)
def test_the_validator_finds_a_planted_fault(tmp_path: Path, file: str, old: str, new: str) -> None:
    main = broken_copy(tmp_path, file, old, new)

    assert spec_faults(main) != ""


def redocly(main: Path) -> dict[str, Any]:
    """
    Lint with Redocly.

    Returns:  its JSON report; ``totals`` counts errors and warnings.
    """
    program = ROOT / "node_modules" / ".bin" / "redocly"
    if not program.exists() or shutil.which("node") is None:
        reason = "Redocly is not installed: Node 20.19 or newer and `npm ci` bring it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    environment = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    command = [str(program), "lint", "openapi/openapi.yaml", "--config", "redocly.yaml", "--format", "json"]
    done = subprocess.run(
        command, cwd=main.parents[1], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert "{" in done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout[done.stdout.index("{") :])
    assert (done.returncode == 0) == (report["totals"]["errors"] == 0)
    return report


def test_redocly_has_no_complaint() -> None:
    report = redocly(MAIN)

    assert report["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, report["problems"]


def test_redocly_finds_a_planted_fault(tmp_path: Path) -> None:
    main = broken_copy(tmp_path, "components/schemas/User.yaml", "required: [id,", "required: [nobody, id,")

    rules = {problem["ruleId"] for problem in redocly(main)["problems"]}

    assert "no-required-schema-properties-undefined" in rules


def test_lock_file_names_no_other_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())

    assert re.findall(r"https?://(?!registry\.npmjs\.org/)[^\"]+", json.dumps(lock)) == []
    assert (
        lock["packages"]["node_modules/@redocly/cli"]["version"]
        == (json.loads((ROOT / "package.json").read_text())["devDependencies"]["@redocly/cli"])
    )


# Every operation, and the layout


def test_operations_are_those_of_the_list_and_no_more() -> None:
    described = {
        (name, method, path, operation.value["tags"][0], operation.value.get("deprecated", False))
        for name, (method, path, operation) in OPERATIONS.items()
    }

    assert len(LISTED) == 65
    assert described == {(row["id"], row["method"], row["path"], row["area"], row["deprecated"]) for row in LISTED}
    assert len(list(files.operations())) == 65


def test_schemathesis_finds_every_operation_with_responses() -> None:
    loaded = list(schemathesis.openapi.from_path(MAIN).get_all_operations())
    found = [result.ok() for result in loaded if isinstance(result, Ok)]

    assert len(found) == len(loaded)
    assert {operation.definition.raw["operationId"] for operation in found} == set(OPERATIONS)
    assert [operation.label for operation in found if not list(operation.responses.items())] == []


def test_each_path_is_one_reference_to_one_file() -> None:
    paths = files.read(MAIN)["paths"]

    expected = {path: {"$ref": f"paths/{path.strip('/').replace('/', '_')}.yaml"} for path in paths}
    assert paths == expected
    assert {FOLDER / item["$ref"] for item in paths.values()} == set(files.files("paths"))
    for path in files.files("paths"):
        assert set(files.read(path)) <= {"parameters", *files.METHODS}, path.name


def test_each_component_has_a_file_that_something_refers_to() -> None:
    used = {
        files.follow(node.value["$ref"], node.file).file for node in NODES if isinstance(node.value.get("$ref"), str)
    }

    components = set(files.files("components"))
    assert {path.parent.name for path in components} == {
        "headers",
        "parameters",
        "responses",
        "schemas",
        "securitySchemes",
    }
    assert components - used == set()
    assert set(files.files()) == {MAIN, *files.files("paths"), *components}


def test_no_reference_below_a_method_where_openapi_forbids_it() -> None:
    allowed = re.compile(
        r"/parameters/\d+"
        r"|/(get|post|patch|put|delete)/parameters/\d+"
        r"|/(get|post|patch|put|delete)/responses/\w+"
        r"|/(post|patch|put)/requestBody/content/[\w~-]+/schema"
    )
    placed = [node for path in files.files("paths") for node in files.walk(path) if "$ref" in node.value]

    assert len(placed) > 65
    assert [str(node) for node in placed if not allowed.fullmatch(node.pointer)] == []


def test_references_repeat_no_constraint_of_what_they_name() -> None:
    # The library puts siblings of a $ref over what it names: equal to JSON Schema only where they do not meet.
    meeting = {
        str(node): common
        for node in NODES
        if isinstance(node.value.get("$ref"), str)
        for common in [
            set(node.value) & set(files.follow(node.value["$ref"], node.file).value) - ANNOTATIONS - {"$ref"}
        ]
        if {key for key in common if not key.startswith("x-")}
    }

    assert meeting == {}


def test_path_parameters_are_those_of_the_template() -> None:
    for name, (_, path, operation) in OPERATIONS.items():
        declared = [node.value["name"] for node in files.parameters(operation) if node.value["in"] == "path"]
        assert declared == re.findall(r"\{(\w+)\}", path), name


# Marks


def test_levels_are_known_and_say_where_they_come_from() -> None:
    marked = [node for node in NODES if "x-level" in node.value]

    assert marked
    assert [str(node) for node in marked if node.value["x-level"] not in LEVELS] == []
    assert [str(node) for node in marked if not re.match(r"https?://", node.value.get("x-source", ""))] == []


def test_every_own_key_is_explained_in_the_readme_and_used() -> None:
    used = {key for node in NODES for key in node.value if str(key).startswith("x-")}
    explained = set(re.findall(r"^\| `(x-[a-z-]+)` \|", (FOLDER / "README.md").read_text(), re.MULTILINE))

    assert used == explained


def test_every_operation_names_its_page() -> None:
    for name, (_, _, operation) in OPERATIONS.items():
        assert re.fullmatch(r"https?://docs\.proctorexam\.com/v3/apidoc\S*\.html", operation.value["x-source"]), name


# What operations share


def test_paginated_lists_take_page_and_limit_and_describe_four_headers() -> None:
    for name, (_, _, operation) in OPERATIONS.items():
        names = {node.value["name"] for node in files.parameters(operation)}
        success = files.follow(operation.value["responses"]["2XX"]["$ref"], operation.file)
        headers = {header for header in success.value.get("headers", {}) if header.startswith("X-Pagination-")}
        assert names >= {"page", "limit"} if name in PAGINATED else not names & {"page", "limit"}, name
        assert len(headers) == (4 if name in PAGINATED else 0), name


def test_filter_and_sort_are_json_in_the_query() -> None:
    for name, (_, _, operation) in OPERATIONS.items():
        taken = {node.value["name"]: node.value for node in files.parameters(operation)}
        assert ({"filter", "sort"} <= set(taken)) == (name in FILTERED), name
        for key in {"filter", "sort"} & set(taken):
            assert taken[key]["in"] == "query"
            assert list(taken[key]["content"]) == ["application/json"]


def test_every_request_is_signed_in_the_query_or_the_body() -> None:
    for name, (method, _, operation) in OPERATIONS.items():
        in_query = {node.value["name"] for node in files.parameters(operation) if node.value.get("x-signing")}
        bodies = [
            files.follow(content["schema"]["$ref"], operation.file)
            for content in operation.value.get("requestBody", {}).get("content", {}).values()
        ]
        assert in_query == (SIGNING if method in ("GET", "DELETE") else set()), name
        assert bool(bodies) == (method not in ("GET", "DELETE")), name
        for body in bodies:
            marked = {key for key, node in files.properties(body).items() if files.resolved(node).get("x-signing")}
            assert marked == SIGNING, name
            assert set(files.resolved(body)["required"]) >= SIGNING, name


def test_forms_are_closed_and_carry_their_file() -> None:
    forms = {
        name: files.follow(content["schema"]["$ref"], operation.file)
        for name, (_, _, operation) in OPERATIONS.items()
        for media_type, content in operation.value.get("requestBody", {}).get("content", {}).items()
        if media_type == "multipart/form-data"
    }

    assert set(forms) == {"attachments_create", "institutes_create", "institutes_update", "institutes_update_put"}
    for name, form in forms.items():
        assert files.resolved(form)["additionalProperties"] is False, name
        binary = {key for key, node in files.properties(form).items() if node.value.get("format") == "binary"}
        assert binary == ({"document"} if name == "attachments_create" else {"logo_image"})


def test_every_operation_describes_success_and_refusal() -> None:
    for name, (_, _, operation) in OPERATIONS.items():
        assert {"2XX", "4XX"} <= set(operation.value["responses"]), name


def test_links_lead_to_operations_and_fill_their_path() -> None:
    linking = [
        node for path in files.files("components/responses") for node in files.walk(path) if "links" in node.value
    ]

    assert len(linking) == 8
    for node in linking:
        targets = {link["operationId"] for link in node.value["links"].values()}
        assert any(target.endswith("_show") for target in targets), str(node)
        assert any(target.endswith("_destroy") for target in targets), str(node)
        for link in node.value["links"].values():
            _, path, _ = OPERATIONS[link["operationId"]]
            assert set(link["parameters"]) == set(re.findall(r"\{(\w+)\}", path)), str(node)
