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

import pydantic

from contract import target as targets
from contract.errors import ConfigurationError

DEFAULT_FILE = Path("conformance.toml")
NOT_YET: tuple[str, ...] = ()
"""Keys of a target that a later version honours."""
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_NOTHING_BUT_SPACE = re.compile(r"^\s*$")


class _Table(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


PositiveId = Annotated[int, pydantic.Field(gt=0)]
Text = Annotated[str, pydantic.Field(min_length=1)]


class UserTable(_Table):
    """``[targets.NAME.users.ROLE]``."""

    token: Text
    secret_key: Text
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
    """``budget_requests`` by profile."""

    smoke: PositiveId | None = None
    standard: PositiveId | None = None
    deep: PositiveId | None = None


class TargetTable(_Table):
    """``[targets.NAME]``."""

    base_url: Annotated[str, pydantic.Field(pattern=r"^https?://[^/\s]+")]
    users: UsersTable
    fixtures: FixturesTable = FixturesTable()
    answers: dict[str, Any] = {}
    verify_tls: bool | Text = True
    version: Text | None = None
    headers: dict[str, str] = {}
    client_certificate: Text | None = None
    basic_auth: Annotated[list[Text], pydantic.Field(min_length=2, max_length=2)] | None = None
    proxy: Annotated[str, pydantic.Field(pattern=r"^https?://[^/\s]+")] | None = None
    timeout_s: Annotated[float, pydantic.Field(gt=0)] = 30.0
    known: Text | None = None
    requests_per_second: Annotated[float, pydantic.Field(gt=0)] | None = None
    budget_requests: PositiveId | BudgetTable | None = None
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


def refuse_what_is_not_there_yet(name: str, file: Path | None) -> None:
    """
    Say that the config asks for what this version cannot do, rather than leave it out in silence.

    Raises:   ConfigurationError: it has such a key.
    """
    document, place = _parse(file or DEFAULT_FILE)
    for path in [("targets", name, key) for key in NOT_YET if key in document["targets"][name]]:
        raise place.error(path, "this version cannot do that yet; take the key out")


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
        raise place.error(where, first["msg"][0].lower() + first["msg"][1:]) from None


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
        budget_requests=_budgets(table.budget_requests),
        verify_tls=str(file.parent / table.verify_tls) if isinstance(table.verify_tls, str) else table.verify_tls,
        client_certificate=str(file.parent / table.client_certificate) if table.client_certificate else None,
        basic_auth=(table.basic_auth[0], table.basic_auth[1]) if table.basic_auth else None,
        **values,
    )


def _budgets(given: int | BudgetTable | None) -> dict[str, int]:
    if isinstance(given, BudgetTable):
        return {profile: most for profile, most in given.model_dump().items() if most is not None}
    return {} if given is None else dict.fromkeys(BudgetTable.model_fields, given)
