"""What a run says before its first request: how much it will send, and how long that takes about."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from contract.session import PLAN_FILE, Session

OVERHEAD_S = 4.0
"""Starting, collecting, writing the report."""


TO_MAKE_S = {"smoke": 0.2, "standard": 0.25, "deep": 4.0}
"""Making the plan of one operation, on an idle machine."""


def making(names: Sequence[str], run: Session) -> str:
    """Return one line about plans that are not ready and have to be made first."""
    seconds = OVERHEAD_S + len(names) * TO_MAKE_S[run.settings.profile] / max(1, run.processes)
    return (
        f"making the plan of {len(names)} operations for seed {run.settings.seed}: about {_time(seconds)}; it is kept"
    )


def of(run: Session) -> str | None:
    """Return a line or two about the plan, or None as long as nobody has written it down."""
    try:
        plan = json.loads((run.parts / PLAN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    words = f"{plan['tests']} tests, about {plan['requests']} requests, about {_time(seconds(plan, run))}"
    bound = run.target.requests_per_second
    if bound:
        words += f" at {bound:g} requests per second"
    if plan["left_out"]:
        # Together they are wider than a terminal.
        words += f";\n{plan['left_out']} tests left out by the budget of {run.budget_requests} requests"
    return words


def seconds(plan: dict[str, Any], run: Session) -> float:
    """Return how long the plan takes: processors share the computing, workers the waiting, nobody the bound."""
    waiting_s = 0.0 if run.target.embedded else plan["requests"] * run.latency_ms / 1000
    computing_s = plan["seconds"] / max(1, min(run.workers, run.processes))
    shared = computing_s + waiting_s / max(1, run.workers)
    bound = run.target.requests_per_second
    return OVERHEAD_S + float(max(shared, plan["requests"] / bound if bound else 0.0))


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
