"""Of the runs on record: which one to compare with, and since when a requirement has not been met."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from contract.history.comparison import Comparison
from contract.history.report import Head, Report, Since
from contract.history.scope import is_read_only


@dataclass(frozen=True)
class Past:
    """What the runs of the past say about a run; nothing of it where there were none."""

    comparison: Comparison | None = None
    """With the previous run."""
    previous_page: str | None = None
    """The previous run's page, relative to this run's folder, where both lie together."""
    since: dict[str, Since] = field(default_factory=dict)
    """By requirement that is not met."""
    runs: tuple[Head, ...] = ()
    """The latest runs of the target, this one last."""


def previous(run: Report, earlier: Iterable[Report]) -> Report | None:
    """
    Return the run to compare *run* with, out of *earlier* ones of its target, newest first.

    The newest whole one of the same profile that was asked for all that this one was asked for; else the newest of the
    same profile; else the newest. One that was read-only and one that was not are as if of two profiles.
    """
    newest: Report | None = None
    same_profile: Report | None = None
    for each in earlier:
        newest = newest or each
        if each.run.profile != run.run.profile or is_read_only(each) is not is_read_only(run):
            continue
        same_profile = same_profile or each
        if each.is_whole and run.scope & frozenset(each.judged) <= each.scope:
            return each
    return same_profile or newest


def since(run: Report, earlier: Iterable[Report]) -> dict[str, Since]:
    """
    Say since when each requirement that *run* found unmet has been so.

    Runs that did not judge a requirement do not interrupt its row; one in which it was met does. A run that says
    since when itself is believed: runs before it may be gone.

    Args:     earlier: runs of the same target, newest first; read only as far as is needed.
    """
    this = Since(run=run.run.id, started_at=_written(run), version=run.target.version)
    rows = {each.id: this for each in run.requirements if each.unmet}
    waiting = set(rows)
    for report in earlier if waiting else ():
        judged = report.judged
        for id in [each for each in waiting if each in judged]:
            found = judged[id]
            if found.unmet:
                rows[id] = found.since or Since(
                    run=report.run.id, started_at=_written(report), version=report.target.version
                )
            if found.verdict == "pass" or (found.unmet and found.since):
                waiting.discard(id)
        if not waiting:
            break
    return {id: row if id not in waiting else row.model_copy(update={"first_on_record": True})
            for id, row in rows.items()}  # fmt: skip


def _written(report: Report) -> str:
    return report.run.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
