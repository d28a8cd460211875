"""
The data behind ``index.html``: everything the page shows only when asked, embedded once and compressed.

What stands in the page's own HTML (verdict, findings, tables) is not repeated here.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contract.reporting import evidence, findings
from contract.results import CaseResult, RequirementResult, RunResult, Verdict

SHOWN_BODY = 2_048
"""Characters kept of a body whose case passed; bodies of examples are kept as they were recorded."""
BUDGET = 4_000_000
"""Characters of all exchanges together that are no examples."""
EXCHANGES_PER_CASE = 12


def embedded(result: RunResult) -> str:
    """Return the page's data as base64 of gzipped JSON: it needs no escaping and takes a tenth of the room."""
    plain = json.dumps(data(result), separators=(",", ":"), default=str).encode("ascii")
    return base64.b64encode(gzip.compress(plain, 6, mtime=0)).decode("ascii")


def data(result: RunResult) -> dict[str, Any]:
    """Return the cases by requirement, and the exchanges by id that the page can show."""
    by_id = evidence.by_id(result)
    return {
        "requirements": {each.id: _requirement(each, by_id) for each in result.requirements},
        "exchanges": {exchange["id"]: exchange for exchange in _chosen(result)},
    }


def _requirement(requirement: RequirementResult, exchanges: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    counted = {name: [each.accepted, each.refused] for name, each in requirement.evidence.items()}
    return {
        "tests": requirement.tests,
        "operations": requirement.operations,
        "evidence": counted,
        "cases": [_case(case, exchanges) for case in requirement.cases],
    }


def _case(case: CaseResult, exchanges: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    both = evidence.tries(case, exchanges)
    # Empty fields are left out: there are thousands of cases.
    fields = {
        "id": case.id,
        "operation": case.operation,
        "verdict": case.verdict.value,
        "reason": case.reason,
        "finding": _without_empty(vars(case.finding)) if case.finding else None,
        "earlier": _without_empty(vars(case.earlier)) if case.earlier else None,
        "exchanges": case.exchanges[:EXCHANGES_PER_CASE],
        "more": max(0, len(case.exchanges) - EXCHANGES_PER_CASE),
        "cases": case.cases if case.cases != 1 else None,
        "other_try": both.other if both else None,
    }
    return _without_empty(fields)


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [], 0)}


def _chosen(result: RunResult) -> Iterator[dict[str, Any]]:
    by_id = evidence.by_id(result)
    whole = {name for name in _examples(result, by_id) if name in by_id}
    yield from (by_id[name] for name in by_id if name in whole)
    room = BUDGET
    for name in _others(result):
        if name in by_id and name not in whole:
            whole.add(name)
            exchange = _trimmed(by_id[name])
            room -= _size(exchange)
            if room < 0:
                return
            yield exchange


def _examples(result: RunResult, by_id: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield the exchanges that show a finding, of one case for each way in which a requirement is broken."""
    for group in findings.groups(result):
        for variant in group.variants:
            shown = evidence.shown(variant, by_id)
            names = (shown.exchange, shown.control, *variant.example.exchanges[:EXCHANGES_PER_CASE])
            yield from (name for name in names if name)
    for each in evidence.unsure(result, by_id):
        yield from (name for name in (each.exchange, each.other) if name)


def _others(result: RunResult) -> Iterator[str]:
    """Yield the exchanges of all cases, those first that did not pass."""
    cases = [case for requirement in result.requirements for case in requirement.cases]
    for case in sorted(cases, key=lambda case: case.verdict is Verdict.PASS):
        yield from _of(case)


def _of(case: CaseResult) -> Iterable[str]:
    found = [case.finding, case.earlier]
    named = [name for finding in found if finding for name in (finding.exchange, finding.control) if name]
    return [*named, *case.exchanges[:EXCHANGES_PER_CASE]]


def _trimmed(exchange: dict[str, Any]) -> dict[str, Any]:
    return {
        **exchange,
        "request": _shorter(exchange["request"]),
        "response": _shorter(exchange["response"]) if exchange["response"] else None,
    }


def _shorter(message: dict[str, Any]) -> dict[str, Any]:
    if len(message["body"]) <= SHOWN_BODY:
        return message
    return {**message, "body": message["body"][:SHOWN_BODY], "cut": True}


def _size(exchange: Mapping[str, Any]) -> int:
    messages = [message for message in (exchange["request"], exchange["response"]) if message]
    headers = sum(len(name) + len(value) for message in messages for name, value in message["headers"])
    return 300 + headers + sum(len(message["body"]) for message in messages)
