"""Users of an institute: list, show, create."""

import re

import pytest

from contract.checks.acceptance import accepted_as_usual
from contract.checks.lists import column, find
from contract.checks.params import MISSING, lacking, missing_text
from contract.checks.shape import has_shape, resource
from contract.checks.texts import has_text
from contract.checks.values import agrees, comes_back, is_now
from contract.judgement import control, expect, observe, require
from contract.world import PASSWORD

SECRETS = ("api_token", "secret_key")


def is_without_secrets(answer, user):
    """Judge whether an answer is without the secrets of a user, under whatever name."""
    require(user.get("api_token") and user.get("secret_key"), "the new user was answered without credentials")
    held = [name for name in SECRETS if user[name] in answer.text or re.search(rf'"{name}"\s*:\s*"', answer.text)]
    expect(answer).holds(not held, "an answer without api_token and secret_key", f"{' and '.join(held)} in it")


# -- list


@pytest.mark.smoke
@pytest.mark.requirement("USER-001")
def test_users_of_an_institute_are_listed(administrator, world):
    listed = administrator("users_index", institute_id=world.institute_id)

    expect(listed).accepted()


@pytest.mark.requirement("USER-002")
def test_list_stands_under_its_key(administrator, world):
    listed = control(administrator("users_index", institute_id=world.institute_id)).accepted()

    has_shape(listed, "envelope")


@pytest.mark.requirement("USER-003")
def test_created_user_is_listed(administrator, world):
    # What the list answered before must not be remembered.
    control(administrator("users_index", institute_id=world.institute_id)).accepted()
    user = world.user()

    listed, row = find(administrator, "users_index", "users", user["id"], institute_id=world.institute_id)

    expect(control(listed).accepted()).holds(row, f"a row with id {user['id']}", "none")


@pytest.mark.requirement("USER-004")
def test_list_holds_users_of_its_institute_only(superuser, world):
    institutes = [world.institute()["id"] for _ in "ab"]
    created = {id: world.create("users_create", "superuser", **world.user_params(institute_id=id)) for id in institutes}

    for id in institutes:
        listed = control(superuser("users_index", institute_id=id)).accepted()
        emails = column(superuser, "users_index", "users", "email", institute_id=id)
        foreign = [user["email"] for other, user in created.items() if other != id and user["email"] in emails]
        expect(listed).equals(foreign, [], "the users of the other institute")
        expect(listed).holds(created[id]["email"] in emails, "the institute's own user", f"{len(emails)} others")


@pytest.mark.requirement("ISO-060")
def test_list_holds_no_secrets(administrator, world):
    user = world.user()

    listed, row = find(administrator, "users_index", "users", user["id"], institute_id=world.institute_id)

    expect(control(listed).accepted()).holds(row, f"a row with id {user['id']}", "none")
    is_without_secrets(listed, user)


@pytest.mark.requirement("USER-006")
def test_list_agrees_with_show(administrator, world):
    institute_id, id = world.institute_id, world.user()["id"]
    shown = control(administrator("users_show", institute_id=institute_id, id=id)).accepted()

    listed, row = find(administrator, "users_index", "users", id, institute_id=institute_id)

    control(listed).accepted()
    require(row, "the list does not show what was created")
    agrees(listed, row, resource(shown, "user"))


@pytest.mark.requirement("USER-007")
def test_user_is_listed_once(administrator, world):
    own = {world.user()["id"] for _ in "abc"}

    listed = control(administrator("users_index", institute_id=world.institute_id)).accepted()
    ids = column(administrator, "users_index", "users", institute_id=world.institute_id)

    expect(listed).equals(sorted(id for id in ids if id in own), sorted(own), "the rows of new users")


@pytest.mark.requirement("USER-008")
def test_list_of_an_absent_institute(superuser):
    listed = superuser("users_index", institute_id=superuser.sender.absent_id())

    observe(listed)


# -- show


@pytest.mark.smoke
@pytest.mark.requirement("USER-020")
def test_user_is_shown(administrator, world, shared):
    shown = administrator("users_show", institute_id=world.institute_id, id=shared.user_id)

    expect(shown).accepted()


@pytest.mark.requirement("USER-021")
def test_user_stands_under_its_key(administrator, world, shared):
    shown = control(administrator("users_show", institute_id=world.institute_id, id=shared.user_id)).accepted()

    has_shape(shown, "envelope")


@pytest.mark.requirement("USER-022")
def test_the_user_of_the_id_is_shown_as_created(administrator, world):
    sent = [world.user_params() for _ in "ab"]
    created = [(world.create("users_create", **params)["id"], params) for params in sent]

    for id, params in created:
        shown = control(administrator("users_show", institute_id=world.institute_id, id=id)).accepted()
        comes_back(shown, resource(shown, "user"), {"id": id, **params})


@pytest.mark.requirement("USER-023")
def test_absent_user_is_not_shown(administrator, world, shared):
    absent = administrator("users_show", institute_id=world.institute_id, id=administrator.sender.absent_id())
    present = administrator("users_show", institute_id=world.institute_id, id=shared.user_id)

    expect(absent).refused(404)
    control(present).accepted()


@pytest.mark.requirement("USER-024")
def test_absent_user_is_named_by_show(administrator, world, shared):
    id = administrator.sender.absent_id()

    absent = administrator("users_show", institute_id=world.institute_id, id=id)
    present = administrator("users_show", institute_id=world.institute_id, id=shared.user_id)

    expect(absent).refused()
    control(present).accepted()
    has_text(absent, f"Couldn't find User with 'id'='{id}'")


@pytest.mark.requirement("ISO-060")
def test_shown_user_holds_no_secrets(administrator, world):
    user = world.user()

    shown = control(administrator("users_show", institute_id=world.institute_id, id=user["id"])).accepted()

    is_without_secrets(shown, user)


@pytest.mark.requirement("USER-026")
def test_user_is_not_found_under_another_institute(superuser, world):
    id, other = world.user()["id"], world.institute()["id"]

    elsewhere = superuser("users_show", institute_id=other, id=id)
    home = superuser("users_show", institute_id=world.institute_id, id=id)

    expect(elsewhere).refused()
    control(home).accepted()


# -- create


@pytest.mark.smoke
@pytest.mark.requirement("USER-040")
def test_user_is_created(administrator, world):
    created = administrator("users_create", **world.user_params())

    expect(created).accepted()


@pytest.mark.requirement("USER-041")
def test_created_user_stands_under_its_key(administrator, world):
    created = control(administrator("users_create", **world.user_params())).accepted()

    has_shape(created, "envelope")


@pytest.mark.parametrize("how", MISSING)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("email", marks=pytest.mark.requirement("USER-042")),
        pytest.param("name", marks=pytest.mark.requirement("USER-043")),
        pytest.param("password", marks=pytest.mark.requirement("USER-044")),
    ],
)
def test_required_parameter_is_missing(administrator, world, name, how):
    params = world.user_params()

    refused = administrator("users_create", **lacking(params, name, how))
    created = administrator("users_create", **params)

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("USER-045")
@pytest.mark.parametrize("name", ["email", "name", "password"])
def test_missing_parameter_is_named(administrator, world, name):
    params = world.user_params()

    refused = administrator("users_create", **lacking(params, name, "absent"))
    created = administrator("users_create", **params)

    expect(refused).refused()
    control(created).accepted()
    has_text(refused, missing_text(name))


@pytest.mark.requirement("USER-046")
def test_address_of_another_user_is_refused(administrator, world):
    first, second = world.user_params(), world.user_params()

    created = administrator("users_create", **first)
    world.user()
    refused = administrator("users_create", **{**second, "email": first["email"]})

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("USER-047")
def test_taken_address_is_named(administrator, world):
    first, second = world.user_params(), world.user_params()

    created = administrator("users_create", **first)
    refused = administrator("users_create", **{**second, "email": first["email"]})

    expect(refused).refused()
    control(created).accepted()
    has_text(refused, "'email':['has already been taken'")


@pytest.mark.requirement("USER-048")
@pytest.mark.parametrize("spoilt", [{"name": ""}, {"password": "short", "password_confirmation": "short"}])
def test_refused_create_creates_nobody(administrator, world, spoilt):
    params = world.user_params()

    refused = administrator("users_create", **{**params, **spoilt})
    emails = column(administrator, "users_index", "users", "email", institute_id=world.institute_id)
    created = administrator("users_create", **params)

    expect(refused).refused()
    expect(refused).holds(params["email"] not in emails, "nobody of that address in the list", "a user of that address")
    control(created).accepted()


@pytest.mark.requirement("USER-049")
def test_parameters_of_a_create_come_back(administrator, world):
    params = world.user_params()

    created = control(administrator("users_create", **params)).accepted()

    comes_back(created, resource(created, "user"), {name: params[name] for name in ("email", "name", "role")})


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("Str0ng!", marks=pytest.mark.requirement("USER-050"), id="seven characters"),
        pytest.param("Sträß0!", marks=pytest.mark.requirement("USER-050"), id="seven characters in nine bytes"),
        pytest.param("STR0NG!PASS", marks=pytest.mark.requirement("USER-052"), id="no lower-case letter"),
        pytest.param("Strong!pass", marks=pytest.mark.requirement("USER-053"), id="no digit"),
        pytest.param("str0ng!pass", marks=pytest.mark.requirement("USER-054"), id="no upper-case letter"),
        pytest.param("Str0ngxpass", marks=pytest.mark.requirement("USER-055"), id="no special character"),
    ],
)
def test_weak_password_is_refused(administrator, world, password):
    params = world.user_params()

    refused = administrator("users_create", **{**params, "password": password, "password_confirmation": password})
    created = administrator("users_create", **params)

    expect(refused).refused()
    control(created).accepted()


@pytest.mark.requirement("USER-051")
def test_password_of_eight_characters_is_accepted(administrator, world):
    shortest = {"password": "Str0ng!p", "password_confirmation": "Str0ng!p"}

    created = administrator("users_create", **world.user_params(**shortest))

    expect(created).accepted()


@pytest.mark.requirement("USER-056")
def test_user_is_created_as_administrator(administrator, world):
    created = administrator("users_create", **world.user_params(role="administrator"))

    expect(created).accepted()
    comes_back(created, resource(created, "user"), {"role": "administrator"})


@pytest.mark.requirement("USER-057")
def test_other_confirmation_is_refused(administrator, world):
    params = world.user_params()

    refused = administrator("users_create", **{**params, "password_confirmation": f"{PASSWORD}2"})
    created = administrator("users_create", **params)

    expect(refused).refused()
    control(created).accepted()


@pytest.mark.requirement("USER-058")
def test_refusal_does_not_repeat_the_password(administrator, world):
    params = world.user_params()

    refused = administrator("users_create", **{**params, "name": ""})
    created = administrator("users_create", **params)

    expect(refused).refused()
    control(created).accepted()
    expect(refused).holds(PASSWORD not in refused.text, "an answer without the password", "the password is in it")


@pytest.mark.requirement("USER-059")
def test_address_is_unique_across_institutes(superuser, world):
    params = world.user_params(institute_id=world.institute()["id"])
    taken = world.user()["email"]

    refused = superuser("users_create", **{**params, "email": taken})
    created = superuser("users_create", **params)

    expect(refused).refused()
    control(created).accepted()


@pytest.mark.requirement("USER-060")
def test_new_user_gets_credentials(administrator, world):
    created = control(administrator("users_create", **world.user_params())).accepted()

    user = resource(created, "user")
    for name in SECRETS:
        usable = isinstance(user.get(name), str) and user[name].strip()
        expect(created).holds(usable, f"{name} to be a text that is not empty", type(user.get(name)).__name__)


@pytest.mark.requirement("USER-061")
def test_credentials_of_a_new_user_work(administrator, world):
    user = world.user(role="administrator")

    place = {"institute_id": world.institute_id, "id": user["id"]}

    shown = world.client_of(user)("users_show", **place)

    accepted_as_usual(shown, lambda: control(administrator("users_show", **place)).accepted())


@pytest.mark.requirement("USER-062")
def test_no_two_users_share_credentials(administrator, world):
    answers = [control(administrator("users_create", **world.user_params())).accepted() for _ in "ab"]

    users = [resource(answer, "user") for answer in answers]
    for name in SECRETS:
        expect(answers[1]).holds(users[0][name] != users[1][name], f"a {name} of one's own", "that of another user")


@pytest.mark.requirement("USER-063")
def test_new_user_belongs_to_the_institute_of_the_path(administrator, world):
    created = control(administrator("users_create", **world.user_params())).accepted()

    comes_back(created, resource(created, "user"), {"institute_id": world.institute_id})


@pytest.mark.requirement("USER-064")
def test_new_user_shows_the_name_of_the_institute(superuser, world):
    institute = world.institute()

    created = superuser("users_create", **world.user_params(institute_id=institute["id"]))

    comes_back(control(created).accepted(), resource(created, "user"), {"institute_name": institute["name"]})


@pytest.mark.requirement("USER-065")
def test_identity_provider_of_a_new_user_comes_back(administrator, world, target):
    world.needs("identity_provider")
    chosen = {"omniauth_config_id": target.fixtures.identity_provider}

    created = control(administrator("users_create", **world.user_params(**chosen))).accepted()

    comes_back(created, resource(created, "user"), chosen)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("password_confirmation", marks=pytest.mark.requirement("USER-066")),
        pytest.param("role", marks=pytest.mark.requirement("USER-067")),
    ],
)
def test_create_without_a_parameter_of_the_example(administrator, world, name):
    created = administrator("users_create", **lacking(world.user_params(), name, "absent"))

    observe(created)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"role": "emperor"}, marks=pytest.mark.requirement("USER-068"), id="unknown role"),
        pytest.param({"email": "no address"}, marks=pytest.mark.requirement("USER-069"), id="malformed email"),
        pytest.param(
            {"password": "password1", "password_confirmation": "password1"},
            marks=pytest.mark.requirement("USER-071"),
            id="password of the example",
        ),
        pytest.param({"name": "   "}, marks=pytest.mark.requirement("USER-073"), id="blank name"),
        pytest.param({"name": None}, marks=pytest.mark.requirement("USER-074"), id="null name"),
        pytest.param({"name": 5}, marks=pytest.mark.requirement("USER-077"), id="number as name"),
    ],
)
def test_create_with_an_undocumented_value(administrator, world, changed):
    created = administrator("users_create", **world.user_params(**changed))

    observe(created)


@pytest.mark.requirement("USER-070")
def test_address_in_other_letter_case(administrator, world):
    email = world.user()["email"].upper()

    created = administrator("users_create", **world.user_params(email=email))

    observe(created)


@pytest.mark.requirement("USER-072")
def test_create_in_an_absent_institute(superuser, world):
    created = superuser("users_create", **world.user_params(institute_id=world.absent_id("institute")))

    observe(created)


@pytest.mark.requirement("USER-075")
def test_length_of_new_credentials(administrator, world):
    created = control(administrator("users_create", **world.user_params())).accepted()

    user = resource(created, "user")
    observe(created, characters=[len(str(user.get(name))) for name in SECRETS])


@pytest.mark.requirement("USER-076")
def test_report_settings_of_a_new_user(administrator, world):
    created = control(administrator("users_create", **world.user_params())).accepted()

    user = resource(created, "user")
    observe(created, settings=[user.get("receives_reports"), user.get("report_frequency")])


@pytest.mark.requirement("USER-079")
def test_times_of_a_new_user(administrator, world):
    created = control(administrator("users_create", **world.user_params())).accepted()

    user = resource(created, "user")
    is_now(created, "created_at", user.get("created_at"))
    is_now(created, "updated_at", user.get("updated_at"))


@pytest.mark.requirement("USER-080")
def test_name_with_letters_and_marks_comes_back(administrator, world):
    name = world.name('Prüfung «Ä» 漢字 😀 100% "sure" & it\'s <b>bold</b>')

    created = control(administrator("users_create", **world.user_params(name=name))).accepted()

    comes_back(created, resource(created, "user"), {"name": name})


@pytest.mark.requirement("USER-081")
def test_global_flags_of_a_new_user(administrator, world):
    flags = {"global_proctor": 0, "global_reviewer": 1}

    created = administrator("users_create", **world.user_params(**flags))

    user = created.json.get("user", {}) if created.accepted else {}
    observe(created, status=created.status, **{name: user.get(name) for name in flags})


@pytest.mark.requirement("USER-082")
def test_user_of_an_identity_provider_without_a_password(administrator, world, target):
    world.needs("identity_provider")
    params = world.user_params(omniauth_config_id=target.fixtures.identity_provider)
    passwords = ("password", "password_confirmation")

    created = administrator("users_create", **{name: params[name] for name in params if name not in passwords})

    observe(created)


@pytest.mark.requirement("USER-083")
def test_refusal_of_a_weak_password(administrator, world):
    weak = {"password": "short", "password_confirmation": "short"}

    created = administrator("users_create", **world.user_params(**weak))

    observe(created, status=created.status, names_the_parameter="password" in created.text.lower())
