"""``matrix.json`` and ``matrix.html``: what is known of every fault, variant and seed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

import contract
from contract import data, requirements
from contract.measure import figures
from contract.measure.catalogue import Catalogue, Deviation
from contract.measure.figures import Count, Judgement, Results
from contract.measure.jobs import CAUGHT, LOCALISED, SEEDS, STOCK, VARIANTS, WHOLE, Job
from contract.measure.outcome import Outcome
from contract.reporting import text

FORMAT = "conformance-fault-matrix/1"
COLUMNS = (CAUGHT, LOCALISED, WHOLE, STOCK)
NO_AREA = "no requirement"
MEANING = {
    CAUGHT: "every requirement that the fault names turns red when just these are tested",
    LOCALISED: "a fault for each requirement, against all explicit tests: exactly the declared requirements turn red",
    WHOLE: "the same with generated requests, for a sample",
    VARIANTS: "another answer where the documentation is silent: nothing turns red, no must is inconclusive",
    SEEDS: "the mock as it is: nothing turns red, no must is inconclusive",
    STOCK: "stock schemathesis, signed by our hooks, reports of its operation what it reports of no mock without it",
}


def write(catalogue: Catalogue, results: Results, folder: Path) -> None:
    """Write both files to *folder*."""
    folder.mkdir(parents=True, exist_ok=True)
    document = matrix(catalogue, results)
    (folder / "matrix.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    (folder / "matrix.html").write_text(text.encodable(html(document)), encoding="utf-8")


def matrix(catalogue: Catalogue, results: Results) -> dict[str, Any]:
    """Return what is known about every fault, variant and seed as plain data."""
    noise = figures.noise_of(results)
    judged = {(job.step, job.subject): _cell(job, outcome, noise) for job, outcome in results.items()}
    seeds = sorted({job.subject for job in results if job.step == SEEDS}, key=lambda name: int(name.split("-")[1]))
    return {
        "format": FORMAT,
        "written_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "suite_version": contract.__version__,
        "figures": {step: _figure(counted) for step, counted in figures.count(results, results).items()},
        "faults": [_row(each, judged) for each in catalogue.faults],
        "variants": [{**_described(each), VARIANTS: judged.get((VARIANTS, each.id))} for each in catalogue.variants],
        "seeds": [{"id": seed, SEEDS: judged.get((SEEDS, seed))} for seed in seeds],
        "stock_reports_without_fault": sorted(map(list, noise)),
    }


def _figure(counted: Count) -> dict[str, int]:
    return {"good": counted.good, "measured": counted.total}


def _cell(job: Job, outcome: Outcome, noise: frozenset[tuple[str, str]]) -> dict[str, Any]:
    judgement: Judgement = figures.judge(job, outcome, noise)
    return {
        **asdict(judgement),
        "ended": outcome.ended,
        "red": sorted(outcome.red),
        "duration_s": outcome.duration_s,
        "tests": outcome.tests,
        "requests": outcome.requests,
    }


def _described(deviation: Deviation) -> dict[str, Any]:
    return {"id": deviation.id, "description": deviation.description, "operation": deviation.operation}


def _row(fault: Deviation, judged: Mapping[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    return {
        **_described(fault),
        "area": area(fault),
        "requirements": list(fault.requirements),
        "also": list(fault.also),
        **{step: judged.get((step, fault.id)) for step in COLUMNS},
    }


def area(fault: Deviation) -> str:
    """Return the area of the first requirement that the fault names."""
    register = requirements.load()
    return next((register.get(id).area for id in fault.requirements if id in register), NO_AREA)


def html(document: Mapping[str, Any], templates: Path | None = None) -> str:
    """Return the page."""
    folder = templates or data.templates_folder()
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("faults.html.j2").render(
        matrix=document,
        areas=_areas(document["faults"]),
        columns=COLUMNS,
        meaning=MEANING,
        words={**figures.WORDS, WHOLE: "whole profile", LOCALISED: "faults localised"},
        style=Markup((folder / "report.css").read_text(encoding="utf-8")),
    )


def _areas(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    names = [name for name in (*requirements.AREAS, NO_AREA) if any(row["area"] == name for row in rows)]
    return [(name, [row for row in rows if row["area"] == name]) for name in names]
