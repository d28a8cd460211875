"""How a test judges: a control must have been accepted, an expectation must hold, an answer is observed.

A test ends in one of these ways; none of them is an error of the suite::

    (returns)            the requirement held for this case
    FindingRaised        it did not: a fail, or a warn for a should
    Inconclusive         it could not be judged: a control or the set-up did not work
    NotTested            it was not tried: the target lacks what it needs
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from contract.exchange import Exchange
from contract.requirements import Requirement, load
from contract.results import Evidence, Finding

ACCEPTANCE = "the request to be accepted with a 2xx"
REFUSAL = "the request to be refused with"
NO_SERVER_ERROR = "ROBUST-101"
"""No request is answered with a 5xx: what every test tells of beside its own requirements."""
NO_CRASH = f"{ACCEPTANCE}, or refused with a 4xx"
"""What a test of another requirement expected that tells so."""
SHOWN_ANSWER = 120
"""Characters of an answer that a finding quotes; the exchange has it whole."""


class FindingRaised(AssertionError):
    """A requirement did not hold; an assertion error, so that Hypothesis looks for the smallest example."""

    def __init__(self, finding: Finding, requirement: str | None = None) -> None:
        super().__init__(f"expected {finding.expected}; observed {finding.observed}")
        self.finding = finding
        self.requirement = requirement


class Inconclusive(Exception):
    """Nothing can be said: what the judgement rests on did not work."""

    def __init__(self, reason: str, *, blocked_by: str | None = None) -> None:
        super().__init__(reason + (f" (blocked by {blocked_by})" if blocked_by else ""))
        self.blocked_by = blocked_by


class NotTested(Exception):
    """The case was not tried, for the reason given."""


@dataclass
class Ledger:
    """What one case has shown so far."""

    requirement: Requirement
    case_id: str
    evidence: dict[str, Evidence] = field(default_factory=dict)
    observed: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Key -> operation id -> value."""
    exchanges: list[Exchange] = field(default_factory=list)
    cases: int = 1
    control: str | None = None
    parts: dict[str, Ledger] = field(default_factory=dict)
    """The ledgers of the further requirements that the same test decides."""
    shared: dict[str, list[int]] = field(default_factory=dict)
    """What it used of what cases share: how many requests made it here, and how many resources they created."""
    ended: Exception | None = None
    """How a `deciding` block ended, where it did not simply return."""

    def part(self, requirement: Requirement) -> Ledger:
        """Return the ledger of one of the requirements that the test decides."""
        if requirement.id == self.requirement.id:
            return self
        case_id = f"{requirement.id}-{self.case_id.rpartition('-')[2]}"
        return self.parts.setdefault(requirement.id, Ledger(requirement, case_id))

    def of(self, exchange: Exchange) -> Evidence:
        """Return the evidence for the operation of *exchange*, which from now on belongs to the case."""
        if not any(each is exchange for each in self.exchanges):
            self.exchanges.append(exchange)
        name = exchange.operation.id if exchange.operation else ""
        return self.evidence.setdefault(name, Evidence())

    def found_in_parts(self) -> dict[str, FindingRaised]:
        """Return the findings of the further requirements so far, by requirement id."""
        return {id: part.ended for id, part in self.parts.items() if isinstance(part.ended, FindingRaised)}


_current: contextvars.ContextVar[Ledger | None] = contextvars.ContextVar("ledger", default=None)


def current() -> Ledger:
    """Return the ledger of the running case."""
    ledger = _current.get()
    if ledger is None:
        raise RuntimeError("no case is being judged here")
    return ledger


def running() -> Ledger | None:
    """Return the ledger of the running case, None outside of one."""
    return _current.get()


@contextlib.contextmanager
def judging(ledger: Ledger) -> Iterator[Ledger]:
    """Make *ledger* the one that judgements write to."""
    token = _current.set(ledger)
    try:
        yield ledger
    finally:
        _current.reset(token)


@contextlib.contextmanager
def deciding(requirement: Requirement | str) -> Iterator[Ledger]:
    """
    Let the judgements inside the block count for one of the requirements that the test decides.

    However the block ends, the test goes on: each requirement gets the verdict of its own blocks.
    """
    chosen = load().get(requirement) if isinstance(requirement, str) else requirement
    ledger = current().part(chosen)
    with judging(ledger):
        try:
            yield ledger
        except (FindingRaised, Inconclusive, NotTested) as ended:
            if not isinstance(ledger.ended, FindingRaised):
                ledger.ended = ended


def finds(requirement: str, attempt: Callable[[], object]) -> bool:
    """Tell whether *attempt* shows again that *requirement* is broken; nothing of it counts for the running case."""
    scratch = Ledger(current().requirement, current().case_id)
    with judging(scratch):
        try:
            attempt()
        except FindingRaised as found:
            return found.requirement == requirement
        except (Inconclusive, NotTested):
            return False
    return requirement in scratch.found_in_parts()


def listen(exchange: Exchange) -> None:
    """Take down an exchange for the running case, where there is one."""
    if (ledger := _current.get()) is not None:
        ledger.exchanges.append(exchange)


@dataclass(frozen=True)
class Control:
    """The request done right; the judgement rests on it."""

    exchange: Exchange

    def accepted(self) -> Exchange:
        """
        Count the control, or end the case.

        Raises:   Inconclusive: it was not accepted, or not by the API.
        """
        if not self.exchange.accepted:
            raise Inconclusive(f"the control was not accepted: {describe(self.exchange)}")
        _demand_the_apis_answer(self.exchange)
        ledger = current()
        ledger.of(self.exchange).accepted += 1
        ledger.control = self.exchange.id
        return self.exchange


@dataclass(frozen=True)
class Expectation:
    """What the requirement says about one exchange."""

    exchange: Exchange

    def accepted(self) -> Exchange:
        """
        Count an accepted request.

        Raises:   FindingRaised: it was not accepted. Inconclusive: the API did not answer it.
        """
        _demand_an_answer(self.exchange)
        if not self.exchange.accepted:
            self.violated(ACCEPTANCE, describe(self.exchange))
        _demand_the_apis_answer(self.exchange)
        current().of(self.exchange).accepted += 1
        return self.exchange

    def refused(self, *statuses: int) -> Exchange:
        """
        Count a refused request.

        Args:     statuses: the documented ones; none for any 4xx.
        Raises:   FindingRaised: it was accepted, ended in a 5xx, or got another 4xx than the documented ones.
                  Inconclusive: the API did not answer it.
        """
        _demand_an_answer(self.exchange)
        if not self.exchange.refused:
            self.violated(_refusal_words(statuses), describe(self.exchange))
        current().of(self.exchange).refused += 1
        if statuses and self.exchange.status not in statuses:
            self.violated(_refusal_words(statuses), describe(self.exchange))
        return self.exchange

    def holds(self, condition: object, expected: str, observed: str | Callable[[], str]) -> None:
        """
        Judge a *condition* on an answer.

        Args:     expected, observed: how it should be and how it is, in words.
        Raises:   FindingRaised: it is false.
        """
        if not condition:
            self.violated(expected, observed if isinstance(observed, str) else observed())

    def equals(self, actual: Any, expected: Any, what: str) -> None:
        """
        Judge whether a value *what* of the answer is as expected.

        Raises:   FindingRaised: it is not.
        """
        self.holds(actual == expected, f"{what} to be {expected!r}", f"{actual!r}")

    def violated(self, expected: str, observed: str, detail: str | None = None) -> None:
        """Raise the finding."""
        operation = self.exchange.operation
        raise FindingRaised(
            Finding(
                expected=expected,
                observed=observed,
                exchange=self.exchange.id,
                control=current().control,
                operation=operation.id if operation else None,
                detail=detail,
            ),
            current().requirement.id,
        )


def control(exchange: Exchange) -> Control:
    """Begin a statement about a request that was done right."""
    return Control(exchange)


def expect(exchange: Exchange) -> Expectation:
    """Begin a statement about an exchange that the requirement speaks of."""
    return Expectation(exchange)


def observe(exchange: Exchange, **values: Any) -> None:
    """Record what the target does where the documentation is silent; without *values* the status."""
    ledger = current()
    name = exchange.operation.id if exchange.operation else ""
    for key, value in (values or {"status": exchange.status}).items():
        ledger.observed.setdefault(key, {})[name] = value
    evidence = ledger.of(exchange)
    if exchange.accepted:
        evidence.accepted += 1
    elif exchange.refused:
        evidence.refused += 1


def require(condition: object, reason: str, *, blocked_by: str | None = None) -> None:
    """
    Demand what a judgement rests on.

    Raises:   Inconclusive: *condition* is false.
    """
    if not condition:
        raise Inconclusive(reason, blocked_by=blocked_by)


def _demand_an_answer(exchange: Exchange) -> None:
    """Leave a request undecided that was put off as long as we were ready to wait: that conforms, and says nothing."""
    require(exchange.status != 429, f"the target still limits the rate after several waits: {exchange.line}")


def _demand_the_apis_answer(exchange: Exchange) -> None:
    """Leave a request undecided that something in front of the API seems to have answered, such as a sign-in page."""
    require(not exchange.is_foreign, f"the answer is no JSON, so it is hardly the API's: {describe(exchange)}")


def describe(exchange: Exchange) -> str:
    """Return an exchange in a line with the beginning of its answer, a cut marked."""
    text = " ".join(exchange.text.split())
    shown = text if len(text) <= SHOWN_ANSWER else f"{text[:SHOWN_ANSWER]}…"
    return f"{exchange.line}" + (f": {shown}" if text else "")


def _refusal_words(statuses: Iterable[int]) -> str:
    listed = " or ".join(map(str, statuses))
    return f"{REFUSAL} {listed}" if listed else f"{REFUSAL} a 4xx"


def proves_itself(requirement: Requirement, finding: Finding) -> bool:
    """Tell whether one exchange settles it, so that it stands although a second try went well."""
    if requirement.area == "isolation":  # data of others was seen
        return finding.expected != ACCEPTANCE
    return requirement.area == "nonce" and finding.expected.startswith(REFUSAL)  # one nonce was accepted twice
