"""Two runs held against each other: what broke, what was mended, what the target now answers differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contract.history.noise import Moves, moves
from contract.history.report import Head, Judged, Report

TITLES = {
    "failing": "newly failing",
    "inconclusive": "newly inconclusive",
    "not_tested": "newly not tested",
    "mended": "mended",
    "judged": "newly judged",
    "still": "still failing",
    "new_requirements": "new in the catalogue",
    "gone_requirements": "gone from the catalogue",
}
"""The kinds of change of a verdict, in the order in which they are told."""


@dataclass(frozen=True)
class Change:
    """One requirement whose verdict is another one than before, or that has no counterpart."""

    id: str
    level: str
    area: str
    statement: str
    before: str | None
    after: str | None
    """Verdicts; None where the catalogue of that run does not have the requirement."""
    reason: str = ""
    known: bool = False
    """The failure is a known deviation."""
    worse: bool = False
    since: str | None = None


@dataclass(frozen=True)
class Answer:
    """One thing that was observed in both runs, and differs."""

    id: str
    level: str
    statement: str
    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Comparison:
    """What differs between an old and a new run."""

    old: Head
    new: Head
    notes: tuple[str, ...] = ()
    """Why the two are not quite alike."""
    changes: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    """By the names of `TITLES`; every name is there."""
    answers: tuple[Answer, ...] = ()
    latency: Moves = field(default_factory=Moves)

    @property
    def worse(self) -> list[Change]:
        """Return what is worse than before."""
        return [change for changes in self.changes.values() for change in changes if change.worse]

    @property
    def nothing(self) -> bool:
        """Tell whether there is nothing to tell but what is as it was."""
        told = any(changes for kind, changes in self.changes.items() if kind != "still")
        return not told and not self.answers and not self.latency.operations and not self.latency.shifted


def compare(old: Report, new: Report) -> Comparison:
    """
    Hold *new* against *old*.

    Worse is: a requirement that was not broken and is, known deviations excepted; one that was met and could not be
    judged; one that was met and was not tested although the new run was asked for it in the same profile. What only
    the newer catalogue has, answers to open questions and latencies are told, and are not worse.
    """
    changes: dict[str, list[Change]] = {kind: [] for kind in TITLES}
    before, after = old.judged, new.judged
    same_profile = old.run.profile == new.run.profile
    for id in dict.fromkeys([*after, *before]):
        for kind, change in _changes(before.get(id), after.get(id), same_profile):
            changes[kind].append(change)
    return Comparison(
        old=old,
        new=new,
        notes=tuple(_notes(old, new)),
        changes={kind: tuple(found) for kind, found in changes.items()},
        answers=tuple(_answers(old, new)),
        latency=moves({each.operation_id: each for each in old.operations},
                      {each.operation_id: each for each in new.operations}),
    )  # fmt: skip


def _changes(old: Judged | None, new: Judged | None, same_profile: bool) -> Iterator[tuple[str, Change]]:
    if new is None:
        assert old is not None
        yield "gone_requirements", _change(old, old.verdict, None)
    elif old is None:
        yield "new_requirements", _change(new, None, new.verdict)
    elif (kind := _kind(old, new)) is not None:
        yield kind, _change(new, old.verdict, new.verdict, worse=_is_worse(kind, old, new, same_profile))


def _kind(old: Judged, new: Judged) -> str | None:
    if new.unmet:
        # One that was excused, or only a warning, and now fails the run has become worse.
        counts_again = old.excused and not new.excused
        return "failing" if not old.unmet or counts_again or (old.verdict, new.verdict) == ("warn", "fail") else "still"
    if new.verdict == old.verdict:
        return None
    rest: dict[str, Callable[[], str | None]] = {
        "pass": lambda: "mended" if old.unmet else "judged",
        "inconclusive": lambda: "inconclusive",
        # What a run was not asked for says nothing about the target.
        "not-tested": lambda: "not_tested" if new.in_scope else None,
    }
    return rest[new.verdict]()


def _is_worse(kind: str, old: Judged, new: Judged, same_profile: bool) -> bool:
    if kind == "failing":
        return not new.excused
    if old.verdict != "pass":
        return False
    return kind == "inconclusive" or (kind == "not_tested" and same_profile)


def _change(judged: Judged, before: str | None, after: str | None, worse: bool = False) -> Change:
    return Change(
        id=judged.id,
        level=judged.level,
        area=judged.area,
        statement=judged.statement,
        before=before,
        after=after,
        reason=judged.reason if after else "",
        known=judged.excused,
        worse=worse,
        since=judged.since.started_at if judged.since else None,
    )


def _answers(old: Report, new: Report) -> Iterator[Answer]:
    before = old.judged
    for judged in new.requirements:
        earlier = before.get(judged.id)
        if earlier is None:
            continue
        for name, value in judged.observed.items():
            if name not in earlier.observed or _counts_what_was_sent(value):
                continue
            if _plain(earlier.observed[name]) != _plain(value):
                yield Answer(judged.id, judged.level, judged.statement, name, earlier.observed[name], value)


def _counts_what_was_sent(value: Any) -> bool:
    """Tell whether an observed value is a table of how often what was tried: that follows from the seed."""
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) and "tried" in row for row in value)


def _plain(value: Any) -> Any:
    """Return an observed value so that two compare: operations that answer alike are listed in any order."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return sorted(value, key=repr) if isinstance(value, list) else value


def _notes(old: Report, new: Report) -> Iterator[str]:
    if old.target.name != new.target.name:
        yield f"different targets: {old.target.name} and {new.target.name}"
    elif old.target.base_url != new.target.base_url and new.target.name != "mock":
        yield f"the target moved: {old.target.base_url} and {new.target.base_url}"
    if old.run.profile != new.run.profile:
        yield f"different profiles: {old.run.profile} and {new.run.profile}"
    if old.run.suite_version != new.run.suite_version:
        yield f"different versions of the suite: {old.run.suite_version} and {new.run.suite_version}"
    shared = frozenset(old.judged) & frozenset(new.judged)
    only_old, only_new = (old.scope - new.scope) & shared, (new.scope - old.scope) & shared
    if only_old or only_new:
        yield f"different selections: {len(only_old)} only asked of the old run, {len(only_new)} of the new"
    if old.run.started_at > new.run.started_at:
        yield "the run given as the new one began before the old one"
    for name, report in (("old", old), ("new", new)):
        if report.run.interrupted:
            yield f"the {name} run was interrupted"
