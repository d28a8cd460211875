"""
Finds what broken filters and sorts have in common: the column, the operator, that anything is sorted at all.

A column that is left out of account breaks a dozen requirements, each with filters of its own, some of several
conditions. The fewest columns and operators that explain all of them are the probable causes.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from contract.reporting.findings import Group
from contract.results import CaseResult

AREA = "filtering"
ANYWHERE, SORT = "any operation", "sort"
Sign = tuple[str, str]
"""Where it shows, an operation or any, and what: a column, an operator, or a sort."""


def explained(groups: Sequence[Group], exchanges: Mapping[str, dict[str, Any]]) -> dict[str, Sign]:
    """
    Return what probably breaks each of the *groups* that is about filter or sort, by requirement id.

    Args:     exchanges: those of the run, by id.
    """
    waiting = {
        group.requirement.id: signs
        for group in groups
        if group.requirement.area == AREA and (signs := _common(group.cases, exchanges))
    }
    found: dict[str, Sign] = {}
    while waiting:
        best = _widest(waiting)
        covered = [id for id, signs in waiting.items() if best in signs]
        for id in covered:
            found[id] = best
            del waiting[id]
    return found


def _widest(waiting: Mapping[str, set[Sign]]) -> Sign:
    """Return the sign that most have; of equals a column, which says more than an operator or a sort."""
    counted = Counter(sign for signs in waiting.values() for sign in signs)
    return min(counted, key=lambda sign: (-counted[sign], sign[0] == ANYWHERE, sign[1] == SORT, sign))


def _common(cases: Iterable[CaseResult], exchanges: Mapping[str, dict[str, Any]]) -> set[Sign]:
    """Return the signs that the requests of all *cases* have."""
    shown = (case.finding.exchange for case in cases if case.finding and case.finding.exchange)
    found = [_signs(exchanges[name]) for name in shown if name in exchanges]
    return set.intersection(*found) if found else set()


def _signs(exchange: Mapping[str, Any]) -> set[Sign]:
    operation = exchange["operation"]
    query = parse_qs(urlsplit(exchange["request"]["url"]).query)
    signs = {(operation, SORT)} if "sort" in query else set()
    for column, conditions in _object(query.get("filter", [""])[0]).items():
        signs.add((operation, column))
        signs |= {(ANYWHERE, operator) for operator in conditions} if isinstance(conditions, dict) else set()
    return signs


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
