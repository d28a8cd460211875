"""The deployment under test: where it is, who may call it, what it was handed for the tests."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

ROLES = ("administrator", "superuser", "teacher", "outsider")
EMBEDDED = "mock"


@dataclass(frozen=True)
class User:
    """One user of the target; the secrets stay out of ``repr``."""

    role: str
    institute_id: int
    token: str = field(repr=False)
    secret_key: str = field(repr=False)


@dataclass(frozen=True)
class Fixtures:
    """What no call of the API can create; ids of the target, handed over for the tests."""

    photo_sessions: tuple[int, ...] = ()
    upload_exam: int | None = None
    upload_files: tuple[str, ...] = ()
    empty_exam: int | None = None
    lti_student: dict[str, Any] | None = None
    proctors: tuple[int, ...] = ()
    identity_provider: int | None = None


@dataclass(frozen=True)
class Target:
    """A deployment as the config file describes it; times in seconds, secrets out of ``repr``."""

    name: str
    base_url: str
    users: dict[str, User]
    fixtures: Fixtures = Fixtures()
    answers: dict[str, Any] = field(default_factory=dict)
    verify_tls: bool | str = True
    version: str | None = None
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    client_certificate: str | None = None
    basic_auth: tuple[str, str] | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    timeout_s: float = 30.0
    known: Path | None = None
    requests_per_second: float | None = None
    budget_requests: dict[str, int] = field(default_factory=dict)
    """By profile."""
    production: bool = False
    control: bool = False

    @property
    def administrator(self) -> User:
        """Return the administrator of the institute under test, whom every target has."""
        return self.users["administrator"]

    @property
    def embedded(self) -> bool:
        """Tell whether the run itself started this target."""
        return self.name == EMBEDDED

    @property
    def secrets(self) -> frozenset[str]:
        """Return every text that must never be shown."""
        texts = [text for user in self.users.values() for text in (user.token, user.secret_key)]
        texts += list(self.headers.values())
        if self.basic_auth:
            texts += [self.basic_auth[1], b64encode(":".join(self.basic_auth).encode()).decode()]
        if self.proxy and (password := urlsplit(self.proxy).password):
            texts += [password, unquote(password)]
        return frozenset(text for text in texts if text)

    def lacks(self, capability: str) -> str | None:
        """
        Tell why *capability* is missing.

        Args:     capability: a role, the name of a fixture, or ``control`` (the mock's control interface).
        Returns:  the reason in words, or None where the target has it.
        """
        if capability in ROLES:
            return None if capability in self.users else f"the config names no {capability}"
        if capability == "control":
            return None if self.control else "needs the mock's control interface"
        value = getattr(self.fixtures, capability)
        return None if value not in (None, ()) else f"the config hands over no fixture {capability}"
