"""Users of an institute: update, destroy, and the shape of users in every answer."""

import pytest

from contract.checks.lists import column, find
from contract.checks.shape import has_resource, has_shape, resource
from contract.checks.texts import has_text
from contract.checks.values import comes_back, instant, lost, same, wait_past
from contract.judgement import control, expect, observe, require
from contract.marks import per_operation
from contract.world import PASSWORD

MISSING_LOGO = "/logo_images/original/missing.png"
SETTINGS = ("receives_reports", "report_frequency")


@pytest.fixture
def update(administrator, world):
    """Return how a user of the institute under test is updated."""
    return lambda operation_id, id, **changes: administrator(
        operation_id, institute_id=world.institute_id, id=id, **changes
    )


@pytest.fixture
def destroy(administrator, world):
    """Return how a user of the institute under test is destroyed."""
    return lambda id: administrator("users_destroy", institute_id=world.institute_id, id=id)


@pytest.fixture
def show(administrator, world):
    """Return how a user of the institute under test is shown."""
    return lambda id: administrator("users_show", institute_id=world.institute_id, id=id)


def not_found(id):
    return f"Couldn't find User with 'id'='{id}'"


# -- update


@pytest.mark.smoke
@per_operation(users_update="USER-100", users_update_put="USER-101")
def test_user_is_updated(update, world, operation_id):
    updated = update(operation_id, world.user()["id"], receives_reports=1, report_frequency="week")

    expect(updated).accepted()


@per_operation(users_update="USER-102", users_update_put="USER-103")
def test_updated_user_stands_under_its_key(update, shared, operation_id):
    updated = control(update(operation_id, shared.user_id, report_frequency="week")).accepted()

    has_resource(updated, "user")
    has_shape(updated, "envelope")


@pytest.mark.requirement("USER-104")
def test_receives_reports_comes_back(update, world, operation_id):
    id = world.user()["id"]

    for value in (1, 0):
        updated = control(update(operation_id, id, receives_reports=value)).accepted()
        comes_back(updated, resource(updated, "user"), {"receives_reports": value})


@pytest.mark.requirement("USER-105")
def test_report_frequency_comes_back(update, world, operation_id):
    id = world.user()["id"]

    for value in ("day", "month", "week"):
        updated = expect(update(operation_id, id, report_frequency=value)).accepted()
        comes_back(updated, resource(updated, "user"), {"report_frequency": value})
        # Show does not hold the setting; the answer to the next change does.
        later = control(update("users_update", id, receives_reports=1)).accepted()
        comes_back(later, resource(later, "user"), {"report_frequency": value})


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"receives_reports": 1}, {"report_frequency": "month"}),
        ({"report_frequency": "day"}, {"receives_reports": 0}),
        ({"report_frequency": "month"}, {"receives_reports": 1}),
    ],
)
@pytest.mark.requirement("USER-106")
def test_patch_keeps_what_it_does_not_name(update, world, first, then):
    id = world.user()["id"]

    expect(update("users_update", id, **first)).accepted()
    updated = expect(update("users_update", id, **then)).accepted()

    comes_back(updated, resource(updated, "user"), {**first, **then})


@pytest.mark.requirement("USER-107")
def test_put_of_a_frequency_alone(update, world):
    user = world.user()
    # What a creation does not make of it: else a PUT that sets it back could not be told.
    reports = 0 if same("receives_reports", 1, user.get("receives_reports")) else 1
    before = resource(control(update("users_update", user["id"], receives_reports=reports)).accepted(), "user")

    changed = update("users_update_put", user["id"], report_frequency="month")

    now = resource(changed, "user") if changed.accepted else {}
    observe(changed, status=changed.status, lost=lost(before, now, "report_frequency"))


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        pytest.param("receives_reports", "maybe", 1, marks=pytest.mark.requirement("USER-108")),
        pytest.param("receives_reports", 2, 1, marks=pytest.mark.requirement("USER-108")),
        pytest.param("report_frequency", "year", "month", marks=pytest.mark.requirement("USER-109")),
    ],
)
@pytest.mark.parametrize("operation_id", ["users_update", "users_update_put"])
def test_update_to_another_value_is_refused(update, world, operation_id, name, wrong, right):
    id = world.user()["id"]

    refused = update(operation_id, id, **{name: wrong})
    updated = update(operation_id, id, **{name: right})

    expect(refused).refused()
    control(updated).accepted()


@pytest.mark.requirement("USER-110")
def test_refused_update_changes_nothing(update, world, operation_id):
    id = world.user()["id"]
    before = control(update(operation_id, id, report_frequency="day", receives_reports=1)).accepted()

    refused = update(operation_id, id, report_frequency="month", receives_reports="maybe")
    # Whether PUT would keep what it does not name is another question.
    after = control(update("users_update", id, receives_reports=1)).accepted()

    expect(refused).refused()
    expect(after).equals(settings(after), settings(before), "the settings, one of which was sent with the refused one,")


@pytest.mark.requirement("USER-111")
def test_receives_reports_as_text(update, world, operation_id):
    id = world.user()["id"]

    for value in ("true", "false", "1", "0"):
        updated = expect(update(operation_id, id, receives_reports=value)).accepted()
        comes_back(updated, resource(updated, "user"), {"receives_reports": value})


@pytest.mark.requirement("USER-112")
def test_update_moves_updated_at_alone(update, world, operation_id):
    id = world.user()["id"]
    before = resource(control(update(operation_id, id, report_frequency="day")).accepted(), "user")
    wait_past(instant(before.get("updated_at")))

    updated = control(update(operation_id, id, report_frequency="month")).accepted()

    after = resource(updated, "user")
    for name in ("id", "institute_id", "created_at"):
        expect(updated).equals(after.get(name), before.get(name), name)
    moved = instant(after.get("updated_at")), instant(before.get("updated_at"))
    expect(updated).holds(None not in moved and moved[0] > moved[1], f"updated_at after {moved[1]}", f"{moved[0]}")


@pytest.mark.requirement("USER-113")
def test_absent_user_is_not_updated(update, world, operation_id):
    present_id = world.user()["id"]

    absent = update(operation_id, world.absent_id("user"), report_frequency="week")
    present = update(operation_id, present_id, report_frequency="week")

    expect(absent).refused()
    control(present).accepted()


@pytest.mark.requirement("USER-114")
def test_absent_user_is_named_by_update(update, world, shared, operation_id):
    id = world.absent_id("user")

    absent = update(operation_id, id, report_frequency="week")
    present = update(operation_id, shared.user_id, report_frequency="week")

    expect(absent).refused()
    control(present).accepted()
    has_text(absent, not_found(id), of=404)


@pytest.mark.requirement("USER-115")
def test_update_changes_no_other_user(update, world, operation_id):
    first, updated, last = (world.user() for _ in "abc")
    for user in (first, last):
        control(update(operation_id, user["id"], report_frequency="day", receives_reports=0)).accepted()

    control(update(operation_id, updated["id"], report_frequency="month", receives_reports=1)).accepted()

    for user in (first, last):
        other = control(update(operation_id, user["id"], report_frequency="day")).accepted()
        kept = {name: user[name] for name in ("id", "name", "email", "role") if name in user}
        comes_back(other, resource(other, "user"), {**kept, "receives_reports": 0})


@pytest.mark.requirement("USER-116")
def test_update_leaves_what_is_no_parameter(update, world, operation_id):
    before = world.user()

    updated = control(update(operation_id, before["id"], receives_reports=1, report_frequency="month")).accepted()

    after = resource(updated, "user")
    changed = [
        name for name in ("email", "name", "role", "api_token", "secret_key") if after.get(name) != before.get(name)
    ]
    expect(updated).equals(changed, [], "the fields that changed")


@pytest.mark.requirement("USER-116")
def test_update_leaves_the_credentials_in_force(update, world, operation_id):
    user = world.user(role="administrator")
    client = world.client_of(user)
    control(client("exams_index")).accepted()

    control(update(operation_id, user["id"], receives_reports=1, report_frequency="month")).accepted()

    expect(client("exams_index")).accepted()


@pytest.mark.requirement("USER-117")
def test_identity_provider_comes_back(update, world, target, operation_id):
    world.needs("identity_provider")
    chosen = {"omniauth_config_id": target.fixtures.identity_provider}

    updated = control(update(operation_id, world.user()["id"], **chosen)).accepted()

    comes_back(updated, resource(updated, "user"), chosen)


@pytest.mark.requirement("USER-118")
def test_update_does_not_answer_the_password(update, world, operation_id):
    updated = control(update(operation_id, world.user()["id"], report_frequency="week")).accepted()

    expect(updated).holds(PASSWORD not in updated.text, "an answer without the password", "the password is in it")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("name", marks=pytest.mark.requirement("USER-119")),
        pytest.param("email", marks=pytest.mark.requirement("USER-120")),
    ],
)
@pytest.mark.parametrize("operation_id", ["users_update", "users_update_put"])
def test_update_of_what_is_no_parameter(update, show, world, operation_id, name):
    user, change = world.user(), world.user_params()[name]

    updated = update(operation_id, user["id"], **{name: change})

    shown = resource(control(show(user["id"])).accepted(), "user")
    observe(updated, changes="changed" if same(name, change, shown.get(name)) else f"unchanged ({updated.status})")


@pytest.mark.requirement("USER-121")
def test_update_of_the_password(update, world, operation_id):
    password = f"{PASSWORD}2"

    updated = update(operation_id, world.user()["id"], password=password, password_confirmation=password)

    observe(updated)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"receives_reports": True}, marks=pytest.mark.requirement("USER-122"), id="JSON boolean"),
        pytest.param({"omniauth_config_id": ""}, marks=pytest.mark.requirement("USER-123"), id="no identity provider"),
        pytest.param({}, marks=pytest.mark.requirement("USER-124"), id="nothing"),
    ],
)
@pytest.mark.parametrize("operation_id", ["users_update", "users_update_put"])
def test_update_with_an_undocumented_value(update, world, operation_id, changes):
    updated = update(operation_id, world.user()["id"], **changes)

    observe(updated)


# -- destroy


@pytest.mark.smoke
@pytest.mark.requirement("USER-140")
def test_user_is_destroyed(destroy, world):
    destroyed = destroy(world.user()["id"])

    expect(destroyed).accepted()


@pytest.mark.requirement("USER-141")
def test_destroy_answers_an_empty_object(destroy, world):
    destroyed = control(destroy(world.user()["id"])).accepted()

    expect(destroyed).equals(destroyed.json, {}, "the body")


@pytest.mark.requirement("USER-142")
def test_destroyed_user_is_not_shown(destroy, show, world):
    id = world.user()["id"]
    control(show(id)).accepted()

    control(destroy(id)).accepted()

    expect(show(id)).refused(404)


@pytest.mark.requirement("USER-143")
def test_destroyed_user_is_not_listed(administrator, destroy, world):
    id = world.user()["id"]
    before = column(administrator, "users_index", "users", institute_id=world.institute_id)
    require(id in before, "the new user is not listed", blocked_by="USER-003")

    destroyed = control(destroy(id)).accepted()

    ids = column(administrator, "users_index", "users", institute_id=world.institute_id)
    expect(destroyed).holds(id not in ids, "a list without the user", "the user is listed")


@pytest.mark.requirement("USER-144")
@pytest.mark.parametrize("absent", ["never there", "destroyed before"])
def test_absent_user_is_not_destroyed(destroy, world, absent):
    present_id = world.user()["id"]

    destroyed = destroy(present_id)
    refused = destroy(present_id if absent == "destroyed before" else world.absent_id("user"))

    expect(refused).refused(404)
    control(destroyed).accepted()


@pytest.mark.requirement("USER-145")
def test_absent_user_is_named_by_destroy(destroy, world):
    id, present_id = world.absent_id("user"), world.user()["id"]

    refused = destroy(id)
    destroyed = destroy(present_id)

    expect(refused).refused()
    control(destroyed).accepted()
    has_text(refused, not_found(id))


@pytest.mark.requirement("USER-146")
def test_destroy_destroys_no_other(destroy, show, world):
    first, destroyed, last = (world.user()["id"] for _ in "abc")
    control(show(first)).accepted()

    control(destroy(destroyed)).accepted()

    for id in (first, last):
        expect(show(id)).accepted()


@pytest.mark.requirement("USER-147")
def test_credentials_of_a_destroyed_user_are_refused(administrator, destroy, world, shared):
    client = world.client_of(user := world.user(role="administrator"))
    wanted = {"institute_id": world.institute_id, "id": shared.user_id}

    before = control(client("users_show", **wanted)).accepted()
    control(destroy(user["id"])).accepted()
    after = client("users_show", **wanted)

    expect(after).refused()
    control(before).accepted()


@pytest.mark.requirement("USER-148")
def test_address_of_a_destroyed_user(administrator, destroy, world):
    user = world.user()
    control(destroy(user["id"])).accepted()

    created = administrator("users_create", **world.user_params(email=user["email"]))

    observe(created)


@pytest.mark.requirement("USER-149")
def test_destroying_oneself(administrator, world):
    user = world.user(role="administrator")

    destroyed = world.client_of(user)("users_destroy", institute_id=world.institute_id, id=user["id"])

    observe(destroyed)


@pytest.mark.requirement("USER-150")
def test_destroying_a_comanager(administrator, destroy, world):
    user, exam = world.user(), world.exam()
    control(administrator("exams_add_comanager", id=exam["id"], comanager_id=user["id"])).accepted()

    destroyed = destroy(user["id"])

    observe(destroyed)


# -- the object, in short and in full form


@pytest.fixture
def answered(sample, shared):
    """Return how an operation answers with at least one user."""

    def answer(operation_id):
        assert shared.user_id
        return control(sample.send(sample(operation_id))).accepted()

    return answer


@pytest.mark.requirement("USER-200")
def test_user_in_short_form_has_every_field(operation_id, answered):
    has_shape(answered(operation_id), "presence")


@pytest.mark.requirement("USER-201")
def test_user_in_short_form_has_an_identity(operation_id, answered):
    has_shape(answered(operation_id), "identity")


@pytest.mark.requirement("USER-202")
def test_fields_in_short_form_have_the_printed_types(operation_id, answered):
    has_shape(answered(operation_id), "type")


@pytest.mark.requirement("USER-203")
def test_user_in_full_form_has_every_field(operation_id, answered):
    has_shape(answered(operation_id), "presence")


@pytest.mark.requirement("USER-204")
def test_user_in_full_form_has_an_identity(operation_id, answered):
    has_shape(answered(operation_id), "identity")


@pytest.mark.requirement("USER-205")
def test_fields_in_full_form_have_the_printed_types(operation_id, answered):
    has_shape(answered(operation_id), "type")


@pytest.mark.requirement("USER-206")
def test_times_have_milliseconds_and_an_offset(operation_id, answered):
    has_shape(answered(operation_id), "time")


@pytest.mark.requirement("USER-207")
def test_report_frequency_is_one_of_three(operation_id, answered):
    has_shape(answered(operation_id), "enum")


@pytest.mark.requirement("USER-208")
def test_user_without_a_logo(operation_id, administrator, world, answered, shared):
    answer = answered(operation_id)

    if operation_id == "users_index":
        answer, user = find(administrator, operation_id, "users", shared.user_id, institute_id=world.institute_id)
        require(user, "the new user stands on no page", blocked_by="USER-003")
    else:
        user = resource(answer, "user")
    expect(answer).equals(user.get("logo_image"), MISSING_LOGO, "logo_image of the new user")


# -- helpers


def settings(answer):
    """Return the report settings of an answered user."""
    user = resource(answer, "user")
    return {name: user.get(name) for name in SETTINGS}
