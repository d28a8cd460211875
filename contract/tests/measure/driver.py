"""
A measurement of faults with requirements of the caller's choice, in a process of its own.

Called with JSON, prints JSON in the last line: ``python -m contract.tests.measure.driver '{"jobs": [...]}'``. A job is
``{"step": ..., "fault": ..., "requirements": [...]}``, ``limits_s`` are by step, the cache is in ``cache`` of the
current folder. Keys do not look at the sources, which may change while somebody works on them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest.mock import patch

from contract.measure import figures, runner
from contract.measure.cache import Cache
from contract.measure.catalogue import Catalogue, Deviation
from contract.measure.jobs import RUN_SEED, SEEDS, Job
from contract.measure.runner import Measurement


def read(spec: dict[str, Any]) -> Job:
    if spec["step"] == SEEDS:
        return Job(SEEDS, f"seed-{spec['seed']}", spec["seed"], None, "smoke")
    deviation = Deviation(spec["fault"], "", "fault", tuple(spec["requirements"]), module="contract.mock.faults.accept")
    return Job(spec["step"], spec["fault"], RUN_SEED, deviation)


class SourcesAsTheyWere:
    """Stands in for the keys."""

    def __init__(self, known: Catalogue) -> None:
        pass

    def __call__(self, job: Job, files: Iterable[Path] = ()) -> str:
        return repr(job)


def main(order: dict[str, Any]) -> dict[str, Any]:
    jobs = [read(each) for each in order["jobs"]]
    known = Catalogue(tuple(job.deviation for job in jobs if job.deviation))
    measurement = Measurement(known, jobs, Cache(Path("cache")), workers=2, limits_s=order.get("limits_s", {}))
    with patch.object(runner, "Keys", SourcesAsTheyWere):
        measurement.run()
    return {
        "interrupted": measurement.interrupted,
        "line": figures.line(figures.count(jobs, measurement.results)),
        "jobs": {
            f"{job.step} {job.subject}": {
                "good": figures.judge(job, outcome).good,
                "reason": figures.judge(job, outcome).reason,
                "outcome": outcome.as_dict(),
            }
            for job, outcome in measurement.results.items()
        },
    }


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
