"""What changed between two runs, in words, lines and plain data."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len, set_cell_size

from contract.history.comparison import TITLES, Answer, Change, Comparison
from contract.history.noise import METHOD, Move
from contract.history.report import Head
from contract.reporting import text

COLUMNS = 80
SHOWN = 20
"""Lines of one kind that the terminal shows."""
_MARKS = {"failing": "FAIL", "found": "new", "inconclusive": "?", "not_tested": "-", "mended": "ok", "judged": "ok",
          "still": "FAIL", "new_requirements": "new", "gone_requirements": "gone"}  # fmt: skip


def counted(comparison: Comparison, still: bool = True) -> str:
    """Return all changes as one phrase: ``2 newly failing, 1 mended, 3 answers changed``."""
    parts = [f"{len(found)} {TITLES[kind]}" for kind, found in comparison.changes.items()
             if found and (still or kind != "still")]  # fmt: skip
    if comparison.answers:
        parts.append(f"{text.counted(len(comparison.answers), 'answer')} changed")
    slower = sum(move.slower for move in comparison.latency.operations)
    faster = len(comparison.latency.operations) - slower
    parts += [f"{text.counted(number, 'operation')} {way}" for number, way in ((slower, "slower"), (faster, "faster"))
              if number]  # fmt: skip
    return ", ".join(parts) or "nothing changed"


def named(head: Head) -> str:
    """Return a run in words: target, build, time, profile."""
    build = f" build {head.target.version}" if head.target.version else ""
    return text.one_line(f"{head.target.name}{build}, {head.run.day_and_minute} UTC, {head.run.profile}")


def shift(comparison: Comparison) -> str | None:
    """Say how all operations moved alike, where they did."""
    moves = comparison.latency
    if not moves.shifted:
        return None
    way, factor = ("slower", moves.shift) if moves.shift > 1 else ("faster", 1 / moves.shift)
    return f"all {moves.compared} operations together are {factor:.1f} times {way}: machine, network or target"


def words(comparison: Comparison | None) -> dict[str, Any]:
    """Return the words that the templates of a comparison need."""
    return {
        "titles": TITLES,
        "method": METHOD,
        "named": named,
        "changed_in_short": counted(comparison) if comparison else None,
        "shift": shift(comparison) if comparison else None,
    }


def lines(comparison: Comparison) -> list[str]:
    """Return the comparison for a terminal, at most 80 columns wide."""
    found = [f"old  {named(comparison.old)}: {comparison.old.verdict}"]
    found += [f"new  {named(comparison.new)}: {comparison.new.verdict}"]
    for note in comparison.notes:
        found += textwrap.wrap(note, COLUMNS, initial_indent="note ", subsequent_indent="     ")
    for kind, changes in comparison.changes.items():
        found += _section(TITLES[kind], [_change(kind, each) for each in changes])
    found += _section("observed answers that changed", [_answer(each) for each in comparison.answers])
    moved = [_move(each) for each in comparison.latency.operations]
    found += _section("latency beyond noise, median in ms", moved)
    if together := shift(comparison):
        found += ["", together]
    worse = len(comparison.worse)
    verdict = f"{worse} worse" if worse else "none worse"
    found += ["", *textwrap.wrap(f"{verdict}: {counted(comparison)}", COLUMNS)]
    return [_fitted(line) for line in found]


def data(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as plain data."""
    moves = comparison.latency
    return {
        "old": _run(comparison.old),
        "new": _run(comparison.new),
        "notes": list(comparison.notes),
        "worse": [change.id for change in comparison.worse],
        **{kind: [vars(each).copy() for each in changes] for kind, changes in comparison.changes.items()},
        "answers": [vars(each).copy() for each in comparison.answers],
        "latency": {
            "moved": [{**vars(each), "slower": each.slower} for each in moves.operations],
            "shift": round(moves.shift, 4),
            "compared": moves.compared,
            "method": METHOD,
        },
    }


def _run(head: Head) -> dict[str, Any]:
    return {
        "run": head.run.id,
        "started_at": head.run.started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "target": head.target.name,
        "version": head.target.version,
        "profile": head.run.profile,
        "suite_version": head.run.suite_version,
        "verdict": head.verdict,
    }


def _section(title: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield ""
        yield f"{title} ({len(rows)})"
        yield from rows[:SHOWN]
        if len(rows) > SHOWN:
            yield f"and {len(rows) - SHOWN} more; --json and --html have all"


def _change(kind: str, change: Change) -> str:
    mark = "known" if change.known else "warn" if change.after == "warn" else _MARKS[kind]
    turn = f"{change.before} -> {change.after}: " if change.before and change.after and kind != "still" else ""
    said = change.reason if kind in ("failing", "found", "inconclusive", "not_tested", "still") else ""
    return f"{mark:5} {change.id:11} {turn}{text.one_line(said or change.statement)}"


def _answer(answer: Answer) -> str:
    before, after = (text.shortened(text.one_line(text.compact(each)), 30) for each in (answer.before, answer.after))
    return f"{'open' if answer.level == 'open' else '':5} {answer.id:11} {answer.name}: {before} -> {after}"


def _move(move: Move) -> str:
    way = "slower" if move.slower else "faster"
    factor = move.factor if move.slower else 1 / move.factor
    return f"{way:6} {move.operation:34} {move.before_ms:9.1f} -> {move.after_ms:9.1f}  {factor:5.1f} times"


def _fitted(line: str) -> str:
    return line if cell_len(line) <= COLUMNS else set_cell_size(line, COLUMNS - 1).rstrip() + "…"
