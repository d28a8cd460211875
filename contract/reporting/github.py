"""What a run says inside GitHub Actions: a step summary in Markdown, and annotations on the run's page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from contract.reporting import causes, commands, findings, text
from contract.reporting.causes import Cause
from contract.results import RunResult, RunVerdict, Verdict

SUMMARY_FILE = "GITHUB_STEP_SUMMARY"
INSIDE = "GITHUB_ACTIONS"
MOST_ANNOTATIONS = 10
"""GitHub shows ten of each kind for a step and drops the rest without a word."""
_MARK = {RunVerdict.CONFORMS: "✅", RunVerdict.DOES_NOT_CONFORM: "❌", RunVerdict.INCONCLUSIVE: "❔"}


def write_summary(result: RunResult, folder: Path, environment: Mapping[str, str]) -> None:
    """Append the run to the step's summary, where GitHub Actions names a file for it."""
    if path := environment.get(SUMMARY_FILE):
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(text.encodable("\n".join(summary(result, folder))) + "\n")


def summary(result: RunResult, folder: Path) -> list[str]:
    """Return the lines of the step summary, Markdown: verdict, counts, causes, how to see it again."""
    found = causes.of(result)
    return [
        f"## {_MARK[result.verdict]} {_plain(result.sentence)}",
        "",
        *_counts(result),
        "",
        *_table(found),
        *_uncertain(result),
        *_left_behind(result),
        f"Seed `{result.run.seed}`, profile `{result.run.profile}`, {result.run.duration_s:.1f} s, "
        f"{text.counted(result.requests, 'request')}, {text.counted(result.cases, 'case')}. "
        f"The report is in `{folder}`; upload the folder as an artefact to open `index.html`.",
        "",
        "```sh",
        commands.again(result),
        "```",
    ]


def notices(result: RunResult, environment: Mapping[str, str]) -> list[str]:
    """Return the workflow commands that annotate the run, none outside of GitHub Actions."""
    if environment.get(INSIDE) != "true":
        return []
    found = causes.of(result)
    errors = [_annotation("error", cause) for cause in found if cause.breaks_run]
    warnings = [_annotation("warning", cause) for cause in found if not cause.breaks_run]
    unsure = [
        _command("warning", f"{reason.requirements[0].id} could not be judged", reason.text)
        for reason in findings.reasons(result, Verdict.INCONCLUSIVE)
    ]
    return [*_at_most(errors, "error"), *_at_most(warnings + unsure, "warning")]


def _counts(result: RunResult) -> list[str]:
    counts = result.counts()
    return [
        "| " + " | ".join(counts) + " |",
        "|" + " ---: |" * len(counts),
        "| " + " | ".join(map(text.grouped, counts.values())) + " |",
    ]


def _table(found: list[Cause]) -> list[str]:
    if not found:
        return []
    rows = [_row(cause) for cause in found]
    return ["| | Requirement | What it says | Observed | Operations |", "| --- | --- | --- | --- | ---: |", *rows, ""]


def _row(cause: Cause) -> str:
    lead = cause.lead
    more = f" and {len(cause.others)} alike" if cause.others else ""
    cells = [
        "**fail**" if cause.breaks_run else "warn",
        f"`{lead.requirement.id}`{more}",
        _plain(lead.requirement.statement, 160),
        _plain(lead.variants[0].observed, 120),
        str(len(cause.operations)),
    ]
    return "| " + " | ".join(cells) + " |"


def _uncertain(result: RunResult) -> Iterator[str]:
    reasons = findings.reasons(result, Verdict.INCONCLUSIVE)
    for reason in reasons:
        ids = ", ".join(f"`{each.id}`" for each in reason.requirements[:6])
        yield f"- could not be judged: {ids}{' …' if len(reason.requirements) > 6 else ''}: {_plain(reason.text, 200)}"
    if reasons:
        yield ""


def _left_behind(result: RunResult) -> list[str]:
    if not result.leaks:
        return []
    named = ", ".join(f"`{each.kind} {each.id or '(id unknown)'}`" for each in result.leaks[:10])
    more = f" and {len(result.leaks) - 10} more" if len(result.leaks) > 10 else ""
    return [f"- left behind on the target: {named}{more}; `{commands.cleanup(result)}` tries again", ""]


def _annotation(kind: str, cause: Cause) -> str:
    requirement, first = cause.lead.requirement, cause.lead.variants[0]
    more = f" (and {len(cause.others)} alike)" if cause.others else ""
    where = text.counted(len(cause.operations), "operation")
    told = (
        f"{requirement.statement} Expected {first.expected}; observed {first.observed}. {where}. {requirement.source}"
    )
    return _command(kind, f"{requirement.id}{more}", told)


def _at_most(lines: list[str], kind: str) -> list[str]:
    if len(lines) <= MOST_ANNOTATIONS:
        return lines
    left = len(lines) - MOST_ANNOTATIONS + 1
    return [*lines[: MOST_ANNOTATIONS - 1], _command(kind, "more", f"{left} more are in the step summary")]


def _command(kind: str, title: str, message: str) -> str:
    # What a target answers must not begin a command of its own: no line break, and the separators escaped.
    escaped = text.one_line(message, 900).replace("%", "%25")
    named = text.one_line(title).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={named}::{escaped}"


def _plain(words: str, longest: int | None = None) -> str:
    """Return *words* so that Markdown shows them as they are, on one line and in one cell."""
    line = text.one_line(words, longest)
    for character in "\\`*_[]<>|#~":
        line = line.replace(
            character, f"\\{character}" if character not in "<>" else {"<": "&lt;", ">": "&gt;"}[character]
        )
    return line
