"""Faults of LTI resources: what links an exam to a learning management system."""

from __future__ import annotations

from collections.abc import Callable

from contract.mock.call import Call, Reply
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import raw
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, both, override, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules
from contract.mock.tables import LTI_RESOURCES

add = area(__name__)

INDEX, SHOW = "lti_resources_index", "lti_resources_show"
CREATE, DESTROY = "lti_resources_create", "lti_resources_destroy"
PATCH, PUT = "lti_resources_update", "lti_resources_update_put"
CHANGES = (PATCH, PUT)
NAME = "lti_resource_link_name"
MISSING = "lti_resource_not_found"


def others(assignment: str, which: str = "id != ?") -> s.Statement:
    """Change the other LTI resources of the institute."""
    return lambda call: (
        f"UPDATE lti_resources SET {assignment} WHERE institute_id = ? AND {which}",
        [call.found["lti_resource"]["institute_id"], call.found["lti_resource"]["id"]],
    )


def newest_instead(name: str, table: str) -> Deviation:
    """A word stands for the newest row of *table* in the caller's institute."""

    def around(call: Call, inner: Handler) -> Reply:
        if call.params.get(name) == 0:
            present = " AND status != 'deleted'" if table == "exams" else ""
            sql = f"SELECT max(id) FROM {table} WHERE institute_id = ?{present}"
            call.params[name] = call.store.value(sql, (call.user["institute_id"],))
        return inner(call)

    return both(p.read_as(name, p.zero), wrap(around))


def word_ignored(name: str) -> Deviation:
    """A word counts as not given."""
    return both(p.read_as(name, p.zero), p.dropped(name, when=lambda call: call.params.get(name) == 0))


def placeholder(make: Callable[[int], str]) -> Deviation:
    def deviation(rules: Rules, operation: Operation) -> None:
        override(rules.effects, lti_placeholder=make)

    return deviation


def no_default_url(rules: Rules, operation: Operation) -> None:
    override(rules.effects, lti_defaults=lambda provider: {})


def one_of_exam(call: Call, inner: Handler) -> Reply:
    """A new LTI resource takes the place of the one that the exam had."""
    reply = inner(call)
    created = reply.body["lti_resource"]
    sql = "DELETE FROM lti_resources WHERE exam_id = ? AND id != ?"
    call.store.execute(sql, (created["exam_id"], created["id"]))
    return reply


def names_after_itself(table: str, column: str, name: str) -> Deviation:
    """The row that the parameter *name* names gets the name of the new link."""
    return s.afterwards(
        lambda call: (
            f"UPDATE {table} SET {column} = ? WHERE id = ?",
            [call.params.get("lti_resource_link_name") or "LTI", call.params[name]],
        )
    )


# list and show --------------------------------------------------------------------------------------------------------

f.fails(add, INDEX, "LTI-001")
f.bare(add, INDEX, "LTI-002")
add(
    "lti-resources-index-newest-left-out",
    INDEX,
    "lti_resources_index lacks the newest LTI resource.",
    s.but("lti_resources.id != (SELECT max(last.id) FROM lti_resources last)"),
    "LTI-003",
    also=("LTI-004", "LTI-005"),
)
add(
    "lti-resources-index-without-url",
    INDEX,
    "lti_resources_index gives an empty lti_resource_launch_url.",
    a.constant("lti_resource_launch_url", ""),
    "LTI-004",
)
add("lti-resources-index-row-twice", INDEX, "lti_resources_index ends with its last row twice.", s.twice(), "LTI-005")
f.forbidden(add, SHOW, "LTI-020")
f.envelope(add, SHOW, "lti_resources", "LTI-021")
add(
    "lti-resources-show-newest",
    SHOW,
    "lti_resources_show gives the newest LTI resource, whatever id was asked for.",
    s.instead_of(
        "lti_resource",
        lambda call: (
            f"{LTI_RESOURCES.select_sql} WHERE institute_id = ? ORDER BY id DESC",
            [call.found["lti_resource"]["institute_id"]],
        ),
    ),
    "LTI-022",
    also=("LTI-004", "LTI-085", "LTI-089", "LTI-097", "LTI-125", "LTI-086", "LTI-092", "LTI-093"),
)
add(
    "lti-resources-show-custom-data-empty",
    SHOW,
    "lti_resources_show gives an empty lti_custom_data.",
    a.constant("lti_custom_data", ""),
    "LTI-022",
    also=("LTI-004", "LTI-085", "LTI-086"),
)
f.absent_answered_with(add, SHOW, MISSING, 403, "LTI-023", "LTI-121")
f.absent_accepted(add, SHOW, {"lti_resource": None}, "LTI-023", "LTI-121", also=("LTI-024",))
f.texts(add, SHOW, MISSING, "Not found", "LTI-024")

# create ---------------------------------------------------------------------------------------------------------------

f.fails(add, CREATE, "LTI-040")
f.envelope(add, CREATE, "data", "LTI-041")
f.not_demanded(add, CREATE, NAME, "Link", "LTI-042", also=("LTI-043", "LTI-044"))
f.may_be_empty(add, CREATE, NAME, "LTI-042", also=("LTI-043", "LTI-044"))
f.missing_answered_with(add, CREATE, 400, "LTI-042")
f.texts(add, CREATE, "missing", "Bad request", "LTI-043")
f.refused_too_late(add, CREATE, NAME, "Link", "LTI-044")
add(
    "lti-resources-create-custom-data-dropped",
    CREATE,
    "lti_resources_create forgets lti_custom_data.",
    p.dropped("lti_custom_data"),
    "LTI-045",
    also=("LTI-022",),
)
add(
    "lti-resources-create-url-of-provider",
    CREATE,
    "lti_resources_create takes the tool_url of the provider, whatever lti_resource_launch_url is sent.",
    p.dropped("lti_resource_launch_url"),
    "LTI-045",
    also=("LTI-022",),
)
add(
    "lti-resources-create-ids-as-text-refused",
    CREATE,
    "lti_resources_create refuses an exam_id that is sent as text.",
    p.refused_value("exam_id", lambda value: isinstance(value, str) and value.isdigit()),
    "LTI-046",
)
add(
    "lti-resources-create-provider-as-text-refused",
    CREATE,
    "lti_resources_create refuses a tool_provider_id that is sent as text.",
    p.refused_value("tool_provider_id", lambda value: isinstance(value, str) and value.isdigit()),
    "LTI-046",
)
add("lti-resources-create-no-default-url", CREATE, "A new LTI resource has no default URL.", no_default_url, "LTI-047")
add(
    "lti-resources-create-placeholder-in-lower-case",
    CREATE,
    "The placeholder of an LTI resource is in lower case.",
    placeholder(lambda resource_id: f"lti_exam_{resource_id}"),
    "LTI-048",
)
add(
    "lti-resources-create-same-placeholder",
    CREATE,
    "All LTI resources have the placeholder LTI_EXAM_1.",
    placeholder(lambda resource_id: "LTI_EXAM_1"),
    "LTI-049",
)
add(
    "lti-resources-create-placeholder-of-exam",
    CREATE,
    "The placeholder of an LTI resource ends in the id of its exam.",
    a.each(lambda call, found: found.update(placeholder=f"LTI_EXAM_{found['exam_id']}")),
    "LTI-049",
    also=("LTI-088", "LTI-004"),
)
add(
    "lti-resources-create-one-of-exam",
    CREATE,
    "A new LTI resource takes the place of the one that the exam had.",
    wrap(one_of_exam),
    "LTI-050",
    also=("LTI-089", "LTI-125"),
)
add(
    "lti-resources-create-new-tab-dropped",
    CREATE,
    "lti_resources_create forgets open_in_new_tab.",
    p.dropped("open_in_new_tab"),
    "LTI-051",
    also=("LTI-045", "LTI-022"),
)
add(
    "lti-resources-create-any-word-is-true",
    CREATE,
    "lti_resources_create takes any word for open_in_new_tab as true.",
    p.read_as("open_in_new_tab", p.true),
    "LTI-052",
    also=("LTI-044",),
)
add(
    "lti-resources-create-exam-word",
    CREATE,
    "lti_resources_create takes the newest exam where exam_id is a word.",
    newest_instead("exam_id", "exams"),
    "LTI-053",
    also=("LTI-044",),
)
add(
    "lti-resources-create-provider-word",
    CREATE,
    "lti_resources_create takes the newest tool provider where tool_provider_id is a word.",
    newest_instead("tool_provider_id", "tool_providers"),
    "LTI-054",
    also=("LTI-044",),
)
add(
    "lti-resources-create-renames-exam",
    CREATE,
    "lti_resources_create gives the exam the name of the link.",
    names_after_itself("exams", "name", "exam_id"),
    "LTI-055",
)
add(
    "lti-resources-create-renames-provider",
    CREATE,
    "lti_resources_create gives the tool provider the name of the link.",
    names_after_itself("tool_providers", "tool_name", "tool_provider_id"),
    "LTI-055",
)
add("lti-resources-create-clock-ahead", CREATE, "A new LTI resource is dated an hour ahead.", s.dated(1), "LTI-068")
add(
    "lti-resources-create-name-ascii",
    CREATE,
    "lti_resources_create writes a question mark for every letter of a name beyond ASCII.",
    p.altered(NAME, lambda text: text.encode("ascii", "replace").decode()),
    "LTI-069",
)

# update ---------------------------------------------------------------------------------------------------------------

f.fails(add, PATCH, "LTI-080")
f.forbidden(add, PUT, "LTI-081")
f.bare(add, PATCH, "LTI-082")
f.envelope(add, PUT, "lti_resources", "LTI-083")
add(
    "lti-resources-update-custom-data-dropped",
    CHANGES,
    "Changing an LTI resource forgets lti_custom_data.",
    p.dropped("lti_custom_data"),
    "LTI-084",
    also=("LTI-085",),
)
add(
    "lti-resources-update-zero-ignored",
    PUT,
    "PUT takes open_in_new_tab = 0 for not given.",
    raw.dropped_if("open_in_new_tab", raw.zero_is_nothing),
    "LTI-084",
    also=("LTI-085",),
)
add(
    "lti-resources-update-name-not-kept",
    PATCH,
    f"PATCH answers the new {NAME}, but keeps the old one.",
    s.not_stored("lti_resource", NAME),
    "LTI-085",
)
add(
    "lti-resources-update-put-url-not-kept",
    PUT,
    "PUT answers the new lti_resource_launch_url, but keeps the old one.",
    s.not_stored("lti_resource", "lti_resource_launch_url"),
    "LTI-085",
)
add(
    "lti-resources-update-forgets-url",
    PATCH,
    "PATCH empties lti_resource_launch_url when it is not named.",
    p.unless_sent("lti_resource_launch_url", ""),
    "LTI-086",
)
add(
    "lti-resources-update-name-demanded",
    PATCH,
    f"PATCH demands {NAME}.",
    p.demanded(NAME),
    "LTI-086",
    also=("LTI-092", "LTI-093"),
)
add(
    "lti-resources-update-new-placeholder",
    CHANGES,
    "Changing an LTI resource gives it another placeholder.",
    s.afterwards(
        lambda call: (
            "UPDATE lti_resources SET placeholder = placeholder || '0' WHERE id = ?",
            [call.found["lti_resource"]["id"]],
        )
    ),
    "LTI-088",
)
add(
    "lti-resources-update-changes-all",
    PATCH,
    "PATCH turns open_in_new_tab of all other LTI resources of the institute.",
    s.afterwards(others("open_in_new_tab = 1 - open_in_new_tab")),
    "LTI-089",
)
add(
    "lti-resources-update-put-touches-before",
    PUT,
    "PUT moves updated_at of the LTI resources that were made before.",
    s.afterwards(others("updated_at = updated_at + 1", "id < ?")),
    "LTI-089",
)
f.absent_accepted(add, PUT, {"lti_resource": {}}, "LTI-090", also=("LTI-091",))
f.texts(add, PATCH, MISSING, "Not found", "LTI-091")
add(
    "lti-resources-update-exam-ignored",
    CHANGES,
    "Changing an LTI resource leaves it with its exam.",
    p.dropped("exam_id"),
    "LTI-092",
)
add(
    "lti-resources-update-put-exam-not-kept",
    PUT,
    "PUT answers the new exam_id of an LTI resource, but keeps the old one.",
    s.not_stored("lti_resource", "exam_id"),
    "LTI-092",
)
add(
    "lti-resources-update-provider-ignored",
    CHANGES,
    "Changing an LTI resource leaves it with its tool provider.",
    p.dropped("tool_provider_id"),
    "LTI-093",
)
add(
    "lti-resources-update-any-word-is-true",
    CHANGES,
    "Changing an LTI resource takes any word for open_in_new_tab as true.",
    p.read_as("open_in_new_tab", p.true),
    "LTI-094",
    also=("LTI-097",),
)
add(
    "lti-resources-update-exam-word-ignored",
    CHANGES,
    "Changing an LTI resource ignores an exam_id that is a word.",
    word_ignored("exam_id"),
    "LTI-095",
    also=("LTI-097",),
)
add(
    "lti-resources-update-provider-word-ignored",
    PUT,
    "PUT ignores a tool_provider_id that is a word.",
    word_ignored("tool_provider_id"),
    "LTI-096",
    also=("LTI-097",),
)
add(
    "lti-resources-update-refused-too-late",
    CHANGES,
    "A change with a word for open_in_new_tab is refused, but only after everything was stored.",
    p.refused_too_late_when_bad("open_in_new_tab", p.true),
    "LTI-097",
)
add(
    "lti-resources-update-name-lower-case",
    CHANGES,
    f"Changing an LTI resource writes {NAME} in lower case.",
    p.altered(NAME, str.lower),
    "LTI-098",
)

# destroy --------------------------------------------------------------------------------------------------------------

f.forbidden(add, DESTROY, "LTI-120")
add(
    "lti-resources-destroy-does-nothing",
    DESTROY,
    "lti_resources_destroy answers that all is well, and does nothing.",
    s.does_nothing(),
    "LTI-121",
    "LTI-122",
)
add(
    "lti-resources-destroy-unlinks-only",
    DESTROY,
    "lti_resources_destroy takes the exam from an LTI resource, which stays.",
    s.only(lambda call: ("UPDATE lti_resources SET exam_id = NULL WHERE id = ?", [call.found["lti_resource"]["id"]])),
    "LTI-121",
    "LTI-122",
)
f.absent_accepted(add, DESTROY, {}, "LTI-123", also=("LTI-124",))
f.texts(add, DESTROY, MISSING, "Not found", "LTI-124")
add(
    "lti-resources-destroy-all-of-exam",
    DESTROY,
    "lti_resources_destroy destroys all LTI resources of the exam.",
    s.afterwards(lambda call: ("DELETE FROM lti_resources WHERE exam_id = ?", [call.found["lti_resource"]["exam_id"]])),
    "LTI-125",
)
add(
    "lti-resources-destroy-all-of-provider",
    DESTROY,
    "lti_resources_destroy destroys all LTI resources of the tool provider.",
    s.afterwards(
        lambda call: (
            "DELETE FROM lti_resources WHERE tool_provider_id = ?",
            [call.found["lti_resource"]["tool_provider_id"]],
        )
    ),
    "LTI-125",
)
add(
    "lti-resources-destroy-takes-provider",
    DESTROY,
    "lti_resources_destroy destroys the tool provider with its last LTI resource.",
    s.afterwards(
        lambda call: (
            "DELETE FROM tool_providers WHERE id = ? AND NOT EXISTS"
            " (SELECT 1 FROM lti_resources WHERE tool_provider_id = tool_providers.id)",
            [call.found["lti_resource"]["tool_provider_id"]],
        )
    ),
    "LTI-126",
)
add(
    "lti-resources-destroy-takes-exam",
    DESTROY,
    "lti_resources_destroy destroys the exam, too.",
    s.afterwards(
        lambda call: ("UPDATE exams SET status = 'deleted' WHERE id = ?", [call.found["lti_resource"]["exam_id"]])
    ),
    "LTI-126",
)

# fields ---------------------------------------------------------------------------------------------------------------

add(
    "lti-resources-index-without-link-id",
    INDEX,
    "lti_resources_index leaves out lti_resource_link_id while there is none.",
    a.without_null("lti_resource_link_id"),
    "LTI-200",
    also=("LTI-004",),
)
add(
    "lti-resources-update-put-without-placeholder",
    PUT,
    "PUT answers an LTI resource without its placeholder.",
    a.without("placeholder"),
    "LTI-200",
    also=("LTI-088",),
)
add("lti-resources-show-id-as-text", SHOW, "lti_resources_show gives the id as text.", a.field("id", str), "LTI-201")
add(
    "lti-resources-create-updated-at-null",
    CREATE,
    "lti_resources_create answers updated_at as null.",
    a.constant("updated_at", None),
    "LTI-201",
    also=("LTI-068",),
)
add(
    "lti-resources-provider-id-as-number",
    (SHOW, CREATE),
    "Show and create give tool_provider_id as a number.",
    a.field("tool_provider_id", int),
    "LTI-202",
)
add(
    "lti-resources-index-times-without-milliseconds",
    INDEX,
    "lti_resources_index gives times without milliseconds.",
    a.fields("created_at updated_at", a.no_milliseconds),
    "LTI-203",
    also=("LTI-004",),
)
add(
    "lti-resources-update-times-as-database-text",
    PATCH,
    "PATCH answers updated_at of an LTI resource as the database prints it.",
    a.field("updated_at", a.blank_for_t),
    "LTI-203",
)

add(
    "lti-resources-index-stale",
    INDEX,
    "lti_resources_index goes on answering what it answered first to the same question.",
    s.stale(),
    "LTI-003",
    also=("LTI-122", "LTI-004", "LTI-005", "LTI-044"),
)
add(
    "lti-resources-show-stale",
    SHOW,
    "lti_resources_show goes on answering what it answered first.",
    s.stale(),
    "LTI-085",
    also=("LTI-086", "LTI-092", "LTI-093", "LTI-121"),
)

# words in the path, and words for booleans ----------------------------------------------------------------------------

f.word_accepted(add, SHOW, {"lti_resource": None}, "LTI-025")
f.word_accepted(add, PUT, {"lti_resource": None}, "LTI-104")
f.word_crashes(add, PATCH, "LTI-104")
f.word_accepted(add, DESTROY, {}, "LTI-130")
add(
    "lti-resources-create-text-true-refused",
    CREATE,
    "lti_resources_create refuses the texts true and false for open_in_new_tab.",
    p.refused_value("open_in_new_tab", lambda value: value in ("true", "false")),
    "LTI-070",
)
add(
    "lti-resources-update-text-false-is-true",
    CHANGES,
    "Changing an LTI resource takes the text false for open_in_new_tab as true.",
    raw.stored_as("open_in_new_tab", raw.text_false_is_true),
    "LTI-105",
)
