"""Generated cases that found something, kept for the next run of the same target, where they are tried first.

The store is a database of examples as Hypothesis has them: a folder of the cache, and Redis beside it where the config
says ``[examples] redis``, for several machines. It holds planned cases, which name nothing of any target.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from contract import plans
from contract.cases import PlannedCase
from contract.casetext import case_from_plain, case_to_plain, dumps
from contract.errors import ConfigurationError

FORMAT = "conformance-example/1"
MOST_OF_AN_OPERATION = 20
TIMEOUT_S = 2.0


@dataclass
class Examples:
    """The stored cases of one target; what cannot be read or written is done without, and said in `problems`."""

    target: str
    """What tells targets apart: name, address, seeded faults."""
    redis: str | None = field(default=None, repr=False)
    problems: list[str] = field(default_factory=list)
    _database: Any = field(default=None, repr=False)

    def fetch(self, operation_id: str) -> list[PlannedCase]:
        """Return the stored cases of an operation, at most `MOST_OF_AN_OPERATION`, in an order of their own."""
        found: list[PlannedCase] = []
        with self._tolerantly():
            for written in sorted(self._opened().fetch(self._key(operation_id)))[:MOST_OF_AN_OPERATION]:
                with contextlib.suppress(KeyError, TypeError, ValueError):
                    found.append(case_from_plain(json.loads(written)))
        return [case for case in found if case.operation_id == operation_id]

    def save(self, case: PlannedCase) -> None:
        """Keep a case that found something."""
        with self._tolerantly():
            self._opened().save(self._key(case.operation_id), _written(case))

    def forget(self, case: PlannedCase) -> None:
        """Drop a case that finds nothing any more."""
        with self._tolerantly():
            self._opened().delete(self._key(case.operation_id), _written(case))

    def check(self) -> None:
        """
        Make sure that what the config names can be used.

        Raises:   ConfigurationError: Redis cannot be reached, or its client is not installed.
        """
        if self.redis is None:
            return
        host = urlsplit(self.redis).hostname or "the server"
        try:
            _client(self.redis).ping()
        except ImportError:
            raise ConfigurationError(
                "examples.redis needs the Redis client: pip install 'procwise-conformance[redis]'"
            ) from None
        except Exception as error:
            # The text of the error may hold the address with its password.
            raise ConfigurationError(
                f"examples.redis: {host} does not answer as Redis ({type(error).__name__}); "
                "start it or take the key out"
            ) from None

    def _key(self, operation_id: str) -> bytes:
        return hashlib.sha256(f"{FORMAT}\0{self.target}\0{operation_id}".encode()).digest()

    def _opened(self) -> Any:
        if self._database is None:
            from hypothesis.database import DirectoryBasedExampleDatabase, MultiplexedDatabase

            self._database = DirectoryBasedExampleDatabase(plans.cache_folder().parent / "examples")
            if self.redis is not None:
                from hypothesis.extra.redis import RedisExampleDatabase

                shared = RedisExampleDatabase(_client(self.redis), key_prefix=b"procwise-conformance:")
                self._database = MultiplexedDatabase(shared, self._database)
        return self._database

    @contextlib.contextmanager
    def _tolerantly(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            # A store that fails must not change what is said about the target.
            problem = f"examples of earlier runs could not be read or kept: {type(error).__name__}"
            if problem not in self.problems:
                self.problems.append(problem)


def _client(url: str) -> Any:
    import redis

    return redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)


def _written(case: PlannedCase) -> bytes:
    return dumps(case_to_plain(case)).encode("ascii")
