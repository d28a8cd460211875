"""Reads the files of the OpenAPI description one by one, so that their tests do not lean on the library's loader."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "openapi"
MAIN = FOLDER / "openapi.yaml"
METHODS = ("get", "post", "patch", "put", "delete")

# Keywords below which schemas stand: one, one by name, or several in a list.
_ONE = ("items", "additionalProperties", "not", "schema")
_BY_NAME = ("properties",)
_LISTED = ("allOf", "anyOf", "oneOf")


class Node(NamedTuple):
    """One mapping of a file: ``pointer`` is the JSON pointer to it."""

    file: Path
    pointer: str
    value: Mapping[str, Any]

    @property
    def uri(self) -> str:
        """Return the address that a ``$ref`` would name it by."""
        return f"{self.file.as_uri()}#{quote(self.pointer)}"

    def __str__(self) -> str:
        return f"{self.file.relative_to(FOLDER)}#{self.pointer}"


@functools.cache
def read(path: Path) -> Any:
    """Return what a YAML file holds."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def files(folder: str = "") -> list[Path]:
    """Return the YAML files of the description, or those below one of its folders."""
    return sorted((FOLDER / folder).rglob("*.yaml"))


def follow(reference: str, origin: Path) -> Node:
    """Return what a ``$ref`` in *origin* names."""
    name, _, pointer = reference.partition("#")
    path = (origin.parent / name).resolve() if name else origin
    value = read(path)
    for part in filter(None, pointer.split("/")):
        value = value[part.replace("~1", "/").replace("~0", "~")]
    return Node(path, pointer, value)


def resolved(node: Node) -> Mapping[str, Any]:
    """Return a node with the keywords of what it refers to below its own."""
    if "$ref" not in node.value:
        return node.value
    return {**resolved(follow(node.value["$ref"], node.file)), **node.value}


def flattened(value: Any, origin: Path) -> Any:
    """Return a value with what its references name in their place; keywords beside a reference go before."""
    if isinstance(value, list):
        return [flattened(inner, origin) for inner in value]
    if not isinstance(value, dict):
        return value
    own = {key: flattened(inner, origin) for key, inner in value.items() if key != "$ref"}
    if not isinstance(value.get("$ref"), str):
        return own
    named = follow(value["$ref"], origin)
    return {**flattened(named.value, named.file), **own}


def walk(path: Path) -> Iterator[Node]:
    """Yield every mapping of a file."""
    yield from _walk(path, "", read(path))


def _walk(path: Path, pointer: str, value: Any) -> Iterator[Node]:
    if isinstance(value, dict):
        yield Node(path, pointer, value)
        for key, inner in value.items():
            escaped = str(key).replace("~", "~0").replace("/", "~1")
            yield from _walk(path, f"{pointer}/{escaped}", inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(path, f"{pointer}/{index}", inner)


def schemas() -> list[Node]:
    """Return every schema that stands in the components, nested ones too."""
    found: list[Node] = []
    for path in files("components"):
        if path.parent.name == "schemas":
            found += _nested(Node(path, "", read(path)))
        else:
            outer = [node for node in walk(path) if "schema" in node.value and isinstance(node.value["schema"], dict)]
            found += [schema for node in outer for schema in _nested(_below(node, "schema", node.value["schema"]))]
    return found


def _nested(node: Node) -> Iterator[Node]:
    yield node
    for keyword in _ONE:
        if isinstance(node.value.get(keyword), dict):
            yield from _nested(_below(node, keyword, node.value[keyword]))
    for keyword in _BY_NAME:
        for name, inner in node.value.get(keyword, {}).items():
            yield from _nested(_below(node, f"{keyword}/{name}", inner))
    for keyword in _LISTED:
        for index, inner in enumerate(node.value.get(keyword, [])):
            yield from _nested(_below(node, f"{keyword}/{index}", inner))


def _below(node: Node, step: str, value: Mapping[str, Any]) -> Node:
    return Node(node.file, f"{node.pointer}/{step}", value)


def properties(node: Node) -> dict[str, Node]:
    """Return the properties of an object's schema by name, those of what it refers to included."""
    named = properties(follow(node.value["$ref"], node.file)) if "$ref" in node.value else {}
    own = {name: _below(node, f"properties/{name}", value) for name, value in node.value.get("properties", {}).items()}
    return {**named, **own}


def validator(node: Node) -> Draft202012Validator:
    """Return what validates values against a schema, wherever its references lead."""
    return Draft202012Validator({"$ref": node.uri}, registry=_REGISTRY)


def _retrieve(uri: str) -> Resource[Any]:
    return DRAFT202012.create_resource(read(Path(unquote(uri.removeprefix("file://")))))


_REGISTRY: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]


def operations() -> Iterator[tuple[str, str, Node]]:
    """Yield method, path and operation of the whole description."""
    for path, item in read(MAIN)["paths"].items():
        file = FOLDER / item["$ref"]
        for method in METHODS:
            if method in read(file):
                yield method.upper(), path, Node(file, f"/{method}", read(file)[method])


def parameters(operation: Node) -> list[Node]:
    """Return the parameters of an operation, those of its path included."""
    listed = [*read(operation.file).get("parameters", []), *operation.value.get("parameters", [])]
    return [follow(parameter["$ref"], operation.file) for parameter in listed]
