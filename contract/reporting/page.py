"""``index.html``: the run for people, one file without a network, made from the templates in ``reports/templates``."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from contract import data
from contract.exchange import VALID
from contract.reporting import (
    causes,
    commands,
    evidence,
    findings,
    grammar,
    latency,
    past,
    payload,
    plots,
    summary,
    text,
)
from contract.results import Evidence, OperationResult, RequirementResult, RunResult, Verdict

SCRIPTS = ("data.js", "exchange.js", "matrix.js", "tables.js", "copy.js", "page.js")
STYLES = ("report.css", "history.css")
EMBEDDED = "mock"
MEANING = {
    Verdict.FAIL: "a must did not hold",
    Verdict.WARN: "a should did not hold",
    Verdict.INCONCLUSIVE: "tried, but could not be judged",
    Verdict.PASS: "it held, or a question was answered",
    Verdict.NOT_TESTED: "not tried; the reason is given",
}
LEVEL_MEANING = {
    "must": "is stated by the documentation; one that fails makes the target not conform",
    "should": "follows from the documentation, or clients rely on it; unmet, it warns, or fails where severity is high",
    "open": "is what the documentation leaves unsaid; the answer is recorded and never fails",
}


def write(result: RunResult, path: Path) -> None:
    """Write ``index.html``."""
    path.write_text(text.encodable(html(result)), encoding="utf-8")


def html(result: RunResult, templates: Path | None = None) -> str:
    """Return the page."""
    folder = templates or data.templates_folder()
    script = "\n".join((folder / "script" / name).read_text(encoding="utf-8") for name in SCRIPTS)
    script = f'(() => {{\n"use strict";\n{script}\n}})();\n'
    return (
        _environment(folder)
        .get_template("index.html.j2")
        .render(
            **context(result),
            style=_style(folder),
            script=Markup(script),
            script_digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
            payload=payload.embedded(result),
        )
    )


def render(template: str, **values: Any) -> str:
    """Return another page, without scripts, from the *template* of that name."""
    folder = data.templates_folder()
    return _environment(folder).get_template(template).render(style=_style(folder), **values)


def _style(folder: Path) -> Markup:
    return Markup("\n".join((folder / name).read_text(encoding="utf-8") for name in STYLES))


def _environment(folder: Path) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(compact=text.compact, number=text.grouped, shortened=text.shortened, ms=_milliseconds)
    environment.tests["link"] = _is_link
    return environment


def context(result: RunResult) -> dict[str, Any]:
    """Return what the templates are given: results, sorted by cause, and the words that explain them."""
    groups = findings.groups(result)
    found = causes.causes(groups, result)
    exchanges, covered = evidence.by_id(result), result.coverage
    return {
        **_grammar(result),
        "latency_plot": plots.latencies(result.operations),
        "result": result,
        "run": result.run,
        "target": result.target,
        "counts": summary.counts(result),
        "meaning": {verdict.value: words for verdict, words in MEANING.items()},
        "level_meaning": LEVEL_MEANING,
        "breaking": [cause for cause in found if cause.breaks_run],
        "warnings": [cause for cause in found if not cause.breaks_run and not cause.known],
        **past.context(result, found),
        "uncertain": findings.reasons(result, Verdict.INCONCLUSIVE),
        "unsure": {each.case.requirement: each for each in evidence.unsure(result, exchanges)},
        "untested": findings.reasons(result, Verdict.NOT_TESTED),
        "never_accepted": [each.operation_id for each in result.operations if each.requests and not _accepted(each)],
        "open_questions": [each for each in result.requirements if each.level == "open"],
        "areas": list(dict.fromkeys(each.area for each in result.requirements)),
        "by_area": _by_area(result.requirements),
        "groups": groups,
        "with_finding": {group.requirement.id for group in groups},
        "shown": lambda variant: evidence.shown(variant, exchanges),
        "operations": [
            {**_operation_row(each, _broken_on(each.operation_id, found)), "coverage": covered.get(each.operation_id)}
            for each in result.operations
        ],
        "counted": {each.id: _counted(each.evidence) for each in result.requirements},
        "embedded": str(result.target["name"]) == EMBEDDED,
        "cleanup": commands.cleanup(result),
        "again": lambda *ids: commands.again(result, ids),
        "explain": commands.explain,
        "repro": commands.repro,
        "curl": _curl(result, exchanges),
    }


def _curl(result: RunResult, exchanges: Mapping[str, dict[str, Any]]) -> Callable[[findings.Variant], str | None]:
    """Return what writes the curl line of a finding's request, of its accepted form where it was wrong on purpose."""
    target, config = str(result.target["name"]), commands.config_of(result.run.arguments)

    def line(variant: findings.Variant) -> str | None:
        shown = evidence.shown(variant, exchanges)
        exchange = exchanges.get(shown.control or shown.exchange or "")
        # The embedded mock is gone when the report is read. A request that was wrong on purpose has no right form here.
        if exchange is None or target == EMBEDDED or exchange["intent"] != VALID:
            return None
        return commands.curl(target, exchange, config)

    return line


def _grammar(result: RunResult) -> dict[str, Any]:
    return {
        "grammars": grammar.of(result.requirements),
        "operators": grammar.OPERATORS,
        "types": grammar.TYPES,
        "most_conditions": grammar.MOST,
    }


def _operation_row(operation: OperationResult, broken: list[list[str]]) -> dict[str, Any]:
    return {
        "data": operation,
        "statuses": sorted(operation.statuses.items()),
        "latency": latency.figures(operation.latencies_ms),
        "broken": broken,
    }


def _accepted(operation: OperationResult) -> bool:
    return any(status.startswith(("2", "3")) for status in operation.statuses)


def _broken_on(operation: str, found: list[causes.Cause]) -> list[list[str]]:
    """Return the requirements that are broken on *operation*, those of one cause together."""
    by_cause = ([group.requirement.id for group in cause.groups if operation in group.operations] for cause in found)
    return [ids for ids in by_cause if ids]


def _by_area(requirements: Sequence[RequirementResult]) -> list[dict[str, Any]]:
    """Return how many requirements of each area got which verdict, and on how many operations there is evidence."""
    members: dict[str, list[RequirementResult]] = {}
    for each in requirements:
        members.setdefault(each.area, []).append(each)
    return [
        {
            "area": area,
            "counts": Counter(each.verdict.value for each in found),
            "operations": len({name for each in found for name in each.operations}),
            "tried": len({name for each in found for name in each.evidence if name in each.operations}),
        }
        for area, found in members.items()
    ]


def _counted(counts: Mapping[str, Evidence]) -> Counter[str]:
    total: Counter[str] = Counter()
    for each in counts.values():
        total.update(accepted=each.accepted, refused=each.refused)
    return total


def _milliseconds(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def _is_link(value: str) -> bool:
    # Anything else, a javascript: URL above all, stays text.
    return value.startswith(("https://", "http://"))
