"""Ends connections that take too long: socket timeouts bound each read, not how many reads an answer takes.

A target that sends a byte now and then, or one interim answer after another, would keep a request busy for ever. One
thread watches all requests of the process and shuts a connection down when its time is over.
"""

from __future__ import annotations

import contextlib
import contextvars
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

_LONGEST_NAP_S = 0.25


@dataclass(eq=False)
class Watch:
    """One request that is being watched; ``fired`` once its connection was shut down."""

    end: float
    socket: socket.socket | None = None
    fired: bool = False

    def allow(self, seconds: float) -> None:
        """Let the request go on for *seconds* from now."""
        self.end = time.monotonic() + seconds


_current: contextvars.ContextVar[Watch | None] = contextvars.ContextVar("watch", default=None)


class _Watchdog:
    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Watch nothing; a forked process begins so, for it has neither the thread nor the lock as it should be."""
        self._watches: set[Watch] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, watch: Watch) -> None:
        with self._changed:
            self._watches.add(watch)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif len(self._watches) == 1:
                self._changed.notify()

    def discard(self, watch: Watch) -> None:
        with self._changed:
            self._watches.discard(watch)

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._watches:
                    self._changed.wait()
                now = time.monotonic()
                for watch in self._watches:
                    if now >= watch.end and watch.socket is not None:
                        watch.fired = True
                        with contextlib.suppress(OSError):
                            # Of the plain socket: that of TLS would take itself apart while it is being read.
                            socket.socket.shutdown(watch.socket, socket.SHUT_RDWR)
            time.sleep(_LONGEST_NAP_S)


_WATCHDOG = _Watchdog()
os.register_at_fork(after_in_child=_WATCHDOG.begin)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[Watch]:
    """Watch what this thread sends inside the block; `Watch.fired` tells whether its time was over."""
    watch = Watch(time.monotonic() + seconds)
    token = _current.set(watch)
    _WATCHDOG.add(watch)
    try:
        yield watch
    finally:
        _WATCHDOG.discard(watch)
        _current.reset(token)


def current() -> Watch | None:
    """Return the watch of what this thread is sending."""
    return _current.get()
