"""What the suite keeps of a target on this machine between runs: journals, and the lock of the run that is going on.

It is in the user's state folder, so that the next run finds it from whatever folder it is started:
``~/.local/state/procwise-conformance/HOST-DIGEST``. The environment variable ``CONFORMANCE_STATE_DIR`` names another
place instead of ``~/.local/state/procwise-conformance``.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import filelock
import platformdirs

from contract import journal
from contract.errors import ConfigurationError
from contract.journal import SUFFIX, Journal
from contract.target import Target

FOLDER_VARIABLE = "CONFORMANCE_STATE_DIR"
APPLICATION = "procwise-conformance"


class State:
    """The folder of one deployment; two names in the config for the same URL share it."""

    def __init__(self, target: Target) -> None:
        self.target = target
        url = urlsplit(target.base_url.lower())
        named = re.sub(r"[^a-z0-9.-]+", "-", url.netloc.rpartition("@")[2])
        digest = hashlib.sha256(f"{url.netloc}{url.path}".encode()).hexdigest()[:8]
        self.folder = _root() / f"{named}-{digest}"
        self._lock = filelock.FileLock(self.folder / "lock")

    @property
    def _holder(self) -> Path:
        return self.folder / "holder.json"

    def lock(self, purpose: str) -> None:
        """
        Keep others on this machine from this target as long as this process lives, or until `unlock`.

        Raises:   ConfigurationError: another process has it, or the folder cannot be written; the text says which.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # The system gives the lock free when a process ends, however it ends: a stale one blocks nobody.
            self._lock.acquire(timeout=0)
        except filelock.Timeout:
            raise ConfigurationError(
                f"{self.target.name} is in use by {self._described_holder()}; wait until it has ended"
            ) from None
        except OSError as error:
            raise ConfigurationError(
                f"cannot write to {self.folder}: {error.strerror}; {FOLDER_VARIABLE} can name another folder"
            ) from None
        since = datetime.now(UTC).isoformat(timespec="seconds")
        self._holder.write_text(json.dumps({"pid": os.getpid(), "purpose": purpose, "since": since}), encoding="utf-8")

    def unlock(self) -> None:
        """Let others at the target."""
        if self._lock.is_locked:
            self._holder.unlink(missing_ok=True)
            self._lock.release()

    def journal(self, run_id: str, prefix: str, worker: str) -> Journal:
        """Begin the journal of one worker of a run."""
        return Journal(self.folder / f"{run_id}-{worker}{SUFFIX}", run_id, prefix)

    def runs_left(self) -> list[str]:
        """Return the ids of the runs that left a journal."""
        return [left.run_id for left in journal.read(self.folder) if left.entries]

    def _described_holder(self) -> str:
        try:
            held = json.loads(self._holder.read_text(encoding="utf-8"))
            return f"{held['purpose']} of process {held['pid']} since {held['since']}"
        except (OSError, ValueError, KeyError):
            return "another process"


def _root() -> Path:
    chosen = os.environ.get(FOLDER_VARIABLE)
    return Path(chosen).expanduser() if chosen else Path(platformdirs.user_state_dir(APPLICATION))
