"""
Faults of isolation and roles: what another institute's administrator, or a user with fewer rights, can see and do.

Source: the 403 rows of the endpoint pages, "Premium - Superuser only" at https://docs.proctorexam.com/v3/apidoc.html,
and https://partners.proctorexam.com/what-are-the-roles-and-permissions-available-on-the-platform-2/.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contract.mock.access import Scope
from contract.mock.call import Call, Reply
from contract.mock.errors import Refusal
from contract.mock.faults.kit.answers import each
from contract.mock.faults.kit.core import Deviation, When, always, area, by_role, finish, override, succeeded, wrap
from contract.mock.faults.kit.policies import all_of, by_method, catalogue, in_policy, on
from contract.mock.faults.kit.refused import carried_out
from contract.mock.faults.registry import Change
from contract.mock.operations import Handler
from contract.mock.resources.users import refuse_above_caller
from contract.mock.rules import Rules
from contract.mock.tables import USERS

add = catalogue(__name__)
add_to = area(__name__)

SHOW, CHANGE, CREATE, DESTROY, NOTHING_CHANGED = (f"ISO-{number:03}" for number in range(1, 6))
LISTS, FILTERED, OTHER_PARENT = "ISO-006", "ISO-007", "ISO-008"


def allowed(when: When, *rules_of_access: str) -> Change:
    """The caller may, where *when* holds; of all rules of access, or of some."""

    def change(rules: Rules) -> None:
        names = [name for name in dir(rules.access) if name.startswith("may_")]
        for name in rules_of_access or names:
            if name not in ("may_use_institute", "may_give_role"):
                in_policy("access", name, lambda inner, call, *rest: True, when)(rules)

    return change


def _administrator(call: Call) -> bool:
    return bool(call.user["role"] == "administrator")


# another institute ---------------------------------------------------------------------------------------------------

_OPEN_OPERATIONS = {
    "attachments_create": CREATE,
    "attachments_destroy": DESTROY,
    "attachments_index": SHOW,
    "attachments_show": SHOW,
    "documents_create": CREATE,
    "documents_destroy": DESTROY,
    "documents_show": SHOW,
    "documents_update": CHANGE,
    "exams_add_student": CREATE,
    "exams_destroy": DESTROY,
    "exams_generate_exam_documents_zip": CHANGE,
    "exams_index_students": SHOW,
    "exams_send_emails": CHANGE,
    "exams_show": SHOW,
    "exams_show_lti_student": SHOW,
    "exams_status_exam_documents_zip": SHOW,
    "exams_update": CHANGE,
    "exams_update_put": CHANGE,
    "lti_resources_destroy": DESTROY,
    "lti_resources_show": SHOW,
    "lti_resources_update": CHANGE,
    "student_sessions_create": CREATE,
    "student_sessions_destroy": DESTROY,
    "student_sessions_end_exam": CHANGE,
    "student_sessions_index": SHOW,
    "student_sessions_show": SHOW,
    "student_sessions_update": CHANGE,
    "tool_providers_destroy": DESTROY,
    "tool_providers_show": SHOW,
    "tool_providers_update_put": CHANGE,
    "users_create": CREATE,
    "users_destroy": DESTROY,
    "users_index": SHOW,
    "users_show": SHOW,
    "users_update": CHANGE,
}
for _operation, _breaks in _OPEN_OPERATIONS.items():
    add(
        f"foreign-administrators-may-{_operation.replace('_', '-')}",
        f"{_operation} does not ask whose institute it is",
        allowed(all_of(on(_operation), _administrator)),
        _breaks,
        also=(NOTHING_CHANGED, OTHER_PARENT, "ISO-024", "ISO-060"),
        operation=_operation,
    )
add(
    "foreign-administrators-may-read",
    "what can be read by its id is shown to every administrator",
    allowed(all_of(by_method("GET"), _administrator), "may_exam", "may_tool_provider", "may_lti_resource"),
    SHOW,
    also=(OTHER_PARENT,),
)
add(
    "foreign-administrators-may-destroy-in-exams",
    "the parts of exams are destroyed for every administrator",
    allowed(all_of(by_method("DELETE"), _administrator), "may_exam"),
    DESTROY,
    also=(NOTHING_CHANGED, CHANGE, OTHER_PARENT),
)
add(
    "institutes-compared-without-last-digit",
    "the institute of an administrator is compared without its last digit",
    in_policy(
        "access",
        "administers",
        lambda inner, call, institute_id: (
            inner(call, institute_id)
            or (_administrator(call) and call.user["institute_id"] // 10 == int(institute_id or 0) // 10)
        ),
    ),
    SHOW,
    CHANGE,
    CREATE,
    DESTROY,
    also=(NOTHING_CHANGED, OTHER_PARENT, "ISO-009", "ISO-010", "ISO-011", "ISO-024", "ISO-012"),
)

# refused, and carried out all the same -------------------------------------------------------------------------------

_NOT_AUTHORIZED = ("not_authorized", "not_authorized_read", "not_authorized_endpoint")
for _operation in (
    "attachments_destroy",
    "documents_update",
    "exams_add_student",
    "exams_destroy",
    "exams_update",
    "lti_resources_update",
    "student_sessions_end_exam",
    "tool_providers_destroy",
    "student_sessions_update",
):

    def _carry_out(rules: Rules, name: str = _operation) -> None:
        carried_out(*_NOT_AUTHORIZED, when=by_role("administrator"))(rules, rules.operations[name])

    add(
        f"refused-to-foreigners-but-carried-out-on-{_operation.replace('_', '-')}",
        f"{_operation} is carried out before it is refused to another institute's administrator",
        _carry_out,
        NOTHING_CHANGED,
        operation=_operation,
    )

# lists ---------------------------------------------------------------------------------------------------------------

_SCOPES = {
    "exams_index": "listed_exams_scope",
    "student_sessions_index_all": "sessions_scope",
    "tool_providers_index": "tool_providers_scope",
    "lti_resources_index": "lti_resources_scope",
}
for _operation, _scope in _SCOPES.items():
    add(
        f"foreign-rows-in-{_operation.replace('_', '-')}",
        f"{_operation} lists the rows of every institute",
        in_policy("access", _scope, lambda inner, call: ("1", []), by_role("administrator")),
        LISTS,
        also=(FILTERED, "FILTER-070", "FILTER-072", "ISO-060", "ISO-061"),
        operation=_operation,
    )


def _with_first_foreigner(table: str) -> Callable[..., Scope]:
    """The newest row of another institute slips in."""

    def scope(inner: Callable[[Call], Scope], call: Call) -> Scope:
        where, values = inner(call)
        slipped = f"{table}.id = (SELECT max(id) FROM {table} WHERE institute_id != ?)"
        return f"(({where}) OR {slipped})", [*values, call.user["institute_id"]]

    return scope


add(
    "one-foreign-row-in-exams-index",
    "the newest exam of another institute stands in the list of exams",
    in_policy("access", "listed_exams_scope", _with_first_foreigner("exams"), by_role("administrator")),
    LISTS,
    also=(FILTERED, "FILTER-070", "FILTER-072"),
    operation="exams_index",
)
add(
    "foreign-rows-in-list-by-status",
    "with the parameter status the list of exams is that of every institute",
    in_policy(
        "access",
        "listed_exams_scope",
        lambda inner, call: ("1", []),
        all_of(by_role("administrator"), lambda call: "status" in call.params),
    ),
    LISTS,
    operation="exams_index",
)
add(
    "foreign-rows-on-later-pages",
    "from page 2 on the list of students is that of every institute",
    in_policy(
        "access",
        "sessions_scope",
        lambda inner, call: ("1", []),
        all_of(by_role("administrator"), lambda call: call.params.get("page", 1) > 1),
    ),
    LISTS,
    also=("PAGE-008",),
    operation="student_sessions_index_all",
)
add(
    "foreign-rows-with-filter",
    "with a filter the list of exams is that of every institute",
    in_policy(
        "access",
        "listed_exams_scope",
        lambda inner, call: ("exams.status != 'deleted'", []),
        all_of(by_role("administrator"), lambda call: "filter" in call.params),
    ),
    FILTERED,
    also=("FILTER-070", "FILTER-072", "FILTER-036", "FILTER-123", "FILTER-120", "FILTER-121"),
    operation="exams_index",
)

# another parent ------------------------------------------------------------------------------------------------------

for _kind, _path, _prefix in (
    ("attachment", "an exam", "attachments"),
    ("document", "an exam", "documents"),
    ("user", "an institute", "users"),
):

    def _of_any_parent(rules: Rules, kind: str = _kind, prefix: str = _prefix) -> None:
        table = rules.tables[prefix]
        rules.loaders[kind] = lambda call, row_id: call.store.get(table, row_id)

    add(
        f"{_kind}-found-under-any-parent",
        f"{'an' if _kind == 'attachment' else 'a'} {_kind} is found under {_path} that it does not belong to",
        _of_any_parent,
        OTHER_PARENT,
        also=("ISO-055",),
    )


def _parent_not_compared(kind: str, prefix: str, *operations: str) -> Change:
    def change(rules: Rules) -> None:
        inner, table = rules.loaders[kind], rules.tables[prefix]

        def loader(call: Call, row_id: int) -> Any:
            return call.store.get(table, row_id) if call.operation.id in operations else inner(call, row_id)

        rules.loaders[kind] = loader

    return change


for _operation, _kind, _prefix in (
    ("attachments_destroy", "attachment", "attachments"),
    ("documents_update_put", "document", "documents"),
    ("documents_show", "document", "documents"),
    ("users_destroy", "user", "users"),
    ("users_show", "user", "users"),
):
    add(
        f"parent-not-compared-on-{_operation.replace('_', '-')}",
        f"{_operation} does not compare the parent in the path with that of the row",
        _parent_not_compared(_kind, _prefix, _operation),
        OTHER_PARENT,
        operation=_operation,
    )
add(
    "students-of-any-exam-shown",
    "exams_show_student shows the students of other exams, those of other institutes included",
    lambda rules: override(rules.access, is_session_of=lambda session, exam: True),
    OTHER_PARENT,
)

# institutes of parameters --------------------------------------------------------------------------------------------


def _any_institute(*operations: str) -> Change:
    return in_policy("access", "may_use_institute", lambda inner, call, institute_id: True, on(*operations))


for _operation, _breaks in (
    ("exams_create", "ISO-009"),
    ("tool_providers_create", "ISO-009"),
    ("exams_update", "ISO-010"),
    ("tool_providers_update", "ISO-010"),
):
    add(
        f"institute-id-not-checked-on-{_operation.replace('_', '-')}",
        f"{_operation} takes the institute_id of any institute",
        _any_institute(_operation),
        _breaks,
        operation=_operation,
    )


add(
    "comanager-of-any-institute",
    "a user of another institute can be made co-manager, and the answer shows the credentials",
    _any_institute("exams_add_comanager"),
    "ISO-012",
    operation="exams_add_comanager",
)
add(
    "lti-resource-with-any-tool-provider",
    "an LTI resource can be linked to a tool provider of another institute",
    lambda rules: _any_tool_provider(rules),
    "ISO-011",
    operation="lti_resources_create",
)


def _any_tool_provider(rules: Rules) -> None:
    """Whoever may use the exam may use every tool provider."""

    def administers(inner: Callable[..., bool], call: Call, institute_id: Any) -> bool:
        given = call.params.get("tool_provider_id")
        foreign = call.store.value("SELECT institute_id FROM tool_providers WHERE id = ?", (given,)) == institute_id
        return inner(call, institute_id) or (given is not None and foreign)

    in_policy("access", "administers", administers, on("lti_resources_create"))(rules)


def _proctors_of_everywhere(rules: Rules) -> None:
    """The institute of a proctor is not compared."""

    def around(call: Call, inner: Handler) -> Reply:
        try:
            return inner(call)
        except Refusal as refusal:
            proctor = call.store.get(USERS, call.params["proctor_id"])
            if refusal.kind != "proctor_invalid" or proctor["institute_id"] == call.user["institute_id"]:
                raise
        sql = "UPDATE student_sessions SET proctor_id = ?, pre_assigned_proctor_id = ? WHERE id = ?"
        call.store.execute(sql, (proctor["id"], proctor["id"], call.found["session"]["id"]))
        return call.reply({"proctor_id": proctor["id"], "active_proctoring_sessions": 1})

    wrap(around)(rules, rules.operations["student_sessions_assign_proctor"])


add(
    "proctor-of-any-institute",
    "a user of another institute can be assigned as proctor",
    _proctors_of_everywhere,
    "ISO-013",
    operation="student_sessions_assign_proctor",
)

# superusers only -----------------------------------------------------------------------------------------------------

for _operation, _breaks in (
    ("institutes_index", "ISO-020"),
    ("institutes_create", "ISO-021"),
    ("institutes_destroy", "ISO-022"),
):
    for _role in ("administrator", "teacher"):
        add(
            f"{_role}s-may-{_operation.replace('_', '-')}",
            f"{_operation} is open to {_role}s",
            allowed(all_of(on(_operation), by_role(_role)), "may_superuser"),
            _breaks,
            also=("ISO-025",),
            operation=_operation,
        )
    if _breaks != "ISO-020":

        def _carry_out_for_others(rules: Rules, name: str = _operation) -> None:
            carried_out("not_authorized")(rules, rules.operations[name])

        add(
            f"refused-to-others-but-carried-out-on-{_operation.replace('_', '-')}",
            f"{_operation} is carried out before it is refused to those who are no superusers",
            _carry_out_for_others,
            "ISO-025",
            also=(NOTHING_CHANGED,),
            operation=_operation,
        )
add(
    "foreign-administrators-may-institutes-show",
    "an institute is shown to every administrator",
    allowed(all_of(on("institutes_show"), _administrator)),
    "ISO-023",
    also=(SHOW,),
    operation="institutes_show",
)
for _operation in ("institutes_update", "institutes_update_put"):
    add(
        f"foreign-administrators-may-{_operation.replace('_', '-')}",
        f"an institute can be changed by every administrator through {_operation}",
        allowed(all_of(on(_operation), _administrator)),
        "ISO-024",
        also=(CHANGE, "ISO-025"),
        operation=_operation,
    )

# roles ---------------------------------------------------------------------------------------------------------------


def _not_for_comanagers(*operations: str) -> Change:
    def is_own_exam(inner: Callable[..., bool], call: Call, exam: Any) -> bool:
        return bool(inner(call, exam) and exam["user_id"] == call.user["id"])

    return in_policy("access", "is_own_exam", is_own_exam, on(*operations))


add(
    "comanagers-may-not-see-exams",
    "an exam is not shown to its co-managers",
    _not_for_comanagers("exams_show"),
    "ISO-050",
    operation="exams_show",
)


def any_role(giver: str, *given: str) -> Change:
    """Users with the role *giver* may give one of the roles *given*."""

    def may_give_role(inner: Callable[..., bool], call: Call, role: str) -> bool:
        return inner(call, role) or (call.user["role"] == giver and role in given)

    return in_policy("access", "may_give_role", may_give_role, on("users_create"))


add(
    "administrators-make-superusers",
    "an administrator can create a superuser",
    any_role("administrator", "superuser"),
    "ISO-051",
    operation="users_create",
)


def _teachers_create(*roles: str) -> Change:
    def change(rules: Rules) -> None:
        any_role("teacher", *roles)(rules)
        allowed(all_of(on("users_create"), by_role("teacher")), "may_institute_administrator")(rules)

    return change


add(
    "teachers-make-administrators",
    "a teacher can create an administrator",
    _teachers_create("administrator"),
    "ISO-052",
    operation="users_create",
)
add(
    "teachers-make-superusers",
    "a teacher can create a superuser",
    _teachers_create("superuser"),
    "ISO-052",
    operation="users_create",
)


def _role_by_update(*operations: str) -> Change:
    """A role that is sent is taken, whoever sends it for whom."""

    def around(call: Call, inner: Handler) -> Reply:
        refuse_above_caller(call)
        role = call.sent.get("role")
        if isinstance(role, str):
            call.sent.pop("role")
            call.store.update(USERS, call.found["user"]["id"], {"role": role})
        return inner(call)

    def change(rules: Rules) -> None:
        for name in operations:
            wrap(around)(rules, rules.operations[name])

    return change


def _self_service(role: str) -> Change:
    """Users may change themselves, and with it their role."""

    def change(rules: Rules) -> None:
        def itself(call: Call) -> bool:
            return bool(call.user["role"] == role and call.path_ids.get("id") == str(call.user["id"]))

        allowed(all_of(on("users_update", "users_update_put"), itself), "may_institute_administrator")(rules)
        _role_by_update("users_update", "users_update_put")(rules)

    return change


add(
    "teacher-raises-own-role",
    "users may change themselves, and their role with it",
    _self_service("teacher"),
    "ISO-053",
    also=("ISO-054",),
)
add(
    "administrator-raises-role-by-patch",
    "users_update takes any role",
    _role_by_update("users_update"),
    "ISO-054",
    operation="users_update",
)
add(
    "administrator-raises-role-by-put",
    "users_update_put takes any role",
    _role_by_update("users_update_put"),
    "ISO-054",
    operation="users_update_put",
)


def _institute_by_update(call: Call, inner: Handler) -> Reply:
    """The institute_id of the body is taken, though the path holds another."""
    inner(call)
    institute_id = call.sent.get("institute_id", call.sent.get("new_institute_id"))
    if institute_id is not None:
        call.store.update(USERS, call.found["user"]["id"], {"institute_id": institute_id})
    return call.stored("user_full", call.found["user"]["id"])


def _moves_users(rules: Rules) -> None:
    """The institute_id of a body need not be that of the path."""
    rules.answers.path_id_conflict_refused = False
    for name in ("users_update", "users_update_put"):
        wrap(_institute_by_update)(rules, rules.operations[name])


add(
    "user-moved-by-update",
    "the institute_id in the body of an update moves the user there",
    _moves_users,
    "ISO-055",
    also=("SIGN-052",),
)

# secrets -------------------------------------------------------------------------------------------------------------


def shows(name: str, value: Callable[[Call, dict[str, Any]], Any], when: When = always) -> Deviation:
    """Every object of the answer has one more field."""
    return each(lambda call, found: found.update({name: value(call, found)}), when)


def _column(column: str) -> Callable[[Call, dict[str, Any]], Any]:
    return lambda call, found: call.store.value(f"SELECT {column} FROM users WHERE id = ?", (found.get("id"),))


for _operation in ("users_index", "users_show"):
    for _name in ("api_token", "secret_key"):
        add_to(
            f"{_name.replace('_', '-')}-shown-by-{_operation.replace('_', '-')}",
            _operation,
            f"{_operation} shows the {_name} of users",
            shows(_name, _column(_name)),
            "ISO-060",
            also=("ISO-062",),
        )


def _owner(call: Call, found: dict[str, Any]) -> Any:
    sql = "SELECT api_token, secret_key FROM users WHERE id = ?"
    return dict(call.store.one(sql, (found.get("user_id"),)) or {})


add_to(
    "credentials-of-owner-in-exams",
    ("exams_show", "exams_index"),
    "an exam shows its owner, credentials and all",
    shows("user", _owner),
    "ISO-060",
    also=("ISO-062",),
)


def _providers(call: Call) -> list[dict[str, Any]]:
    sql = "SELECT tool_name, oauth_consumer_secret FROM tool_providers WHERE institute_id = ?"
    return [dict(row) for row in call.store.all(sql, (call.found["exam"]["institute_id"],))]


def _in_exam(call: Call, found: dict[str, Any]) -> Any:
    sql = (
        "SELECT oauth_consumer_secret FROM tool_providers JOIN lti_resources"
        " ON lti_resources.tool_provider_id = tool_providers.id WHERE lti_resources.id = ?"
    )
    return {"oauth_consumer_secret": call.store.value(sql, (found.get("id"),))}


add_to(
    "consumer-secret-in-lti-resources",
    ("lti_resources_show", "lti_resources_index"),
    "an LTI resource shows its tool provider, oauth_consumer_secret and all",
    shows("tool_provider", _in_exam),
    "ISO-061",
)
add_to(
    "consumer-secret-in-exams",
    "exams_show",
    "an exam shows the tool providers of its institute, oauth_consumer_secret and all",
    shows("tool_providers", lambda call, found: _providers(call)),
    "ISO-061",
)
add_to(
    "token-repeated-by-exams-index",
    "exams_index",
    "the list of exams repeats the token of the caller",
    finish(lambda call, reply: _with(reply, "token", call.user["api_token"])),
    "ISO-062",
)
add_to(
    "secret-key-repeated-by-exams-create",
    "exams_create",
    "the creation of an exam repeats the secret_key of the caller",
    finish(lambda call, reply: _with(reply, "signed_with", call.user["secret_key"])),
    "ISO-062",
)
add_to(
    "token-repeated-in-page-links",
    "tool_providers_index",
    "tool_providers_index names its own address with the caller's token in it",
    finish(lambda call, reply: _with(reply, "self", f"{call.base_url}/?token={call.user['api_token']}")),
    "ISO-062",
)


def _with(reply: Reply, name: str, value: Any) -> Reply:
    return Reply(reply.status, {**reply.body, name: value}, reply.headers) if succeeded(reply) else reply


add_to(
    "password-repeated-by-users-create",
    "users_create",
    "the creation of a user repeats the password",
    shows("password", lambda call, found: call.params.get("password")),
    "ISO-063",
    also=("ISO-062",),
)


def _keeps_password(rules: Rules) -> None:
    """The password is kept as it is, and shown."""
    passwords: dict[int, Any] = {}

    def remember(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        passwords[reply.body["user"]["id"]] = call.params["password"]
        return reply

    wrap(remember)(rules, rules.operations["users_create"])
    for name in ("users_show", "users_index"):
        shows("password", lambda call, found: passwords.get(found["id"]))(rules, rules.operations[name])


add("password-shown-later", "the users are shown with their passwords", _keeps_password, "ISO-063")
