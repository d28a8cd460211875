"""Faults of tool providers (External Platforms)."""

from __future__ import annotations

from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import raw
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, override, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.resources.lti import exams_in_use
from contract.mock.rules import Rules
from contract.mock.tables import TOOL_PROVIDERS

add = area(__name__)

INDEX, SHOW = "tool_providers_index", "tool_providers_show"
CREATE, DESTROY = "tool_providers_create", "tool_providers_destroy"
PATCH, PUT = "tool_providers_update", "tool_providers_update_put"
CHANGES = (PATCH, PUT)
MISSING, IN_USE = "tool_provider_not_found", "tool_provider_in_use"


MADE_UP = {"tool_url": "https://tool.example.com", "lti_custom_data": '{"made":"up"}'}


def others(assignment: str, which: str = "id != ?") -> s.Statement:
    """Change the other tool providers of the institute."""
    return lambda call: (
        f"UPDATE tool_providers SET {assignment} WHERE institute_id = ? AND {which}",
        [call.found["tool_provider"]["institute_id"], call.found["tool_provider"]["id"]],
    )


def of_callers_institute(call: Call, inner: Handler) -> Reply:
    """institute_id is checked, and the provider lands in the caller's institute all the same."""
    call.params["institute_id"] = call.user["institute_id"]
    return inner(call)


def secret_is_key(call: Call) -> Call:
    call.params["oauth_consumer_secret"] = call.params["oauth_consumer_key"]
    return call


# list and show --------------------------------------------------------------------------------------------------------

f.fails(add, INDEX, "TOOL-001")
f.envelope(add, INDEX, "data", "TOOL-002")
add(
    "tool-providers-index-newest-left-out",
    INDEX,
    "tool_providers_index lacks the newest tool provider.",
    s.but("tool_providers.id != (SELECT max(last.id) FROM tool_providers last)"),
    "TOOL-003",
    also=("TOOL-004",),
)
add(
    "tool-providers-index-row-twice",
    INDEX,
    "tool_providers_index ends with its last row twice.",
    s.twice(),
    "TOOL-003",
    "TOOL-204",
)
add(
    "tool-providers-index-other-url",
    INDEX,
    "tool_providers_index gives an empty tool_url.",
    a.constant("tool_url", ""),
    "TOOL-004",
)
f.forbidden(add, SHOW, "TOOL-020")
f.bare(add, SHOW, "TOOL-021")
add(
    "tool-providers-show-newest",
    SHOW,
    "tool_providers_show gives the newest tool provider, whatever id was asked for.",
    s.instead_of(
        "tool_provider",
        lambda call: (
            f"{TOOL_PROVIDERS.select_sql} WHERE institute_id = ? ORDER BY id DESC",
            [call.found["tool_provider"]["institute_id"]],
        ),
    ),
    "TOOL-022",
    also=("TOOL-004", "TOOL-085", "TOOL-086", "TOOL-088", "TOOL-089", "TOOL-126", "TOOL-129"),
)
add(
    "tool-providers-show-secret-masked",
    SHOW,
    "tool_providers_show gives oauth_consumer_secret as asterisks.",
    a.constant("oauth_consumer_secret", "********"),
    "TOOL-022",
    also=("TOOL-004", "TOOL-085"),
)
f.absent_answered_with(add, SHOW, MISSING, 401, "TOOL-023", "TOOL-122")
f.absent_accepted(add, SHOW, {"tool_provider": None}, "TOOL-023", "TOOL-122", also=("TOOL-024",))
f.texts(add, SHOW, MISSING, "Not found", "TOOL-024")

# create ---------------------------------------------------------------------------------------------------------------

f.fails(add, CREATE, "TOOL-040")
f.envelope(add, CREATE, "tool_providers", "TOOL-041")
f.not_demanded(add, CREATE, "tool_name", "Platform", "TOOL-042", also=("TOOL-045", "TOOL-046"))
f.not_demanded(add, CREATE, "oauth_consumer_key", "key", "TOOL-043", also=("TOOL-045", "TOOL-046"))
f.may_be_empty(add, CREATE, "oauth_consumer_secret", "TOOL-044", also=("TOOL-045", "TOOL-046"))
f.not_demanded(add, CREATE, "oauth_consumer_secret", "secret", "TOOL-044", also=("TOOL-045", "TOOL-046"))
f.missing_answered_with(add, CREATE, 400, "TOOL-042", "TOOL-043", "TOOL-044")
f.texts(add, CREATE, "missing", "Bad request", "TOOL-045")
f.refused_too_late(add, CREATE, "oauth_consumer_secret", "secret", "TOOL-046")
add(
    "tool-providers-create-custom-data-dropped",
    CREATE,
    "tool_providers_create forgets lti_custom_data.",
    p.dropped("lti_custom_data"),
    "TOOL-047",
    also=("TOOL-022",),
)
add(
    "tool-providers-create-key-as-secret",
    CREATE,
    "tool_providers_create stores oauth_consumer_key as oauth_consumer_secret, too.",
    wrap(lambda call, inner: inner(secret_is_key(call))),
    "TOOL-047",
    also=("TOOL-022",),
)
add(
    "tool-providers-create-name-lower-case",
    CREATE,
    "tool_providers_create writes tool_name in lower case.",
    p.altered("tool_name", str.lower),
    "TOOL-048",
)
add(
    "tool-providers-create-zero-ignored",
    CREATE,
    "tool_providers_create takes use_as_basic_link = 0 for not given.",
    raw.dropped_if("use_as_basic_link", raw.zero_is_nothing),
    "TOOL-049",
    also=("TOOL-047", "TOOL-022"),
)
add(
    "tool-providers-create-defaults-made-up",
    CREATE,
    "tool_providers_create makes up a tool_url and custom data where none were given.",
    a.each(lambda call, found: found.update({each: text for each, text in MADE_UP.items() if each not in call.sent})),
    "TOOL-050",
)
add(
    "tool-providers-create-of-no-institute",
    CREATE,
    "tool_providers_create answers no institute_id where none was given.",
    a.each(lambda call, found: None if "institute_id" in call.sent else found.update(institute_id=None)),
    "TOOL-051",
    also=("TOOL-088",),
)
add(
    "tool-providers-create-institute-ignored",
    CREATE,
    "tool_providers_create puts a superuser's tool provider into the superuser's own institute.",
    wrap(of_callers_institute),
    "TOOL-052",
)
add("tool-providers-create-clock-ahead", CREATE, "A new tool provider is dated an hour ahead.", s.dated(1), "TOOL-062")
add(
    "tool-providers-create-name-ascii",
    CREATE,
    "tool_providers_create writes a question mark for every letter of a name beyond ASCII.",
    p.altered("tool_name", lambda text: text.encode("ascii", "replace").decode()),
    "TOOL-063",
)

# update ---------------------------------------------------------------------------------------------------------------

f.fails(add, PATCH, "TOOL-080")
f.forbidden(add, PUT, "TOOL-081")
f.envelope(add, PATCH, "tool_providers", "TOOL-082")
f.bare(add, PUT, "TOOL-083")
add(
    "tool-providers-update-url-dropped",
    CHANGES,
    "Changing a tool provider forgets tool_url.",
    p.dropped("tool_url"),
    "TOOL-084",
    also=("TOOL-085",),
)
add(
    "tool-providers-update-zero-ignored",
    PATCH,
    "PATCH takes use_as_basic_link = 0 for not given.",
    raw.dropped_if("use_as_basic_link", raw.zero_is_nothing),
    "TOOL-084",
    also=("TOOL-085",),
)
add(
    "tool-providers-update-key-not-kept",
    PATCH,
    "PATCH answers the new oauth_consumer_key, but keeps the old one.",
    s.not_stored("tool_provider", "oauth_consumer_key"),
    "TOOL-085",
)
add(
    "tool-providers-update-put-name-not-kept",
    PUT,
    "PUT answers the new tool_name, but keeps the old one.",
    s.not_stored("tool_provider", "tool_name"),
    "TOOL-085",
)
add(
    "tool-providers-update-forgets-url",
    PATCH,
    "PATCH empties tool_url when it is not named.",
    p.unless_sent("tool_url", ""),
    "TOOL-086",
)
add(
    "tool-providers-update-secret-demanded",
    PATCH,
    "PATCH demands oauth_consumer_secret.",
    p.demanded("oauth_consumer_secret"),
    "TOOL-086",
    also=("TOOL-093", "TOOL-085", "TOOL-084"),
)
add(
    "tool-providers-update-keeps-updated-at",
    CHANGES,
    "Changing a tool provider leaves updated_at as it was.",
    s.not_stored("tool_provider", "updated_at"),
    "TOOL-088",
)
add(
    "tool-providers-update-changes-all",
    PATCH,
    "PATCH turns use_as_basic_link of all other tool providers of the institute.",
    s.afterwards(others("use_as_basic_link = 1 - use_as_basic_link")),
    "TOOL-089",
)
add(
    "tool-providers-update-put-touches-before",
    PUT,
    "PUT moves updated_at of the tool providers that were made before.",
    s.afterwards(others("updated_at = updated_at + 1", "id < ?")),
    "TOOL-089",
)
f.absent_accepted(add, PATCH, {"tool_provider": {}}, "TOOL-090", also=("TOOL-091",))
f.texts(add, PUT, MISSING, "Not found", "TOOL-091")
add(
    "tool-providers-update-institute-for-all",
    CHANGES,
    "Administrators can move a tool provider into another institute.",
    lambda rules, operation: override(rules.access, may_use_institute=lambda call, institute_id: True),
    "TOOL-092",
    also=("ISO-009", "ISO-010", "ISO-012"),
)
add(
    "tool-providers-update-institute-ignored",
    CHANGES,
    "A superuser's institute_id does not move a tool provider.",
    p.dropped("institute_id", when=lambda call: call.user["role"] == "superuser"),
    "TOOL-093",
)

# destroy --------------------------------------------------------------------------------------------------------------


def locks(judge: Any) -> Deviation:
    """Whether an exam locks its tool provider."""

    def deviation(rules: Rules, operation: Operation) -> None:
        override(rules.effects, exam_locks_tool_provider=judge)

    return deviation


def newest_exam_counts(call: Call, inner: Handler) -> Reply:
    """Only the exam of the newest LTI resource is looked at."""
    provider_id = call.found["tool_provider"]["id"]
    sql = (
        "SELECT exams.status FROM lti_resources JOIN exams ON exams.id = exam_id WHERE tool_provider_id = ?"
        " ORDER BY lti_resources.id DESC"
    )
    if call.store.value(sql, (provider_id,)) == "open":
        return inner(call)
    call.store.execute("DELETE FROM lti_resources WHERE tool_provider_id = ?", (provider_id,))
    call.store.delete(TOOL_PROVIDERS, provider_id)
    return call.reply({})


def open_exam_of_neighbour_locks(call: Call, inner: Handler) -> Reply:
    """An open exam of the tool provider with the id before keeps the next one."""
    sql = (
        "SELECT exams.id, exams.name FROM lti_resources JOIN exams ON exams.id = exam_id"
        " WHERE exams.status = 'open' AND lti_resources.tool_provider_id = ?"
    )
    exam = call.store.one(sql, (call.found["tool_provider"]["id"] - 1,))
    if exam is not None:
        raise Refusal(IN_USE, extra={"error": {"open_exam": [[{"id": exam["id"], "name": exam["name"]}]]}})
    return inner(call)


def remembers_resources(rules: Rules, operation: Operation) -> None:
    """A tool provider that ever had an LTI resource is never destroyed."""
    had: set[int] = set()

    def create(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        had.add(int(reply.body["lti_resource"]["tool_provider_id"]))
        return reply

    def destroy(call: Call, inner: Handler) -> Reply:
        if call.found["tool_provider"]["id"] in had and not exams_in_use(call, call.found["tool_provider"]["id"]):
            raise Refusal(IN_USE, extra={"error": {"open_exam": [[]]}})
        return inner(call)

    wrap(create)(rules, rules.operations["lti_resources_create"])
    wrap(destroy)(rules, operation)


def resources_go_first(call: Call, inner: Handler) -> Reply:
    """Whoever is refused has lost the LTI resources already."""
    try:
        return inner(call)
    except Refusal as refusal:
        provider_id = call.found["tool_provider"]["id"]
        call.store.execute("DELETE FROM lti_resources WHERE tool_provider_id = ?", (provider_id,))
        return call.rules.refusal(call.operation, refusal)


def renamed_when_refused(call: Call, inner: Handler) -> Reply:
    """Whoever is refused has lost the secret."""
    try:
        return inner(call)
    except Refusal as refusal:
        call.store.update(TOOL_PROVIDERS, call.found["tool_provider"]["id"], {"oauth_consumer_secret": ""})
        return call.rules.refusal(call.operation, refusal)


def open_exams(change: Any) -> Deviation:
    """The body of the 423 names the exams otherwise."""

    def around(call: Call, inner: Handler) -> Reply:
        try:
            return inner(call)
        except Refusal as refusal:
            if refusal.kind == IN_USE:
                refusal.extra = change(refusal.extra["error"]["open_exam"][0])
            raise

    return wrap(around)


f.fails(add, DESTROY, "TOOL-120")
add(
    "tool-providers-destroy-answers-provider",
    DESTROY,
    "tool_providers_destroy answers the tool provider.",
    wrap(lambda call, inner: (inner(call), call.object("tool_provider", call.found["tool_provider"]))[1]),
    "TOOL-121",
)
add(
    "tool-providers-destroy-does-nothing",
    DESTROY,
    "tool_providers_destroy answers that all is well, and does nothing.",
    s.does_nothing(),
    "TOOL-122",
    "TOOL-123",
    also=("TOOL-124", "TOOL-127", "TOOL-128", "TOOL-134", "TOOL-135"),
)
add(
    "tool-providers-destroy-renames-only",
    DESTROY,
    "tool_providers_destroy renames the tool provider, which stays.",
    s.only(
        lambda call: (
            "UPDATE tool_providers SET tool_name = 'deleted' WHERE id = ?",
            [call.found["tool_provider"]["id"]],
        ),
        when=lambda call: not exams_in_use(call, call.found["tool_provider"]["id"]),
    ),
    "TOOL-122",
    "TOOL-123",
)
f.absent_accepted(add, DESTROY, {}, "TOOL-124", also=("TOOL-125",))
f.absent_answered_with(add, DESTROY, MISSING, 403, "TOOL-124")
f.texts(add, DESTROY, MISSING, "Not found", "TOOL-125")
add(
    "tool-providers-destroy-takes-before",
    DESTROY,
    "tool_providers_destroy destroys the tool provider that was made just before, too.",
    s.afterwards(
        lambda call: (
            "DELETE FROM tool_providers WHERE id = (SELECT max(id) FROM tool_providers WHERE id < ?)",
            [call.found["tool_provider"]["id"]],
        )
    ),
    "TOOL-126",
)
add(
    "tool-providers-destroy-takes-later",
    DESTROY,
    "tool_providers_destroy destroys all tool providers that were made later.",
    s.afterwards(
        lambda call: (
            "DELETE FROM tool_providers WHERE institute_id = ? AND id > ?",
            [call.found["tool_provider"]["institute_id"], call.found["tool_provider"]["id"]],
        )
    ),
    "TOOL-126",
)
add(
    "tool-providers-destroy-never-locked",
    DESTROY,
    "A tool provider is destroyed although an open exam uses it.",
    locks(lambda exam: False),
    "TOOL-127",
    also=("TOOL-128", "TOOL-129", "TOOL-134", "TOOL-135"),
)
f.absent_answered_with(add, DESTROY, IN_USE, 409, "TOOL-127", also=("TOOL-134",))
add(
    "tool-providers-destroy-names-no-exams",
    DESTROY,
    "The 423 does not name the exams.",
    open_exams(lambda exams: {}),
    "TOOL-128",
    also=("TOOL-135",),
)
add(
    "tool-providers-destroy-exams-in-one-list",
    DESTROY,
    "The 423 names the exams in a plain list.",
    open_exams(lambda exams: {"error": {"open_exam": exams}}),
    "TOOL-128",
    also=("TOOL-135",),
)
add(
    "tool-providers-destroy-exams-without-name",
    DESTROY,
    "The 423 gives the ids of the exams alone.",
    open_exams(lambda exams: {"error": {"open_exam": [[{"id": exam["id"]} for exam in exams]]}}),
    "TOOL-128",
    also=("TOOL-135",),
)
add(
    "tool-providers-destroy-refused-resources-gone",
    DESTROY,
    "A destroy that is refused with 423 has removed the LTI resources.",
    wrap(resources_go_first),
    "TOOL-129",
)
add(
    "tool-providers-destroy-refused-secret-gone",
    DESTROY,
    "A destroy that is refused with 423 has emptied oauth_consumer_secret.",
    wrap(renamed_when_refused),
    "TOOL-129",
)
add(
    "tool-providers-destroy-locked-for-good",
    DESTROY,
    "A tool provider that ever had an LTI resource is not destroyed.",
    remembers_resources,
    "TOOL-130",
    also=("TOOL-136",),
    elsewhere=True,
)
add(
    "tool-providers-destroy-locked-by-neighbour",
    DESTROY,
    "An open exam of the tool provider made before keeps a tool provider from being destroyed.",
    wrap(open_exam_of_neighbour_locks),
    "TOOL-131",
)
add(
    "tool-providers-destroy-newest-exam-counts",
    DESTROY,
    "Only the exam of the newest LTI resource keeps a tool provider from being destroyed.",
    wrap(newest_exam_counts),
    "TOOL-134",
)
add(
    "tool-providers-destroy-names-first-exam",
    DESTROY,
    "The 423 names the first of the open exams only.",
    open_exams(lambda exams: {"error": {"open_exam": [exams[:1]]}}),
    "TOOL-135",
)
add(
    "tool-providers-destroy-locked-by-destroyed",
    DESTROY,
    "A destroyed exam keeps a tool provider from being destroyed.",
    locks(lambda exam: exam["status"] in ("open", "deleted")),
    "TOOL-136",
)

# fields ---------------------------------------------------------------------------------------------------------------

add(
    "tool-providers-index-without-secret",
    INDEX,
    "tool_providers_index leaves out oauth_consumer_secret.",
    a.without("oauth_consumer_secret"),
    "TOOL-200",
    also=("TOOL-004",),
)
add(
    "tool-providers-update-put-without-custom-data",
    PUT,
    "PUT answers a tool provider without lti_custom_data.",
    a.without("lti_custom_data"),
    "TOOL-200",
    also=("TOOL-084",),
)
add("tool-providers-show-id-as-text", SHOW, "tool_providers_show gives the id as text.", a.field("id", str), "TOOL-201")
add(
    "tool-providers-update-created-at-null",
    PATCH,
    "PATCH answers created_at of a tool provider as null.",
    a.constant("created_at", None),
    "TOOL-201",
    also=("TOOL-088",),
)
add(
    "tool-providers-index-basic-link-as-number",
    INDEX,
    "tool_providers_index gives use_as_basic_link as a number.",
    a.field("use_as_basic_link", int),
    "TOOL-202",
)
add(
    "tool-providers-index-times-without-offset",
    INDEX,
    "tool_providers_index gives times without an offset.",
    a.fields("created_at updated_at", a.no_offset),
    "TOOL-203",
    also=("TOOL-004",),
)
add(
    "tool-providers-create-times-without-milliseconds",
    CREATE,
    "tool_providers_create gives times without milliseconds.",
    a.fields("created_at updated_at", a.no_milliseconds),
    "TOOL-203",
)
add(
    "tool-providers-index-same-id",
    INDEX,
    "tool_providers_index gives its rows the ids of their institutes.",
    a.each(lambda call, found: found.update(id=found["institute_id"])),
    "TOOL-204",
    also=("TOOL-003", "TOOL-004"),
)

add(
    "tool-providers-index-stale",
    INDEX,
    "tool_providers_index goes on answering what it answered first to the same question.",
    s.stale(),
    "TOOL-003",
    also=("TOOL-123", "TOOL-004", "TOOL-046"),
)
add(
    "tool-providers-show-stale",
    SHOW,
    "tool_providers_show goes on answering what it answered first.",
    s.stale(),
    "TOOL-085",
    also=("TOOL-086", "TOOL-088", "TOOL-093", "TOOL-122"),
)

# words in the path ----------------------------------------------------------------------------------------------------

f.word_accepted(add, SHOW, {"tool_provider": None}, "TOOL-026")
f.word_accepted(add, PATCH, {"tool_provider": None}, "TOOL-096")
f.word_accepted(add, DESTROY, {}, "TOOL-137")
