"""Tool providers, the API's word for external platforms: update, destroy."""

import json
import re

import pytest

from contract.checks.lists import column
from contract.checks.shape import has_resource, has_shape, resource
from contract.checks.texts import has_text, says
from contract.checks.values import comes_back, documented, instant, lost, wait_past
from contract.judgement import NotTested, control, expect, observe, require
from contract.marks import per_operation

LOCKED = "Tool provider destruction is locked while Lti Resources in use are linked to it"


@pytest.fixture
def in_use(world):
    """Return a tool provider, the LTI resource of it, and the open exam that this belongs to."""
    # In the documented order: the document, which opens the exam, comes last.
    exam, provider = world.exam(), world.tool_provider()
    return provider, world.lti_resource(exam["id"], provider["id"]), world.opened(exam)


def not_found(id):
    return f"Couldn't find tool provider with 'id'='{id}'"


# -- update


@pytest.mark.smoke
@per_operation(tool_providers_update="TOOL-080", tool_providers_update_put="TOOL-081")
def test_tool_provider_is_updated(administrator, world, operation_id):
    provider = world.tool_provider()

    updated = administrator(operation_id, id=provider["id"], tool_name=world.name("tool"))

    expect(updated).accepted()


@per_operation(tool_providers_update="TOOL-082", tool_providers_update_put="TOOL-083")
def test_updated_tool_provider_stands_under_its_key(administrator, shared, world, operation_id):
    sent = administrator(operation_id, id=shared.tool_provider_id, tool_name=world.name("tool"))

    has_resource(control(sent).accepted(), "tool_provider")
    has_shape(sent, "envelope")


@pytest.mark.requirement("TOOL-084")
def test_parameters_of_an_update_come_back(administrator, world, operation_id):
    provider, changes = world.tool_provider(), all_changes(world)

    updated = control(administrator(operation_id, id=provider["id"], **changes)).accepted()

    comes_back(updated, in_lower_case(resource(updated, "tool_provider")), in_lower_case(changes))


@pytest.mark.requirement("TOOL-085")
def test_what_an_update_changed_is_shown(administrator, world, show_provider, operation_id):
    provider, changes = world.tool_provider(), all_changes(world)
    control(show_provider(provider["id"])).accepted()

    control(administrator(operation_id, id=provider["id"], **changes)).accepted()
    shown = control(show_provider(provider["id"])).accepted()

    comes_back(shown, in_lower_case(resource(shown, "tool_provider")), in_lower_case(changes))


@pytest.mark.requirement("TOOL-086")
def test_patch_keeps_what_it_does_not_name(administrator, world, show_provider):
    expected = world.tool_provider_params(lti_custom_data='{"course":"physics"}', use_as_basic_link=1)
    id = world.create("tool_providers_create", **expected)["id"]

    # The name comes last as well: each change has to survive one more.
    for name, value in [*all_changes(world).items(), ("tool_name", world.name("tool"))]:
        expect(administrator("tool_providers_update", id=id, **{name: value})).accepted()
        shown = control(show_provider(id)).accepted()
        expected[name] = value
        comes_back(shown, in_lower_case(resource(shown, "tool_provider")), in_lower_case(expected))


@pytest.mark.requirement("TOOL-087")
def test_put_of_a_name_alone(administrator, world, show_provider):
    params = world.tool_provider_params(lti_custom_data='{"course":"physics"}', use_as_basic_link=0)
    before = world.create("tool_providers_create", **params)

    changed = administrator("tool_providers_update_put", id=before["id"], tool_name=world.name("tool"))

    now = resource(control(show_provider(before["id"])).accepted(), "tool_provider")
    observe(changed, status=changed.status, lost=lost(before, now, "tool_name"))


@pytest.mark.requirement("TOOL-088")
def test_update_moves_updated_at_alone(administrator, world, show_provider, operation_id):
    provider = world.tool_provider()
    before = resource(control(show_provider(provider["id"])).accepted(), "tool_provider")
    wait_past(instant(before.get("updated_at")))

    sent = administrator(operation_id, id=provider["id"], tool_name=world.name("tool"))
    updated = control(sent).accepted()

    after = resource(updated, "tool_provider")
    for name in ("id", "institute_id", "created_at"):
        expect(updated).equals(after.get(name), before.get(name), name)
    moved = instant(after.get("updated_at")), instant(before.get("updated_at"))
    expect(updated).holds(None not in moved and moved[0] > moved[1], f"updated_at after {moved[1]}", f"{moved[0]}")
    shown = control(show_provider(provider["id"])).accepted()
    comes_back(shown, resource(shown, "tool_provider"), {"updated_at": after.get("updated_at")})


@pytest.mark.requirement("TOOL-089")
def test_update_changes_no_other_tool_provider(administrator, world, show_provider, operation_id):
    first, updated, last = (world.tool_provider()["id"] for _ in "abc")
    before = {id: resource(control(show_provider(id)).accepted(), "tool_provider") for id in (first, last)}

    changed = control(administrator(operation_id, id=updated, **all_changes(world))).accepted()

    after = {id: resource(control(show_provider(id)).accepted(), "tool_provider") for id in (first, last)}
    expect(changed).equals(documented(after), documented(before), "the other tool providers")


@pytest.mark.requirement("TOOL-090")
def test_absent_tool_provider_is_not_updated(administrator, world, operation_id):
    name, present_id = world.name("tool"), world.tool_provider()["id"]

    absent = administrator(operation_id, id=world.absent_id("tool_provider"), tool_name=name)
    present = administrator(operation_id, id=present_id, tool_name=name)

    expect(absent).refused()
    control(present).accepted()


@pytest.mark.requirement("TOOL-091")
def test_absent_tool_provider_is_named_by_update(administrator, world, shared, operation_id):
    id, name = world.absent_id("tool_provider"), world.name("tool")

    absent = administrator(operation_id, id=id, tool_name=name)
    present = administrator(operation_id, id=shared.tool_provider_id, tool_name=name)

    expect(absent).refused()
    control(present).accepted()
    has_text(absent, not_found(id), of=404)


@pytest.mark.requirement("TOOL-092")
def test_administrator_does_not_move_a_tool_provider(administrator, superuser, world, show_provider, operation_id):
    provider, institute_id = world.tool_provider(), world.institute()["id"]

    moved = administrator(operation_id, id=provider["id"], institute_id=institute_id)
    if moved.accepted:
        comes_back(moved, resource(moved, "tool_provider"), {"institute_id": world.institute_id})
    control(administrator(operation_id, id=provider["id"], tool_name=world.name("tool"))).accepted()
    shown = control(show_provider(provider["id"])).accepted()

    comes_back(shown, resource(shown, "tool_provider"), {"institute_id": world.institute_id})


@pytest.mark.requirement("TOOL-093")
def test_superuser_moves_a_tool_provider(superuser, world, operation_id):
    provider, institute_id = world.tool_provider(), world.institute()["id"]

    moved = superuser(operation_id, id=provider["id"], institute_id=institute_id)

    expect(moved).accepted()
    comes_back(moved, resource(moved, "tool_provider"), {"institute_id": institute_id})


@pytest.mark.requirement("TOOL-094")
def test_update_to_an_empty_name(administrator, world, operation_id):
    updated = administrator(operation_id, id=world.tool_provider()["id"], tool_name="")

    observe(updated)


@pytest.mark.requirement("TOOL-095")
def test_update_of_nothing(administrator, world, operation_id):
    updated = administrator(operation_id, id=world.tool_provider()["id"])

    observe(updated)


# -- destroy


@pytest.mark.smoke
@pytest.mark.requirement("TOOL-120")
def test_tool_provider_is_destroyed(administrator, world):
    destroyed = administrator("tool_providers_destroy", id=world.tool_provider()["id"])

    expect(destroyed).accepted()


@pytest.mark.requirement("TOOL-121")
def test_destroy_answers_an_empty_object(administrator, world):
    destroyed = control(administrator("tool_providers_destroy", id=world.tool_provider()["id"])).accepted()

    expect(destroyed).equals(destroyed.json, {}, "the body")


@pytest.mark.requirement("TOOL-122")
def test_destroyed_tool_provider_is_not_shown(administrator, world, show_provider):
    provider = world.tool_provider()
    control(show_provider(provider["id"])).accepted()

    control(administrator("tool_providers_destroy", id=provider["id"])).accepted()

    expect(show_provider(provider["id"])).refused(404)


@pytest.mark.requirement("TOOL-123")
def test_destroyed_tool_provider_is_not_listed(administrator, world):
    provider = world.tool_provider()
    before = column(administrator, "tool_providers_index", "tool_providers")
    require(provider["id"] in before, "the new tool provider is not listed", blocked_by="TOOL-003")

    destroyed = control(administrator("tool_providers_destroy", id=provider["id"])).accepted()

    listed = column(administrator, "tool_providers_index", "tool_providers")
    expect(destroyed).holds(provider["id"] not in listed, "a list without it", "it is listed")


@pytest.mark.requirement("TOOL-124")
@pytest.mark.parametrize("absent", ["never there", "destroyed before"])
def test_absent_tool_provider_is_not_destroyed(administrator, world, absent):
    provider = world.tool_provider()

    destroyed = administrator("tool_providers_destroy", id=provider["id"])
    id = {"never there": lambda: world.absent_id("tool_provider"), "destroyed before": lambda: provider["id"]}[absent]()
    refused = administrator("tool_providers_destroy", id=id)

    expect(refused).refused(404)
    control(destroyed).accepted()


@pytest.mark.requirement("TOOL-125")
def test_absent_tool_provider_is_named_by_destroy(administrator, world):
    provider, id = world.tool_provider(), world.absent_id("tool_provider")

    refused = administrator("tool_providers_destroy", id=id)
    destroyed = administrator("tool_providers_destroy", id=provider["id"])

    expect(refused).refused()
    control(destroyed).accepted()
    has_text(refused, not_found(id))


@pytest.mark.requirement("TOOL-126")
def test_destroy_destroys_no_other(administrator, world, show_provider):
    first, destroyed, last = (world.tool_provider()["id"] for _ in "abc")
    control(show_provider(first)).accepted()

    control(administrator("tool_providers_destroy", id=destroyed)).accepted()

    for id in (first, last):
        expect(show_provider(id)).accepted()


@pytest.mark.requirement("TOOL-127")
def test_tool_provider_in_use_is_locked(administrator, world, in_use):
    provider, _, _ = in_use
    unused = world.tool_provider()

    locked = administrator("tool_providers_destroy", id=provider["id"])
    destroyed = administrator("tool_providers_destroy", id=unused["id"])

    expect(locked).refused(423)
    control(destroyed).accepted()


@pytest.mark.requirement("TOOL-128")
def test_lock_names_the_open_exam(administrator, sample, in_use):
    provider, _, exam = in_use
    unused = sample("tool_providers_destroy")

    locked = administrator("tool_providers_destroy", id=provider["id"])
    destroyed = sample.send(unused)

    expect(locked).refused()
    control(destroyed).accepted()
    wanted = {"error": {"open_exam": [[{"id": exam["id"], "name": exam["name"]}]]}}
    expect(locked).equals(without_further_keys(locked.json), wanted, "the body, further keys aside,")


@pytest.mark.requirement("TOOL-129")
def test_lock_changes_nothing(administrator, sample, in_use, show_provider):
    provider, link, _ = in_use
    unused = sample("tool_providers_destroy")
    before = show_provider(provider["id"]).json, administrator("lti_resources_show", id=link["id"]).json

    locked = administrator("tool_providers_destroy", id=provider["id"])
    shown, linked = show_provider(provider["id"]), administrator("lti_resources_show", id=link["id"])
    destroyed = sample.send(unused)

    expect(locked).refused()
    expect(shown).accepted()
    expect(linked).accepted()
    control(destroyed).accepted()
    after = shown.json, linked.json
    expect(locked).equals(documented(after), documented(before), "the tool provider and its LTI resource")


@pytest.mark.requirement("TOOL-130")
def test_tool_provider_is_unlocked_with_its_last_link(administrator, in_use):
    provider, link, _ = in_use
    control(administrator("lti_resources_destroy", id=link["id"])).accepted()

    destroyed = administrator("tool_providers_destroy", id=provider["id"])

    expect(destroyed).accepted()


@pytest.mark.requirement("TOOL-131")
def test_tool_provider_beside_one_in_use_is_not_locked(administrator, world, in_use):
    other = world.tool_provider()

    destroyed = administrator("tool_providers_destroy", id=other["id"])

    expect(destroyed).accepted()


@pytest.mark.requirement("TOOL-132")
def test_text_of_the_lock(administrator, in_use):
    provider, _, _ = in_use

    locked = administrator("tool_providers_destroy", id=provider["id"])

    observe(locked, says_so=says(locked, LOCKED))


@pytest.mark.requirement("TOOL-133")
def test_tool_provider_of_an_exam_that_is_not_open(administrator, world):
    provider = world.tool_provider()
    world.lti_resource(world.exam()["id"], provider["id"])

    destroyed = administrator("tool_providers_destroy", id=provider["id"])

    observe(destroyed)


@pytest.mark.requirement("TOOL-134")
@pytest.mark.parametrize("open_one", [0, 2], ids=["first", "last"])
def test_one_open_exam_among_several_locks(administrator, world, sample, open_one):
    provider, unused = world.tool_provider(), sample("tool_providers_destroy")
    for number in range(3):
        exam = world.exam()
        world.lti_resource(exam["id"], provider["id"])
        if number == open_one:
            world.opened(exam)

    locked = administrator("tool_providers_destroy", id=provider["id"])
    destroyed = sample.send(unused)

    expect(locked).refused(423)
    control(destroyed).accepted()


@pytest.mark.requirement("TOOL-135")
def test_lock_names_every_open_exam(administrator, world, sample):
    provider, draft, in_use = world.tool_provider(), world.exam(), [world.exam() for _ in "ab"]
    if draft.get("status") not in (None, "draft"):
        raise NotTested(f"a new exam is {draft['status']}")
    unused = sample("tool_providers_destroy")
    for exam in (draft, *in_use):
        world.lti_resource(exam["id"], provider["id"])
    for exam in in_use:
        world.opened(exam)

    locked = administrator("tool_providers_destroy", id=provider["id"])
    destroyed = sample.send(unused)

    expect(locked).refused()
    control(destroyed).accepted()
    named = re.findall(r'"id":\s*"?(\d+)', json.dumps(without_further_keys(locked.json)))
    expect(locked).equals(sorted(map(int, named)), sorted(exam["id"] for exam in in_use), "the ids in the body")


@pytest.mark.requirement("TOOL-136")
def test_tool_provider_is_unlocked_with_its_exam(administrator, in_use):
    provider, _, exam = in_use
    ended = administrator("exams_destroy", id=exam["id"])
    if ended.refused:
        raise NotTested("the target does not destroy an exam that is open")
    control(ended).accepted()

    destroyed = administrator("tool_providers_destroy", id=provider["id"])

    expect(destroyed).accepted()


# -- helpers


def all_changes(world):
    """Return a new value for every parameter of a tool provider."""
    return world.tool_provider_params(
        tool_url="https://other.example.com/lti", lti_custom_data='{"course":"biology"}', use_as_basic_link=0
    )


def in_lower_case(params):
    """Return *params* with the letter case of the name undone: a printed answer has it in lower case."""
    name = params.get("tool_name")
    return {**params, "tool_name": name.lower() if isinstance(name, str) else name}


def without_further_keys(body):
    """Return the documented keys of the body of a 423: further fields conform."""
    error = body.get("error") if isinstance(body, dict) else None
    rows = error.get("open_exam") if isinstance(error, dict) else None
    if not isinstance(rows, list):
        return body
    return {
        "error": {"open_exam": [[id_and_name(exam) for exam in row] if isinstance(row, list) else row for row in rows]}
    }


def id_and_name(exam):
    """Return id and name of an exam that a 423 names."""
    return {key: exam.get(key) for key in ("id", "name")} if isinstance(exam, dict) else exam
