"""The rows that list tests share, made once per worker: exams and students with ties and gaps, and a few others."""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from contract.checks.tables import Table
from contract.client import Client, File
from contract.filters import FieldType
from contract.shared import Shared
from contract.world import PNG, World

EXAM_COLUMNS = {
    "start_time": FieldType.TIME,
    "name": FieldType.STRING,
    "duration_minutes": FieldType.INTEGER,
    "mobile_cam": FieldType.BOOLEAN,
}
SESSION_COLUMNS = {
    "name": FieldType.STRING,
    "email": FieldType.STRING,
    "open_time": FieldType.TIME,
    "id": FieldType.INTEGER,
    "skip_requirements": FieldType.BOOLEAN,
    "individual_info": FieldType.STRING,
}
FIRST_DAY = datetime(2036, 3, 1, 11, tzinfo=UTC)
"""Late in the morning of UTC, and within the hour after it, so that a bare date two days off is clear in every zone."""
DAYS_APART = 4

# Neither names nor times nor minutes rise or fall with the order of creation, and rows that tie in one do not stand
# in the order of another; 9, 90 and 100 differ as texts and as numbers; one name begins with another.
_EXAMS = (
    ("pine", 1, 30, 1),
    ("birch", 0, 45, 0),
    ("hazel", 2, 100, 0),
    ("cedar", 1, 45, 1),
    ("oak", 4, 120, 0),
    ("fir", 2, 90, 1),
    ("alder", 0, 30, 1),
    ("elm", 1, 90, 0),
    ("larch", 2, 9, 1),
    ("firtree", 3, 45, 1),
)
# Moments that tie are not written alike, so that only who reads them as moments finds that out.
_ZONES = (UTC, timezone(timedelta(hours=1)), timezone(timedelta(hours=-8)), timezone(timedelta(hours=5, minutes=30)))
# The texts are ordinary characters to a filter; each stands beside one that a wildcard or an escape would take for it.
LITERAL_NAMES = (
    'it\'s "so"',
    "back\\slash",
    "50% off",
    "500 off",
    "a_b",
    "acb",
    '{"eq":[1,2]}',
    "a&b=c+d?e#f",
    "über 学生 😀",
    "x';--",
)
_STUDENTS: tuple[tuple[str, int | None, int, str | None], ...] = (
    ("nora", 60, 0, "left"),
    ("ada", 0, 1, None),
    ("uma", None, 1, "right"),
    ("kit", 60, 0, None),
    ("bea", 3600, 1, "left"),
    ("ida", 0, 0, "middle"),
    ("tom", None, 0, None),
)


def start_times(world: World) -> list[datetime]:
    """Return the moments that the exams of a worker start at; it is most unlikely that anything else starts then."""
    chance = int(hashlib.sha256(world.prefix.encode()).hexdigest(), 16)
    first = FIRST_DAY + timedelta(days=chance % 300, seconds=chance // 300 % 3600)
    return [first + timedelta(days=DAYS_APART * day) for day in range(5)]


def exams(shared: Shared, client: Client) -> Table:
    """
    Return the worker's exams in the list of exams.

    Raises:   Inconclusive: they could not be made or are not listed.
    """

    def make() -> Table:
        starts = start_times(shared.world)
        made = [
            _exam(shared.world, word, starts[day].astimezone(zone), duration_minutes=minutes, mobile_cam=camera)
            for (word, day, minutes, camera), zone in zip(_EXAMS, itertools.cycle(_ZONES), strict=False)
        ]
        return Table.of(client, "exams_index", "exams", EXAM_COLUMNS, {}, made)

    table: Table = shared.once("rows: exams", make)
    return table


def literal_exams(shared: Shared) -> dict[str, int]:
    """
    Return exams by name whose names hold quotes, wildcards, escapes and letters beyond ASCII.

    Raises:   Inconclusive: they could not be made.
    """

    def make() -> dict[str, int]:
        names = [f"{shared.world.prefix} {text}" for text in LITERAL_NAMES]
        return {name: int(shared.world.exam(name=name)["id"]) for name in names}

    found: dict[str, int] = shared.once("rows: literal exams", make)
    return found


def _exam(world: World, word: str, start: datetime, **params: Any) -> int:
    start_time = start.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return int(world.exam(name=f"{world.prefix} {word}", start_time=start_time, **params)["id"])


def exam_with_students(shared: Shared) -> tuple[int, tuple[int, ...]]:
    """
    Return an exam and its student sessions; it has no others.

    Raises:   Inconclusive: they could not be made.
    """

    def make() -> tuple[int, tuple[int, ...]]:
        # Later than the other exams, whose times tests count.
        start = start_times(shared.world)[-1] + timedelta(days=DAYS_APART)
        exam_id = _exam(shared.world, "students", start)
        return exam_id, tuple(_session(shared.world, exam_id, start, *student) for student in _STUDENTS)

    found: tuple[int, tuple[int, ...]] = shared.once("rows: exam with students", make)
    return found


def _session(
    world: World, exam_id: int, start: datetime, word: str, after_s: int | None, skip: int, info: str | None
) -> int:
    optional: dict[str, Any] = {"open_time": None if after_s is None else int(start.timestamp()) + after_s}
    optional |= {"individual_info": info}
    given = {name: value for name, value in optional.items() if value is not None}
    session = world.student_session(
        exam_id,
        name=f"{world.prefix} {word}",
        email=f"{world.prefix}-{word}@example.com",
        skip_requirements=skip,
        **given,
    )
    return int(session["id"])


OWN_LISTS = ("exams_index_students", "student_sessions_index", "attachments_index")
"""The paged lists that hold the rows of one exam, so that nobody else's rows come and go."""
SESSION_LISTS = ("exams_index_students", "student_sessions_index", "student_sessions_index_all")


def paged(shared: Shared, operation_id: str) -> Table:
    """
    Return at least three rows of the worker in one of the paged lists.

    Raises:   Inconclusive: they could not be made or are not listed. NotTested: the target lacks the user for it.
    """
    client = _reader(shared, operation_id)
    if operation_id == "exams_index":
        return exams(shared, client)
    if operation_id in SESSION_LISTS:
        return students(shared, client, operation_id)
    return few(shared, operation_id)


def few(shared: Shared, operation_id: str) -> Table:
    """
    Return three rows of the worker in one of the paged lists; all that an exam has where it has a list of its own.

    Raises:   as `paged`.
    """
    client = _reader(shared, operation_id)
    if operation_id not in _THREE:
        return students(shared, client, operation_id)
    table: Table = shared.once(f"three rows: {operation_id}", lambda: _three(shared, client, operation_id))
    return table


def _reader(shared: Shared, operation_id: str) -> Client:
    return shared.world.client("superuser" if operation_id == "institutes_index" else "administrator")


def _three(shared: Shared, client: Client, operation_id: str) -> Table:
    key, columns, make = _THREE[operation_id]
    params, one = make(shared)
    return Table.of(
        client, operation_id, key, columns, params, [int(one(word)["id"]) for word in ("mia", "abe", "zoe")]
    )


Make = Callable[[Shared], tuple[dict[str, Any], Callable[[str], dict[str, Any]]]]


def _exams(shared: Shared) -> tuple[dict[str, Any], Callable[[str], dict[str, Any]]]:
    world = shared.world
    return {}, lambda word: world.exam(name=world.name(word))


def _student_sessions(shared: Shared) -> tuple[dict[str, Any], Callable[[str], dict[str, Any]]]:
    world = shared.world
    exam_id = world.exam()["id"]
    return {}, lambda word: world.student_session(exam_id, name=world.name(word))


def _attachments(shared: Shared) -> tuple[dict[str, Any], Callable[[str], dict[str, Any]]]:
    exam_id = shared.world.exam()["id"]
    return {"exam_id": exam_id}, lambda word: shared.world.attachment(exam_id, File(f"{word}.png", PNG, "image/png"))


def _users(shared: Shared) -> tuple[dict[str, Any], Callable[[str], dict[str, Any]]]:
    world = shared.world
    return {"institute_id": world.institute_id}, lambda word: world.user(name=world.name(word))


def _institutes(shared: Shared) -> tuple[dict[str, Any], Callable[[str], dict[str, Any]]]:
    world = shared.world
    return {}, lambda word: world.institute(name=world.name(word))


def _lti_resources(shared: Shared) -> tuple[dict[str, Any], Callable[[str], dict[str, Any]]]:
    return {}, lambda word: shared.world.lti_resource(shared.exam_id, shared.tool_provider_id)


_ID = {"id": FieldType.INTEGER}
_THREE: dict[str, tuple[str, dict[str, FieldType], Make]] = {
    "exams_index": ("exams", _ID, _exams),
    "student_sessions_index_all": ("students", _ID, _student_sessions),
    "attachments_index": ("attachments", _ID, _attachments),
    "users_index": ("users", {"name": FieldType.STRING, "email": FieldType.STRING}, _users),
    "institutes_index": ("institutes", {"name": FieldType.STRING, "short_name": FieldType.STRING}, _institutes),
    "lti_resources_index": ("lti_resources", _ID, _lti_resources),
}


def students(shared: Shared, client: Client, operation_id: str) -> Table:
    """
    Return the worker's student sessions in one of the three lists that show them.

    Raises:   Inconclusive: they could not be made or are not listed.
    """
    exam_id, made = exam_with_students(shared)
    params = {"exams_index_students": {"id": exam_id}, "student_sessions_index": {"exam_id": exam_id}}.get(
        operation_id, {}
    )
    make = functools.partial(Table.of, client, operation_id, "students", SESSION_COLUMNS, params, made)
    table: Table = shared.once(f"rows: {operation_id}", make)
    return table
