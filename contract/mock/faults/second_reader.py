"""
Faults that a second reader of the documentation thought up without knowing a test: requests and lists.

How a Rails application with caches, several front ends and several authors breaks what the pages say: only sometimes,
only for some values. Those of what is stored are in ``second_reader_state``.
"""

from __future__ import annotations

import json
import unicodedata
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit import grammar as g
from contract.mock.faults.kit import signatures
from contract.mock.faults.kit.core import Deviation, area, sends, wrap
from contract.mock.faults.kit.policies import catalogue, has_body, in_policy
from contract.mock.operations import Handler, Operation
from contract.mock.resources.listing import narrowed
from contract.mock.rules import Rules
from contract.mock.signing import sign, value_text

add = area(__name__)
add_change = catalogue(__name__)

# nonce, signature, token ----------------------------------------------------------------------------------------------

NONCES_KEPT = 50


def only_recent_nonces(rules: Rules) -> None:
    """A ring buffer instead of a table: what falls out of it may be used again."""
    kept: deque[str] = deque(maxlen=NONCES_KEPT)

    def record(inner: Callable[..., bool], call: Call, oldest_ms: int) -> bool:
        key = rules.nonce.key(call)
        free = inner(call, oldest_ms) or key not in kept
        if free:
            kept.append(key)
        return free

    in_policy("nonce", "record", record)(rules)


add_change(
    "second-reader-nonces-in-ring-buffer",
    f"Only the last {NONCES_KEPT} nonces are remembered.",
    only_recent_nonces,
    "NONCE-006",
    also=(
        "NONCE-007",
        "NONCE-009",
    ),
)
add_change(
    "second-reader-nonces-as-floats",
    "Nonces are compared as floating point numbers: neighbours beyond 2^53 count as the same.",
    in_policy("nonce", "key", lambda inner, call: repr(float(inner(call)))),
    "NONCE-014",
)


def ordered_without_underscores(inner: Callable[[Call], str], call: Call) -> str:
    names = sorted(set(call.signed) - {"signature"}, key=lambda name: (name.replace("_", ""), name))
    message = "?".join(f"{name}={value_text(call.signed[name])}" for name in names)
    return signatures.digest(message, signatures.key_of(call))


add_change(
    "second-reader-order-of-a-dictionary",
    "Parameters are ordered as a dictionary orders words, without underscores: allowed_… before allow_….",
    in_policy("signature", "expected", ordered_without_underscores),
    "EXAM-046",
    also=("EXAM-112",),
)
add_change(
    "second-reader-signed-text-composed",
    "Texts of a body are brought into Unicode normal form C before their signature is checked.",
    signatures.only_of_values(lambda text: unicodedata.normalize("NFC", text), has_body),
    "SIGN-066",
    also=("SIGN-072",),
)


def key_of_caller_before(rules: Rules) -> None:
    """A current user that the thread kept from the request before."""
    keys: list[str] = []

    def matches(inner: Callable[[Call], bool], call: Call) -> bool:
        leaked = bool(keys) and call.signed["signature"] == sign(call.signed, keys[-1])
        keys[:] = [signatures.key_of(call)]
        return inner(call) or leaked

    in_policy("signature", "matches", matches)(rules)


add_change(
    "second-reader-key-of-the-caller-before",
    "The key of whoever sent the request before serves too.",
    key_of_caller_before,
    "SIGN-006",
)


def tokens_cached(rules: Rules) -> None:
    cached: dict[str, Any] = {}

    def user(inner: Callable[[Call], Any], call: Call) -> Any:
        token = rules.token.token(call)
        try:
            found = inner(call)
        except Refusal:
            if token not in cached:
                raise
            return cached[token]
        cached[str(token)] = found
        return found

    in_policy("token", "user", user)(rules)


add_change(
    "second-reader-token-cached-beyond-its-user",
    "A token that was used once still serves when its user is destroyed.",
    tokens_cached,
    "TOKEN-011",
    also=("USER-147",),
)

# lists ----------------------------------------------------------------------------------------------------------------


def counted(reply: Reply, count: int) -> Reply:
    """The same page with another number of items."""
    limit = int(reply.headers["X-Pagination-Limit"])
    headers = {"X-Pagination-Item-Count": str(count), "X-Pagination-Page-Count": str(-(-count // limit))}
    return replace(reply, headers={**reply.headers, **headers})


def counter_never_lowered(rules: Rules, index: Operation) -> None:
    """A counter in the exam's row that goes up with each attachment and never down."""
    destroyed: dict[str, int] = {}

    def destroying(call: Call, inner: Handler) -> Reply:
        token = call.found["exam"]["token"]
        destroyed[token] = destroyed.get(token, 0) + 1
        return inner(call)

    def listing(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        gone = destroyed.get(call.found["exam"]["token"], 0)
        return counted(reply, int(reply.headers["X-Pagination-Item-Count"]) + gone)

    wrap(listing)(rules, index)
    wrap(destroying)(rules, rules.operations["attachments_destroy"])


add(
    "second-reader-attachments-counted-after-they-are-gone",
    "attachments_index",
    "The item count of attachments does not go down when one is destroyed.",
    counter_never_lowered,
    "PAGE-016",
)


def counted_without_status(call: Call, inner: Handler) -> Reply:
    reply = inner(call)
    status = call.params.pop("status")
    scope = call.operation.rows(call, call.rules.access.listed_exams_scope(call))
    where, values = narrowed(call, call.rules.shapes["exam"], scope)
    call.params["status"] = status
    return counted(reply, int(call.store.value(f"SELECT count(*) FROM exams WHERE {where}", values)))


add(
    "second-reader-exams-counted-without-status",
    "exams_index",
    "With status the list is narrowed, but item and page count are those of all exams.",
    wrap(counted_without_status, sends("status")),
    "PAGE-036",
)

ROWS_ANSWERED = 100


def cut(call: Call, inner: Handler) -> Reply:
    reply = inner(call)
    return replace(reply, body={key: rows[:ROWS_ANSWERED] for key, rows in reply.body.items()})


add(
    "second-reader-students-cut-at-a-hundred",
    "student_sessions_index_all",
    f"A page holds at most {ROWS_ANSWERED} students, whatever limit was asked for and is answered in the headers.",
    wrap(cut),
    "PAGE-011",
)
add(
    "second-reader-second-key-on-first-page-only",
    "exams_index",
    "From the second page on only the first key of a sort counts.",
    g.sorts(lambda keys: keys[:1], lambda call: call.params.get("page", 1) > 1),
    "FILTER-044",
    also=("FILTER-125",),
)
add(
    "second-reader-name-with-apostrophe-not-found",
    "exams_index",
    "An apostrophe in a name that is filtered for is escaped twice, so that nothing is found.",
    g.value_read_as(lambda value: value.replace("'", "''") if isinstance(value, str) else value, "name"),
    "FILTER-015",
)
add(
    "second-reader-start-time-compared-in-seconds",
    "exams_index",
    "A filter looks at start times without their milliseconds.",
    g.grammar_method(
        "column",
        lambda inner, shape, name, param: (
            f"({inner(shape, name, param)} / 1000 * 1000)"
            if (name, param) == ("start_time", "filter")
            else inner(shape, name, param)
        ),
    ),
    "FILTER-001",
    also=(
        "FILTER-002",
        "FILTER-003",
        "FILTER-004",
    ),
)

GHOSTS = "second_reader_ghosts"


def ghosts(index_all: str) -> Deviation:
    """A search index that one of the two ways to remove a student forgets."""

    def removing(call: Call, inner: Handler) -> Reply:
        rows = json.loads(call.store.setting(GHOSTS, "[]"))
        sql = "SELECT id, exam_id, email, name, status FROM student_sessions WHERE id = ?"
        rows.append(dict(call.store.one(sql, (call.params["student_session_id"],)) or {}))
        reply = inner(call)
        call.store.set_setting(GHOSTS, json.dumps(rows))
        return reply

    def listing(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        rows = next(iter(reply.body.values()))
        if rows and not call.params.keys() & {"filter", "status", "sort"} and call.params.get("page", 1) == 1:
            own = {row["exam_id"] for row in rows}
            gone = [ghost for ghost in json.loads(call.store.setting(GHOSTS, "[]")) if ghost["exam_id"] in own]
            rows[:0] = [{**rows[0], **ghost} for ghost in gone]
            return counted(reply, int(reply.headers["X-Pagination-Item-Count"]) + len(gone))
        return reply

    def deviation(rules: Rules, operation: Operation) -> None:
        wrap(removing)(rules, operation)
        wrap(listing)(rules, rules.operations[index_all])

    return deviation


add(
    "second-reader-removed-student-still-listed",
    "exams_delete_student",
    "A student removed by the deprecated operation stays in the list of all student sessions.",
    ghosts("student_sessions_index_all"),
    "EXAM-292",
    elsewhere=True,
)
