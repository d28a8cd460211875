"""The end of a run in a terminal: at most 25 lines of at most 80 columns, the verdict first."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len, set_cell_size

from contract.reporting import causes, changes, commands, findings, text
from contract.results import KnownState, Leak, RequirementResult, RunResult, Verdict
from contract.target import EMBEDDED

COLUMNS = 80
LINES = 25
MOST_LEAKS = 4
_SENTENCE_LINES = 4
_LABEL = 9


def lines(result: RunResult, folder: Path) -> list[str]:
    """Return what is printed at the end of a run whose report is in *folder*."""
    head = [*_sentence(result), "", *_counts(result), *_changed(result)]
    left = _left_behind(result.leaks, str(result.target.get("name", EMBEDDED)))
    foot = [*left, "", *_path(folder / "index.html"), *_command(_again(result))]
    room = LINES - len(head) - len(foot) - 1
    found = _findings(result, room)
    body = ["", *found] if found else []
    return [_fitted(line) for line in head + body] + foot


def _left_behind(leaks: Sequence[Leak], target: str) -> list[str]:
    if not leaks:
        return []
    named = [f"  {text.one_line(str(leak))}" for leak in leaks[:MOST_LEAKS]]
    more = [f"  and {len(leaks) - MOST_LEAKS} more"] if len(leaks) > MOST_LEAKS else []
    again = [] if target == EMBEDDED else [f"  try again: conformance cleanup --target {target}"]
    return [_fitted(line) for line in ["", "left behind:", *named, *more, *again]]


def _sentence(result: RunResult) -> list[str]:
    sentence = text.one_line(result.sentence)
    return textwrap.wrap(sentence, COLUMNS, max_lines=_SENTENCE_LINES, placeholder=" …")


def _counts(result: RunResult) -> list[str]:
    run = result.run
    verdicts = "  ".join(f"{name} {count}" for name, count in result.counts().items())
    sent = f"{result.requests} requests  {result.cases} cases  {run.duration_s:.1f} s  seed {run.seed}"
    return [verdicts, f"{sent}  profile {run.profile}"]


def _findings(result: RunResult, room: int) -> list[str]:
    found = [_finding(cause) for cause in causes.of(result)]
    found += [_mended(each, findings.is_strict(result)) for each in result.known(KnownState.MENDED)]
    found += [_reason(reason) for reason in findings.reasons(result, Verdict.INCONCLUSIVE)]
    if len(found) <= room:
        return found
    return [*found[: room - 1], f"and {len(found) - room + 1} more in the report"]


def _finding(cause: causes.Cause) -> str:
    operations = cause.operations
    where = operations[0] if len(operations) == 1 else text.counted(len(operations), "operation")
    first = cause.lead.variants[0]
    example = "e.g. " if first.differs or len(cause.lead.variants) > 1 or cause.others else ""
    seen = f"{where}: {example}{text.one_line(first.observed)}"
    label = "FAIL" if cause.breaks_run else "known" if cause.known else "warn"
    return _row(label, [group.requirement.id for group in cause.groups], seen)


def _mended(requirement: RequirementResult, strict: bool) -> str:
    return _row("FAIL" if strict else "known", [requirement.id], "no longer fails: take it out of the known deviations")


def _changed(result: RunResult) -> list[str]:
    comparison = result.past.comparison
    if comparison is None:
        return []
    scope = f" ({comparison.scope})" if comparison.scope else ""
    sentence = f"since {comparison.old.run.day_and_minute} UTC{scope}: {changes.counted(comparison, still=False)}"
    return textwrap.wrap(sentence, COLUMNS, max_lines=3, placeholder=" …")


def _reason(reason: findings.Reason) -> str:
    return _row("?", [requirement.id for requirement in reason.requirements], text.one_line(reason.text))


def _row(label: str, ids: list[str], seen: str) -> str:
    more = f" +{len(ids) - 1}" if len(ids) > 1 else ""
    return f"{label:5} {ids[0] + more:11} {seen}"


def _again(result: RunResult) -> str:
    """Return the command for the first finding, or for the whole run where nothing was found."""
    broken = [group.requirement.id for group in findings.groups(result)[:1]]
    uncertain = [reason.requirements[0].id for reason in findings.reasons(result, Verdict.INCONCLUSIVE)[:1]]
    return commands.again(result, broken or uncertain)


def _short_path(path: Path) -> str:
    try:
        beside = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return min(beside, str(path), key=len)


def _path(path: Path) -> list[str]:
    # Paths and commands are copied: they get more lines where they are long, and are never cut.
    text = _short_path(path)
    if len(text) <= COLUMNS - _LABEL:
        return [f"{'report':{_LABEL}}{text}"]
    return ["report", *(text[start : start + COLUMNS] for start in range(0, len(text), COLUMNS))]


def _command(line: str) -> list[str]:
    wrapped = textwrap.wrap(line, COLUMNS - _LABEL - 2, break_on_hyphens=False, break_long_words=False)
    rows = [f"{row} \\" for row in wrapped[:-1]] + wrapped[-1:]
    return [f"{'again' if number == 0 else '':{_LABEL}}{row}" for number, row in enumerate(rows)]


def _fitted(line: str) -> str:
    return line if cell_len(line) <= COLUMNS else set_cell_size(line, COLUMNS - 1).rstrip() + "…"
