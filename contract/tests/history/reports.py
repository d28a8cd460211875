"""Makes reports of runs that never took place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from contract.history.report import Report


def document(verdicts: dict[str, str] | None = None, number: int = 1, **changed: Any) -> dict[str, Any]:
    """
    Return a report.json: its run is the *number*-th, an hour after the one before.

    Args:     verdicts: by requirement id. changed: ``target``, ``version``, ``profile``, ``interrupted``,
              ``read_only``, ``shard``, ``suite_version``, ``requirements`` (fields by id),
              ``latency`` (percentiles by operation).
    """
    verdicts = {"SIGN-001": "pass"} if verdicts is None else verdicts
    fields = changed.get("requirements", {})
    failed = "fail" in verdicts.values()
    return {
        "format": changed.get("format", "conformance-report/1"),
        "run": {
            "id": f"run-{number}",
            "started_at": f"2026-11-{21 + number // 24:02}T{number % 24:02}:15:00.000Z",
            "duration_s": 2.5,
            "seed": 7,
            "profile": changed.get("profile", "standard"),
            "suite_version": changed.get("suite_version", "0.1.0"),
            "interrupted": changed.get("interrupted", False),
            "read_only": changed.get("read_only"),
            "shard": changed.get("shard"),
        },
        "target": {
            "name": changed.get("target", "staging"),
            "base_url": "https://staging.example.com",
            "version": changed.get("version", f"build {number}"),
        },
        "verdict": "does-not-conform" if failed else "conforms",
        "sentence": "A sentence.",
        "summary": {each: list(verdicts.values()).count(each) for each in ("pass", "fail", "warn", "inconclusive")}
        | {"not-tested": 0, "requests": 9, "cases": 9},
        "requirements": [
            {"id": id, "level": "must", "area": "signing", "statement": f"{id} holds.", "verdict": verdict,
             "reason": "", "observed": {}, "in_scope": True, **fields.get(id, {})}
            for id, verdict in verdicts.items()
        ],
        "operations": [
            {"operation_id": name, "requests": requests,
             "latency_ms": {"p50": p50, "p90": p90, "p99": p90, "max": p90}}
            for name, (p50, p90, requests) in changed.get("latency", {}).items()
        ],
    }  # fmt: skip


def report(verdicts: dict[str, str] | None = None, number: int = 1, **changed: Any) -> Report:
    """Return the report that `document` describes, as it is read."""
    return Report.model_validate(document(verdicts, number, **changed))


def write(folder: Path, verdicts: dict[str, str] | None = None, number: int = 1, **changed: Any) -> Path:
    """Write a report folder into *folder* as the suite names it."""
    written = document(verdicts, number, **changed)
    stamp = written["run"]["started_at"][:19].replace("-", "").replace(":", "")
    path = folder / f"{stamp}Z-{written['target']['name']}"
    path.mkdir(parents=True)
    (path / "report.json").write_text(json.dumps(written), encoding="utf-8")
    (path / "index.html").write_text("<!doctype html>", encoding="utf-8")
    return path
