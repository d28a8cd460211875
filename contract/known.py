"""
Known deviations: the target's list of requirements that are known not to hold, why, and until when.

    [[known]]
    requirement = "EXAM-012"
    reason = "names of two characters are refused"
    link = "https://tracker.example.com/4711"
    expires = 2027-01-31                            # the last day on which it is excused
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import pydantic

from contract.errors import ConfigurationError, UnknownName
from contract.requirements import Register
from contract.results import Known, KnownState, RequirementResult, Verdict


def _as_date(value: Any) -> Any:
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise ValueError("give a date, such as 2027-01-31")
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        raise ValueError(f"{value!r} is no date; write it as 2027-01-31") from None


Text = Annotated[str, pydantic.StringConstraints(strip_whitespace=True, min_length=1)]


class _Entry(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    requirement: Text
    reason: Text
    link: Annotated[Text, pydantic.StringConstraints(pattern=r"^https?://\S+$")] | None = None
    expires: Annotated[date, pydantic.BeforeValidator(_as_date)] | None = None


@dataclass(frozen=True)
class _File:
    path: Path
    text: str

    def error(self, number: int, problem: str) -> ConfigurationError:
        """Return an error that names the *number*-th entry, from 0, and its line."""
        heads = [line for line, text in enumerate(self.text.splitlines(), 1) if re.match(r"\s*\[\[\s*known\s*]]", text)]
        where = f"{self.path} line {heads[number]}" if number < len(heads) else str(self.path)
        return ConfigurationError(f"known deviation {number + 1}: {problem} ({where})")


def read(path: Path, register: Register, answers: Mapping[str, Any] | None = None) -> dict[str, Known]:
    """
    Read the list of a target.

    Args:     answers: what the config pins; an open question that is not pinned cannot be broken.
    Returns:  the known deviations by requirement id, their state not judged yet.
    Raises:   ConfigurationError: the file cannot be used; the text names the entry and its line.
    """
    file, entries = _parse(path)
    found: dict[str, Known] = {}
    for number, table in enumerate(entries):
        entry = _validated(file, number, table)
        _check(file, number, entry, register, answers or {})
        if entry.requirement in found:
            raise file.error(number, f"{entry.requirement} is listed twice; keep one entry")
        expires = entry.expires.isoformat() if entry.expires else None
        found[entry.requirement] = Known(KnownState.NOT_JUDGED, entry.reason, entry.link, expires)
    return found


def mark(results: Iterable[RequirementResult], known: Mapping[str, Known], today: date) -> None:
    """Say on each requirement of *known* what has become of the deviation."""
    for result in results:
        if result.id in known:
            result.known = replace(known[result.id], state=_state(result.verdict, known[result.id], today))


def _state(verdict: Verdict, known: Known, today: date) -> KnownState:
    if verdict in (Verdict.FAIL, Verdict.WARN):
        expired = known.expires is not None and today > date.fromisoformat(known.expires)
        return KnownState.EXPIRED if expired else KnownState.HOLDS
    return KnownState.MENDED if verdict is Verdict.PASS else KnownState.NOT_JUDGED


def _parse(path: Path) -> tuple[_File, list[Any]]:
    try:
        text = path.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except FileNotFoundError:
        raise ConfigurationError(
            f"no file {path} with known deviations; the key 'known' of the target names it, relative to the config file"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read the known deviations {path}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = text.splitlines()[int(place[1]) - 1] if place else ""
        hint = "; a date is written 2027-01-31" if "expires" in line else ""
        raise ConfigurationError(f"{path} is not valid TOML: {error}{hint}") from None
    others = [key for key in document if key != "known"]
    entries = document.get("known", [])
    if others or not isinstance(entries, list):
        raise ConfigurationError(f"{path}: only [[known]] tables are allowed; found {', '.join(others) or '[known]'}")
    return _File(path, text), entries


def _validated(file: _File, number: int, table: Any) -> _Entry:
    try:
        return _Entry.model_validate(table)
    except pydantic.ValidationError as error:
        first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        key = str(first["loc"][0]) if first["loc"] else "entry"
        problems = {
            "extra_forbidden": f"unknown key {key}; allowed: {', '.join(_Entry.model_fields)}",
            "missing": f"{key} is required",
            "string_pattern_mismatch": f"{key} has to be a URL, https://…",
        }
        message = first["msg"].removeprefix("Value error, ")
        raise file.error(number, problems.get(first["type"], f"{key}: {message}")) from None


def _check(file: _File, number: int, entry: _Entry, register: Register, answers: Mapping[str, Any]) -> None:
    if entry.requirement not in register:
        unknown = UnknownName("requirement", entry.requirement, [each.id for each in register])
        raise file.error(number, f"{unknown}; 'conformance requirements' lists them")
    requirement = register.get(entry.requirement)
    if requirement.level == "open" and not {requirement.id, requirement.short} & set(answers):
        raise file.error(number, f"{requirement.id} is an open question and never fails; take the entry out")
