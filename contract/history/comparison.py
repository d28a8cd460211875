"""Two runs held against each other: what broke, what was mended, what the target now answers differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contract.history.noise import Moves, moves
from contract.history.report import Head, Judged, Report
from contract.history.scope import differences, tried_no_more, was_asked

TITLES = {
    "failing": "newly failing",
    "found": "failing and not judged before",
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
    scope: str = ""
    """In what their scopes differ."""
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

    Worse is: a requirement that was judged and not broken and is, known deviations excepted; one that was met and could
    not be judged; one that was met and was not tested although the new run was asked for it in the same profile. What
    the old run did not judge, what only the newer catalogue has, answers to open questions and latencies are told, and
    are not worse. Where the scopes differ, what only one of the runs tried says nothing about the other.
    """
    changes: dict[str, list[Change]] = {kind: [] for kind in TITLES}
    before, after = old.judged, new.judged
    scope = "; ".join(differences(old, new))
    same_profile = old.run.profile == new.run.profile
    for id in dict.fromkeys([*after, *before]):
        for kind, change in _changes(before.get(id), after.get(id), not scope, same_profile):
            changes[kind].append(change)
    return Comparison(
        old=old,
        new=new,
        notes=tuple(_notes(old, new, scope)),
        scope=scope,
        changes={kind: tuple(found) for kind, found in changes.items()},
        answers=tuple(_answers(old, new, not scope)),
        latency=moves({each.operation_id: each for each in old.operations},
                      {each.operation_id: each for each in new.operations}),
    )  # fmt: skip


def _changes(
    old: Judged | None, new: Judged | None, same_scope: bool, same_profile: bool
) -> Iterator[tuple[str, Change]]:
    if new is None:
        assert old is not None
        yield "gone_requirements", _change(old, old.verdict, None)
    elif old is None:
        yield "new_requirements", _change(new, None, new.verdict)
    elif (kind := _kind(old, new, same_scope)) is not None:
        yield kind, _change(new, old.verdict, new.verdict, worse=_is_worse(kind, old, new, same_profile))


def _kind(old: Judged, new: Judged, same_scope: bool) -> str | None:
    if new.unmet:
        return _kind_of_unmet(old, same_scope or tried_no_more(new, old), new)
    # What a run was not asked for says nothing about the target.
    if new.verdict == old.verdict or not was_asked(new) or not was_asked(old):
        return None
    rest: dict[str, Callable[[], str | None]] = {
        "pass": lambda: _kind_of_met(old, same_scope or tried_no_more(old, new)),
        "inconclusive": lambda: "inconclusive" if same_scope or tried_no_more(new, old) else None,
        "not-tested": lambda: "not_tested",
    }
    return rest[new.verdict]()


def _kind_of_unmet(old: Judged, was_tried: bool, new: Judged) -> str:
    """Return the kind of what is broken; *was_tried* is whether the old run tried all that the new one did."""
    if old.verdict == "not-tested" or not (old.unmet or was_tried):
        return "found"
    # One that was excused, or only a warning, and now fails the run has become worse.
    counts_again = old.excused and not new.excused
    return "failing" if not old.unmet or counts_again or (old.verdict, new.verdict) == ("warn", "fail") else "still"


def _kind_of_met(old: Judged, is_tried: bool) -> str | None:
    """Return the kind of what is met; *is_tried* is whether the new run tried all that the old one did."""
    if old.unmet:
        return "mended" if is_tried else None
    return "judged"


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


def _answers(old: Report, new: Report, same_scope: bool) -> Iterator[Answer]:
    before = old.judged
    for judged in new.requirements:
        earlier = before.get(judged.id)
        if earlier is None:
            continue
        if not same_scope and not (tried_no_more(earlier, judged) and tried_no_more(judged, earlier)):
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


def _notes(old: Report, new: Report, scope: str) -> Iterator[str]:
    if old.target.name != new.target.name:
        yield f"different targets: {old.target.name} and {new.target.name}"
    elif old.target.base_url != new.target.base_url and new.target.name != "mock":
        yield f"the target moved: {old.target.base_url} and {new.target.base_url}"
    if scope:
        yield f"{scope}; compared is what both judged"
    if old.run.suite_version != new.run.suite_version:
        yield f"different versions of the suite: {old.run.suite_version} and {new.run.suite_version}"
    if old.run.started_at > new.run.started_at:
        yield "the run given as the new one began before the old one"
