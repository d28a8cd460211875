"""What one job showed, as data; what it means is said elsewhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from contract.results import Verdict

JUDGED, TIMEOUT, ERROR = "judged", "timeout", "error"
RED = (Verdict.FAIL, Verdict.WARN)


@dataclass(frozen=True)
class Shown:
    """The verdict on one requirement."""

    verdict: str
    level: str
    reason: str = ""

    @property
    def is_red(self) -> bool:
        """Tell whether the requirement was found not to hold."""
        return self.verdict in RED


@dataclass(frozen=True)
class Outcome:
    """
    How one job ended.

    ``ended`` is ``judged``, ``timeout`` (its time was over) or ``error`` (no verdict is possible; ``message`` says
    why). ``shown`` has the requirements that did not pass, and those asked for whatever they did. ``undecided`` are
    requirements of the register for which no test was chosen. ``failures`` are what stock schemathesis reported.
    """

    step: str
    subject: str
    ended: str
    message: str = ""
    duration_s: float = 0.0
    tests: int = 0
    requests: int = 0
    shown: dict[str, Shown] = field(default_factory=dict)
    undecided: tuple[str, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    """(check, operation)."""
    reach: dict[str, list[str]] = field(default_factory=dict)
    """Test -> operations that it sent requests to."""

    @property
    def red(self) -> set[str]:
        """Return the requirements that turned red."""
        return {id for id, each in self.shown.items() if each.is_red}

    @property
    def uncertain_musts(self) -> set[str]:
        """Return the musts that could not be judged."""
        return {id for id, each in self.shown.items() if each.verdict == Verdict.INCONCLUSIVE and each.level == "must"}

    @property
    def uncertain(self) -> set[str]:
        """Return everything that could not be judged."""
        return {id for id, each in self.shown.items() if each.verdict == Verdict.INCONCLUSIVE}

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)

    @classmethod
    def of_dict(cls, data: dict[str, Any]) -> Outcome:
        """Return what `as_dict` wrote."""
        return cls(
            **{
                **data,
                "shown": {id: Shown(**each) for id, each in data.get("shown", {}).items()},
                "undecided": tuple(data.get("undecided", ())),
                "failures": tuple((check, operation) for check, operation in data.get("failures", ())),
            }
        )
