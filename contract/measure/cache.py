"""Outcomes on disk, one JSON file a job, so that a measurement can be interrupted, resumed and repeated."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from contract.measure.jobs import Job
from contract.measure.outcome import Outcome


@dataclass(frozen=True)
class Cache:
    """Keeps the last outcome of every job under *folder*."""

    folder: Path

    def get(self, job: Job, key: str) -> Outcome | None:
        """Return the outcome of *job* if nothing that it rests on has changed since."""
        try:
            kept = json.loads(self._path(job).read_text(encoding="utf-8"))
            return Outcome.of_dict(kept["outcome"]) if kept["key"] == key else None
        except (OSError, ValueError, KeyError, TypeError):
            # None is there, or what is there was written by another version: it is measured again.
            return None

    def put(self, job: Job, key: str, outcome: Outcome) -> None:
        """Keep *outcome*."""
        path = self._path(job)
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.getpid()}")
        unfinished.write_text(json.dumps({"key": key, "outcome": outcome.as_dict()}), encoding="utf-8")
        unfinished.replace(path)

    def _path(self, job: Job) -> Path:
        return self.folder / job.step / f"{job.subject}.json"
