"""What ``index.html`` says about earlier runs and known deviations."""

from __future__ import annotations

from typing import Any

from contract.history.report import Since
from contract.reporting import changes
from contract.reporting.causes import Cause
from contract.reporting.verdict_plot import plot
from contract.results import KnownState, RunResult

STATES = {
    KnownState.EXPIRED: "still fails and has expired: it counts again",
    KnownState.MENDED: "no longer fails: take it out of the list",
    KnownState.HOLDS: "still fails and is excused",
    KnownState.NOT_JUDGED: "could not be judged in this run",
}


def context(result: RunResult, found: list[Cause]) -> dict[str, Any]:
    """Return what the partial templates are given."""
    past = result.past
    return {
        "past": past,
        "comparison": past.comparison,
        "known_causes": [cause for cause in found if cause.known],
        "known_states": {state.value: words for state, words in STATES.items()},
        "known_listed": sorted((each for each in result.requirements if each.known), key=_order),
        "since": past.since,
        "said_since": said,
        "plot": plot(past.runs),
        **changes.words(past.comparison),
    }


def said(since: Since, run: str) -> str:
    """Return since when, in words; *run* is the id of this run."""
    when = f"{since.started_at[:10]} {since.started_at[11:16]} UTC"
    build = f", build {since.version}" if since.version else ""
    if since.run == run:
        return "this run, the first on record that judged it" if since.first_on_record else "this run: it is new"
    return f"{when}{build}" + (", the first run on record: it may be older" if since.first_on_record else "")


def _order(requirement: Any) -> tuple[int, str]:
    return list(STATES).index(requirement.known.state), requirement.id
