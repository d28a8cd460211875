"""Institutes: update, destroy, and the shape of institutes in every answer. Only institutes of the run are changed."""

import pytest

from contract.checks.lists import column
from contract.checks.shape import has_resource, has_shape, resource, rows
from contract.checks.texts import has_text
from contract.checks.values import comes_back, documented, instant, lost, wait_past
from contract.client import File
from contract.judgement import NotTested, control, expect, observe, require
from contract.marks import per_operation
from contract.world import PNG

NEWER_FIELDS = (
    "default_locale",
    "default_language",
    "custom_languages",
    "session_retention_period",
    "pre_assigned_proctor_fallback_threshold",
    "connected_proctor_fallback_threshold",
    "block_students_until_proctor_connected",
)
FIRST = {
    "callback_url": "https://callbacks.example.com/first",
    "global_proctor": 1,
    "global_reviewer": 1,
    "tawk_url": "https://tawk.example.com/first",
    "session_retention_period": 9,
    "pre_assigned_proctor_fallback_threshold": 3,
    "connected_proctor_fallback_threshold": 4,
    "block_students_until_proctor_connected": 1,
}
"""With what an institute begins."""
THEN = {
    "callback_url": "https://callbacks.example.com/then",
    "global_proctor": 0,
    "global_reviewer": 0,
    "tawk_url": "https://tawk.example.com/then",
    "session_retention_period": 18,
    "pre_assigned_proctor_fallback_threshold": 30,
    "connected_proctor_fallback_threshold": 40,
    "block_students_until_proctor_connected": 0,
}
"""What an update makes of it: another value for every parameter."""
LANGUAGES = ({"default_language": "no-NO"}, {"default_language": "en-GB"})


@pytest.fixture
def show(superuser):
    """Return how an institute is now."""
    return lambda id: resource(control(superuser("institutes_show", id=id)).accepted(), "institute")


def not_found(id):
    return f"Couldn't find Institute with 'id'='{id}'"


# -- update


@pytest.mark.smoke
@per_operation(institutes_update="INST-100", institutes_update_put="INST-101")
def test_institute_is_updated(superuser, world, operation_id):
    id = world.institute()["id"]

    updated = superuser(operation_id, id=id, **world.institute_params())

    expect(updated).accepted()


@per_operation(institutes_update="INST-102", institutes_update_put="INST-103")
def test_updated_institute_stands_under_its_key(superuser, world, shared, operation_id):
    updated = control(superuser(operation_id, id=shared.institute_id, **world.institute_params())).accepted()

    has_resource(updated, "institute")
    has_shape(updated, "envelope")


@pytest.mark.requirement("INST-104")
def test_parameters_of_an_update_come_back(superuser, world, operation_id):
    id, changes = world.institute(**FIRST)["id"], world.institute_params(**THEN)

    updated = control(superuser(operation_id, id=id, **changes)).accepted()

    comes_back(updated, resource(updated, "institute"), changes)


@pytest.mark.requirement("INST-105")
def test_what_an_update_changed_is_shown(superuser, world, show, operation_id):
    id, changes = world.institute(**FIRST)["id"], world.institute_params(**THEN)
    show(id)

    control(superuser(operation_id, id=id, **changes)).accepted()
    shown = control(superuser("institutes_show", id=id)).accepted()

    comes_back(shown, resource(shown, "institute"), changes)


@pytest.mark.requirement("INST-105")
def test_language_that_an_update_changed_is_shown(superuser, shared, operation_id):
    for language in languages_taken(superuser, operation_id, shared.institute_id):
        shown = control(superuser("institutes_show", id=shared.institute_id)).accepted()
        comes_back(shown, resource(shown, "institute"), language)


@pytest.mark.requirement("INST-106")
def test_patch_keeps_the_language(superuser, world, show):
    id = world.institute()["id"]

    for _ in languages_taken(superuser, "institutes_update", id):
        before = show(id).get("default_language")
        updated = control(superuser("institutes_update", id=id, **world.institute_params())).accepted()
        expect(updated).equals(show(id).get("default_language"), before, "default_language")


def languages_taken(superuser, operation_id, id):
    """Change the default language of an institute, and yield each one that was accepted."""
    # Both codes are printed; whether every language can be a default is not documented.
    taken = 0
    for language in LANGUAGES:
        if superuser(operation_id, id=id, **language).accepted:
            taken += 1
            yield language
    if not taken:
        raise NotTested("neither of the printed languages can be the default here")


@pytest.mark.requirement("INST-106")
def test_patch_keeps_what_it_does_not_name(superuser, world):
    expected = world.institute_params(**FIRST)
    id = world.create("institutes_create", "superuser", **expected)["id"]

    for name, value in world.institute_params(**THEN).items():
        control(superuser("institutes_update", id=id, **{name: value})).accepted()
        shown = control(superuser("institutes_show", id=id)).accepted()
        expected[name] = value
        comes_back(shown, resource(shown, "institute"), expected)


@pytest.mark.requirement("INST-107")
def test_put_of_a_name_alone(superuser, world, show):
    before = show(world.institute(**FIRST)["id"])

    changed = superuser("institutes_update_put", id=before["id"], **world.institute_params())

    observe(changed, status=changed.status, lost=lost(before, show(before["id"]), "name", "short_name"))


@pytest.mark.requirement("INST-108")
def test_update_moves_updated_at_alone(superuser, world, show, operation_id):
    before = show(world.institute()["id"])
    wait_past(instant(before.get("updated_at")))

    updated = control(superuser(operation_id, id=before["id"], **world.institute_params())).accepted()

    after = resource(updated, "institute")
    for name in ("id", "created_at"):
        expect(updated).equals(after.get(name), before.get(name), name)
    moved = instant(after.get("updated_at")), instant(before.get("updated_at"))
    expect(updated).holds(None not in moved and moved[0] > moved[1], f"updated_at after {moved[1]}", f"{moved[0]}")


@pytest.mark.requirement("INST-109")
def test_update_changes_no_other_institute(superuser, world, show, operation_id):
    first, updated, last = (world.institute(**FIRST)["id"] for _ in "abc")
    before = {id: show(id) for id in (first, last)}

    changed = control(superuser(operation_id, id=updated, **world.institute_params(**THEN))).accepted()

    after = {id: show(id) for id in (first, last)}
    expect(changed).equals(documented(after), documented(before), "the other institutes")


@pytest.mark.requirement("INST-110")
def test_absent_institute_is_not_updated(superuser, world, operation_id):
    present_id, change = world.institute()["id"], world.institute_params()

    absent = superuser(operation_id, id=world.absent_id("institute"), **change)
    present = superuser(operation_id, id=present_id, **change)

    expect(absent).refused()
    control(present).accepted()


@pytest.mark.requirement("INST-111")
def test_absent_institute_is_named_by_update(superuser, world, shared, operation_id):
    id, change = world.absent_id("institute"), world.institute_params()

    absent = superuser(operation_id, id=id, **change)
    present = superuser(operation_id, id=shared.institute_id, **change)

    expect(absent).refused()
    control(present).accepted()
    has_text(absent, not_found(id), of=404)


@pytest.mark.requirement("INST-112")
def test_update_to_a_taken_name_is_refused(superuser, world, operation_id):
    id, taken = world.institute()["id"], world.institute()["name"]

    refused = superuser(operation_id, id=id, name=taken)
    updated = superuser(operation_id, id=id, name=world.institute_params()["name"])

    expect(refused).refused()
    control(updated).accepted()


@pytest.mark.requirement("INST-113")
def test_update_to_a_taken_name_changes_nothing(superuser, world, show, operation_id):
    id, taken = world.institute(**FIRST)["id"], world.institute()["name"]
    before = show(id)

    refused = superuser(operation_id, id=id, **THEN, name=taken)
    after = show(id)
    updated = superuser(operation_id, id=id, **THEN)

    expect(refused).refused()
    expect(refused).equals(documented(after), documented(before), "the institute")
    control(updated).accepted()


@pytest.mark.requirement("INST-114")
def test_update_may_repeat_the_own_name(superuser, world, operation_id):
    institute = world.institute()

    updated = superuser(operation_id, id=institute["id"], name=institute["name"])

    expect(updated).accepted()


@pytest.mark.requirement("INST-115")
def test_logo_is_replaced(superuser, world, operation_id):
    id = world.institute(logo_image=File("old.png", PNG, "image/png"))["id"]

    updated = superuser(operation_id, id=id, logo_image=File("new.png", PNG, "image/png"))

    expect(updated).accepted()
    for exchange in (updated, control(superuser("institutes_show", id=id)).accepted()):
        comes_back(exchange, resource(exchange, "institute"), {"logo_image_file_name": "new.png"})


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, marks=pytest.mark.requirement("INST-116"), id="nothing"),
        pytest.param({"name": ""}, marks=pytest.mark.requirement("INST-117"), id="empty name"),
    ],
)
@pytest.mark.parametrize("operation_id", ["institutes_update", "institutes_update_put"])
def test_update_with_an_undocumented_value(superuser, world, operation_id, changes):
    updated = superuser(operation_id, id=world.institute()["id"], **changes)

    observe(updated)


@pytest.mark.requirement("INST-118")
def test_update_of_the_switches_of_emails(superuser, world, show, operation_id):
    name = "check_requirements_emails_enabled"
    before = show(world.institute()["id"])

    updated = superuser(operation_id, id=before["id"], **{name: 0 if before.get(name) else 1})

    changed = show(before["id"]).get(name) != before.get(name)
    observe(updated, changes="changed" if changed else f"unchanged ({updated.status})")


# -- destroy


@pytest.mark.smoke
@pytest.mark.requirement("INST-140")
def test_institute_is_destroyed(superuser, world):
    destroyed = superuser("institutes_destroy", id=world.institute()["id"])

    expect(destroyed).accepted()


@pytest.mark.requirement("INST-141")
def test_destroy_answers_an_empty_object(superuser, world):
    destroyed = control(superuser("institutes_destroy", id=world.institute()["id"])).accepted()

    expect(destroyed).equals(destroyed.json, {}, "the body")


@pytest.mark.requirement("INST-142")
def test_destroyed_institute_is_not_shown(superuser, world):
    id = world.institute()["id"]
    control(superuser("institutes_show", id=id)).accepted()

    control(superuser("institutes_destroy", id=id)).accepted()

    expect(superuser("institutes_show", id=id)).refused(404)


@pytest.mark.requirement("INST-143")
def test_destroyed_institute_is_not_listed(superuser, world):
    id = world.institute()["id"]
    before = column(superuser, "institutes_index", "institutes")
    require(id in before, "the new institute is not listed", blocked_by="INST-003")

    destroyed = control(superuser("institutes_destroy", id=id)).accepted()

    ids = column(superuser, "institutes_index", "institutes")
    expect(destroyed).holds(id not in ids, "a list without the institute", "the institute is listed")


@pytest.mark.requirement("INST-144")
@pytest.mark.parametrize("absent", ["never there", "destroyed before"])
def test_absent_institute_is_not_destroyed(superuser, world, absent):
    present_id = world.institute()["id"]

    destroyed = superuser("institutes_destroy", id=present_id)
    id = present_id if absent == "destroyed before" else world.absent_id("institute")
    refused = superuser("institutes_destroy", id=id)

    expect(refused).refused(404)
    control(destroyed).accepted()


@pytest.mark.requirement("INST-145")
def test_absent_institute_is_named_by_destroy(superuser, world):
    id, present_id = world.absent_id("institute"), world.institute()["id"]

    refused = superuser("institutes_destroy", id=id)
    destroyed = superuser("institutes_destroy", id=present_id)

    expect(refused).refused()
    control(destroyed).accepted()
    has_text(refused, not_found(id))


@pytest.mark.requirement("INST-146")
def test_destroy_destroys_no_other(superuser, world, show):
    first, destroyed, last = (world.institute()["id"] for _ in "abc")
    show(first)

    control(superuser("institutes_destroy", id=destroyed)).accepted()

    for id in (first, last):
        expect(superuser("institutes_show", id=id)).accepted()


@pytest.mark.requirement("INST-147")
def test_destroy_is_not_for_administrators(administrator, superuser, world):
    id = world.institute()["id"]

    refused = administrator("institutes_destroy", id=id)
    shown = superuser("institutes_show", id=id)
    destroyed = superuser("institutes_destroy", id=id)

    expect(refused).refused(403)
    expect(shown).accepted()
    control(destroyed).accepted()


@pytest.mark.requirement("INST-148")
def test_refused_destroy_says_why(administrator, superuser, world):
    id = world.institute()["id"]

    refused = administrator("institutes_destroy", id=id)
    destroyed = superuser("institutes_destroy", id=id)

    expect(refused).refused()
    control(destroyed).accepted()
    has_text(refused, "You are not authorized to access this page")


@pytest.mark.requirement("INST-149")
def test_institute_with_users(superuser, world):
    id = world.institute()["id"]
    world.create("users_create", "superuser", **world.user_params(institute_id=id))

    destroyed = superuser("institutes_destroy", id=id)

    observe(destroyed)


@pytest.mark.requirement("INST-150")
def test_name_of_a_destroyed_institute(superuser, world):
    institute = world.institute()
    control(superuser("institutes_destroy", id=institute["id"])).accepted()

    created = superuser("institutes_create", **world.institute_params(name=institute["name"]))

    observe(created)


# -- the object


@pytest.fixture
def answered(sample, superuser, shared):
    """Return how an operation answers with at least one institute."""

    def answer(operation_id):
        assert shared.institute_id
        return control(sample.send(sample(operation_id))).accepted()

    return answer


@pytest.mark.requirement("INST-200")
def test_institute_has_every_field(operation_id, answered):
    has_shape(answered(operation_id), "presence")


@pytest.mark.requirement("INST-201")
def test_institute_has_an_identity(operation_id, answered):
    has_shape(answered(operation_id), "identity")


@pytest.mark.requirement("INST-202")
def test_fields_have_the_printed_types(operation_id, answered):
    has_shape(answered(operation_id), "type")


@pytest.mark.requirement("INST-203")
def test_times_have_milliseconds_and_an_offset(operation_id, answered):
    has_shape(answered(operation_id), "time")


@pytest.mark.requirement("INST-203")
def test_time_of_a_logo_has_milliseconds_and_an_offset(superuser, world):
    logo = File("logo.png", PNG, "image/png")

    created = control(superuser("institutes_create", **world.institute_params(logo_image=logo))).accepted()

    has_shape(created, "time")


@pytest.mark.requirement("INST-204")
def test_institute_has_the_newer_fields(operation_id, answered):
    answer = answered(operation_id)

    found = rows(answer, "institutes") if operation_id == "institutes_index" else [resource(answer, "institute")]
    missing = sorted({name for row in found for name in NEWER_FIELDS if name not in row})
    expect(answer).equals(missing, [], "the fields that are missing")
