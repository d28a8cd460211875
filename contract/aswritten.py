"""
Request targets that go out as they were written.

urllib3 writes the target of every request anew: escapes in capitals, ``%zz`` as ``%25zz``. What a target makes of other
spellings, which real clients send, would never be seen.
"""

from __future__ import annotations

import re
import threading
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import BaseHTTPResponse

from contract.connections import WatchedHTTPConnection, WatchedHTTPSConnection

_SENDABLE = re.compile(r"[\x21-\x7e]+")
"""What a request line can hold; anything else is left to urllib3 to escape."""


class _AsWritten(HTTPConnectionPool):
    """A pool whose connections are asked for what the caller wrote."""

    ConnectionCls: Any = WatchedHTTPConnection
    _asked = threading.local()

    def urlopen(self, method: str, url: str, *args: Any, **kwargs: Any) -> BaseHTTPResponse:
        self._asked.target = url if _SENDABLE.fullmatch(url) else None
        return super().urlopen(method, url, *args, **kwargs)

    def _make_request(self, conn: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        return super()._make_request(conn, method, self._asked.target or url, *args, **kwargs)


class _AsWrittenOverTls(_AsWritten, HTTPSConnectionPool):
    """The same over TLS."""

    ConnectionCls = WatchedHTTPSConnection


class AsWritten(HTTPAdapter):
    """An adapter that leaves the path and the query of a prepared request alone."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


_POOLS = {"http": _AsWritten, "https": _AsWrittenOverTls}
