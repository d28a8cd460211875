"""``report.json``: the run for programs. Its schema is ``report.schema.json`` beside this module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contract.coverage import Coverage
from contract.history import report
from contract.history.report import Report
from contract.reporting import causes, changes, findings, latency
from contract.results import CaseResult, Evidence, Finding, KnownState, OperationResult, RequirementResult, RunResult

FORMAT = report.FORMAT
SCHEMA_FILE = Path(__file__).with_name("report.schema.json")
LEVELS = ("must", "should", "open")


def write(result: RunResult, path: Path) -> None:
    """Write ``report.json``."""
    members = [f"{json.dumps(name)}: {_on_lines(value)}" for name, value in document(result).items()]
    path.write_text("{\n" + ",\n".join(members) + "\n}\n", encoding="utf-8")


def _on_lines(value: Any) -> str:
    """
    Return *value* as JSON, a list with a line per item: for people with a pager, at a tenth of the cost of indenting.

    ASCII escapes keep lone surrogates, which a hostile target can answer, readable for every parser.
    """
    if not isinstance(value, list) or not value:
        return json.dumps(value, default=str)
    return "[\n" + ",\n".join(json.dumps(item, default=str) for item in value) + "\n]"


def document(result: RunResult) -> dict[str, Any]:
    """Return the whole report as plain data, as the schema describes it."""
    groups = findings.groups(result)
    return {
        **_without_cases(result, result.coverage),
        "previous": _previous(result),
        "causes": [_cause(each) for each in causes.causes(groups, result)],
        "findings": [entry for group in groups for entry in _findings(group, result)],
        "cases": [_case(case) for each in result.requirements for case in each.cases],
    }


def as_report(result: RunResult) -> Report:
    """Return the run as it will be read again from its file, for a comparison with earlier ones."""
    # What was tried is compared with nothing, and counting it takes a second.
    return Report.model_validate(_without_cases(result, {}))


def _without_cases(result: RunResult, covered: Mapping[str, Coverage]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "run": vars(result.run).copy(),
        "target": dict(result.target),
        "verdict": result.verdict.value,
        "sentence": result.sentence,
        "summary": counts(result),
        "requirements": [_requirement(each, result) for each in result.requirements],
        "leaks": [vars(each).copy() for each in result.leaks],
        "operations": [_operation(each, covered.get(each.operation_id)) for each in result.operations],
    }


def _previous(result: RunResult) -> dict[str, Any] | None:
    comparison = result.past.comparison
    return changes.data(comparison) if comparison else None


def counts(result: RunResult) -> dict[str, Any]:
    """Return how many requirements got which verdict, over all and by level, and how much was sent."""
    return {
        **result.counts(),
        "requests": result.requests,
        "cases": result.cases,
        "by_level": {level: result.counts(level) for level in LEVELS},
        "known": {state.value: len(result.known(state)) for state in KnownState},
    }


def _requirement(requirement: RequirementResult, result: RunResult) -> dict[str, Any]:
    return {
        "id": requirement.id,
        "level": requirement.level,
        "severity": requirement.severity,
        "area": requirement.area,
        "statement": requirement.statement,
        "source": requirement.source,
        "operations": requirement.operations,
        "verdict": requirement.verdict.value,
        "reason": requirement.reason,
        "tests": requirement.tests,
        "observed": requirement.observed,
        "evidence": _evidence(requirement.evidence),
        "pinned": requirement.pinned,
        "flaky": requirement.flaky,
        "in_scope": requirement.in_scope,
        "known": vars(requirement.known).copy() if requirement.known else None,
        "since": _since(requirement, result),
    }


def _since(requirement: RequirementResult, result: RunResult) -> dict[str, Any] | None:
    since = result.past.since.get(requirement.id)
    return since.model_dump() if since else None


def _operation(operation: OperationResult, covered: Coverage | None) -> dict[str, Any]:
    return {
        "operation_id": operation.operation_id,
        "method": operation.method,
        "path": operation.path,
        "area": operation.area,
        "deprecated": operation.deprecated,
        "requests": operation.requests,
        "statuses": dict(sorted(operation.statuses.items())),
        "latency_ms": latency.figures(operation.latencies_ms),
        "coverage": _coverage(covered or Coverage()),
    }


def _coverage(covered: Coverage) -> dict[str, Any]:
    return {
        "parameters": {name: vars(each) for name, each in covered.parameters.items()},
        "responses": covered.responses,
        "undocumented": covered.undocumented,
    }


def _cause(cause: causes.Cause) -> dict[str, Any]:
    first = cause.lead.variants[0]
    return {
        "area": cause.lead.requirement.area,
        "breaks_run": cause.breaks_run,
        "requirements": [group.requirement.id for group in cause.groups],
        "blocked": [each.id for each in cause.blocked],
        "operations": cause.operations,
        "expected": first.expected,
        "observed": first.observed,
    }


def _findings(group: findings.Group, result: RunResult) -> list[dict[str, Any]]:
    return [
        {
            "requirement": group.requirement.id,
            "level": group.requirement.level,
            "verdict": group.requirement.verdict.value,
            "breaks_run": group.breaks_run,
            "known": group.requirement.excused,
            "since": _since(group.requirement, result),
            "expected": variant.expected,
            "observed": variant.observed,
            "operations": variant.operations,
            "cases": [case.id for case in variant.cases],
            "exchange": variant.finding.exchange,
            "control": variant.finding.control,
            "detail": variant.finding.detail,
        }
        for variant in group.variants
    ]


def _case(case: CaseResult) -> dict[str, Any]:
    return {
        "id": case.id,
        "requirement": case.requirement,
        "test": case.test,
        "operation": case.operation,
        "verdict": case.verdict.value,
        "reason": case.reason,
        "finding": _finding(case.finding),
        "earlier": _finding(case.earlier),
        "evidence": _evidence(case.evidence),
        "observed": case.observed,
        "exchanges": case.exchanges,
        "cases": case.cases,
        "duration_s": round(case.duration_s, 6),
        "flaky": case.flaky,
        "shared": case.shared,
    }


def _finding(finding: Finding | None) -> dict[str, Any] | None:
    return None if finding is None else vars(finding).copy()


def _evidence(evidence: dict[str, Evidence]) -> dict[str, dict[str, int]]:
    return {operation: {"accepted": each.accepted, "refused": each.refused} for operation, each in evidence.items()}
