"""What a run was about: what of it another run can be held against."""

from __future__ import annotations

import re
from collections.abc import Iterator

from contract.history.report import Judged, Report

_READ_ONLY = "; the run is read-only"
_LEFT_BY_THE_RUN = re.compile(
    rf"(not reached|left out|none of its cases is in the profile|other shards decide it too)\b|.*{_READ_ONLY}$"
)
"""Reasons for not testing that say something about the run's options and nothing about the target or its config."""


def was_asked(judged: Judged) -> bool:
    """Tell whether a run was to judge a requirement, and was not kept from it by its own options."""
    return judged.in_scope and not (judged.verdict == "not-tested" and _LEFT_BY_THE_RUN.match(judged.reason))


def tried_no_more(one: Judged, other: Judged) -> bool:
    """Tell whether nothing was tried for *one* that was not for *other*: no test, and no operation."""
    return set(one.tests) <= set(other.tests) and one.evidence.keys() <= other.evidence.keys()


def is_read_only(report: Report) -> bool:
    """Tell whether a run changed nothing; older reports say so only where that left something."""
    return report.run.read_only is not None or any(each.reason.endswith(_READ_ONLY) for each in report.requirements)


def differences(old: Report, new: Report) -> Iterator[str]:
    """Say in what the scopes of two runs differ; nothing where both judged the same."""
    if old.run.profile != new.run.profile:
        yield f"different profiles: {old.run.profile} and {new.run.profile}"
    shared = frozenset(old.judged) & frozenset(new.judged)
    only_old, only_new = (old.scope - new.scope) & shared, (new.scope - old.scope) & shared
    if only_old or only_new:
        yield f"different selections: {len(only_old)} only asked of the old run, {len(only_new)} of the new"
    if is_read_only(old) is not is_read_only(new):
        yield f"the {'new' if is_read_only(new) else 'old'} run was read-only"
    if old.run.shard != new.run.shard:
        yield f"different parts: {old.run.shard or 'the whole'} and {new.run.shard or 'the whole'}"
    for name, report in (("old", old), ("new", new)):
        if report.run.interrupted:
            yield f"the {name} run was interrupted"
        elif any(each.reason.startswith("not reached") for each in report.requirements):
            yield f"the {name} run stopped early"
