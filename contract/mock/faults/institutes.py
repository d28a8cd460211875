"""Faults of institutes."""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import raw
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, both, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules
from contract.mock.tables import INSTITUTES, MISSING_LOGO

add = area(__name__)

INDEX, SHOW, CREATE, DESTROY = "institutes_index", "institutes_show", "institutes_create", "institutes_destroy"
PATCH, PUT = "institutes_update", "institutes_update_put"
CHANGES = (PATCH, PUT)
SWITCHES = ("global_proctor", "global_reviewer", "block_students_until_proctor_connected")
THRESHOLDS = ("pre_assigned_proctor_fallback_threshold", "connected_proctor_fallback_threshold")
MISSING = "institute_not_found"


def for_administrators(rules: Rules, operation: Operation) -> None:
    """Administrators may what is for superusers only."""
    operation.access = "administrator"


def same_name_twice() -> Deviation:
    """A name that another institute has is taken."""

    def around(call: Call, inner: Handler) -> Reply:
        name, institute = call.params.get("name"), call.found.get("institute")
        own = institute["id"] if institute is not None else 0
        if name is None or not call.rules.unique.institute_name_taken(call, name, own):
            return inner(call)
        # The two names differ in a blank that no answer shows.
        call.params["name"] = f"{name} "
        reply = inner(call)
        reply.body["institute"]["name"] = name
        return reply

    return wrap(around)


def default(column: str, value: Any) -> Deviation:
    """A new institute has another default."""
    return p.unless_sent(column, value)


def others(assignment: str, which: str = "id != ?") -> s.Statement:
    """Change institutes whose id compares so with the one of the path; the first two, of the set-up, are spared."""
    return lambda call: (
        f"UPDATE institutes SET {assignment} WHERE id > 2 AND {which}",
        [call.found["institute"]["id"]],
    )


def changed_before_refusal(call: Call, inner: Handler) -> Reply:
    """A taken name is refused when the rest is stored."""
    try:
        return inner(call)
    except Refusal as refusal:
        values = {name: value for name, value in call.columns().items() if name != "name"}
        call.store.update(INSTITUTES, call.found["institute"]["id"], values)
        return call.rules.refusal(call.operation, refusal)


def refuses_own_name(call: Call, inner: Handler) -> Reply:
    if call.params.get("name") == call.found["institute"]["name"]:
        raise Refusal("name_taken")
    return inner(call)


def as_before(call: Call, found: a.Data) -> None:
    """The answer shows the time of the change before this one."""
    found["updated_at"] = call.write_time(call.found["institute"]["updated_at"])


# list -----------------------------------------------------------------------------------------------------------------

add(
    "institutes-index-fails",
    INDEX,
    "institutes_index answers 500 unless a single institute is asked for.",
    a.refused_as("internal", when=lambda call: str(call.sent.get("limit")) != "1"),
    "INST-001",
)
f.bare(add, INDEX, "INST-002")
add(
    "institutes-index-newest-left-out",
    INDEX,
    "institutes_index lacks the newest institute.",
    s.but("institutes.id != (SELECT max(last.id) FROM institutes last)"),
    "INST-003",
    also=("INST-006", "INST-007"),
)
add(
    "institutes-index-for-administrators",
    INDEX,
    "institutes_index answers administrators, too.",
    for_administrators,
    "INST-004",
    also=("INST-005", "ISO-004"),
)
add(
    "institutes-index-refused-with-404",
    INDEX,
    "institutes_index answers administrators with 404.",
    a.status("not_authorized", 404),
    "INST-004",
)
f.texts(add, INDEX, "not_authorized", "Forbidden", "INST-005")
add(
    "institutes-index-other-retention",
    INDEX,
    "institutes_index gives another session_retention_period than show.",
    a.constant("session_retention_period", "11"),
    "INST-006",
)
add("institutes-index-row-twice", INDEX, "institutes_index ends with its last row twice.", s.twice(), "INST-007")

# show -----------------------------------------------------------------------------------------------------------------

f.forbidden(add, SHOW, "INST-020")
f.envelope(add, SHOW, "institutes", "INST-021")
add(
    "institutes-show-newest",
    SHOW,
    "institutes_show gives superusers the newest institute, whatever id was asked for.",
    s.instead_of("institute", lambda call: (f"{INSTITUTES.select_sql} ORDER BY id DESC", [])),
    "INST-022",
    also=("INST-006", "INST-105", "INST-106", "INST-109", "INST-113", "INST-146", "INST-108"),
)
add(
    "institutes-show-short-name-other-case",
    SHOW,
    "institutes_show gives short_name in the other letter case.",
    a.field("short_name", str.swapcase),
    "INST-022",
    also=("INST-006", "INST-105"),
)
f.absent_answered_with(add, SHOW, MISSING, 403, "INST-023", also=("INST-142",))
f.absent_accepted(add, SHOW, {"institute": None}, "INST-023", "INST-142", also=("INST-024",))
f.texts(add, SHOW, MISSING, "Not found", "INST-024")

# create ---------------------------------------------------------------------------------------------------------------


def without_minimum(name: str) -> Deviation:
    """Any number will do."""

    def deviation(rules: Rules, operation: Operation) -> None:
        operation.params[name] = replace(operation.params[name], minimum=None)

    return deviation


def named(call: Call) -> Call:
    """Without a name the short one is taken."""
    call.params["name"] = call.params.get("name") or f"{call.params['short_name']} {call.signed['nonce']}"
    return call


def copied(call: Call, source: str, target: str) -> Call:
    if source in call.params:
        call.params[target] = call.params[source]
    return call


def logo_without_rest(call: Call, inner: Handler) -> Reply:
    """With a logo only what is required is looked at."""
    if call.params.get("logo_image") is not None:
        call.params = {name: call.params[name] for name in ("name", "short_name", "logo_image")}
    return inner(call)


f.fails(add, CREATE, "INST-040")
f.envelope(add, CREATE, "data", "INST-041")
f.not_demanded(add, CREATE, "short_name", "pe", "INST-043", also=("INST-044", "INST-047"))
add(
    "institutes-create-name-not-demanded",
    CREATE,
    "institutes_create without name takes short_name for it.",
    both(
        p.optional("name", ""),
        wrap(lambda call, inner: inner(named(call))),
    ),
    "INST-042",
    also=("INST-044", "INST-047"),
)
f.missing_answered_with(add, CREATE, 400, "INST-042", "INST-043")
f.texts(add, CREATE, "missing", "Bad request", "INST-044")
add(
    "institutes-create-same-name-twice",
    CREATE,
    "institutes_create takes a name that another institute has.",
    same_name_twice(),
    "INST-045",
    also=("INST-046", "INST-047"),
)
f.absent_answered_with(add, CREATE, "name_taken", 409, "INST-045")
f.texts(add, CREATE, "name_taken", "is invalid", "INST-046")
f.refused_too_late(add, CREATE, "short_name", "pe", "INST-047")
for name in ("callback_url", "default_language"):
    add(
        f"institutes-create-{f.slug(name)}-demanded",
        CREATE,
        f"institutes_create demands {name}.",
        p.demanded(name),
        "INST-048",
        also=("INST-053", "INST-054", "INST-055", "INST-056", "INST-064", "INST-040"),
    )
add(
    "institutes-create-callback-dropped",
    CREATE,
    "institutes_create forgets callback_url and tawk_url.",
    p.dropped("callback_url", "tawk_url"),
    "INST-049",
    also=("INST-022",),
)
add(
    "institutes-create-short-name-cut",
    CREATE,
    "institutes_create cuts short_name at four characters.",
    p.altered("short_name", lambda text: text[:4]),
    "INST-049",
    also=("INST-022",),
)
add(
    "institutes-create-proctor-means-reviewer",
    CREATE,
    "institutes_create stores global_proctor as global_reviewer, too.",
    wrap(lambda call, inner: inner(copied(call, "global_proctor", "global_reviewer"))),
    "INST-050",
    also=("INST-049", "INST-022"),
)
add(
    "institutes-create-global-reviewer-dropped",
    CREATE,
    "institutes_create forgets global_reviewer.",
    p.dropped("global_reviewer"),
    "INST-050",
    also=("INST-049", "INST-022"),
)
add(
    "institutes-create-language-cut",
    CREATE,
    "institutes_create keeps the first part of default_language: en of en-GB.",
    p.altered("default_language", lambda text: text.partition("-")[0]),
    "INST-051",
    also=("INST-049", "INST-022"),
)
add(
    "institutes-create-deprecated-languages-dropped",
    CREATE,
    "institutes_create forgets default_exam_languages and default_locale.",
    p.dropped("default_exam_languages", "default_locale"),
    "INST-052",
)
add(
    "institutes-create-retention-default",
    CREATE,
    "session_retention_period is 12 when not given.",
    default("session_retention_period", "12"),
    "INST-053",
)
for name, requirement in zip(THRESHOLDS, ("INST-054", "INST-055"), strict=True):
    add(
        f"institutes-create-{f.slug(name)}-default",
        CREATE,
        f"{name} is 1 when not given.",
        default(name, 1),
        requirement,
    )
add(
    "institutes-create-block-default",
    CREATE,
    "block_students_until_proctor_connected is true when not given.",
    default("block_students_until_proctor_connected", 1),
    "INST-056",
)
add(
    "institutes-create-one-minute-refused",
    CREATE,
    "institutes_create refuses thresholds below two minutes.",
    both(*(p.refused_value(name, lambda value: str(value) == "1") for name in THRESHOLDS)),
    "INST-057",
)
add(
    "institutes-create-zero-threshold-refused",
    CREATE,
    "institutes_create takes connected_proctor_fallback_threshold from one minute on only.",
    p.refused_value(THRESHOLDS[1], lambda value: str(value) == "0"),
    "INST-057",
)
add(
    "institutes-create-negative-threshold",
    CREATE,
    "institutes_create takes thresholds below 0.",
    both(*(without_minimum(name) for name in THRESHOLDS)),
    "INST-058",
)
add(
    "institutes-create-word-as-threshold",
    CREATE,
    "institutes_create reads a word as threshold 0.",
    both(*(p.read_as(name, p.zero) for name in THRESHOLDS)),
    "INST-059",
)
add(
    "institutes-create-logo-refused",
    CREATE,
    "institutes_create refuses a logo.",
    p.refused_value("logo_image", lambda value: True),
    "INST-062",
    also=("INST-063", "INST-067"),
)
add(
    "institutes-create-logo-forgotten",
    CREATE,
    "institutes_create takes a logo and forgets it.",
    p.dropped("logo_image"),
    "INST-063",
)
add(
    "institutes-create-without-logo-null",
    (INDEX, SHOW, CREATE),
    "An institute without a logo has the logo_image null.",
    a.field("logo_image", lambda path: None if path == MISSING_LOGO else path),
    "INST-064",
    also=("INST-202",),
)
add(
    "institutes-create-for-administrators",
    CREATE,
    "institutes_create lets administrators create institutes.",
    for_administrators,
    "INST-065",
    also=("INST-066", "ISO-004"),
)
f.texts(add, CREATE, "not_authorized", "Forbidden", "INST-066")
add(
    "institutes-create-form-with-logo-ignored",
    CREATE,
    "institutes_create looks at nothing but the names where a logo is sent.",
    wrap(logo_without_rest),
    "INST-067",
)

add(
    "institutes-create-name-ascii",
    CREATE,
    "institutes_create writes a question mark for every letter of a name beyond ASCII.",
    p.altered("name", lambda text: text.encode("ascii", "replace").decode()),
    "INST-080",
)
add(
    "institutes-create-name-markup-escaped",
    CREATE,
    "institutes_create escapes ampersands and quotes in names.",
    p.altered("name", lambda text: html.escape(text)),
    "INST-080",
)
add(
    "institutes-create-clock-behind",
    CREATE,
    "institutes_create dates a new institute an hour back.",
    s.dated(-1),
    "INST-079",
)

# update ---------------------------------------------------------------------------------------------------------------

f.fails(add, PATCH, "INST-100")
f.forbidden(add, PUT, "INST-101")
f.bare(add, PATCH, "INST-102")
f.envelope(add, PUT, "institutes", "INST-103")
add(
    "institutes-update-short-name-dropped",
    CHANGES,
    "Changing an institute forgets short_name.",
    p.dropped("short_name"),
    "INST-104",
    also=("INST-105",),
)
add(
    "institutes-update-zero-ignored",
    CHANGES,
    "Changing an institute takes 0 for its switches as not given.",
    both(*(raw.dropped_if(name, raw.zero_is_nothing) for name in SWITCHES)),
    "INST-104",
    also=("INST-105",),
)
add(
    "institutes-update-short-name-not-kept",
    PATCH,
    "PATCH answers the new short_name, but keeps the old one.",
    s.not_stored("institute", "short_name"),
    "INST-105",
)
add(
    "institutes-update-put-name-not-kept",
    PUT,
    "PUT answers the new name, but keeps the old one.",
    s.not_stored("institute", "name"),
    "INST-105",
)
add(
    "institutes-update-forgets-callback",
    PATCH,
    "PATCH removes callback_url when it is not named.",
    p.unless_sent("callback_url", None),
    "INST-106",
)
add(
    "institutes-update-forgets-retention",
    PATCH,
    "PATCH sets session_retention_period back to 6 when it is not named.",
    p.unless_sent("session_retention_period", "6"),
    "INST-106",
)
add(
    "institutes-update-keeps-updated-at",
    CHANGES,
    "Changing an institute leaves updated_at as it was.",
    both(s.not_stored("institute", "updated_at"), a.each(as_before)),
    "INST-108",
)
add(
    "institutes-update-changes-all",
    PATCH,
    "PATCH switches global_reviewer of all other institutes.",
    s.afterwards(others("global_reviewer = 1 - global_reviewer")),
    "INST-109",
)
add(
    "institutes-update-put-touches-before",
    PUT,
    "PUT moves updated_at of the institutes that were made before.",
    s.afterwards(others("updated_at = updated_at + 1", "id < ?")),
    "INST-109",
)
f.absent_accepted(add, PATCH, {"institute": {}}, "INST-110", also=("INST-111",))
f.texts(add, PUT, MISSING, "Not found", "INST-111")
add(
    "institutes-update-taken-name",
    CHANGES,
    "An institute can be given the name of another.",
    same_name_twice(),
    "INST-112",
    also=("INST-113",),
)
add(
    "institutes-update-taken-name-changes-rest",
    CHANGES,
    "A change to a taken name is refused, but the rest of it is stored.",
    wrap(changed_before_refusal),
    "INST-113",
)
add(
    "institutes-update-own-name-refused",
    CHANGES,
    "A change that repeats the institute's own name is refused as taken.",
    wrap(refuses_own_name),
    "INST-114",
)
add(
    "institutes-update-logo-forgotten",
    CHANGES,
    "Changing an institute takes a logo and forgets it.",
    p.dropped("logo_image"),
    "INST-115",
)

# destroy --------------------------------------------------------------------------------------------------------------


def still_listed(rules: Rules, operation: Operation) -> None:
    """A destroyed institute is not shown any more, but goes on being listed."""
    gone: set[int] = set()

    def destroy(call: Call, inner: Handler) -> Reply:
        gone.add(call.found["institute"]["id"])
        return call.reply({})

    def show(call: Call, inner: Handler) -> Reply:
        if call.found["institute"]["id"] in gone:
            raise Refusal(MISSING, id=call.found["institute"]["id"])
        return inner(call)

    wrap(destroy)(rules, operation)
    wrap(show)(rules, rules.operations[SHOW])


def destroyed_then_refused(rules: Rules, operation: Operation) -> None:
    operation.access = "administrator"

    def around(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        if call.user["role"] == "superuser":
            return reply
        return call.rules.refusal(operation, Refusal("not_authorized"))

    wrap(around)(rules, operation)


f.fails(add, DESTROY, "INST-140")
add(
    "institutes-destroy-answers-institute",
    DESTROY,
    "institutes_destroy answers the institute.",
    wrap(lambda call, inner: (inner(call), call.object("institute", call.found["institute"]))[1]),
    "INST-141",
)
add(
    "institutes-destroy-does-nothing",
    DESTROY,
    "institutes_destroy answers that all is well, and does nothing.",
    s.does_nothing(),
    "INST-142",
    "INST-143",
)
add(
    "institutes-destroy-still-listed",
    DESTROY,
    "A destroyed institute is still listed.",
    still_listed,
    "INST-143",
    elsewhere=True,
)
f.absent_accepted(add, DESTROY, {}, "INST-144", also=("INST-145",))
f.absent_answered_with(add, DESTROY, MISSING, 403, "INST-144")
f.texts(add, DESTROY, MISSING, "Not found", "INST-145")
add(
    "institutes-destroy-takes-before",
    DESTROY,
    "institutes_destroy destroys the institute that was made just before, too.",
    s.afterwards(
        lambda call: (
            "DELETE FROM institutes WHERE id > 2 AND id = (SELECT max(id) FROM institutes WHERE id < ?)",
            [call.found["institute"]["id"]],
        )
    ),
    "INST-146",
)
add(
    "institutes-destroy-takes-later",
    DESTROY,
    "institutes_destroy destroys the institutes that were made later, too.",
    s.afterwards(lambda call: ("DELETE FROM institutes WHERE id > ?", [call.found["institute"]["id"]])),
    "INST-146",
)
add(
    "institutes-destroy-by-administrator-refused-too-late",
    DESTROY,
    "institutes_destroy refuses administrators, but destroys the institute.",
    destroyed_then_refused,
    "INST-147",
    also=("ISO-004",),
)
add(
    "institutes-destroy-refused-with-404",
    DESTROY,
    "institutes_destroy answers administrators with 404.",
    a.status("not_authorized", 404),
    "INST-147",
)
f.texts(add, DESTROY, "not_authorized", "Forbidden", "INST-148")

# fields ---------------------------------------------------------------------------------------------------------------

add(
    "institutes-index-without-token-value",
    INDEX,
    "institutes_index leaves out token_value.",
    a.without("token_value"),
    "INST-200",
)
add(
    "institutes-create-nulls-left-out",
    CREATE,
    "institutes_create leaves out tawk_api_key and logo_image_file_name where they are null.",
    a.without_null("tawk_api_key", "logo_image_file_name"),
    "INST-200",
    also=("INST-064",),
)
add("institutes-show-id-as-text", SHOW, "institutes_show gives the id as text.", a.field("id", str), "INST-201")
add(
    "institutes-update-put-created-at-null",
    PUT,
    "PUT answers created_at of an institute as null.",
    a.constant("created_at", None),
    "INST-201",
    also=("INST-108",),
)
add(
    "institutes-show-token-value-as-text",
    SHOW,
    "institutes_show gives token_value as text.",
    a.field("token_value", str),
    "INST-202",
)
add(
    "institutes-index-times-without-milliseconds",
    INDEX,
    "institutes_index gives times without milliseconds.",
    a.fields("created_at updated_at", a.no_milliseconds),
    "INST-203",
    also=("INST-006",),
)
add(
    "institutes-logo-time-as-database-text",
    (CREATE, SHOW),
    "The time of a logo is given as the database prints it.",
    a.field("logo_image_updated_at", a.blank_for_t),
    "INST-203",
    also=("INST-063",),
)
add(
    "institutes-update-without-new-fields",
    PATCH,
    "PATCH answers an institute without session_retention_period and what follows it.",
    a.without("session_retention_period", *THRESHOLDS, "block_students_until_proctor_connected"),
    "INST-204",
    also=("INST-104",),
)

add(
    "institutes-index-stale",
    INDEX,
    "institutes_index goes on answering what it answered first to the same question.",
    s.stale(),
    "INST-003",
    also=("INST-143", "INST-047", "INST-006", "INST-007"),
)
add(
    "institutes-show-stale",
    SHOW,
    "institutes_show goes on answering what it answered first.",
    s.stale(),
    "INST-105",
    also=("INST-106", "INST-108", "INST-142"),
)

# words in the path ----------------------------------------------------------------------------------------------------

f.word_accepted(add, SHOW, {"institute": None}, "INST-026")
f.word_accepted(add, PATCH, {"institute": None}, "INST-119")
f.word_accepted(add, DESTROY, {}, "INST-151")
