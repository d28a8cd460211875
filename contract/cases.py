"""Generated cases as a plan holds them: made for no target, sent to any; and how many of them a profile has."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from contract.operations import Operation

POSITIVE, NEGATIVE = "positive", "negative"
SINGLE_USE = frozenset(
    {
        "documents_create",
        "exams_delete_student",
        "exams_remove_comanager",
        "student_sessions_end_exam",
        "student_sessions_unassign_proctor",
    }
)
"""Operations whose sample is used up by one accepted request, besides those that destroy."""
SLICE_CASES = 12
"""Cases that one worker sends in a row, about."""
Each = TypeVar("Each")


class Nothing(enum.Enum):
    """A body that is not there, which is not the body ``null``."""

    BODY = "no body"


@dataclass(frozen=True)
class Budget:
    """How many cases a profile sends to one operation: all kinds together, and how many are drawn at random."""

    cases: int
    drawn: int
    single_use: int = 3
    sequences: int = 0
    steps: int = 0
    """Sequences along the links, and the most requests in one."""


BUDGETS = {
    "smoke": Budget(cases=4, drawn=2, single_use=1),
    "standard": Budget(cases=20, drawn=4, sequences=10, steps=8),
    "deep": Budget(cases=600, drawn=100, single_use=20, sequences=200, steps=20),
}


@dataclass(frozen=True)
class PlannedCase:
    """One generated case, not yet bound to a target: what stands where, and whether it departs from the description."""

    operation_id: str
    mode: str
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any
    """`Nothing.BODY` where there is none."""
    media_type: str | None


@dataclass(frozen=True)
class Step:
    """One request of a sequence. What it creates goes by the number `makes` in the steps that follow."""

    case: PlannedCase
    makes: int | None = None


def is_single_use(operation: Operation) -> bool:
    """Tell whether one accepted request uses the resource up."""
    return operation.id.endswith("_destroy") or operation.id in SINGLE_USE


def slices_of(count: int) -> int:
    """Return into how many slices a plan of so many cases is cut; it does not depend on who sends them."""
    return max(1, -(-count // SLICE_CASES))


def slice_of(cases: Sequence[Each], number: int) -> Sequence[Each]:
    """Return slice *number*, from 0, of a plan: dealt like cards, so that each has some of every kind."""
    return cases[number :: slices_of(len(cases))]
