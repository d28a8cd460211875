"""The config file: TOML -> Target, with the environment filled in and errors that name file, table, key and line."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import pydantic
import requests

from contract import target as targets
from contract.errors import ConfigurationError

DEFAULT_FILE = Path("conformance.toml")
LONGEST_TIMEOUT_S = 3600
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_NOTHING_BUT_SPACE = re.compile(r"^\s*$")
_TARGET_NAME = re.compile(r"\w[\w.-]*")
_HEADER_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_HEADER_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]+")


class _Table(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


def _sendable(text: str) -> str:
    """Refuse what no header can hold."""
    if not _HEADER_VALUE.fullmatch(_of_one_line(text)):
        raise ValueError("this goes into a header, which holds Latin letters only")
    return text


def _of_one_line(text: str) -> str:
    """Refuse what was read from a file with its end; the value itself may be a secret and is not repeated."""
    if text != text.strip() or any(ord(character) < ord(" ") for character in text):
        raise ValueError(
            "no line break, no control character and no space at an end; files often end with a line break"
        )
    return text


def _header_name(text: str) -> str:
    if not _HEADER_NAME.fullmatch(text):
        raise ValueError("this is no name of a header: letters, digits and hyphens")
    return text


def _url(text: str) -> str:
    """Refuse what no request can be sent to; a URL may hold a password and is not repeated."""
    try:
        scheme = urlsplit(text).scheme
        requests.Request("GET", text).prepare()
    except (ValueError, requests.RequestException):
        raise ValueError("this is no URL; give one such as https://staging.example.com") from None
    if scheme not in ("http", "https") or re.search(r"\s", text):
        raise ValueError("this has to be a URL with http:// or https:// and without spaces")
    return text


def _plain_url(text: str) -> str:
    parts = urlsplit(_url(text))
    if "@" in parts.netloc:
        raise ValueError("a URL with a user and a password would be shown; give them as basic_auth")
    if parts.query or parts.fragment:
        raise ValueError("leave out what stands after ? or #: paths are put behind this URL")
    if re.search(r"/api/v\d+/*$", parts.path):
        raise ValueError("leave out /api/v3: it is put behind this URL")
    return text


PositiveId = Annotated[int, pydantic.Field(gt=0)]
Text = Annotated[str, pydantic.Field(min_length=1)]
OneLine = Annotated[Text, pydantic.AfterValidator(_of_one_line)]
HeaderText = Annotated[Text, pydantic.AfterValidator(_sendable)]
HeaderName = Annotated[str, pydantic.AfterValidator(_header_name)]
Url = Annotated[str, pydantic.AfterValidator(_url)]
PlainUrl = Annotated[str, pydantic.AfterValidator(_plain_url)]
Rate = Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)]


class UserTable(_Table):
    """``[targets.NAME.users.ROLE]``."""

    token: HeaderText
    secret_key: OneLine
    institute_id: PositiveId


class UsersTable(_Table):
    """``[targets.NAME.users]``."""

    administrator: UserTable
    superuser: UserTable | None = None
    teacher: UserTable | None = None
    outsider: UserTable | None = None


class LtiStudentTable(_Table):
    """The LTI student that a fixture names."""

    exam_id: PositiveId
    resource_link_id: Text
    student_lms_id: Text


class FixturesTable(_Table):
    """``[targets.NAME.fixtures]``."""

    photo_sessions: list[PositiveId] = []
    upload_exam: PositiveId | None = None
    upload_files: list[Text] = []
    empty_exam: PositiveId | None = None
    lti_student: LtiStudentTable | None = None
    proctors: list[PositiveId] = []
    identity_provider: PositiveId | None = None


class BudgetTable(_Table):
    """``budget_requests`` by profile; one number stands for all of them."""

    smoke: PositiveId | None = None
    standard: PositiveId | None = None
    deep: PositiveId | None = None

    @pydantic.model_validator(mode="before")
    @classmethod
    def _for_all(cls, given: Any) -> Any:
        if isinstance(given, dict):
            return given
        if not isinstance(given, int) or isinstance(given, bool) or given < 1:
            raise ValueError(f"give a number above 0, or a table of them for {', '.join(cls.model_fields)}")
        return dict.fromkeys(cls.model_fields, given)


class TargetTable(_Table):
    """``[targets.NAME]``."""

    base_url: PlainUrl
    users: UsersTable
    fixtures: FixturesTable = FixturesTable()
    answers: dict[str, Any] = {}
    verify_tls: bool | Text = True
    version: Text | None = None
    headers: dict[HeaderName, HeaderText] = {}
    client_certificate: Text | None = None
    basic_auth: Annotated[list[Text], pydantic.Field(min_length=2, max_length=2)] | None = None
    proxy: Url | None = None
    timeout_s: Annotated[float, pydantic.Field(gt=0, le=LONGEST_TIMEOUT_S, allow_inf_nan=False)] = 30.0
    known: Text | None = None
    requests_per_second: Rate | None = None
    budget_requests: BudgetTable | None = None
    production: bool = False
    control: bool = False


class ExamplesTable(_Table):
    """``[examples]``: Hypothesis' example database shared by several machines."""

    redis: Text | None = None


@dataclass(frozen=True)
class _Place:
    """Where a key stands, for messages."""

    file: Path
    text: str

    def line_of(self, path: tuple[str, ...]) -> int | None:
        """Return the line that sets the key *path*, or the head of the nearest table above it."""
        table: tuple[str, ...] = ()
        best: tuple[int, int] | None = None
        for number, line in enumerate(self.text.splitlines(), 1):
            if head := re.match(r"^\s*\[\s*([^\[\]]+?)\s*\]", line):
                table = tuple(part.strip().strip("\"'") for part in head.group(1).split("."))
                found = table
            elif key := re.match(r"^\s*([\w\"'.-]+)\s*=", line):
                found = (*table, *(part.strip("\"'") for part in key.group(1).split(".")))
            else:
                continue
            # A table may be there by its sub-tables only: [targets.staging] stands in for [targets].
            shared = min(len(found), len(path))
            if found[:shared] == path[:shared] and (best is None or shared > best[0]):
                best = (shared, number)
        return best[1] if best else None

    def error(self, path: tuple[str, ...], problem: str) -> ConfigurationError:
        line = self.line_of(path)
        where = f"{self.file} line {line}" if line else str(self.file)
        return ConfigurationError(f"{'.'.join(path)}: {problem} ({where})")


def read_target(name: str, file: Path | None, environment: Mapping[str, str] = os.environ) -> targets.Target:
    """
    Read one target of a config file.

    Args:     file: the config file, or None for ``conformance.toml`` in the current folder.
    Raises:   ConfigurationError: the file, the target or one of its keys cannot be used; the text names the place.
    """
    path = file or DEFAULT_FILE
    document, place = _parse(path)
    _forbid_unknown_tables(document, place)
    known = document.get("targets", {})
    if not isinstance(known, dict):
        raise place.error(("targets",), "this has to be a table of tables, [targets.NAME]")
    if name not in known:
        listed = ", ".join(known) or "none"
        raise ConfigurationError(f"{path} has no target {name!r}; it has: {listed} ('mock' needs no config)")
    if not _TARGET_NAME.fullmatch(name):
        raise place.error(("targets", name), "folders are named after a target: letters, digits, '.', '_' and '-'")
    users = known[name].get("users", {}) if isinstance(known[name], dict) else {}
    required = ("targets", name, "users", "administrator")
    if isinstance(users, dict) and "administrator" not in users:
        raise place.error(required, "this table is required; it needs token, secret_key and institute_id")
    filled = _fill(known[name], ("targets", name), place, environment)
    target = _to_target(name, _validate(TargetTable, filled, ("targets", name), place), path)
    _check_files(target, place)
    return target


def _check_files(target: targets.Target, place: _Place) -> None:
    """
    Make sure that certificates are there and can be used.

    Raises:   ConfigurationError: one is not; OpenSSL would say so late, or ask for a passphrase and wait.
    """
    for key in ("verify_tls", "client_certificate"):
        file = getattr(target, key)
        if not isinstance(file, str):
            continue
        path = ("targets", target.name, key)
        try:
            text = Path(file).read_text(encoding="latin-1") if Path(file).is_file() else ""
        except OSError as error:
            raise place.error(path, f"cannot read {file}: {error.strerror}") from None
        if key == "verify_tls" and Path(file).is_dir():
            continue
        if "-----BEGIN CERTIFICATE-----" not in text:
            raise place.error(path, f"no PEM file with a certificate is at {file}")
        if key == "client_certificate" and "PRIVATE KEY-----" not in text:
            raise place.error(path, f"{file} has to hold the private key too, after the certificate")
        if key == "client_certificate" and "ENCRYPTED" in text:
            raise place.error(path, f"the private key in {file} is encrypted; nobody is there to type its passphrase")


def read_examples(file: Path | None, environment: Mapping[str, str] = os.environ) -> str | None:
    """
    Return the URL of the Redis that examples are shared over, or None; without a config file there is none.

    Raises:   ConfigurationError: the file or the key cannot be used.
    """
    path = file or DEFAULT_FILE
    if file is None and not path.exists():
        return None
    document, place = _parse(path)
    if "examples" not in document:
        return None
    table = _validate(
        ExamplesTable, _fill(document["examples"], ("examples",), place, environment), ("examples",), place
    )
    url: str | None = table.redis
    if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
        raise place.error(("examples", "redis"), "give a URL such as redis://host:6379/0")
    return url


def _parse(path: Path) -> tuple[dict[str, Any], _Place]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(f"no config file {path}; 'conformance init' writes one to start from") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read the config file {path}: {error}") from None
    try:
        return tomllib.loads(text), _Place(path, text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}") from None


def _forbid_unknown_tables(document: dict[str, Any], place: _Place) -> None:
    for key in document:
        if key not in ("targets", "examples"):
            raise place.error((key,), f"unknown table; allowed: targets, examples{_near(key, ['targets', 'examples'])}")
    if "examples" in document:
        _validate(ExamplesTable, document["examples"], ("examples",), place)


def _fill(value: Any, path: tuple[str, ...], place: _Place, environment: Mapping[str, str]) -> Any:
    """Replace ``${NAME}`` by the environment's value, in every text below *value*."""
    if isinstance(value, dict):
        return {key: _fill(item, (*path, key), place, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, path, place, environment) for item in value]
    if not isinstance(value, str):
        return value

    def variable(match: re.Match[str]) -> str:
        if (found := environment.get(match.group(1))) is None or _NOTHING_BUT_SPACE.match(found):
            state = "not set" if found is None else "empty"
            raise place.error(path, f"needs the environment variable {match.group(1)}, which is {state}")
        return found

    return _VARIABLE.sub(variable, value)


def _validate(model: type[_Table], value: Any, path: tuple[str, ...], place: _Place) -> Any:
    try:
        return model.model_validate(value)
    except pydantic.ValidationError as error:
        # A misspelt key is also a missing one: the misspelling is what helps.
        first = min(error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden")
        where = (*path, *(str(part) for part in first["loc"] if _is_key(part)))
        if first["type"] == "extra_forbidden":
            allowed = _allowed_beside(model, first["loc"])
            raise place.error(where, f"unknown key; allowed here: {', '.join(allowed)}") from None
        said = str(first["ctx"]["error"]) if first["type"] == "value_error" else first["msg"]
        raise place.error(where, said[0].lower() + said[1:]) from None


def _is_key(part: int | str) -> bool:
    # pydantic adds the branches of a union ("bool", "constrained-str", "list[...]") to the location.
    return isinstance(part, str) and not re.search(r"[\[\]]|^(bool|constrained-str|str|int|float|list)$", part)


def _allowed_beside(model: type[_Table], location: tuple[int | str, ...]) -> list[str]:
    current: type[_Table] = model
    for part in location[:-1]:
        annotation = current.model_fields[str(part)].annotation
        options = getattr(annotation, "__args__", (annotation,))
        current = next(option for option in options if isinstance(option, type) and issubclass(option, _Table))
    names = list(current.model_fields)
    near = difflib.get_close_matches(str(location[-1]), names, n=1)
    return [*near, *(name for name in names if name not in near)]


def _near(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


_READ_ONE_BY_ONE = {
    "budget_requests", "users", "fixtures", "known", "basic_auth", "base_url", "verify_tls", "client_certificate",
}  # fmt: skip


def _to_target(name: str, table: TargetTable, file: Path) -> targets.Target:
    values = table.model_dump(exclude=_READ_ONE_BY_ONE)
    users = {
        role: targets.User(role=role, **fields)
        for role, fields in table.users.model_dump().items()
        if fields is not None
    }
    handed = table.fixtures.model_dump()
    fixtures: dict[str, Any] = {key: tuple(item) if isinstance(item, list) else item for key, item in handed.items()}
    return targets.Target(
        name=name,
        users=users,
        fixtures=targets.Fixtures(**fixtures),
        base_url=table.base_url.rstrip("/"),
        known=file.parent / table.known if table.known else None,
        budget_requests=table.budget_requests.model_dump(exclude_none=True) if table.budget_requests else {},
        verify_tls=str(file.parent / table.verify_tls) if isinstance(table.verify_tls, str) else table.verify_tls,
        client_certificate=str(file.parent / table.client_certificate) if table.client_certificate else None,
        basic_auth=(table.basic_auth[0], table.basic_auth[1]) if table.basic_auth else None,
        **values,
    )
