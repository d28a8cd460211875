"""Finds the exchanges that show a finding: the one that broke the rule, and one beside it that was done right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract.exchange import VALID
from contract.reporting.findings import Variant
from contract.results import RunResult


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

    Where the test named no control, a valid and accepted request of the same case, operation and user stands in: a
    reader compares the two all the same.
    """
    finding = variant.finding
    if finding.control and finding.control == finding.exchange:
        # The request was as it should be, and its answer is what broke the rule.
        return Shown(finding.exchange, None)
    if finding.control or not finding.exchange or finding.exchange not in exchanges:
        return Shown(finding.exchange, finding.control)
    broken = exchanges[finding.exchange]
    if broken["intent"] == VALID:
        return Shown(finding.exchange, None)
    valid = (name for name in variant.example.exchanges if name in exchanges and _fits(exchanges[name], broken))
    return Shown(finding.exchange, next(valid, None), declared=False)


def _fits(candidate: Mapping[str, Any], broken: Mapping[str, Any]) -> bool:
    same = all(candidate[name] == broken[name] for name in ("operation", "user"))
    response = candidate["response"]
    return same and candidate["intent"] == VALID and response is not None and 200 <= response["status"] < 400
