"""
The OpenAPI description as one JSON document, put together from the files it is written in.

Every ``$ref`` to another file becomes part of the document: a path item in its place, a component under
``#/components`` with the name of its file.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

_PACKAGE = Path(__file__).resolve().parents[1]
# In a checkout the description lies beside the package, in a wheel inside it.
FOLDERS = (_PACKAGE.parent / "openapi", _PACKAGE / "_data" / "openapi")
ROOT = "openapi.yaml"


class NoDescriptionError(Exception):
    """There is no description where it should be."""


@lru_cache(maxsize=1)
def bundled() -> bytes:
    """The whole description as JSON. Raises: NoDescriptionError."""
    for folder in FOLDERS:
        if (folder / ROOT).is_file():
            return json.dumps(_Bundle(folder).document()).encode()
    raise NoDescriptionError(f"{ROOT} is in none of: {', '.join(str(folder) for folder in FOLDERS)}")


class _Bundle:
    """Reads files once, and collects the components that the paths lead to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.components: dict[str, dict[str, Any]] = {}

    def document(self) -> dict[str, Any]:
        root = self._read(PurePosixPath(ROOT))
        own: dict[str, Any] = root.get("components") or {}
        bundled = self._resolved({key: value for key, value in root.items() if key != "components"}, ROOT)
        for kind, entries in own.items():
            for name, entry in entries.items():
                self.components.setdefault(kind, {})[name] = self._component(kind, name, entry)
        return {**bundled, "components": self.components}

    def _component(self, kind: str, name: str, entry: Any) -> Any:
        """A component that the root lists: itself where it is a reference to the file of the same name."""
        resolved = self._resolved(entry, ROOT)
        if resolved == {"$ref": f"#/components/{kind}/{name}"}:
            return self.components[kind][name]
        return resolved

    def _read(self, path: PurePosixPath) -> Any:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        # CSafeLoader is a safe loader too, only faster.
        return yaml.load((self.folder / path).read_text(encoding="utf-8"), Loader=loader)

    def _resolved(self, node: Any, where: str) -> Any:
        if isinstance(node, list):
            return [self._resolved(item, where) for item in node]
        if not isinstance(node, dict):
            return node
        target = node.get("$ref")
        if isinstance(target, str) and not target.startswith("#") and "://" not in target:
            return self._reference(node, target, where)
        return {key: self._resolved(value, where) for key, value in node.items()}

    def _reference(self, node: dict[str, Any], target: str, where: str) -> Any:
        path = _joined(PurePosixPath(where).parent, target.partition("#")[0])
        if path.parts[0] != "components":
            return self._resolved(self._read(path), str(path))
        kind, name = path.parts[1], path.stem
        if name not in self.components.setdefault(kind, {}):
            # Known before it is read: components may refer to each other in circles.
            self.components[kind][name] = {}
            self.components[kind][name] = self._resolved(self._read(path), str(path))
        siblings = {key: self._resolved(value, where) for key, value in node.items() if key != "$ref"}
        fragment = target.partition("#")[2]
        return {"$ref": f"#/components/{kind}/{name}{fragment}", **siblings}


def _joined(folder: PurePosixPath, relative: str) -> PurePosixPath:
    parts: list[str] = []
    for part in (*folder.parts, *PurePosixPath(relative).parts):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return PurePosixPath(*parts)
