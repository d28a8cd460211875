"""LTI resources, each linking an exam to a tool provider: list, show, create, destroy."""

import re

import pytest

from contract.checks.lists import column, find
from contract.checks.params import MISSING, lacking, missing_text
from contract.checks.shape import has_shape, resource
from contract.checks.texts import has_text
from contract.checks.values import agrees, comes_back, documented, is_now
from contract.judgement import control, expect, observe, require

LETTERS_AND_MARKS = 'Prüfung «Ä» 漢字 😀 100% "sure" & it\'s <b>bold</b>'
CUSTOM_DATA = '{"course":"physics"}'


def not_found(id):
    return f"Couldn't find lti resource with 'id'='{id}'"


# -- list


@pytest.mark.smoke
@pytest.mark.requirement("LTI-001")
def test_lti_resources_are_listed(administrator):
    listed = administrator("lti_resources_index")

    expect(listed).accepted()


@pytest.mark.requirement("LTI-002")
def test_list_stands_under_its_key(administrator):
    listed = control(administrator("lti_resources_index")).accepted()

    has_shape(listed, "envelope")


@pytest.mark.requirement("LTI-003")
def test_created_lti_resource_is_listed(administrator, link):
    # What the list answered before must not be remembered.
    control(administrator("lti_resources_index")).accepted()
    id = link()["id"]

    listed, row = find(administrator, "lti_resources_index", "lti_resources", id)

    expect(control(listed).accepted()).holds(row, f"a row with id {id}", "none")


@pytest.mark.requirement("LTI-004")
def test_list_agrees_with_show(administrator, link):
    id = link(open_in_new_tab=1, lti_custom_data=CUSTOM_DATA)["id"]
    shown = control(administrator("lti_resources_show", id=id)).accepted()

    listed, row = find(administrator, "lti_resources_index", "lti_resources", id)

    control(listed).accepted()
    require(row, "the list does not show what was created")
    agrees(listed, row, resource(shown, "lti_resource"))


@pytest.mark.requirement("LTI-005")
def test_lti_resource_is_listed_once(administrator, link):
    own = {link()["id"] for _ in "abc"}

    listed = control(administrator("lti_resources_index")).accepted()
    ids = column(administrator, "lti_resources_index", "lti_resources")

    expect(listed).equals(sorted(id for id in ids if id in own), sorted(own), "the rows of new LTI resources")


# -- show


@pytest.mark.smoke
@pytest.mark.requirement("LTI-020")
def test_lti_resource_is_shown(administrator, shared):
    shown = administrator("lti_resources_show", id=shared.lti_resource_id)

    expect(shown).accepted()


@pytest.mark.requirement("LTI-021")
def test_lti_resource_stands_under_its_key(administrator, shared):
    shown = control(administrator("lti_resources_show", id=shared.lti_resource_id)).accepted()

    has_shape(shown, "envelope")


@pytest.mark.requirement("LTI-022")
def test_the_lti_resource_of_the_id_is_shown_as_created(administrator, world, link_params):
    first = link_params(open_in_new_tab=1, lti_custom_data=CUSTOM_DATA)
    second = link_params(open_in_new_tab=0, lti_resource_launch_url="https://second.example.com/launch")
    created = [(world.create("lti_resources_create", **params)["id"], params) for params in (first, second)]

    for id, params in created:
        shown = control(administrator("lti_resources_show", id=id)).accepted()
        comes_back(shown, resource(shown, "lti_resource"), {"id": id, **params})


@pytest.mark.requirement("LTI-023")
def test_absent_lti_resource_is_not_shown(administrator, shared):
    absent = administrator("lti_resources_show", id=administrator.sender.absent_id())
    present = administrator("lti_resources_show", id=shared.lti_resource_id)

    expect(absent).refused(404)
    control(present).accepted()


@pytest.mark.requirement("LTI-024")
def test_absent_lti_resource_is_named_by_show(administrator, shared):
    id = administrator.sender.absent_id()

    absent = administrator("lti_resources_show", id=id)
    present = administrator("lti_resources_show", id=shared.lti_resource_id)

    expect(absent).refused()
    control(present).accepted()
    has_text(absent, not_found(id))


# -- create


@pytest.mark.smoke
@pytest.mark.requirement("LTI-040")
def test_lti_resource_is_created_from_the_documented_example(administrator, link_params):
    created = administrator("lti_resources_create", **link_params())

    expect(created).accepted()


@pytest.mark.requirement("LTI-041")
def test_created_lti_resource_stands_under_its_key(administrator, link_params):
    created = control(administrator("lti_resources_create", **link_params())).accepted()

    has_shape(created, "envelope")


@pytest.mark.requirement("LTI-042")
@pytest.mark.parametrize("how", MISSING)
def test_name_is_missing(administrator, link_params, how):
    params = link_params()

    refused = administrator("lti_resources_create", **lacking(params, "lti_resource_link_name", how))
    created = administrator("lti_resources_create", **params)

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("LTI-043")
@pytest.mark.parametrize("how", MISSING)
def test_missing_name_is_named(administrator, link_params, how):
    params = link_params()

    refused = administrator("lti_resources_create", **lacking(params, "lti_resource_link_name", how))
    created = administrator("lti_resources_create", **params)

    expect(refused).refused()
    control(created).accepted()
    has_text(refused, missing_text("lti_resource_link_name"))


@pytest.mark.requirement("LTI-044")
def test_refused_create_creates_nothing(administrator, world, shared):
    exam_id = world.exam()["id"]
    params = world.lti_resource_params(exam_id, shared.tool_provider_id)

    refused = administrator("lti_resources_create", **lacking(params, "lti_resource_link_name", "absent"))
    created = administrator("lti_resources_create", **params)
    exam_ids = column(administrator, "lti_resources_index", "lti_resources", "exam_id")

    expect(refused).refused()
    control(created).accepted()
    expect(refused).equals(exam_ids.count(exam_id), 1, "the number of LTI resources of the exam")


@pytest.mark.requirement("LTI-045")
def test_parameters_of_a_create_come_back(administrator, link_params):
    params = link_params(
        lti_resource_launch_url="https://own.example.com/launch?x=1&y=2", open_in_new_tab=1, lti_custom_data=CUSTOM_DATA
    )

    created = control(administrator("lti_resources_create", **params)).accepted()

    comes_back(created, resource(created, "lti_resource"), params)


@pytest.mark.requirement("LTI-046")
def test_ids_as_text_are_accepted(administrator, link_params):
    params = link_params()
    as_text = {name: str(params[name]) for name in ("exam_id", "tool_provider_id")}

    created = administrator("lti_resources_create", **{**params, **as_text})

    expect(created).accepted()
    comes_back(created, resource(created, "lti_resource"), params)


@pytest.mark.requirement("LTI-047")
@pytest.mark.parametrize(
    "beside", [{}, {"lti_custom_data": CUSTOM_DATA, "open_in_new_tab": 1}], ids=["alone", "beside"]
)
def test_launch_url_is_that_of_the_tool_provider(administrator, world, shared, beside):
    provider = world.tool_provider(tool_url="https://default.example.com/launch")

    params = world.lti_resource_params(shared.exam_id, provider["id"], **beside)
    created = control(administrator("lti_resources_create", **params)).accepted()

    comes_back(created, resource(created, "lti_resource"), {"lti_resource_launch_url": provider["tool_url"]})


@pytest.mark.requirement("LTI-047")
def test_launch_url_is_the_one_that_the_tool_provider_has_now(administrator, world, shared):
    provider = world.tool_provider(tool_url="https://old.example.com/launch")
    for tool_url in ("https://new.example.com/launch", "https://newest.example.com/launch"):
        control(administrator("tool_providers_update", id=provider["id"], tool_url=tool_url)).accepted()

        params = world.lti_resource_params(shared.exam_id, provider["id"])
        created = control(administrator("lti_resources_create", **params)).accepted()

        comes_back(created, resource(created, "lti_resource"), {"lti_resource_launch_url": tool_url})


@pytest.mark.requirement("LTI-048")
def test_placeholder_has_its_form(administrator, link_params):
    created = control(administrator("lti_resources_create", **link_params())).accepted()

    placeholder = str(resource(created, "lti_resource").get("placeholder"))
    expect(created).holds(re.fullmatch(r"LTI_EXAM_\d+", placeholder), "a placeholder like LTI_EXAM_1", placeholder)


@pytest.mark.requirement("LTI-049")
def test_placeholders_of_an_exam_differ(administrator, world, shared):
    exam_id = world.exam()["id"]

    answers = [
        administrator("lti_resources_create", **world.lti_resource_params(exam_id, shared.tool_provider_id))
        for _ in "abc"
    ]

    placeholders = [resource(control(each).accepted(), "lti_resource").get("placeholder") for each in answers]
    expect(answers[-1]).equals(len(set(placeholders)), 3, f"the number of placeholders in {placeholders}")


@pytest.mark.requirement("LTI-050")
def test_exam_has_several_lti_resources(administrator, world, shared):
    exam_id = world.exam()["id"]

    for _ in "ab":
        params = world.lti_resource_params(exam_id, shared.tool_provider_id)
        created = expect(administrator("lti_resources_create", **params)).accepted()

    exam_ids = column(administrator, "lti_resources_index", "lti_resources", "exam_id")
    expect(created).equals(exam_ids.count(exam_id), 2, "the number of LTI resources of the exam")


@pytest.mark.requirement("LTI-070")
@pytest.mark.parametrize("text", ["true", "false"])
def test_open_in_new_tab_is_accepted_as_text(administrator, link_params, text):
    created = expect(administrator("lti_resources_create", **link_params(open_in_new_tab=text))).accepted()

    comes_back(created, resource(created, "lti_resource"), {"open_in_new_tab": text})


@pytest.mark.requirement("LTI-051")
@pytest.mark.parametrize("value", [1, 0])
def test_open_in_new_tab_is_kept(administrator, link_params, value):
    created = control(administrator("lti_resources_create", **link_params(open_in_new_tab=value))).accepted()

    comes_back(created, resource(created, "lti_resource"), {"open_in_new_tab": value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("open_in_new_tab", "maybe", marks=pytest.mark.requirement("LTI-052")),
        pytest.param("exam_id", "seven", marks=pytest.mark.requirement("LTI-053")),
        pytest.param("tool_provider_id", "seven", marks=pytest.mark.requirement("LTI-054")),
    ],
)
def test_create_with_a_value_of_the_wrong_type(administrator, link_params, name, value):
    params = link_params(open_in_new_tab=1)

    refused = administrator("lti_resources_create", **{**params, name: value})
    created = administrator("lti_resources_create", **params)

    expect(refused).refused()
    control(created).accepted()


@pytest.mark.requirement("LTI-055")
def test_create_changes_neither_exam_nor_tool_provider(administrator, world):
    exam, provider = world.exam(), world.tool_provider()
    before = exam_and_provider(administrator, exam["id"], provider["id"])

    created = administrator("lti_resources_create", **world.lti_resource_params(exam["id"], provider["id"]))

    control(created).accepted()
    after = exam_and_provider(administrator, exam["id"], provider["id"])
    expect(created).equals(after, before, "exam and provider")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("exam_id", marks=pytest.mark.requirement("LTI-056")),
        pytest.param("tool_provider_id", marks=pytest.mark.requirement("LTI-057")),
    ],
)
def test_create_without_an_id(administrator, link_params, name):
    created = administrator("lti_resources_create", **lacking(link_params(), name, "absent"))

    observe(created)


@pytest.mark.requirement("LTI-058")
def test_create_for_an_absent_exam(administrator, world, link_params):
    created = administrator("lti_resources_create", **{**link_params(), "exam_id": world.absent_id("exam")})

    observe(created)


@pytest.mark.requirement("LTI-059")
def test_create_for_an_absent_tool_provider(administrator, world, link_params):
    params = {**link_params(), "tool_provider_id": world.absent_id("tool_provider")}

    created = administrator("lti_resources_create", **params)

    observe(created)


@pytest.mark.requirement("LTI-060")
def test_default_of_custom_data(administrator, world, shared):
    provider = world.tool_provider(lti_custom_data=CUSTOM_DATA)

    params = world.lti_resource_params(shared.exam_id, provider["id"])
    created = control(administrator("lti_resources_create", **params)).accepted()

    answered = resource(created, "lti_resource").get("lti_custom_data")
    observe(created, lti_custom_data="the tool provider's" if answered == CUSTOM_DATA else answered)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("lti_custom_data", "course physics", marks=pytest.mark.requirement("LTI-061")),
        pytest.param("lti_resource_link_name", "   ", marks=pytest.mark.requirement("LTI-062")),
        pytest.param("lti_resource_link_name", None, marks=pytest.mark.requirement("LTI-063")),
        pytest.param("open_in_new_tab", True, marks=pytest.mark.requirement("LTI-064")),
        pytest.param("lti_resource_link_name", 5, marks=pytest.mark.requirement("LTI-067")),
    ],
)
def test_create_with_an_undocumented_value(administrator, link_params, name, value):
    created = administrator("lti_resources_create", **link_params(**{name: value}))

    observe(created)


@pytest.mark.requirement("LTI-065")
def test_name_of_another_lti_resource(administrator, link, link_params):
    name = link()["lti_resource_link_name"]

    second = administrator("lti_resources_create", **link_params(lti_resource_link_name=name))

    observe(second)


@pytest.mark.requirement("LTI-066")
def test_number_of_the_placeholder(administrator, link_params):
    created = control(administrator("lti_resources_create", **link_params())).accepted()

    lti_resource = resource(created, "lti_resource")
    observe(created, is_the_id=lti_resource.get("placeholder") == f"LTI_EXAM_{lti_resource.get('id')}")


@pytest.mark.requirement("LTI-068")
def test_times_of_a_new_lti_resource(administrator, link_params):
    created = control(administrator("lti_resources_create", **link_params())).accepted()

    lti_resource = resource(created, "lti_resource")
    is_now(created, "created_at", lti_resource.get("created_at"))
    is_now(created, "updated_at", lti_resource.get("updated_at"))


@pytest.mark.requirement("LTI-069")
def test_name_with_letters_and_marks_comes_back(administrator, world, link_params):
    params = link_params(lti_resource_link_name=world.name(LETTERS_AND_MARKS))

    created = control(administrator("lti_resources_create", **params)).accepted()

    comes_back(created, resource(created, "lti_resource"), params)


# -- destroy


@pytest.mark.smoke
@pytest.mark.requirement("LTI-120")
def test_lti_resource_is_destroyed(administrator, link):
    destroyed = administrator("lti_resources_destroy", id=link()["id"])

    expect(destroyed).accepted()


@pytest.mark.requirement("LTI-121")
def test_destroyed_lti_resource_is_not_shown(administrator, link):
    id = link()["id"]
    control(administrator("lti_resources_show", id=id)).accepted()

    control(administrator("lti_resources_destroy", id=id)).accepted()

    expect(administrator("lti_resources_show", id=id)).refused(404)


@pytest.mark.requirement("LTI-122")
def test_destroyed_lti_resource_is_not_listed(administrator, link):
    id = link()["id"]
    before = column(administrator, "lti_resources_index", "lti_resources")
    require(id in before, "the new LTI resource is not listed", blocked_by="LTI-003")

    destroyed = control(administrator("lti_resources_destroy", id=id)).accepted()

    listed = column(administrator, "lti_resources_index", "lti_resources")
    expect(destroyed).holds(id not in listed, "a list without it", "it is listed")


@pytest.mark.requirement("LTI-123")
@pytest.mark.parametrize("absent", ["never there", "destroyed before"])
def test_absent_lti_resource_is_not_destroyed(administrator, world, link, absent):
    present_id = link()["id"]

    destroyed = administrator("lti_resources_destroy", id=present_id)
    id = present_id if absent == "destroyed before" else world.absent_id("lti_resource")
    refused = administrator("lti_resources_destroy", id=id)

    expect(refused).refused()
    control(destroyed).accepted()


@pytest.mark.requirement("LTI-124")
def test_absent_lti_resource_is_named_by_destroy(administrator, world, link):
    id, present_id = world.absent_id("lti_resource"), link()["id"]

    refused = administrator("lti_resources_destroy", id=id)
    destroyed = administrator("lti_resources_destroy", id=present_id)

    expect(refused).refused()
    control(destroyed).accepted()
    has_text(refused, not_found(id), of=404)


@pytest.mark.requirement("LTI-125")
def test_destroy_destroys_no_other(administrator, link):
    first, destroyed, last = (link()["id"] for _ in "abc")
    control(administrator("lti_resources_show", id=first)).accepted()

    control(administrator("lti_resources_destroy", id=destroyed)).accepted()

    for id in (first, last):
        expect(administrator("lti_resources_show", id=id)).accepted()


@pytest.mark.requirement("LTI-126")
def test_destroy_leaves_exam_and_tool_provider(administrator, world):
    exam, provider = world.exam(), world.tool_provider()
    link = world.lti_resource(exam["id"], provider["id"])
    before = exam_and_provider(administrator, exam["id"], provider["id"])

    destroyed = control(administrator("lti_resources_destroy", id=link["id"])).accepted()

    expect(administrator("exams_show", id=exam["id"])).accepted()
    after = exam_and_provider(administrator, exam["id"], provider["id"])
    expect(destroyed).equals(after, before, "exam and provider")


@pytest.mark.requirement("LTI-127")
def test_body_of_destroy(administrator, link):
    destroyed = control(administrator("lti_resources_destroy", id=link()["id"])).accepted()

    observe(destroyed, body="an empty object" if destroyed.json == {} else "something" if destroyed.body else "none")


@pytest.mark.requirement("LTI-128")
def test_destroy_of_the_link_of_an_open_exam(administrator, world, shared):
    link = world.lti_resource(world.open_exam()["id"], shared.tool_provider_id)

    destroyed = administrator("lti_resources_destroy", id=link["id"])

    observe(destroyed)


@pytest.mark.requirement("LTI-129")
def test_link_of_an_exam_that_is_destroyed(administrator, world, shared):
    exam = world.exam()
    link = world.lti_resource(exam["id"], shared.tool_provider_id)
    control(administrator("exams_destroy", id=exam["id"])).accepted()

    shown = administrator("lti_resources_show", id=link["id"])

    observe(shown)


# -- the object


@pytest.fixture
def answered(sample, shared):
    """Return how an operation answers with at least one LTI resource."""

    def answer(operation_id):
        assert shared.lti_resource_id
        return control(sample.send(sample(operation_id))).accepted()

    return answer


@pytest.mark.requirement("LTI-200")
def test_lti_resource_has_every_field(operation_id, answered):
    has_shape(answered(operation_id), "presence")


@pytest.mark.requirement("LTI-201")
def test_lti_resource_has_an_identity(operation_id, answered):
    has_shape(answered(operation_id), "identity")


@pytest.mark.requirement("LTI-202")
def test_fields_have_the_printed_types(operation_id, answered):
    has_shape(answered(operation_id), "type")


@pytest.mark.requirement("LTI-203")
def test_times_have_milliseconds_and_an_offset(operation_id, answered):
    has_shape(answered(operation_id), "time")


@pytest.mark.requirement("ISO-061")
@pytest.mark.parametrize(
    "operation_id",
    ["lti_resources_index", "lti_resources_show", "lti_resources_create", "lti_resources_update"],
)
def test_secret_of_the_tool_provider_stays_there(administrator, world, shared, operation_id, sample):
    secret = world.name("secret")
    provider = world.tool_provider(oauth_consumer_secret=secret)
    wanted = {
        "id": world.lti_resource(shared.exam_id, provider["id"])["id"],
        "exam_id": shared.exam_id,
        "tool_provider_id": provider["id"],
    }

    params = {name: wanted.get(name, value) for name, value in sample(operation_id).params.items()}
    answer = control(administrator(operation_id, **params)).accepted()

    expect(answer).holds(secret not in answer.text, "an answer without the OAuth secret", "the secret is in it")


# -- helpers


def exam_and_provider(administrator, exam_id, provider_id):
    """Return an exam and a tool provider as they are now, but for updated_at: a link may count as a change of them."""
    exam = control(administrator("exams_show", id=exam_id)).accepted()
    _, provider = find(administrator, "tool_providers_index", "tool_providers", provider_id)
    shown = documented([resource(exam, "exam"), provider or {}])
    return [{name: value for name, value in each.items() if name != "updated_at"} for each in shown]
