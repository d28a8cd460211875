"""From a generated case or sequence that found something to the smallest one that still does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import hypothesis
import hypothesis.errors
from hypothesis import strategies as st

from contract.cases import Nothing, PlannedCase, Step
from contract.casetext import case_to_plain, dumps
from contract.operations import get

TRIES = 60
"""Requests for one finding."""
_SHOWN = 600


def smallest(case: PlannedCase, fails: Callable[[PlannedCase], bool], tries: int = TRIES) -> PlannedCase:
    """
    Return the smallest case made by leaving parts of *case* out and shortening texts for which *fails* holds.

    *fails* is asked at most *tries* times; *case* itself, of which it is known to hold, comes back where nothing
    smaller was found.
    """
    known = {_text(case): True}

    def holds(smaller: PlannedCase) -> bool:
        text = _text(smaller)
        if text not in known:
            # What can no longer be asked counts as passing, then Hypothesis ends soon with the best there is.
            known[text] = len(known) <= tries and fails(smaller)
        return known[text]

    settings = hypothesis.settings(
        max_examples=tries,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
        phases=[hypothesis.Phase.generate, hypothesis.Phase.shrink],
    )
    try:
        return hypothesis.find(_smaller(case), holds, settings=settings)
    except hypothesis.errors.NoSuchExample:
        return case


def _text(case: PlannedCase) -> str:
    return dumps(case_to_plain(case))


@st.composite
def _smaller(draw: st.DrawFn, case: PlannedCase) -> PlannedCase:
    # The path stays: without its ids a request would address another operation.
    return replace(case, query=_part(draw, case.query), body=_part(draw, case.body))


def _part(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _part(draw, item) for name, item in value.items() if draw(st.booleans())}
    if isinstance(value, list):
        return [_part(draw, item) for item in value if draw(st.booleans())]
    if isinstance(value, str | bytes) and len(value) > 1:
        shorter = dict.fromkeys([value[:0], value[:1], value[: len(value) // 2], value])
        return draw(st.sampled_from(list(shorter)))
    return value


def shortest(steps: Sequence[Step], fails: Callable[[Sequence[Step]], bool], tries: int = TRIES) -> list[Step]:
    """
    Return the shortest sequence, made by leaving out one step of *steps* after the other, for which *fails* holds.

    *fails* is asked at most *tries* times, the last step first: what comes after the finding goes at once.
    """
    kept = list(steps)
    for number in list(reversed(range(len(kept))))[:tries]:
        fewer = kept[:number] + kept[number + 1 :]
        if fewer and fails(fewer):
            kept = fewer
    return kept


def sequence_described(steps: Sequence[Step]) -> str:
    """Return a sequence in a line for each step; ids stand as they were made up, for each target has its own."""
    lines = [f"minimal failing sequence, {len(steps)} request{'s' * (len(steps) != 1)}:"]
    for number, step in enumerate(steps, 1):
        operation = get(step.case.operation_id)
        makes = f" (makes {step.makes})" if step.makes is not None else ""
        lines.append(f"{number}. {operation.method} {operation.path}{makes}")
        lines += [f"   {line}" for line in _parts(step.case)]
    return "\n".join([*lines, "what each created is shown, and what it destroyed is asked for, right after it"])


def described(case: PlannedCase) -> str:
    """Return a planned case in some lines; ids stand as they were made up, for each target has its own."""
    operation = get(case.operation_id)
    return "\n".join([f"minimal failing case, {case.mode}: {operation.method} {operation.path}", *_parts(case)])


def _parts(case: PlannedCase) -> Iterator[str]:
    for name, value in {"path": case.path, "query": case.query, "body": case.body}.items():
        if value is not Nothing.BODY and (value or name == "body"):
            shown = repr(value)
            cut = f"… ({len(shown)} characters)" if len(shown) > _SHOWN else ""
            yield f"{name} {shown[:_SHOWN]}{cut}"
