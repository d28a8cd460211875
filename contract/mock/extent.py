"""How far a deviation reaches: the operations that it changes, read off the rules before and after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any

from contract.mock.rules import Rules, new_rules

_PLAIN = (str, bytes, int, float, bool, type(None), frozenset)


def changed_operations(change: Callable[[Rules], None]) -> tuple[str, ...] | None:
    """
    Return the operations that may answer otherwise after *change*, in the order of the table.

    Returns:  None where it changes something that all operations share, or nothing that can be seen in the rules.
    """
    rules = new_rules()
    before = {field.name: _snapshot(getattr(rules, field.name)) for field in fields(rules)}
    known = list(rules.operations)
    change(rules)
    found: set[str] = set()
    for field in fields(rules):
        after = _snapshot(getattr(rules, field.name))
        if after != before[field.name]:
            touched = _touched(field.name, before[field.name], after, rules)
            if touched is None:
                return None
            found.update(touched)
    return tuple(name for name in known if name in found) or None


def _touched(name: str, before: Any, after: Any, rules: Rules) -> Iterable[str] | None:
    if name == "operations":
        return _changed_keys(before, after)
    if name == "paging":
        return [id for id in rules.operations if "_index" in id]
    if name == "zips":
        return [id for id in rules.operations if id.endswith("_exam_documents_zip")]
    if name == "loaders":
        kinds = _changed_keys(before, after)
        return [id for id, each in rules.operations.items() if any(kind in kinds for kind, _ in each.loads)]
    return None


def _changed_keys(before: Any, after: Any) -> set[str]:
    (_, old), (_, new) = before, after
    return {key for key in {**old, **new} if old.get(key) != new.get(key)}


def _snapshot(value: Any, inside: tuple[int, ...] = ()) -> Any:
    """Return what tells whether *value*, or anything in it, was replaced or changed later."""
    if isinstance(value, _PLAIN):
        return value
    frozen = getattr(getattr(value, "__dataclass_params__", None), "frozen", False)
    if frozen or id(value) in inside or isinstance(value, type) or hasattr(value, "__code__"):
        return id(value)
    within = (*inside, id(value))
    if isinstance(value, dict):
        return id(value), {key: _snapshot(each, within) for key, each in value.items()}
    if isinstance(value, list | tuple | set):
        return id(value), [_snapshot(each, within) for each in value]
    return id(value), {name: _snapshot(each, within) for name, each in getattr(value, "__dict__", {}).items()}
