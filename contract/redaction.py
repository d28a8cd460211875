"""Removal of secrets, once, where an exchange is recorded: by value, header, parameter and field name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

REMOVED = "[removed]"
SECRET_FIELDS = frozenset(
    {
        "api_token", "secret_key", "password", "password_confirmation", "oauth_consumer_secret", "oauth_consumer_key",
        "invitation_token", "token", "tawk_api_key",
    }
)  # fmt: skip
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
SHOWN_OF_A_SIGNATURE = 8

_SIGNATURE = re.compile(r"(signature(?:=|%3D|\"\s*:\s*\"|\"\r\n\r\n))([0-9A-Fa-f]{16,})")
_TOKEN_SCHEME = re.compile(r"(Token\s+token=)[^\s\"',;]+")
_NAMES = "|".join(sorted(SECRET_FIELDS))
_FIELDS_IN_TEXT = (
    re.compile(rf"(\"(?:{_NAMES})\"\s*:\s*\")((?:[^\"\\]|\\.)+)()(?=\")"),
    re.compile(rf"((?:^|[?&])(?:{_NAMES})=)([^&#\s\"]+)()"),
    re.compile(rf"(\bname=\"?(?:{_NAMES})\"?\r?\n(?:[^\r\n]+\r?\n)*\r?\n)(.+?)(\r?\n--)", re.DOTALL),
)
"""Secret fields where a text holds them as JSON, in a query or a form, as a part of a multipart body."""
_NAMES = "|".join(sorted(SECRET_FIELDS))
_FIELD_IN_FORM = re.compile(rf"((?<![\w-])(?:{_NAMES})(?:\]|%5D)?=)(?!\[removed\])[^&?\s\"']+")
_FIELD_IN_MULTIPART = re.compile(rf"(name=\"(?:{_NAMES})\"(?:\r\n[^\r\n]+)*\r\n\r\n).*?(?=\r\n--|\Z)", re.DOTALL)
_SHORTEST_LEARNT = 8
_FEWEST_CHARACTERS = 3
_MOST_HARMLESS = 20_000
# Thousands of tokens come by in a run; one pattern of all of them would be compiled anew for each and search slowly.
_WORD = re.compile(rf"[\w-]{{{_SHORTEST_LEARNT},}}", re.ASCII)


class Redactor:
    """Knows the secrets of a run, those of the config and those that the target's answers brought."""

    def __init__(self, secrets: Iterable[str] = (), headers: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._by_beginning: dict[str, list[str]] = {}
        self._others: list[str] = []
        self._pattern: re.Pattern[str] | None = None
        self._harmless: set[str] = set()
        self._headers = SECRET_HEADERS | {name.lower() for name in headers}
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Remember a text that must not be shown, in plain and in URL- and JSON-encoded form."""
        if secret in self._secrets or not secret:
            return
        self._harmless.clear()
        for text in {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]} - self._secrets:
            self._secrets.add(text)
            if _WORD.fullmatch(text):
                alike = self._by_beginning.setdefault(text[:_SHORTEST_LEARNT], [])
                alike.append(text)
                alike.sort(key=len, reverse=True)
            else:
                self._others = sorted((*self._others, text), key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, self._others)))

    def learn_from(self, body: Any) -> None:
        """Remember the values of secret fields anywhere in a JSON *body*."""
        if isinstance(body, Mapping):
            for name, value in body.items():
                if name in SECRET_FIELDS and isinstance(value, str) and _is_telling(value):
                    self.learn(value)
                else:
                    self.learn_from(value)
        elif isinstance(body, list):
            for item in body:
                self.learn_from(item)

    def text(self, text: str) -> str:
        """Return *text* without secrets; of a signature the first digits stay, too few to use it again."""
        if self._pattern:
            text = self._pattern.sub(REMOVED, text)
        text = _WORD.sub(self._word, text)
        text = _SIGNATURE.sub(lambda found: found[1] + found[2][:SHOWN_OF_A_SIGNATURE] + "…", text)
        text = _TOKEN_SCHEME.sub(rf"\1{REMOVED}", text)
        for field in _FIELDS_IN_TEXT:
            text = field.sub(rf"\1{REMOVED}\3", text)
        return text

    def _word(self, found: re.Match[str]) -> str:
        word = found[0]
        if word in self._harmless:
            return word
        if word in self._secrets:
            return REMOVED
        # A secret can stand inside a longer run of such characters.
        for at in range(len(word) - _SHORTEST_LEARNT + 1):
            for secret in self._by_beginning.get(word[at : at + _SHORTEST_LEARNT], ()):
                if word.startswith(secret, at):
                    return _WORD.sub(self._word, word[:at] + REMOVED + word[at + len(secret) :])
        if len(self._harmless) < _MOST_HARMLESS:
            self._harmless.add(word)
        return word

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return *headers* with the values of secret ones removed."""
        return [(name, REMOVED if name.lower() in self._headers else self.text(str(value))) for name, value in headers]


def _is_telling(value: str) -> bool:
    """Tell whether *value* is found elsewhere only where it is the secret: not so a row of noughts."""
    return len(value) >= _SHORTEST_LEARNT and len(set(value)) >= _FEWEST_CHARACTERS
