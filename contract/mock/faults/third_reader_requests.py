"""
Subtle faults of a third reader that lie in how a request is read: who is let in, and which rows were asked for.

Each was thought up from the documents, without a look at what is tested.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any
from urllib.parse import parse_qsl

from contract.mock.call import Call
from contract.mock.faults.kit import grammar as g
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import area, override
from contract.mock.faults.kit.policies import catalogue, has_body
from contract.mock.faults.kit.signatures import Params, of_params, without
from contract.mock.rules import Rules

add = area(__name__)
change = catalogue(__name__)


# who is let in --------------------------------------------------------------------------------------------------------


def any_version_that_begins_with_3(rules: Rules) -> None:
    """The media type is compared as far as it goes, and digits may follow."""
    ours = re.compile(r"application/vnd\.procwise\.v3\d*\Z", re.IGNORECASE)
    override(rules.accept, is_ours=lambda accepted: bool(ours.match(accepted.partition(";")[0].strip())))


def users_remembered(rules: Rules) -> None:
    """Who was seen once is known ever after, though the user be destroyed."""
    seen: dict[str, Any] = {}
    look_up, read = rules.token.user, rules.token.token

    def user(call: Call) -> Any:
        token = read(call)
        known = call.store.one("SELECT * FROM users WHERE api_token = ?", (token,)) or seen.get(token or "")
        if known is None or token is None:
            return look_up(call)
        seen[token] = known
        return known

    override(rules.token, user=user)


def last_hundred_nonces(rules: Rules) -> None:
    """Only the last hundred nonces are remembered."""
    recent: deque[str] = deque()
    strict = rules.nonce.use

    def use(call: Call) -> None:
        strict(call)
        recent.append(rules.nonce.key(call))
        if len(recent) > 100:
            call.store.execute("DELETE FROM nonces WHERE nonce = ?", (recent.popleft(),))

    override(rules.nonce, use=use)


def of_body_only(call: Call) -> Params:
    """What a request with a body would sign if nobody thought of its query."""
    query = {name for name, _ in parse_qsl(call.request.query.decode(errors="replace"), keep_blank_values=True)}
    return without(call.signed, query - set(call.path_ids))


change(
    "third-accept-of-version-30",
    "The version of the Accept header may go on after the 3 with further digits.",
    any_version_that_begins_with_3,
    "ACCEPT-005",
)
change(
    "third-destroyed-user-remembered",
    "A token that was used before its user was destroyed is accepted on, and signs as before.",
    users_remembered,
    "TOKEN-011",
    "USER-147",
)
change(
    "third-last-hundred-nonces",
    "A nonce can be used again once a hundred others came after it.",
    last_hundred_nonces,
    "NONCE-006",
    "NONCE-007",
)
change(
    "third-query-beside-body-unsigned",
    "Of a request with a body the parameters in the query need not be signed.",
    of_params(of_body_only, has_body),
    "SIGN-021",
)


# lists ----------------------------------------------------------------------------------------------------------------


def wall_clock(value: Any) -> Any:
    """A time with an offset is compared as if it were UTC."""
    offset = isinstance(value, str) and re.search(r"T.*[+-]\d\d:\d\d\Z", value)
    return f"{value[:-6]}Z" if offset else value


def quotes_doubled(value: Any) -> Any:
    """As one who quotes what is bound already."""
    return value.replace("'", "''") if isinstance(value, str) else value


def beyond_first_page(call: Call) -> bool:
    return int(call.params.get("page", 1)) > 1


def filters_exam_id(call: Call) -> bool:
    given = call.params.get("filter")
    return isinstance(given, dict) and "exam_id" in given


add(
    "third-filter-offset-ignored",
    "exams_index",
    "exams_index compares start_time with the time of day of the filter, whatever its offset.",
    g.value_read_as(wall_clock, "start_time"),
    "FILTER-007",
    also=tuple(f"FILTER-{number:03}" for number in (1, 3, 4, *range(40, 45), 120, 121, 125)),
)
add(
    "third-filter-apostrophe-doubled",
    "exams_index",
    "exams_index does not find a name with an apostrophe.",
    g.value_read_as(quotes_doubled, "name"),
    "FILTER-015",
)
add(
    "third-sort-on-first-page-only",
    "exams_index",
    "exams_index forgets sort from the second page on.",
    p.dropped("sort", when=beyond_first_page),
    "FILTER-044",
    also=("FILTER-125",),
)
add(
    "third-foreign-sessions-by-exam-id",
    "student_sessions_index_all",
    "student_sessions_index_all lists the sessions of every institute where the filter names exam_id.",
    s.everything(when=filters_exam_id),
    "ISO-006",
)
