"""Many rows at once, for tests of paging, filtering and speed: the values differ, the numbers repeat."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contract.mock.demo import NO_RESTRICTIONS, START_MS
from contract.mock.fields import Table
from contract.mock.parameter_tables import EXAM_STATUSES, SESSION_STATUSES
from contract.mock.store import Store
from contract.mock.tables import EXAMS, INSTITUTES, STUDENT_SESSIONS, USERS

MAXIMUM = 2_000_000
BATCH = 10_000
HOUR_MS = 3_600_000

Options = Mapping[str, Any]
Maker = tuple[Table, Callable[[int, Options], dict[str, Any]]]


class SeedingError(Exception):
    """The options do not fit; the argument says why."""


def seed(store: Store, kind: str, count: int, options: Options) -> list[int]:
    """
    Add *count* rows of *kind* in one transaction.

    Args: options: institute_id (1), exam_id (needed for student_sessions), prefix of names and texts ("Seeded").
    Returns: the first and the last id.
    """
    if count > MAXIMUM:
        raise SeedingError(f"count must be at most {MAXIMUM}")
    if kind == "nonces":
        return _seed_nonces(store, count)
    table, make = MAKERS[kind]
    first = (store.value("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)) or 0) + 1
    with store.transaction():
        for start in range(0, count, BATCH):
            numbers = range(first + start, first + min(start + BATCH, count))
            store.execute_many(table.insert_sql, list(_rows(store, table, make, numbers, options)))
    return [first, first + count - 1]


def _rows(
    store: Store, table: Table, make: Callable[[int, Options], dict[str, Any]], numbers: range, options: Options
) -> Iterator[list[Any]]:
    now = store.now_ms()
    for number in numbers:
        yield table.new_row({"created_at": now, "updated_at": now, **make(number, options)})


def _seed_nonces(store: Store, count: int) -> list[int]:
    """Used nonces, all within the window; negative, so that no client happens to use them."""
    first = store.value("SELECT count(*) FROM nonces")
    with store.transaction():
        now = store.now_ms()
        for start in range(0, count, BATCH):
            numbers = range(first + start, first + min(start + BATCH, count))
            sql = "INSERT OR IGNORE INTO nonces (nonce, used_ms) VALUES (?, ?)"
            store.execute_many(sql, [(f"-{number}", now) for number in numbers])
    return [first, first + count - 1]


def _prefix(options: Options) -> str:
    return str(options.get("prefix", "Seeded"))


def _exam(number: int, options: Options) -> dict[str, Any]:
    return {
        "institute_id": options.get("institute_id", 1),
        "name": f"{_prefix(options)} {number:07d}",
        "user_id": None,
        "duration_minutes": 30 + number % 7 * 15,
        "start_time": START_MS + number % 10_007 * HOUR_MS,
        "restrictions": NO_RESTRICTIONS,
        "status": EXAM_STATUSES[number % 3],
        "token": f"{number:032x}",
        "use_duration": number % 2,
    }


def _session(number: int, options: Options) -> dict[str, Any]:
    if not isinstance(options.get("exam_id"), int):
        raise SeedingError("student_sessions need an exam_id")
    email = f"seeded.{number}@example.com"
    return {
        "exam_id": options["exam_id"],
        "institute_id": options.get("institute_id", 1),
        "name": f"{_prefix(options)} {number:07d}",
        "email": email,
        "email_key": email,
        "status": SESSION_STATUSES[number % len(SESSION_STATUSES)],
        "open_time": START_MS + number % 1009 * HOUR_MS if number % 5 else None,
        "attempt": 0,
    }


def _user(number: int, options: Options) -> dict[str, Any]:
    email = f"seeded.user.{number}@example.com"
    return {
        "institute_id": options.get("institute_id", 1),
        "email": email,
        "email_key": email,
        "name": f"{_prefix(options)} {number:07d}",
        "role": ("teacher", "proctor", "reviewer")[number % 3],
        "api_token": f"seeded-{number:015d}",
        "secret_key": f"seeded-{number:036d}",
    }


def _institute(number: int, options: Options) -> dict[str, Any]:
    name = f"{_prefix(options)} {number:07d}"
    return {"name": name, "short_name": f"s{number}", "custom_languages": json.dumps(["no-NO"])}


MAKERS: dict[str, Maker] = {
    "exams": (EXAMS, _exam),
    "student_sessions": (STUDENT_SESSIONS, _session),
    "users": (USERS, _user),
    "institutes": (INSTITUTES, _institute),
    # Has no table of resources; see seed().
    "nonces": (EXAMS, _exam),
}
