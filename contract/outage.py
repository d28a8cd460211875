"""Notices that a target has stopped answering, so that a run ends soon instead of waiting for each request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from contract.errors import TargetUnreachable

MOST_IN_A_ROW = 4
"""So many requests without an answer, or put off by a 429 to the last, make us ask whether the target is there."""


@dataclass
class Outage:
    """Counts requests without an answer; one broken operation is no outage, so a simple request has the last word."""

    in_a_row: int = 0
    is_over: bool = False
    """Whether the target was found to be down: nothing more is sent."""
    _asking: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def check(self) -> None:
        """
        Refuse to send to a target that does not answer.

        Raises:   TargetUnreachable: it was found to be down.
        """
        if self.is_over:
            raise TargetUnreachable(
                "the target stopped answering, or limits the rate for ever; nothing more was sent to it"
            )

    def note(self, answered: bool, still_there: Callable[[], bool]) -> None:
        """
        Take down whether a request was answered.

        Args:     still_there: asks the target something simple.
        """
        with self._lock:
            self.in_a_row = 0 if answered else self.in_a_row + 1
            if self.in_a_row < MOST_IN_A_ROW or self._asking:
                return
            self._asking = True
        try:
            there = still_there()
        finally:
            self._asking = False
        self.in_a_row = 0
        self.is_over = not there
