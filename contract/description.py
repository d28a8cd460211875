"""The OpenAPI description as one plain document, every ``$ref`` replaced by what it names."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

import yaml

from contract import data

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Resolver:
    """Reads each file once and replaces references, local ones and those to other files."""

    def __init__(self) -> None:
        self._files: dict[Path, Any] = {}
        self._resolved: dict[tuple[Path, str], Any] = {}

    def read(self, path: Path) -> Any:
        if path not in self._files:
            self._files[path] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
        return self._files[path]

    def resolve(self, node: Any, path: Path) -> Any:
        if isinstance(node, list):
            return [self.resolve(item, path) for item in node]
        if not isinstance(node, dict):
            return node
        siblings = {key: self.resolve(value, path) for key, value in node.items() if key != "$ref"}
        reference = node.get("$ref")
        if not isinstance(reference, str):
            return siblings if reference is None else {**siblings, "$ref": self.resolve(reference, path)}
        named = self._follow(reference, path)
        return {**named, **siblings} if siblings else named

    def _follow(self, reference: str, path: Path) -> Any:
        file_name, _, pointer = reference.partition("#")
        other = (path.parent / file_name).resolve() if file_name else path
        if (other, pointer) not in self._resolved:
            node = self.read(other)
            for part in filter(None, pointer.split("/")):
                node = node[part.replace("~1", "/").replace("~0", "~")]
            self._resolved[other, pointer] = self.resolve(node, other)
        return self._resolved[other, pointer]


@functools.cache
def load() -> dict[str, Any]:
    """
    Read the description.

    Returns:  the whole document without references; parts that several places name are one object. Read only.
    """
    path = data.openapi_file().resolve()
    resolver = _Resolver()
    document: dict[str, Any] = resolver.resolve(resolver.read(path), path)
    return document


@functools.cache
def digest() -> str:
    """Return 16 hex digits that change whenever a file of the description does."""
    folder = data.openapi_file().parent
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*.yaml")):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()[:16]
