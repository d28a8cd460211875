"""When a run may be interrupted: not while it waits for the answer to a creation."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any


class Interruption:
    """
    What SIGINT (Ctrl-C) and SIGTERM (of CI systems) do in this process.

    A creation that has been sent is waited for. Otherwise nobody would know its id, and what holds it would be taken
    away while it is still being made.
    """

    def __init__(self) -> None:
        self._signals = 0
        self._is_allowed = False
        self._is_postponed = False

    def listen(self) -> None:
        """Take the signals of a process that carries out a whole run: it may be interrupted anywhere."""
        if threading.current_thread() is not threading.main_thread():
            return
        self._is_allowed = True
        signal.signal(signal.SIGTERM, self._heed)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._heed)

    def listen_in_worker(self) -> None:
        """Take the signals of a worker: only its tests may be interrupted, not what it tells or removes."""
        self._is_allowed = False
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; the controller gets it too and tells us
        signal.signal(signal.SIGTERM, self._heed)

    @contextlib.contextmanager
    def allowed(self) -> Iterator[None]:
        """Let the block be interrupted; it does not begin where that was asked for already."""
        self._is_allowed = True
        try:
            if self._signals:
                raise KeyboardInterrupt
            yield
        finally:
            self._is_allowed = False

    @contextlib.contextmanager
    def postponed(self) -> Iterator[None]:
        """Let the block end first; one in a thread beside the test is waited for by the test anyway."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before, self._is_postponed = self._signals, True
        try:
            yield
        finally:
            self._is_postponed = False
        if self._is_allowed and self._signals > before:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def ignored(self) -> Iterator[None]:
        """Let the block end whatever is asked for: it is short, and without it all that was done is lost."""
        before, self._is_allowed = self._is_allowed, False
        try:
            yield
        finally:
            self._is_allowed = before

    def _heed(self, number: int, frame: Any) -> None:
        self._signals += 1
        if self._is_allowed and not self._is_postponed:
            raise KeyboardInterrupt


OF_THIS_PROCESS = Interruption()
"""A process has one: signals are the process's."""
