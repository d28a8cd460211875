"""Finds the exchanges that show a finding: the one that broke the rule, and one beside it that was done right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract.exchange import VALID
from contract.reporting.findings import Variant
from contract.results import CaseResult, RunResult, Verdict


@dataclass(frozen=True)
class Tries:
    """Ids of the exchanges of a finding that was seen in one of two tries only: where it showed, and the other's."""

    shown: str
    other: str | None


def tries(case: CaseResult, exchanges: Mapping[str, dict[str, Any]]) -> Tries | None:
    """
    Return the two exchanges of a flaky *case*: the like of the one that showed the finding, from the other try.

    Returns:  None where the case is not flaky, or its finding names no exchange.
    """
    shown = case.earlier.exchange if case.flaky and case.earlier else None
    if shown is None or shown not in exchanges:
        return None
    alike = [name for name in case.exchanges if name in exchanges and _same(exchanges[name], exchanges[shown])]
    if len(alike) < 2 or shown not in alike:
        return Tries(shown, None)
    # Both tries send the same in the same order: the other one stands half a round away.
    return Tries(shown, alike[(alike.index(shown) + len(alike) // 2) % len(alike)])


@dataclass(frozen=True)
class Unsure:
    """A case that could not be judged: the exchange that tells most, and of a flaky one the other try's."""

    case: CaseResult
    exchange: str | None
    other: str | None
    role: str
    """What the other exchange is."""


def unsure(result: RunResult, exchanges: Mapping[str, dict[str, Any]]) -> list[Unsure]:
    """Return one case of each inconclusive requirement, a flaky one where there is one, that sent something."""
    found = []
    for requirement in result.requirements:
        cases = [each for each in requirement.cases if each.verdict is Verdict.INCONCLUSIVE and each.exchanges]
        if requirement.verdict is Verdict.INCONCLUSIVE and cases:
            found.append(_unsure(min(cases, key=lambda case: not case.flaky), exchanges))
    return found


def _unsure(case: CaseResult, exchanges: Mapping[str, dict[str, Any]]) -> Unsure:
    if both := tries(case, exchanges):
        return Unsure(case, both.shown, both.other, "The other try")
    named = case.finding.exchange if case.finding else None
    return Unsure(case, named or next((name for name in reversed(case.exchanges) if _tells(name, exchanges)), None),
                  None, "")  # fmt: skip


def _tells(name: str, exchanges: Mapping[str, dict[str, Any]]) -> bool:
    return name in exchanges and exchanges[name]["purpose"] != "clean-up"


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one[name] == other[name] for name in ("operation", "user", "intent"))


@dataclass(frozen=True)
class Shown:
    """Ids of exchanges; *declared* tells whether the test named the control, or it was looked up."""

    exchange: str | None
    control: str | None
    declared: bool = True


def by_id(result: RunResult) -> dict[str, dict[str, Any]]:
    """Return the exchanges of a run by id."""
    return {exchange["id"]: exchange for exchange in result.exchanges}


def shown(variant: Variant, exchanges: Mapping[str, dict[str, Any]]) -> Shown:
    """
    Return what shows the finding of *variant*.

    Where the test named no control, or one of another operation, a valid and accepted request of the same case,
    operation and user stands in: a reader compares the two all the same.
    """
    finding = variant.finding
    if finding.control and finding.control == finding.exchange:
        # The request was as it should be, and its answer is what broke the rule.
        return Shown(finding.exchange, None)
    if not finding.exchange or finding.exchange not in exchanges:
        return Shown(finding.exchange, finding.control)
    broken, control = exchanges[finding.exchange], exchanges.get(finding.control or "")
    if control is not None and control["operation"] == broken["operation"]:
        return Shown(finding.exchange, finding.control)
    if broken["intent"] == VALID:
        return Shown(finding.exchange, finding.control)
    valid = (name for name in variant.example.exchanges if name in exchanges and _fits(exchanges[name], broken))
    if (found := next(valid, None)) is not None:
        return Shown(finding.exchange, found, declared=False)
    return Shown(finding.exchange, finding.control, declared=finding.control is not None)


def _fits(candidate: Mapping[str, Any], broken: Mapping[str, Any]) -> bool:
    same = all(candidate[name] == broken[name] for name in ("operation", "user"))
    response = candidate["response"]
    return same and candidate["intent"] == VALID and response is not None and 200 <= response["status"] < 400
