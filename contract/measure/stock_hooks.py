"""
Signs for ``schemathesis run``: what stock schemathesis needs to get past the door of the API, and to stay inside.

Loaded by schemathesis through ``SCHEMATHESIS_HOOKS``; users and keys come from the config file that
``CONFORMANCE_STOCK_CONFIG`` names. Every request is signed as the suite signs; operations on institutes are sent by
the superuser, for nobody else may, all others by the administrator. Requests that would change or remove the accounts
which sign, or their institutes, go to an id that does not exist instead: after them nothing but 401 would come back.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from schemathesis.auths import GLOBAL_AUTH_STORAGE

from contract.auth import ACCEPT, SigningAuth, authorization
from contract.config import read_target
from contract.errors import TargetError
from contract.nonce import NonceSource, new_run_number
from contract.operations import BASE_PATH
from contract.preflight import sender_for
from contract.target import Target

CONFIG_VARIABLE = "CONFORMANCE_STOCK_CONFIG"
NOBODY = "999999999"
_USER = re.compile(r"/institutes/[^/?]+/users/([^/?]+)")
_INSTITUTE = re.compile(r"/institutes/([^/?]+)/?(?:\?|$)")


@dataclass(frozen=True)
class Protected:
    """The ids, as text, of those who sign and of their institutes."""

    institutes: frozenset[str]
    users: frozenset[str]

    def redirected(self, url: str) -> str:
        """Return *url*, at an id that does not exist where it names something protected."""
        for pattern, ids in ((_USER, self.users), (_INSTITUTE, self.institutes)):
            if (found := pattern.search(url)) and found[1] in ids:
                return url[: found.start(1)] + NOBODY + url[found.end(1) :]
        return url


class StockAuth(AuthBase):
    """Adds token and signature to whatever is about to be sent."""

    def __init__(self, target: Target, protected: Protected) -> None:
        nonces = NonceSource(new_run_number())
        self._protected = protected
        self._users = target.users
        self._signers = {role: SigningAuth(user, nonces) for role, user in target.users.items()}

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign the prepared request."""
        if request.method not in ("GET", "HEAD", "POST"):
            request.url = self._protected.redirected(request.url or "")
        role = self._role(urlsplit(request.url or "").path.removeprefix(BASE_PATH))
        request.headers["Authorization"] = authorization(self._users[role].token)
        if request.headers.get("Accept", "*/*") == "*/*":
            # What requests sends of its own accord; another value was made up for a purpose.
            request.headers["Accept"] = ACCEPT
        return self._signers[role](request)

    def _role(self, path: str) -> str:
        of_institutes = path.startswith("/institutes") and path.count("/") <= 2
        return "superuser" if of_institutes and "superuser" in self._users else "administrator"


def _user_ids(target: Target) -> frozenset[str]:
    """Return the ids of everybody who is there before the tests begin; a fault may hide them."""
    sender, found = sender_for(target), set[str]()
    for role in ("administrator", "superuser"):
        if (user := target.users.get(role)) is None:
            continue
        try:
            answer = sender.client(role)("users_index", institute_id=user.institute_id, limit=300).json
        except TargetError:
            continue
        rows = answer.get("users", []) if isinstance(answer, dict) else []
        found |= {str(row.get("id")) for row in rows if isinstance(row, dict)}
    return frozenset(found)


if CONFIG_VARIABLE in os.environ:
    _target = read_target("local", Path(os.environ[CONFIG_VARIABLE]), {})
    _institutes = frozenset(str(user.institute_id) for user in _target.users.values())
    GLOBAL_AUTH_STORAGE.set_from_requests(StockAuth(_target, Protected(_institutes, _user_ids(_target))))
