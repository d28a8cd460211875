"""Removal of secrets, once, where an exchange is recorded: by value, header, parameter and field name."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

REMOVED = "[removed]"
SECRET_FIELDS = frozenset(
    {
        "api_token", "secret_key", "password", "password_confirmation", "oauth_consumer_secret", "oauth_consumer_key",
        "invitation_token", "token", "tawk_api_key", "access_token", "auth_token", "refresh_token", "session_token",
        "secret", "client_secret", "private_key", "x-amz-security-token", "x-amz-credential",
    }
)  # fmt: skip
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
ERRORS = frozenset({"error", "errors"})
"""Below these names texts speak of the fields that they stand beside."""
SHOWN_OF_A_SIGNATURE = 8

_SIGNATURE = re.compile(r"(signature(?:=|%3D|\\?\"\s*:\s*\\?\"|\"\r\n\r\n))([0-9A-Fa-f]{16,})", re.IGNORECASE)
# A digest that no name stands before may be a signature all the same: an error text that tells what was expected.
_DIGEST = re.compile(r"(?<![0-9A-Za-z])([0-9A-Fa-f]{8})[0-9A-Fa-f]{32,}(?![0-9A-Za-z])")
_SCHEMES = re.compile(r"(Token\s+token=\\?\"?|Bearer\s+|Basic\s+(?=[\w+/=-]{8}))[^\s\"',;\\]+", re.IGNORECASE)
_SCHEME_NAMES = ("token=", "bearer", "basic")
_USER_OF_URL = re.compile(r"(://)[^/\s:@\"]+:[^/\s@\"]+(?=@)")
_TELLTALES = tuple(name for name in SECRET_FIELDS if not any(other in name for other in SECRET_FIELDS - {name}))
"""One of them is in every name of a secret field."""
_FIELDS_IN_TEXT = (
    (('"',), r"(\"(?:NAMES)\"\s*:\s*)(?:(\")(?:[^\"\\]|\\.)+(?=\")|-?\d[\d.eE+-]*)()"),
    # JSON inside a text of JSON.
    (('\\"',), r"(\\+\"(?:NAMES)\\+\"\s*:\s*)(\\+\").+?()(?=\\+\")"),
    (
        ("=", "%3d"),
        r"((?:^|[?&;\s]|\\u0026|%26|%3F)(?:NAMES)(?:=|%3D))()[^&#\s\"'\\%]+(?:%(?!26)[^&#\s\"'\\%]*)*()",
    ),
    (("\n",), r"(\bname=\"?(?:NAMES)\"?\r?\n)((?:[^\r\n]+\r?\n)*\r?\n).+?(\r?\n--)"),
)
"""Secret fields where a text holds them as JSON, in a query or a form, as a part of a multipart body; before each what
must be in a text for it to find anything."""
_SHORTEST_LEARNT = 8
_SHORTEST_DIGEST = 40
_FEWEST_CHARACTERS = 3
_MOST_HARMLESS = 20_000
_MOST_VALUES = 1_000
_NESTED = (dict, list)
# Thousands of tokens come by in a run; one pattern of all of them would be compiled anew for each and search slowly.
_WORD = re.compile(rf"[\w-]{{{_SHORTEST_LEARNT},}}", re.ASCII)


class Redactor:
    """Knows the secrets of a run, those of the config and those that the target's answers brought."""

    def __init__(self, secrets: Iterable[str] = (), headers: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._by_beginning: dict[str, list[str]] = {}
        self._others: list[str] = []
        self._harmless: set[str] = set()
        self._harmless_text = bytearray()
        self._values: dict[str, str] = {}
        self._is_secret_field: dict[str, bool] = {}
        self._headers = SECRET_HEADERS | {name.lower() for name in headers}
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: str) -> None:
        """Remember a text that must not be shown, in plain and in URL- and JSON-encoded form."""
        if secret in self._secrets or not secret:
            return
        self._values.clear()
        for text in {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]} - self._secrets:
            self._secrets.add(text)
            if _WORD.fullmatch(text):
                self._suspect(text)
                alike = self._by_beginning.setdefault(text[:_SHORTEST_LEARNT], [])
                alike.append(text)
                alike.sort(key=len, reverse=True)
            else:
                self._others = sorted((*self._others, text), key=len, reverse=True)

    def _suspect(self, secret: str) -> None:
        """Forget which words are harmless if *secret* stands in one of them: one search in all instead of thousands."""
        if secret.encode() in self._harmless_text:
            self._harmless.clear()
            self._harmless_text.clear()

    def learn_from(self, body: Any, of_errors: bool = False) -> None:
        """Remember the values of secret fields anywhere in a JSON *body*; of errors only what is no sentence."""
        if isinstance(body, dict):
            is_secret = self._is_secret_field
            for name, value in body.items():
                # Lists bring hundreds of thousands of fields in a run, of a hundred names.
                if (secret := is_secret.get(name)) is None:
                    secret = self._note_field(name)
                if secret:
                    self._learn_all(value, of_errors)
                elif isinstance(value, _NESTED):
                    self.learn_from(value, of_errors or name.lower() in ERRORS)
        elif isinstance(body, list):
            for item in body:
                if isinstance(item, _NESTED):
                    self.learn_from(item, of_errors)

    def _note_field(self, name: str) -> bool:
        """Tell whether the field is a secret one; that is remembered."""
        if len(self._is_secret_field) >= _MOST_VALUES:
            self._is_secret_field.clear()
        secret = self._is_secret_field[name] = name.lower() in SECRET_FIELDS
        return secret

    def _learn_all(self, value: Any, of_errors: bool) -> None:
        if isinstance(value, str) and value in self._secrets:
            return
        if isinstance(value, _NESTED):
            for item in value.values() if isinstance(value, dict) else value:
                self._learn_all(item, of_errors)
        elif isinstance(value, str | int) and _is_telling(str(value)) and not (of_errors and " " in str(value)):
            self.learn(str(value))

    def plain(self, value: Any) -> Any:
        """Return *value*, of plain types at any depth, with every text in it as `text` returns it."""
        if isinstance(value, Mapping):
            return {self.plain(name): self.plain(item) for name, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.plain(item) for item in value]
        return self.text(value) if isinstance(value, str) else value

    def text(self, text: str) -> str:
        """Return *text* without secrets; of a signature the first digits stay, too few to use it again."""
        for secret in self._others:
            # Looking for a plain text costs a fraction of a search for a pattern, here and below.
            if secret in text:
                text = text.replace(secret, REMOVED)
        suspects = set(_WORD.findall(text)) - self._harmless
        # The longest first: it may hold a shorter one.
        for word in sorted(suspects, key=len, reverse=True):
            if (shown := self._word(word)) != word:
                text = text.replace(word, shown)
        folded = text.casefold()
        if "signature" in folded:
            text = _SIGNATURE.sub(lambda found: found[1] + found[2][:SHOWN_OF_A_SIGNATURE] + "…", text)
        if any(len(word) >= _SHORTEST_DIGEST for word in suspects):
            text = _DIGEST.sub(r"\1…", text)
        if any(scheme in folded for scheme in _SCHEME_NAMES):
            text = _SCHEMES.sub(rf"\1{REMOVED}", text)
        if "://" in text and "@" in text:
            text = _USER_OF_URL.sub(rf"\1{REMOVED}", text)
        if any(name in folded for name in _TELLTALES):
            text = _without_fields(text, folded)
        return text

    def _word(self, word: str) -> str:
        """Return *word* without the secrets in it; one that is harmless is remembered, but for what may be a digest."""
        if word in self._secrets:
            return REMOVED
        # A secret can stand inside a longer run of such characters.
        beginnings = [word[at : at + _SHORTEST_LEARNT] for at in range(len(word) - _SHORTEST_LEARNT + 1)]
        if not self._by_beginning.keys().isdisjoint(beginnings):
            for at, beginning in enumerate(beginnings):
                for secret in self._by_beginning.get(beginning, ()):
                    if word.startswith(secret, at):
                        return word[:at] + REMOVED + self._word(word[at + len(secret) :])
        if _SHORTEST_LEARNT <= len(word) < _SHORTEST_DIGEST and len(self._harmless) < _MOST_HARMLESS:
            self._harmless.add(word)
            self._harmless_text += word.encode() + b"\n"
        return word

    def headers(self, headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return *headers* with the values of secret ones removed."""
        return [
            (name, REMOVED if name.lower() in self._headers else self._header(str(value))) for name, value in headers
        ]

    def _header(self, value: str) -> str:
        """Return the value of a header without secrets; most come again and again."""
        if (known := self._values.get(value)) is None:
            if len(self._values) >= _MOST_VALUES:
                self._values.clear()
            known = self._values[value] = self.text(value)
        return known


def _without_fields(text: str, folded: str) -> str:
    """Return *text* without the values of the secret fields that it names; *folded* is the same in one letter case."""
    names = frozenset(name for name in SECRET_FIELDS if name in folded)
    for (needs, _), field in zip(_FIELDS_IN_TEXT, _fields_of(names), strict=True):
        if any(each in folded for each in needs):
            text = field.sub(rf"\1\2{REMOVED}\3", text)
    return text


@functools.lru_cache(maxsize=64)
def _fields_of(names: frozenset[str]) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of `_FIELDS_IN_TEXT` for *names* alone: few of them are in one text, and each takes time."""
    alternatives = "|".join(sorted(names))
    return tuple(
        re.compile(pattern.replace("NAMES", alternatives), re.IGNORECASE | re.DOTALL) for _, pattern in _FIELDS_IN_TEXT
    )


def _is_telling(value: str) -> bool:
    """Tell whether *value* is found elsewhere only where it is the secret: not so a row of noughts."""
    return len(value) >= _SHORTEST_LEARNT and len(set(value)) >= _FEWEST_CHARACTERS
