"""From method and path to an operation: a tree of path segments, looked up without trying one pattern after another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from contract.mock.errors import Refusal
from contract.mock.operations import Operation

PREFIX = ("api", "v3")


@dataclass
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    any_id: _Node | None = None
    # method -> operation and the names of the ids on the way
    ends: dict[str, tuple[Operation, list[str]]] = field(default_factory=dict)


class Router:
    """Finds operations by path segments below /api/v3."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            for path in operation.paths:
                self._add(operation, path)

    def _add(self, operation: Operation, path: str) -> None:
        node, names = self._root, []
        for segment in path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment.strip("{}"))
                node.any_id = node.any_id or _Node()
                node = node.any_id
            else:
                node = node.children.setdefault(segment, _Node())
        node.ends[operation.method] = (operation, names)

    def match(self, method: str, segments: list[str]) -> tuple[Operation, dict[str, str]]:
        """
        The operation of a request, and its path ids by route name.

        Raises: Refusal: no such path, or the path does not take the method.
        """
        node, ids = self._root, []
        for segment in segments:
            child = node.children.get(segment)
            if child is None:
                child = node.any_id
                ids.append(segment)
            if child is None:
                raise Refusal("route_not_found")
            node = child
        if not node.ends:
            raise Refusal("route_not_found")
        found = node.ends.get("GET" if method == "HEAD" else method)
        if found is None:
            raise Refusal("method_not_allowed", allowed=", ".join(sorted(node.ends)))
        operation, names = found
        return operation, dict(zip(names, ids, strict=True))
