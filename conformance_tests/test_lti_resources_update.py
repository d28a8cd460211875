"""LTI resources, each linking an exam to a tool provider: update."""

import pytest

from contract.checks.shape import has_resource, has_shape, resource
from contract.checks.texts import has_text
from contract.checks.values import comes_back, documented, lost
from contract.judgement import control, expect, observe
from contract.marks import per_operation

OWN = {"lti_resource_launch_url": "https://own.example.com/launch", "lti_custom_data": '{"course":"physics"}'}
"""What a link need not have."""


@pytest.fixture
def changes(world, shared):
    """Return a new value for every parameter of an LTI resource, exam and tool provider included."""
    return {
        **world.lti_resource_params(world.exam()["id"], world.tool_provider()["id"]),
        "lti_resource_launch_url": "https://other.example.com/launch",
        "open_in_new_tab": 1,
        "lti_custom_data": '{"course":"biology"}',
    }


def not_found(id):
    return f"Couldn't find lti resource with 'id'='{id}'"


@pytest.mark.smoke
@per_operation(lti_resources_update="LTI-080", lti_resources_update_put="LTI-081")
def test_lti_resource_is_updated(administrator, world, link, operation_id):
    updated = administrator(operation_id, id=link()["id"], lti_resource_link_name=world.name("link"))

    expect(updated).accepted()


@per_operation(lti_resources_update="LTI-082", lti_resources_update_put="LTI-083")
def test_updated_lti_resource_stands_under_its_key(administrator, world, shared, operation_id):
    sent = administrator(operation_id, id=shared.lti_resource_id, lti_resource_link_name=world.name("link"))

    has_resource(control(sent).accepted(), "lti_resource")
    has_shape(sent, "envelope")


@pytest.mark.requirement("LTI-084")
def test_parameters_of_an_update_come_back(administrator, link, changes, operation_id):
    id = link()["id"]

    for tab in (1, 0):
        sent = {**changes, "open_in_new_tab": tab}
        updated = control(administrator(operation_id, id=id, **sent)).accepted()
        comes_back(updated, in_lower_case(resource(updated, "lti_resource")), in_lower_case(sent))


@pytest.mark.requirement("LTI-085")
def test_what_an_update_changed_is_shown(administrator, link, changes, operation_id):
    id = link()["id"]
    shown_now(administrator, id)

    control(administrator(operation_id, id=id, **changes)).accepted()
    shown = control(administrator("lti_resources_show", id=id)).accepted()

    comes_back(shown, in_lower_case(resource(shown, "lti_resource")), in_lower_case(changes))


@pytest.mark.requirement("LTI-086")
def test_patch_keeps_what_it_does_not_name(administrator, world, link_params, changes):
    expected = link_params(**OWN, open_in_new_tab=0)
    id = world.create("lti_resources_create", **expected)["id"]

    for name, value in changes.items():
        expect(administrator("lti_resources_update", id=id, **{name: value})).accepted()
        shown = control(administrator("lti_resources_show", id=id)).accepted()
        expected[name] = value
        comes_back(shown, in_lower_case(resource(shown, "lti_resource")), in_lower_case(expected))


@pytest.mark.requirement("LTI-087")
def test_put_of_a_name_alone(administrator, world, link_params):
    before = world.create("lti_resources_create", **link_params(**OWN, open_in_new_tab=1))

    changed = administrator("lti_resources_update_put", id=before["id"], lti_resource_link_name=world.name("link"))

    now = shown_now(administrator, before["id"])
    observe(changed, status=changed.status, lost=lost(before, now, "lti_resource_link_name"))


@pytest.mark.requirement("LTI-088")
def test_update_leaves_what_is_no_parameter(administrator, link, changes, operation_id):
    before = link()
    # In another exam a link may get another placeholder.
    changes.pop("exam_id")

    updated = control(administrator(operation_id, id=before["id"], **changes)).accepted()

    for after in (resource(updated, "lti_resource"), shown_now(administrator, before["id"])):
        for name in ("id", "created_at", "placeholder"):
            expect(updated).equals(after.get(name), before.get(name), name)


@pytest.mark.requirement("LTI-089")
def test_update_changes_no_other_lti_resource(administrator, link, changes, operation_id):
    first, updated, last = (link()["id"] for _ in "abc")
    before = {id: shown_now(administrator, id) for id in (first, last)}

    changed = control(administrator(operation_id, id=updated, **changes)).accepted()

    after = {id: shown_now(administrator, id) for id in (first, last)}
    expect(changed).equals(documented(after), documented(before), "the other LTI resources")


@pytest.mark.requirement("LTI-090")
def test_absent_lti_resource_is_not_updated(administrator, world, link, operation_id):
    present_id, change = link()["id"], {"lti_resource_link_name": world.name("link")}

    absent = administrator(operation_id, id=world.absent_id("lti_resource"), **change)
    present = administrator(operation_id, id=present_id, **change)

    expect(absent).refused()
    control(present).accepted()


@pytest.mark.requirement("LTI-091")
def test_absent_lti_resource_is_named_by_update(administrator, world, shared, operation_id):
    id, change = world.absent_id("lti_resource"), {"lti_resource_link_name": world.name("link")}

    absent = administrator(operation_id, id=id, **change)
    present = administrator(operation_id, id=shared.lti_resource_id, **change)

    expect(absent).refused()
    control(present).accepted()
    has_text(absent, not_found(id), of=404)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("exam_id", marks=pytest.mark.requirement("LTI-092")),
        pytest.param("tool_provider_id", marks=pytest.mark.requirement("LTI-093")),
    ],
)
@pytest.mark.parametrize("operation_id", ["lti_resources_update", "lti_resources_update_put"])
def test_lti_resource_is_attached_elsewhere(administrator, link, changes, operation_id, name):
    id = link()["id"]

    updated = administrator(operation_id, id=id, **{name: changes[name]})

    expect(updated).accepted()
    for now in (resource(updated, "lti_resource"), shown_now(administrator, id)):
        comes_back(updated, now, {name: changes[name]})


@pytest.mark.requirement("LTI-105")
def test_update_of_open_in_new_tab_as_text(administrator, link, operation_id):
    id = link()["id"]

    for text in ("true", "false"):
        updated = expect(administrator(operation_id, id=id, open_in_new_tab=text)).accepted()
        comes_back(updated, resource(updated, "lti_resource"), {"open_in_new_tab": text})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("open_in_new_tab", "maybe", marks=pytest.mark.requirement("LTI-094")),
        pytest.param("exam_id", "seven", marks=pytest.mark.requirement("LTI-095")),
        pytest.param("tool_provider_id", "seven", marks=pytest.mark.requirement("LTI-096")),
    ],
)
@pytest.mark.parametrize("operation_id", ["lti_resources_update", "lti_resources_update_put"])
def test_update_with_a_value_of_the_wrong_type(administrator, link, changes, operation_id, name, value):
    id = link()["id"]

    refused = administrator(operation_id, id=id, **{name: value})
    updated = administrator(operation_id, id=id, **{name: changes[name]})

    expect(refused).refused()
    control(updated).accepted()


@pytest.mark.requirement("LTI-097")
def test_refused_update_changes_nothing(administrator, link, changes, operation_id):
    id = link()["id"]
    before = shown_now(administrator, id)

    refused = administrator(operation_id, id=id, **{**changes, "open_in_new_tab": "maybe"})
    after = shown_now(administrator, id)
    updated = administrator(operation_id, id=id, **changes)

    expect(refused).refused()
    expect(refused).equals(documented(after), documented(before), "the LTI resource")
    control(updated).accepted()


@pytest.mark.requirement("LTI-098")
def test_name_keeps_its_letter_case(administrator, world, link, operation_id):
    name = world.name("Link With Capitals")

    updated = control(administrator(operation_id, id=link()["id"], lti_resource_link_name=name)).accepted()

    answered = resource(updated, "lti_resource").get("lti_resource_link_name")
    expect(updated).equals(answered, name, "lti_resource_link_name")


@pytest.mark.requirement("LTI-099")
def test_time_of_an_update(administrator, link, changes, operation_id):
    before = link()

    updated = control(administrator(operation_id, id=before["id"], **changes)).accepted()

    observe(updated, moves=resource(updated, "lti_resource").get("updated_at") != before.get("updated_at"))


@pytest.mark.requirement("LTI-100")
def test_update_with_the_parameter_of_the_example(administrator, link, operation_id):
    updated = administrator(operation_id, id=link()["id"], tool_name="Some new name")

    observe(updated)


@pytest.mark.requirement("LTI-101")
def test_update_of_nothing(administrator, link, operation_id):
    updated = administrator(operation_id, id=link()["id"])

    observe(updated)


@pytest.mark.requirement("LTI-102")
def test_update_to_an_empty_name(administrator, link, operation_id):
    updated = administrator(operation_id, id=link()["id"], lti_resource_link_name="")

    observe(updated)


@pytest.mark.requirement("LTI-103")
def test_update_to_an_absent_exam(administrator, world, link, operation_id):
    updated = administrator(operation_id, id=link()["id"], exam_id=world.absent_id("exam"))

    observe(updated)


# -- helpers


def shown_now(administrator, id):
    """Return an LTI resource as it is now."""
    return resource(control(administrator("lti_resources_show", id=id)).accepted(), "lti_resource")


def in_lower_case(params):
    """Return *params* with the letter case of the name undone: a printed answer has it in lower case."""
    return {**params, "lti_resource_link_name": str(params.get("lti_resource_link_name")).lower()}
