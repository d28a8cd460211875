"""
Faults of nonce and timestamp: nonces that serve twice, and numbers that are no numbers.

Source: the timestamp and nonce rows of every endpoint page, e.g.
https://docs.proctorexam.com/v3/apidoc/exams/index.html ("unique between the api calls made in the previous 24 hours").
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.core import When, always, by_role
from contract.mock.faults.kit.policies import all_of, by_method, catalogue, has_body, in_policy, is_multipart, on
from contract.mock.faults.kit.refused import carried_out
from contract.mock.faults.registry import Change
from contract.mock.parameters import is_number
from contract.mock.rules import Handle, Rules
from contract.mock.wire import WireRequest

add = catalogue(__name__)

Record = Callable[[Call, int], bool]
Key = Callable[[Call], str]

HOUR_MS = 60 * 60 * 1000
EVERY_OPERATION = ("NONCE-001", "NONCE-002", "NONCE-003", "NONCE-004")
# What shows wherever a nonce serves twice, however much lies between.
LATER = tuple(f"NONCE-{number:03}" for number in range(5, 11))
LET_IN = ("NONCE-030",)


def free(when: When = always) -> Change:
    """A nonce counts as free, used or not; it is recorded all the same."""

    def record(inner: Record, call: Call, oldest_ms: int) -> bool:
        inner(call, oldest_ms)
        return True

    return in_policy("nonce", "record", record, when)


def not_recorded(when: When = always) -> Change:
    """A nonce is compared with those used before, but is itself not recorded."""

    def record(inner: Record, call: Call, oldest_ms: int) -> bool:
        sql = "SELECT 1 FROM nonces WHERE nonce = ? AND used_ms > ?"
        return call.store.value(sql, (call.rules.nonce.key(call), oldest_ms)) is None

    return in_policy("nonce", "record", record, when)


def unique_within(key: Key, when: When = always) -> Change:
    """A nonce is unique only together with *key*."""
    return in_policy("nonce", "key", lambda inner, call: f"{inner(call)} {key(call)}", when)


def window(hours: float) -> Change:
    """A nonce is unique for so many hours."""

    def change(rules: Rules) -> None:
        rules.answers.nonce_window_ms = int(hours * HOUR_MS)

    return change


# used twice ----------------------------------------------------------------------------------------------------------

add(
    "accept-replayed-nonce",
    "a nonce can be used again within 24 hours",
    free(),
    *EVERY_OPERATION,
    *LATER,
    also=LET_IN,
)
for _method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
    add(
        f"nonce-replay-accepted-on-{_method.lower()}",
        f"the nonce of a {_method} may have been used before",
        free(by_method(_method)),
        "NONCE-001",
        "NONCE-002",
        also=(*EVERY_OPERATION, *LATER, *LET_IN),
    )
    add(
        f"nonce-of-{_method.lower()}-not-recorded",
        f"the nonce of a {_method} may be used again, as it is not recorded",
        not_recorded(by_method(_method)),
        "NONCE-001",
        "NONCE-003",
        also=(*EVERY_OPERATION, *LATER, *LET_IN),
    )
for _operation in (
    "attachments_create",
    "documents_update_put",
    "exams_download_exam_documents_zip",
    "exams_send_emails",
    "identity_providers_index",
    "institutes_create",
    "student_sessions_unassign_proctor",
    "users_index",
):
    add(
        f"nonce-replay-accepted-on-{_operation.replace('_', '-')}",
        f"the nonce of {_operation} may have been used before",
        free(on(_operation)),
        "NONCE-001",
        "NONCE-002",
        also=("NONCE-004", "NONCE-005", *LET_IN),
        operation=_operation,
    )
for _operation in ("exams_show", "tool_providers_create", "exams_remove_comanager"):
    add(
        f"nonce-of-{_operation.replace('_', '-')}-not-recorded",
        f"the nonce of {_operation} may be used again, as it is not recorded",
        not_recorded(on(_operation)),
        "NONCE-001",
        "NONCE-003",
        also=("NONCE-004", "NONCE-008", *LET_IN),
        operation=_operation,
    )
add(
    "nonce-replay-accepted-of-superusers",
    "the nonce of a superuser's request may have been used before",
    free(by_role("superuser")),
    "NONCE-001",
    also=(*EVERY_OPERATION, *LET_IN),
)
add(
    "nonce-replay-accepted-of-multipart",
    "the nonce of a multipart request may have been used before",
    free(is_multipart),
    "NONCE-001",
    "NONCE-002",
    also=("NONCE-004", *LET_IN),
)
add(
    "nonce-unique-per-operation",
    "a nonce is unique among the requests to one operation only",
    unique_within(lambda call: call.operation.id),
    "NONCE-002",
    "NONCE-003",
    also=LET_IN,
)
add(
    "nonce-unique-per-path",
    "a nonce is unique among the requests to one method and path only",
    unique_within(lambda call: f"{call.request.method} {'/'.join(call.request.segments)}"),
    "NONCE-002",
    "NONCE-003",
    also=LET_IN,
)
add(
    "nonce-unique-per-method",
    "a nonce is unique among the requests of one method only",
    unique_within(lambda call: call.request.method),
    "NONCE-002",
    "NONCE-003",
    also=LET_IN,
)
add(
    "nonce-unique-per-timestamp",
    "a nonce is unique among the requests with one timestamp only",
    unique_within(lambda call: str(call.signed["timestamp"])),
    "NONCE-001",
    "NONCE-002",
    "NONCE-003",
    also=(*LATER, *LET_IN),
)
add(
    "nonce-unique-per-spelling",
    "a nonce as JSON number and the same nonce as text are two",
    unique_within(lambda call: type(call.signed["nonce"]).__name__),
    "NONCE-005",
    also=("NONCE-002", "NONCE-003"),
)


def _answered_again(rules: Rules) -> None:
    """The very same POST is taken for a retry, and answered as the first one was."""
    answers: dict[bytes, Reply] = {}

    async def around(request: WireRequest, handle: Handle) -> Reply:
        if request.method != "POST":
            return await handle(request)
        if request.body not in answers:
            reply = await handle(request)
            if reply.status < 300:
                answers[request.body] = reply
            return reply
        return answers[request.body]

    rules.around = around


add(
    "same-post-answered-again",
    "a POST that comes a second time, byte for byte, is answered as the first was",
    _answered_again,
    "NONCE-004",
    also=("NONCE-001", "NONCE-008"),
)


def last_ones(count: int, when: When = always) -> Change:
    """Only the last *count* nonces are remembered."""

    def change(rules: Rules) -> None:
        remembered: OrderedDict[str, None] = OrderedDict()

        def record(inner: Record, call: Call, oldest_ms: int) -> bool:
            key = call.rules.nonce.key(call)
            if key in remembered:
                return False
            if when(call):
                remembered[key] = None
            while len(remembered) > count:
                remembered.popitem(last=False)
            return True

        in_policy("nonce", "record", record)(rules)

    return change


for _count, _breaks in ((1, ("NONCE-006", "NONCE-007")), (50, ("NONCE-006", "NONCE-007")), (100, ("NONCE-006",)),
                        (500, ("NONCE-007",)), (1000, ("NONCE-007",))):  # fmt: skip
    add(
        f"nonces-remembered-{_count}",
        f"only the last {_count} nonces are remembered" if _count > 1 else "only the last nonce is remembered",
        last_ones(_count),
        *_breaks,
        also=("NONCE-003", "NONCE-006", "NONCE-007", "NONCE-008", "NONCE-009", "NONCE-010", "NONCE-011", *LET_IN),
    )
add(
    "nonces-forgotten-after-a-thousand-requests",
    "the table of nonces is emptied once it holds a thousand",
    lambda rules: in_policy("nonce", "record", _emptied)(rules),
    "NONCE-007",
    also=(*EVERY_OPERATION, *LATER, *LET_IN),
)


def _emptied(inner: Record, call: Call, oldest_ms: int) -> bool:
    if call.store.value("SELECT count(*) FROM nonces") >= 1000:
        call.store.execute("DELETE FROM nonces")
    return inner(call, oldest_ms)


def _in_memory(rules: Rules) -> None:
    """Used nonces are kept in the process, which a restart ends."""
    used: dict[str, int] = {}

    def record(inner: Record, call: Call, oldest_ms: int) -> bool:
        key = call.rules.nonce.key(call)
        if used.get(key, oldest_ms) > oldest_ms:
            return False
        used[key] = call.now_ms
        return True

    in_policy("nonce", "record", record)(rules)


add("nonces-kept-in-memory", "used nonces are forgotten when the service is restarted", _in_memory, "NONCE-009")
add(
    "nonces-of-the-last-minute-lost-by-a-restart",
    "the nonces of the minute before a restart are forgotten",
    lambda rules: in_policy("nonce", "use", _forgets_at_first(rules))(rules),
    "NONCE-009",
)


def _forgets_at_first(rules: Rules) -> Callable[..., None]:
    """The first request after a start finds the nonces of the last minute not yet written."""
    started: list[bool] = []

    def use(inner: Callable[[Call], None], call: Call) -> None:
        if not started:
            started.append(True)
            call.store.execute("DELETE FROM nonces WHERE used_ms > ?", (call.now_ms - 60_000,))
        inner(call)

    return use


add("nonce-window-of-an-hour", "a nonce may be used again after an hour", window(1), "NONCE-010")
add("nonce-window-of-half-a-day", "a nonce may be used again after twelve hours", window(12), "NONCE-010")
add("nonce-window-too-short", "a nonce may be used again two minutes too early", window(24 - 2 / 60), "NONCE-010")
add("nonce-window-of-a-week", "a nonce may be used again only after a week", window(24 * 7), "NONCE-011")
add("nonce-window-of-25-hours", "a nonce may be used again only after 25 hours", window(25), "NONCE-011")

# at the same time ----------------------------------------------------------------------------------------------------


def _overlapping(slow: Callable[[WireRequest], bool]) -> Change:
    """Two requests under way at once do not see each other's nonce."""

    def change(rules: Rules) -> None:
        under_way: Counter[str] = Counter()

        async def around(request: WireRequest, handle: Handle) -> Reply:
            if not slow(request):
                return await handle(request)
            path = "/".join(request.segments)
            under_way[path] += 1
            try:
                await asyncio.sleep(0.01)
                return await handle(request)
            finally:
                await asyncio.sleep(0.005)
                under_way[path] -= 1

        def at_once(call: Call) -> bool:
            return under_way["/".join(call.request.segments)] > 1

        rules.around = around
        free(at_once)(rules)

    return change


add(
    "nonce-looked-up-before-it-is-recorded",
    "of two creations of an exam at once neither sees the nonce of the other",
    _overlapping(lambda request: request.method == "POST" and request.segments[-1] == "exams"),
    "NONCE-008",
    operation="exams_create",
)
add(
    "nonce-of-two-reads-at-once",
    "of two reads of one exam at once neither sees the nonce of the other",
    _overlapping(lambda request: request.method == "GET" and request.segments[-2:-1] == ["exams"]),
    "NONCE-008",
    operation="exams_show",
)

# numbers that are refused --------------------------------------------------------------------------------------------


def number_refused(name: str, bad: Callable[[Any], bool], when: When = always) -> Change:
    """A right timestamp or nonce is refused."""

    def check(inner: Callable[..., None], call: Call, checked: str) -> None:
        inner(call, checked)
        if checked == name and bad(call.signed[name]):
            raise Refusal("signing_param_invalid", param=name, rule="is invalid")

    return in_policy("signature", "check_number", check, when)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_no_text(value: Any) -> bool:
    return not isinstance(value, str)


add(
    "nonce-beyond-53-bits-refused",
    "a nonce that a double cannot hold is refused",
    number_refused("nonce", lambda value: int(value) > 2**53),
    "NONCE-012",
)
add(
    "nonce-of-10-digits-refused-in-bodies",
    "a nonce of ten digits is refused in a body as too short",
    number_refused("nonce", lambda value: len(str(value)) <= 10, has_body),
    "NONCE-012",
)
add(
    "nonce-as-text-refused-in-bodies",
    "a nonce that comes as text in a JSON body is refused where an exam is changed",
    number_refused("nonce", _is_text, all_of(on("exams_update"), has_body)),
    "NONCE-013",
    also=("NONCE-005",),
    operation="exams_update",
)
add(
    "nonce-as-number-refused-in-bodies",
    "a nonce that comes as a number in a JSON body is refused where an exam is changed",
    number_refused("nonce", _is_no_text, all_of(on("exams_update"), has_body)),
    "NONCE-013",
    also=("NONCE-005",),
    operation="exams_update",
)
add(
    "timestamp-as-text-refused-in-bodies",
    "a timestamp that comes as text in a JSON body is refused where an exam is changed",
    number_refused("timestamp", _is_text, all_of(on("exams_update"), has_body)),
    "NONCE-054",
    operation="exams_update",
)


def _one_a_millisecond(rules: Rules) -> None:
    """The timestamp is taken for the nonce."""
    seen: set[str] = set()

    def record(inner: Record, call: Call, oldest_ms: int) -> bool:
        timestamp = f"{call.user['id']} {call.signed['timestamp']}"
        known = timestamp in seen
        seen.add(timestamp)
        return inner(call, oldest_ms) and not known

    in_policy("nonce", "record", record, on("exams_index"))(rules)


add(
    "timestamp-serves-once",
    "on the list of exams a second request with the same timestamp is refused, whatever its nonce",
    _one_a_millisecond,
    "NONCE-014",
    operation="exams_index",
)

# numbers that are not demanded or not looked at ----------------------------------------------------------------------


def not_demanded(name: str, *, missing: bool = False, empty: bool = False, when: When = always) -> Change:
    """A request without *name*, or with an empty one, is let in; a missing nonce is not recorded."""

    def absent(call: Call) -> bool:
        given = call.signed.get(name)
        return when(call) and ((missing and name not in call.signed) or (empty and given == ""))

    def check(inner: Callable[..., None], call: Call, checked: str) -> None:
        if checked != name or not absent(call):
            inner(call, checked)

    def change(rules: Rules) -> None:
        in_policy("signature", "demand", check)(rules)
        in_policy("signature", "check_number", check)(rules)
        if name == "nonce":
            in_policy("nonce", "use", lambda inner, call: None, absent)(rules)
        else:
            in_policy("signature", "check_skew", lambda inner, call: None, absent)(rules)

    return change


def any_text(name: str, pattern: str, when: When = always) -> Change:
    """A text that matches *pattern* serves as a number."""

    def check(inner: Callable[..., None], call: Call, checked: str) -> None:
        given = call.signed[checked]
        if checked != name or not (isinstance(given, str) and not is_number(given) and re.match(pattern, given)):
            inner(call, checked)

    def change(rules: Rules) -> None:
        in_policy("signature", "check_number", check, when)(rules)
        in_policy("signature", "check_skew", lambda inner, call: None, lambda call: name == "timestamp")(rules)

    return change


for _name, _required, _number, _empty in (
    ("nonce", "NONCE-020", "NONCE-021", "NONCE-022"),
    ("timestamp", "NONCE-050", "NONCE-051", "NONCE-052"),
):
    add(
        f"missing-{_name}-accepted",
        f"a request needs no {_name}",
        not_demanded(_name, missing=True),
        _required,
        also=LET_IN,
    )
    add(
        f"missing-{_name}-accepted-on-get",
        f"a GET needs no {_name}",
        not_demanded(_name, missing=True, when=by_method("GET")),
        _required,
    )
    add(
        f"missing-{_name}-accepted-of-multipart",
        f"a multipart request needs no {_name}",
        not_demanded(_name, missing=True, when=is_multipart),
        _required,
    )
    add(
        f"empty-{_name}-accepted",
        f"an empty {_name} serves as one",
        not_demanded(_name, empty=True),
        _empty,
    )
    add(
        f"empty-{_name}-accepted-in-bodies",
        f"an empty {_name} in a body serves as one",
        not_demanded(_name, empty=True, when=has_body),
        _empty,
    )
    add(
        f"word-as-{_name}-accepted",
        f"any text serves as {_name}",
        any_text(_name, ""),
        _number,
        also=("NONCE-053",),
    )
    add(
        f"word-as-{_name}-accepted-on-delete",
        f"any text serves as {_name} of a DELETE",
        any_text(_name, "", by_method("DELETE")),
        _number,
        also=("NONCE-053",),
    )
for _operation, _name, _required in (
    ("exams_status_exam_documents_zip", "nonce", "NONCE-020"),
    ("users_destroy", "timestamp", "NONCE-050"),
):
    add(
        f"missing-{_name}-accepted-on-{_operation.replace('_', '-')}",
        f"{_operation} needs no {_name}",
        not_demanded(_name, missing=True, when=on(_operation)),
        _required,
        also=LET_IN,
        operation=_operation,
    )
add(
    "iso-time-as-timestamp-accepted",
    "a timestamp may be an ISO 8601 time",
    any_text("timestamp", r"\d{4}-\d\d-\d\dT"),
    "NONCE-053",
)
add(
    "timestamp-read-up-to-its-first-letter",
    "a timestamp need only begin with a digit",
    any_text("timestamp", r"\d"),
    "NONCE-053",
)

# refusals that change something --------------------------------------------------------------------------------------

for _operation in ("exams_create", "documents_create", "student_sessions_update", "users_create", "exams_destroy"):

    def _carry_out(rules: Rules, name: str = _operation) -> None:
        carried_out("nonce_used")(rules, rules.operations[name])

    add(
        f"carried-out-with-used-nonce-on-{_operation.replace('_', '-')}",
        f"{_operation} is carried out before the nonce is looked up, and then refused",
        _carry_out,
        "NONCE-030",
        operation=_operation,
    )
