"""Faults of users."""

from __future__ import annotations

from functools import partial
from typing import Any

from contract.mock.call import Call, Reply
from contract.mock.effects import email_key
from contract.mock.faults.kit import answers as a
from contract.mock.faults.kit import families as f
from contract.mock.faults.kit import params as p
from contract.mock.faults.kit import raw
from contract.mock.faults.kit import state as s
from contract.mock.faults.kit.core import Deviation, area, both, finish, override, wrap
from contract.mock.operations import Handler, Operation
from contract.mock.rules import Rules
from contract.mock.tables import USERS

add = area(__name__)

INDEX, SHOW, CREATE, DESTROY = "users_index", "users_show", "users_create", "users_destroy"
PATCH, PUT = "users_update", "users_update_put"
CHANGES = (PATCH, PUT)
MISSING = "user_not_found"
SECRETS = ("api_token", "secret_key")


def others(assignment: str, which: str = "id != ?") -> s.Statement:
    """Change other users of the institute that are neither caller nor of the set-up's roles."""
    return lambda call: (
        f"UPDATE users SET {assignment} WHERE institute_id = ? AND id > 9 AND {which}",
        [call.found["institute"]["id"], call.found["user"]["id"]],
    )


def itself(assignment: str, *columns: str) -> s.Statement:
    """Change the user of the path; values: the columns as they were before."""
    return lambda call: (
        f"UPDATE users SET {assignment} WHERE id = ?",
        [*(call.found["user"][name] for name in columns), call.found["user"]["id"]],
    )


# list -----------------------------------------------------------------------------------------------------------------

f.fails(add, INDEX, "USER-001")
f.envelope(add, INDEX, "data", "USER-002")
add("users-index-by-id", INDEX, "users_index answers an object of users by id.", a.out_of_list(), "USER-002")
add(
    "users-index-newest-left-out",
    INDEX,
    "users_index lacks the user who was created last.",
    s.but("users.id != (SELECT max(last.id) FROM users last)"),
    "USER-003",
    also=("USER-006", "USER-007"),
)
add(
    "users-index-of-all-institutes",
    INDEX,
    "users_index gives superusers the users of all institutes.",
    s.everything(when=lambda call: call.user["role"] == "superuser"),
    "USER-004",
    also=("ISO-005",),
)
add(
    "users-index-role-translated",
    INDEX,
    "users_index gives roles with a capital letter.",
    a.field("role", str.capitalize),
    "USER-006",
)
add("users-index-row-twice", INDEX, "users_index ends with its last user twice.", s.twice(), "USER-007")

# show -----------------------------------------------------------------------------------------------------------------


def any_institute(rules: Rules, operation: Operation) -> None:
    """A user is found under every institute."""
    inside = rules.loaders["user"]

    def find(call: Call, row_id: int) -> Any:
        return call.store.get(USERS, row_id) if call.operation.id == operation.id else inside(call, row_id)

    rules.loaders["user"] = find


f.forbidden(add, SHOW, "USER-020")
f.bare(add, SHOW, "USER-021")
add(
    "users-show-caller",
    SHOW,
    "users_show gives the caller, whatever id was asked for.",
    s.instead_of("user", lambda call: (f"{USERS.select_sql} WHERE users.id = ?", [call.user["id"]])),
    "USER-022",
    also=("USER-006", "USER-064", "USER-116"),
)
add(
    "users-show-role-capitalised",
    SHOW,
    "users_show gives the role with a capital letter.",
    a.field("role", str.capitalize),
    "USER-022",
    also=("USER-006",),
)
f.absent_answered_with(add, SHOW, MISSING, 403, "USER-023", "USER-142", also=("USER-026",))
f.absent_accepted(add, SHOW, {"user": None}, "USER-023", "USER-142", also=("USER-024", "USER-026"))
f.texts(add, SHOW, MISSING, "Not found error.", "USER-024")
add("users-show-under-any-institute", SHOW, "users_show finds a user under any institute.", any_institute, "USER-026")

# create ---------------------------------------------------------------------------------------------------------------


def password_rule(accepts: Any, refuses: Any = lambda text: False) -> Deviation:
    """Passwords that *accepts* are taken beside those of the rule, those that *refuses* are not."""

    def deviation(rules: Rules, operation: Operation) -> None:
        check = rules.parameters.kinds["password"]

        def lenient(param: Any, value: Any, given: Any) -> Any:
            if isinstance(value, str) and accepts(value):
                return value
            if isinstance(value, str) and refuses(value):
                return check(param, "", given)
            return check(param, value, given)

        rules.parameters.kinds["password"] = lenient

    return deviation


def fits(text: str, but: str) -> bool:
    """Whether a password meets every rule except the one named by *but*."""
    met = {
        "length": len(text) >= 8,
        "lower": any(letter.islower() for letter in text),
        "upper": any(letter.isupper() for letter in text),
        "digit": any(letter.isdigit() for letter in text),
        "special": any(not letter.isalnum() for letter in text),
    }
    return not met.pop(but) and all(met.values())


def same_email_twice(where: str, but_last: bool = False) -> Deviation:
    """An address is taken although a user has it whose institute compares so with the one of the path."""
    last = " AND id != (SELECT max(id) FROM users)" if but_last else ""

    def around(call: Call, inner: Handler) -> Reply:
        email, institute_id = call.params["email"], call.found["institute"]["id"]
        sql = f"SELECT 1 FROM users WHERE email_key = ? AND institute_id {where} ?{last}"
        if call.store.value(sql, (email_key(email), institute_id)) is None:
            return inner(call)
        call.params["email"] = f"{call.signed['nonce']}.{email}"
        reply = inner(call)
        call.store.execute("UPDATE users SET email = ? WHERE id = ?", (email, reply.body["user"]["id"]))
        return call.stored("user_full", reply.body["user"]["id"])

    return wrap(around)


def password_answered(call: Call, reply: Reply) -> Reply:
    password = call.sent.get("password")
    if isinstance(password, str) and isinstance(reply.body, dict):
        reply.body = {**reply.body, "params": {"password": password}}
    return reply


def new_key_each_answer(call: Call, found: a.Data) -> None:
    """The key in the answer is not the one that was stored."""
    found["secret_key"] = found["secret_key"][::-1]


def of_callers_institute(call: Call, found: a.Data) -> None:
    found["institute_id"] = call.found["institute"]["id"] + 100_000


f.fails(add, CREATE, "USER-040")
f.envelope(add, CREATE, "users", "USER-041")
f.not_demanded(add, CREATE, "name", "Anonymous", "USER-043", also=("USER-045", "USER-048"))
f.may_be_empty(add, CREATE, "email", "USER-042", also=("USER-045", "USER-048"))
add(
    "users-create-password-not-demanded",
    CREATE,
    "users_create does without password, which is required.",
    both(
        p.optional("password", "Secret-1234"),
        p.dropped("password_confirmation", when=lambda call: "password" not in call.sent),
    ),
    "USER-044",
    also=("USER-045", "USER-048"),
)
f.missing_answered_with(add, CREATE, 400, "USER-042", "USER-043", "USER-044")
f.texts(add, CREATE, "missing", "Bad request", "USER-045")
add(
    "users-create-same-email-twice",
    CREATE,
    "users_create takes an address that another user of the institute has.",
    same_email_twice("="),
    "USER-046",
    also=("USER-047", "USER-048"),
)
add(
    "users-create-email-of-last-only",
    CREATE,
    "users_create compares the address with that of the user who was created last only.",
    same_email_twice("=", but_last=True),
    "USER-046",
    also=("USER-047", "USER-048"),
)
f.absent_answered_with(add, CREATE, "email_taken", 409, "USER-046")
f.texts(add, CREATE, "email_taken", "is invalid", "USER-047")
f.refused_too_late(add, CREATE, "name", "Anonymous", "USER-048")
add(
    "users-create-weak-password-refused-too-late",
    CREATE,
    "users_create refuses a weak password only after the user was created.",
    p.refused_too_late_when_bad("password", str),
    "USER-048",
)
add(
    "users-create-role-dropped",
    CREATE,
    "users_create makes everybody a teacher.",
    p.altered("role", lambda role: "teacher"),
    "USER-056",
)
add(
    "users-create-name-title-case",
    CREATE,
    "users_create writes names in title case.",
    p.altered("name", str.title),
    "USER-049",
    also=("USER-022",),
)
add(
    "users-create-short-password",
    CREATE,
    "users_create takes passwords of seven characters.",
    password_rule(lambda text: len(text) == 7 and fits(text, "length")),
    "USER-050",
    also=("USER-048",),
)
add(
    "users-create-eight-refused",
    CREATE,
    "users_create refuses passwords of exactly eight characters.",
    password_rule(lambda text: False, lambda text: len(text) == 8),
    "USER-051",
)
for rule, requirement in (
    ("lower", "USER-052"),
    ("digit", "USER-053"),
    ("upper", "USER-054"),
    ("special", "USER-055"),
):
    add(
        f"users-create-password-without-{rule}",
        CREATE,
        f"users_create takes passwords without a character of the kind: {rule}.",
        password_rule(partial(fits, but=rule)),
        requirement,
        also=("USER-048",),
    )
add(
    "users-create-confirmation-ignored",
    CREATE,
    "users_create does not compare password_confirmation.",
    p.dropped("password_confirmation"),
    "USER-057",
    also=("USER-048",),
)
add(
    "users-create-answers-password",
    CREATE,
    "The answer and the refusals of users_create repeat the password.",
    finish(password_answered),
    "USER-058",
)
add(
    "users-create-unique-in-institute-only",
    CREATE,
    "users_create takes an address that a user of another institute has.",
    same_email_twice("!="),
    "USER-059",
)
add(
    "users-create-credentials-null",
    CREATE,
    "users_create answers api_token and secret_key as null.",
    both(a.constant("api_token", None), a.constant("secret_key", None)),
    "USER-060",
    also=("USER-061", "USER-062", "USER-116"),
)
add(
    "users-create-other-key-answered",
    CREATE,
    "users_create answers another secret_key than the one it stores.",
    a.each(new_key_each_answer),
    "USER-061",
    also=("USER-116",),
)
add(
    "users-create-same-key",
    CREATE,
    "All new users of an institute are answered with the same secret_key.",
    a.constant("secret_key", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"),
    "USER-062",
    also=("USER-061", "USER-116"),
)
add(
    "users-create-other-institute",
    CREATE,
    "users_create answers another institute_id than that of the path.",
    a.each(of_callers_institute),
    "USER-063",
    also=("USER-112",),
)
add(
    "users-create-institute-name-short",
    (CREATE, SHOW, INDEX),
    "institute_name is the name of the institute in capitals.",
    a.field("institute_name", str.upper),
    "USER-064",
)
add(
    "users-create-identity-provider-dropped",
    CREATE,
    "users_create forgets omniauth_config_id.",
    p.dropped("omniauth_config_id"),
    "USER-065",
)

add(
    "users-create-clock-ahead",
    CREATE,
    "users_create dates a new user an hour ahead.",
    s.dated(1),
    "USER-079",
)
add(
    "users-create-name-ascii",
    CREATE,
    "users_create writes a question mark for every letter of a name beyond ASCII.",
    p.altered("name", lambda text: text.encode("ascii", "replace").decode()),
    "USER-080",
)
add(
    "users-create-name-quotes-dropped",
    CREATE,
    "users_create drops the quotes of names.",
    p.altered("name", lambda text: text.replace('"', "").replace("'", "")),
    "USER-080",
)

# update ---------------------------------------------------------------------------------------------------------------


def remembered_password(rules: Rules, operation: Operation) -> None:
    """Passwords are kept as they are, and answered."""

    def tell(call: Call, found: a.Data) -> None:
        found["password"] = kept.get(found["id"])

    def remember(call: Call, inner: Handler) -> Reply:
        reply = inner(call)
        kept[reply.body["user"]["id"]] = call.params["password"]
        return reply

    kept: dict[int, str] = {}
    wrap(remember)(rules, rules.operations[CREATE])
    a.each(tell)(rules, operation)


def before(call: Call, found: a.Data) -> None:
    found["updated_at"] = call.write_time(call.found["user"]["updated_at"])


f.fails(add, PATCH, "USER-100")
f.forbidden(add, PUT, "USER-101")
f.envelope(add, PATCH, "users", "USER-102")
f.bare(add, PUT, "USER-103")
add(
    "users-update-zero-ignored",
    PATCH,
    "PATCH takes receives_reports = 0 for not given.",
    raw.dropped_if("receives_reports", raw.zero_is_nothing),
    "USER-104",
    also=("USER-111",),
)
add(
    "users-update-put-reports-dropped",
    PUT,
    "PUT forgets receives_reports.",
    p.dropped("receives_reports"),
    "USER-104",
    also=("USER-111",),
)
add(
    "users-update-month-means-week",
    PATCH,
    "PATCH stores week where report_frequency is month.",
    p.altered("report_frequency", lambda text: "week" if text == "month" else text),
    "USER-105",
)
add(
    "users-update-put-day-refused",
    PUT,
    "PUT refuses the report_frequency day.",
    p.refused_value("report_frequency", "day".__eq__),
    "USER-105",
)
add(
    "users-update-forgets-frequency",
    PATCH,
    "PATCH sets report_frequency back to week when it is not named.",
    p.unless_sent("report_frequency", "week"),
    "USER-106",
)
add(
    "users-update-frequency-demanded",
    PATCH,
    "PATCH demands report_frequency.",
    p.demanded("report_frequency"),
    "USER-106",
    also=("USER-104", "USER-100", "USER-111"),
)
add(
    "users-update-any-word-is-true",
    CHANGES,
    "Changing a user takes any word for receives_reports as true.",
    p.read_as("receives_reports", p.true),
    "USER-108",
    also=("USER-110",),
)
add(
    "users-update-two-is-true",
    PUT,
    "PUT takes the number 2 for receives_reports as true.",
    raw.also_taken("receives_reports", lambda value: str(value) == "2", 1),
    "USER-108",
    also=("USER-110",),
)
add(
    "users-update-any-frequency",
    CHANGES,
    "Changing a user takes any word as report_frequency.",
    p.any_choice("report_frequency"),
    "USER-109",
    also=("USER-110", "USER-207"),
)
add(
    "users-update-refused-too-late",
    CHANGES,
    "A change with a word for receives_reports is refused, but only after everything was stored.",
    p.refused_too_late_when_bad("receives_reports", p.true),
    "USER-110",
)
add(
    "users-update-text-refused",
    CHANGES,
    "Changing a user refuses the texts true and false for receives_reports.",
    p.refused_value("receives_reports", lambda value: value in ("true", "false")),
    "USER-111",
)
add(
    "users-update-text-false-is-true",
    PATCH,
    "PATCH takes the text false for receives_reports as true.",
    raw.stored_as("receives_reports", raw.text_false_is_true),
    "USER-111",
)
add(
    "users-update-keeps-updated-at",
    CHANGES,
    "Changing a user leaves updated_at as it was.",
    both(s.not_stored("user", "updated_at"), a.each(before)),
    "USER-112",
)
f.never_given_accepted(add, PATCH, {"user": {}}, "USER-113", also=("USER-114",))
f.texts(add, PUT, MISSING, "Not found error.", "USER-114")
add(
    "users-update-changes-all",
    PATCH,
    "PATCH gives every user of the institute the same name as the one who is changed.",
    s.afterwards(
        lambda call: (
            "UPDATE users SET name = ? WHERE institute_id = ? AND id > 9",
            [call.found["user"]["name"], call.found["institute"]["id"]],
        )
    ),
    "USER-115",
)
add(
    "users-update-put-changes-before",
    PUT,
    "PUT makes reviewers of the users who were created before.",
    s.afterwards(others("role = 'reviewer'", "id < ?")),
    "USER-115",
)
add(
    "users-update-new-key",
    PATCH,
    "PATCH gives the user a new secret_key.",
    both(s.afterwards(itself("secret_key = secret_key || 'x'")), a.field("secret_key", lambda key: f"{key}x")),
    "USER-116",
)
add(
    "users-update-put-new-token",
    PUT,
    "PUT answers another api_token than the user has.",
    a.field("api_token", lambda token: token[::-1]),
    "USER-116",
)
add(
    "users-update-identity-provider-dropped",
    CHANGES,
    "Changing a user forgets omniauth_config_id.",
    p.dropped("omniauth_config_id"),
    "USER-117",
)
add(
    "users-update-answers-password",
    CHANGES,
    "Changing a user answers the password that the user was created with.",
    remembered_password,
    "USER-118",
)

# destroy --------------------------------------------------------------------------------------------------------------


def still_let_in(rules: Rules, operation: Operation) -> None:
    """Who was destroyed goes on being let in: the token is looked up in a memory of the server."""
    gone: dict[str, Any] = {}
    find = rules.token.user

    def destroy(call: Call, inner: Handler) -> Reply:
        gone[call.found["user"]["api_token"]] = call.found["user"]
        return inner(call)

    def user(call: Call) -> Any:
        known = gone.get(rules.token.token(call) or "")
        return find(call) if known is None else known

    wrap(destroy)(rules, operation)
    override(rules.token, user=user)


def disabled_only(call: Call, inner: Handler) -> Reply:
    """The user cannot sign in any more, but is still there."""
    call.store.execute(*itself("api_token = api_token || '-'")(call))
    return call.reply({})


f.fails(add, DESTROY, "USER-140")
add(
    "users-destroy-answers-user",
    DESTROY,
    "users_destroy answers the user.",
    wrap(lambda call, inner: (inner(call), call.object("user_short", call.found["user"]))[1]),
    "USER-141",
)
add(
    "users-destroy-disables-only",
    DESTROY,
    "users_destroy takes the user's token away, and leaves the user.",
    wrap(disabled_only),
    "USER-142",
    "USER-143",
)
add(
    "users-destroy-does-nothing",
    DESTROY,
    "users_destroy answers that all is well, and does nothing.",
    s.does_nothing(),
    "USER-142",
    "USER-143",
    "USER-147",
)
f.absent_answered_with(add, DESTROY, MISSING, 403, "USER-144")
f.absent_accepted(add, DESTROY, {}, "USER-144", also=("USER-145",))
f.texts(add, DESTROY, MISSING, "Not found error.", "USER-145")
add(
    "users-destroy-takes-before",
    DESTROY,
    "users_destroy destroys the user who was created just before, too.",
    s.afterwards(
        lambda call: (
            "DELETE FROM users WHERE id > 9 AND id = (SELECT max(id) FROM users WHERE id < ?)",
            [call.found["user"]["id"]],
        )
    ),
    "USER-146",
)
add(
    "users-destroy-takes-later",
    DESTROY,
    "users_destroy destroys the users who were created later, too.",
    s.afterwards(
        lambda call: (
            "DELETE FROM users WHERE institute_id = ? AND id > ?",
            [call.found["institute"]["id"], call.found["user"]["id"]],
        )
    ),
    "USER-146",
)
add(
    "users-destroy-still-let-in",
    DESTROY,
    "A destroyed user can still sign requests.",
    still_let_in,
    "USER-147",
    elsewhere=True,
)

# fields ---------------------------------------------------------------------------------------------------------------

add(
    "users-index-without-institute-name",
    INDEX,
    "users_index leaves out institute_name.",
    a.without("institute_name"),
    "USER-200",
    also=("USER-006",),
)
add(
    "users-show-without-logo",
    SHOW,
    "users_show leaves out logo_image while it is the missing one.",
    a.without("logo_image"),
    "USER-200",
    also=("USER-208",),
)
add("users-index-id-as-text", INDEX, "users_index gives ids as text.", a.field("id", str), "USER-201")
add(
    "users-show-name-null",
    SHOW,
    "users_show gives the name as null.",
    a.constant("name", None),
    "USER-201",
    also=("USER-006",),
)
add(
    "users-show-role-as-list",
    SHOW,
    "users_show gives the role as a list.",
    a.field("role", lambda role: [role]),
    "USER-202",
    also=("USER-022", "USER-006"),
)
add(
    "users-create-without-first-visit",
    CREATE,
    "users_create leaves out first_visit_guide.",
    a.without("first_visit_guide"),
    "USER-203",
)
add(
    "users-update-put-without-credentials",
    PUT,
    "PUT answers a user without api_token and secret_key.",
    a.without(*SECRETS),
    "USER-203",
    also=("USER-116",),
)
add("users-create-id-as-text", CREATE, "users_create gives the id as text.", a.field("id", str), "USER-204")
add(
    "users-update-created-at-null",
    PATCH,
    "PATCH answers created_at of a user as null.",
    a.constant("created_at", None),
    "USER-204",
    also=("USER-112",),
)
add(
    "users-update-reports-as-number",
    CHANGES,
    "Changing a user answers first_visit_guide and global_proctor as numbers.",
    a.fields("first_visit_guide global_proctor", int),
    "USER-205",
)
add(
    "users-create-times-without-offset",
    CREATE,
    "users_create gives times without an offset.",
    a.fields("created_at updated_at", a.no_offset),
    "USER-206",
)
add(
    "users-update-put-times-without-milliseconds",
    PUT,
    "PUT answers times of a user without milliseconds.",
    a.fields("created_at updated_at", a.no_milliseconds),
    "USER-206",
    also=("USER-112",),
)
add(
    "users-create-frequency-weekly",
    CREATE,
    "users_create answers the report_frequency weekly.",
    a.constant("report_frequency", "weekly"),
    "USER-207",
)
add(
    "users-index-logo-empty",
    (INDEX, CREATE),
    "A user without a logo has an empty logo_image in list and creation.",
    a.constant("logo_image", ""),
    "USER-208",
    also=("USER-006",),
)

add(
    "users-index-stale",
    INDEX,
    "users_index goes on answering what it answered first to the same question.",
    s.stale(),
    "USER-003",
    also=("USER-143", "USER-048"),
)
add(
    "users-update-once-only",
    CHANGES,
    "Only the first change of a user is carried out.",
    s.changes_once("user"),
    "USER-104",
    "USER-105",
    also=("USER-106", "USER-111"),
)

# words in the path ----------------------------------------------------------------------------------------------------

f.word_accepted(add, SHOW, {"user": None}, "USER-209", id_name="id")
f.word_crashes(add, PUT, "USER-209", id_name="id")
f.word_accepted(add, INDEX, {"users": []}, "USER-210")
f.word_accepted(add, DESTROY, {}, "USER-210", id_name="institute_id")
