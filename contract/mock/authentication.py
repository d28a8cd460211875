"""
Whether a request is let in: Accept, token, timestamp and nonce, signature, nonce used before; one policy each.

Source: https://docs.proctorexam.com/v3/apidoc.html (Accept, token) and the timestamp, nonce and signature rows of
every endpoint page. What is answered, and the skew allowed, is open.
"""

from __future__ import annotations

import hmac
import re
from typing import TYPE_CHECKING, Any

from contract.mock.errors import Refusal
from contract.mock.parameters import NUMBER_RULE, STRING_RULE, is_number
from contract.mock.signing import sign, value_text

if TYPE_CHECKING:
    from contract.mock.call import Call

MEDIA_TYPE = "application/vnd.procwise.v3"
_TOKEN = re.compile(r'Token\s+token="?([^",;\s]+)"?\s*\Z', re.IGNORECASE)


class AcceptPolicy:
    """The Accept header must ask for version 3 of the API."""

    def check(self, call: Call) -> None:
        if not any(self.is_ours(accepted) for accepted in call.headers.get("accept", "").split(",")):
            raise Refusal("accept_not_supported")

    def is_ours(self, accepted: str) -> bool:
        media_type, *parameters = (part.strip().lower() for part in accepted.split(";"))
        return media_type == MEDIA_TYPE and not any(re.fullmatch(r"q\s*=\s*0(\.0*)?", p) for p in parameters)


class TokenPolicy:
    """``Authorization: Token token=…`` names the user."""

    def user(self, call: Call) -> Any:
        token = self.token(call)
        if token is None:
            raise Refusal("token_missing")
        user = call.store.one("SELECT * FROM users WHERE api_token = ?", (token,))
        if user is None:
            raise Refusal("token_unknown")
        return user

    def token(self, call: Call) -> str | None:
        found = _TOKEN.match(call.headers.get("authorization", "").strip())
        return found[1] if found else None


class SignaturePolicy:
    """Timestamp, nonce and signature are there, numbers are numbers, and the signature is that of the parameters."""

    numbers: tuple[str, ...] = ("timestamp", "nonce")

    def check(self, call: Call) -> None:
        for name in (*self.numbers, "signature"):
            self.demand(call, name)
        for name in self.numbers:
            self.check_number(call, name)
        self.check_skew(call)
        self.check_path_ids(call)
        if not self.matches(call):
            raise Refusal("signature_wrong")

    def demand(self, call: Call, name: str) -> None:
        if call.signed.get(name) in (None, ""):
            raise Refusal("signing_param_missing", param=name)

    def check_number(self, call: Call, name: str) -> None:
        if not is_number(call.signed[name]):
            raise Refusal("signing_param_invalid", param=name, rule=NUMBER_RULE)

    def check_skew(self, call: Call) -> None:
        allowed = call.rules.answers.clock_skew_ms
        if allowed is not None and abs(float(call.signed["timestamp"]) - call.now_ms) > allowed:
            raise Refusal("timestamp_skewed")

    def check_path_ids(self, call: Call) -> None:
        """An id that is repeated in query or body must be that of the path."""
        if not call.rules.answers.path_id_conflict_refused:
            return
        for name, text in call.path_ids.items():
            if name in call.sent and value_text(call.sent[name]) != text:
                raise Refusal("path_id_conflict", param=name)

    def matches(self, call: Call) -> bool:
        given = call.signed["signature"]
        if not isinstance(given, str):
            raise Refusal("signing_param_invalid", param="signature", rule=STRING_RULE)
        if call.rules.answers.signature_ignores_case:
            given = given.lower()
        return hmac.compare_digest(given.encode(), self.expected(call).encode())

    def expected(self, call: Call) -> str:
        return sign(call.signed, call.user["secret_key"])


class NoncePolicy:
    """A nonce serves once in 24 hours, among all users."""

    # How often rows that have expired are removed: once in so many requests.
    sweep_every = 1000

    def __init__(self) -> None:
        self.requests = 0

    def key(self, call: Call) -> str:
        nonce = value_text(call.signed["nonce"])
        return f"{call.user['id']}:{nonce}" if call.rules.answers.nonce_per_user else nonce

    def use(self, call: Call) -> None:
        """Record the nonce. Raises: Refusal: it was used within the window."""
        oldest = call.now_ms - call.rules.answers.nonce_window_ms
        self._sweep(call, oldest)
        if not self.record(call, oldest) and call.nonces_unique:
            raise Refusal("nonce_used")

    def record(self, call: Call, oldest_ms: int) -> bool:
        """Whether the nonce was free: one statement, so that of two at once exactly one wins."""
        sql = (
            "INSERT INTO nonces (nonce, used_ms) VALUES (?, ?) ON CONFLICT (nonce)"
            " DO UPDATE SET used_ms = excluded.used_ms WHERE nonces.used_ms <= ?"
        )
        return call.store.execute(sql, (self.key(call), call.now_ms, oldest_ms)) == 1

    def _sweep(self, call: Call, oldest_ms: int) -> None:
        self.requests += 1
        if self.requests % self.sweep_every == 0:
            call.store.execute("DELETE FROM nonces WHERE used_ms <= ?", (oldest_ms,))
