"""What a finding shows in a few words that findings of one cause share: the field that is wrong, the value it had."""

from __future__ import annotations

import re
from collections.abc import Iterable

from contract.reporting.findings import Group, Variant

# exams_show -> exams, student_sessions_end_exam -> student_sessions
_RESOURCE = re.compile(r"\w+?s(?=_)")
_FIELD_OBSERVED = re.compile(r"(?:^|, |; )([a-z][a-z_]+) = ")
_FIELD_EXPECTED = re.compile(r"(?:^|\.|the )([a-z][a-z_]+) to be\b")
_VALUE = re.compile(r"(?:'([^'\d]{3,40})'|([a-z]+(?:[ _-][a-z]+)?))(?: in \{.*)?", re.DOTALL)
# Words of every answer: that two findings speak of them does not make them one.
_GENERIC = frozenset({"status", "id", "request", "answer", "body", "ids", "count", "rows", "value"})


def of(group: Group) -> set[tuple[str, str]]:
    """Return pairs of a resource and a field or value that *group* found wrong on it."""
    return {
        (resource, word)
        for variant in group.variants
        for resource in _resources(variant.operations)
        for word in _words(variant)
    }


def _resources(operations: Iterable[str]) -> set[str]:
    return {found[0] for name in operations if (found := _RESOURCE.match(name))}


def _words(variant: Variant) -> set[str]:
    fields = {*_FIELD_OBSERVED.findall(variant.observed), *_FIELD_EXPECTED.findall(variant.expected)} - _GENERIC
    value = _VALUE.fullmatch(variant.observed)
    return fields | ({f"= {(value[1] or value[2]).lower()}"} if value else set())
