"""Tool providers, the API's word for external platforms: list, show, create."""

import pytest

from contract.checks.lists import find
from contract.checks.params import MISSING, lacking, missing_text
from contract.checks.shape import has_shape, resource, rows
from contract.checks.texts import has_text
from contract.checks.values import agrees, comes_back, is_now
from contract.judgement import control, expect, observe, require

PATHS = ("/tool_providers/{id}", "/tool_provider/{id}")
LETTERS_AND_MARKS = 'Prüfung «Ä» 漢字 😀 100% "sure" & it\'s <b>bold</b>'


def not_found(id):
    return f"Couldn't find tool provider with 'id'='{id}'"


# -- list


@pytest.mark.smoke
@pytest.mark.requirement("TOOL-001")
def test_tool_providers_are_listed(administrator):
    listed = administrator("tool_providers_index")

    expect(listed).accepted()


@pytest.mark.requirement("TOOL-002")
def test_list_stands_under_its_key(administrator):
    listed = control(administrator("tool_providers_index")).accepted()

    has_shape(listed, "envelope")


@pytest.mark.requirement("TOOL-003")
def test_created_tool_provider_is_listed_once(administrator, world):
    # What the list answered before must not be remembered.
    control(administrator("tool_providers_index")).accepted()
    provider = world.tool_provider()

    listed = control(administrator("tool_providers_index")).accepted()

    found = [row.get("id") for row in rows(listed, "tool_providers") if row.get("id") == provider["id"]]
    expect(listed).equals(found, [provider["id"]], "the rows with the new id")


@pytest.mark.requirement("TOOL-004")
def test_list_agrees_with_show(administrator, world, show_provider):
    provider = world.tool_provider()
    shown = control(show_provider(provider["id"])).accepted()

    listed, row = find(administrator, "tool_providers_index", "tool_providers", provider["id"])

    control(listed).accepted()
    require(row, "the list does not show what was created")
    agrees(listed, row, resource(shown, "tool_provider"))


# -- show


@pytest.mark.smoke
@pytest.mark.requirement("TOOL-020")
def test_tool_provider_is_shown(administrator, world):
    provider = world.tool_provider()

    answers = [administrator("tool_providers_show", path=path, id=provider["id"]) for path in PATHS]

    expect(next((answer for answer in answers if answer.accepted), answers[0])).accepted()


@pytest.mark.requirement("TOOL-021")
def test_tool_provider_stands_under_its_key(show_provider, shared):
    shown = control(show_provider(shared.tool_provider_id)).accepted()

    has_shape(shown, "envelope")


@pytest.mark.requirement("TOOL-022")
def test_the_tool_provider_of_the_id_is_shown_as_created(world, show_provider):
    created = [world.tool_provider_params(lti_custom_data='{"course":"physics"}', use_as_basic_link=0) for _ in "ab"]
    created = [(world.create("tool_providers_create", **params)["id"], params) for params in created]

    for id, params in created:
        shown = control(show_provider(id)).accepted()
        comes_back(shown, resource(shown, "tool_provider"), {"id": id, **params})


@pytest.mark.requirement("TOOL-023")
def test_absent_tool_provider_is_not_shown(administrator, shared, show_provider):
    absent = show_provider(administrator.sender.absent_id())
    present = show_provider(shared.tool_provider_id)

    expect(absent).refused(404)
    control(present).accepted()


@pytest.mark.requirement("TOOL-024")
def test_absent_tool_provider_is_named_by_show(administrator, shared, show_provider):
    id = administrator.sender.absent_id()

    absent = show_provider(id)
    present = show_provider(shared.tool_provider_id)

    expect(absent).refused()
    control(present).accepted()
    has_text(absent, not_found(id))


@pytest.mark.requirement("TOOL-025")
def test_paths_that_show_a_tool_provider(administrator, shared):
    answers = {path: administrator("tool_providers_show", path=path, id=shared.tool_provider_id) for path in PATHS}

    accepted = [path for path, answer in answers.items() if answer.accepted]
    observe(answers[PATHS[0]], paths=" and ".join(accepted) or "neither")


# -- create


@pytest.mark.smoke
@pytest.mark.requirement("TOOL-040")
def test_tool_provider_is_created_from_the_documented_example(administrator, world):
    params = {name: world.tool_provider_params()[name] for name in ("tool_name", "oauth_consumer_key")}

    created = administrator("tool_providers_create", **params, oauth_consumer_secret="secret")

    expect(created).accepted()


@pytest.mark.requirement("TOOL-041")
def test_created_tool_provider_stands_under_its_key(administrator, world):
    created = control(administrator("tool_providers_create", **world.tool_provider_params())).accepted()

    has_shape(created, "envelope")


@pytest.mark.parametrize("how", MISSING)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("tool_name", marks=pytest.mark.requirement("TOOL-042")),
        pytest.param("oauth_consumer_key", marks=pytest.mark.requirement("TOOL-043")),
        pytest.param("oauth_consumer_secret", marks=pytest.mark.requirement("TOOL-044")),
    ],
)
def test_required_parameter_is_missing(administrator, world, name, how):
    params = world.tool_provider_params()

    refused = administrator("tool_providers_create", **lacking(params, name, how))
    created = administrator("tool_providers_create", **params)

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("TOOL-045")
@pytest.mark.parametrize("name", ["tool_name", "oauth_consumer_key", "oauth_consumer_secret"])
def test_missing_parameter_is_named(administrator, world, name):
    params = world.tool_provider_params()

    refused = administrator("tool_providers_create", **lacking(params, name, "absent"))
    created = administrator("tool_providers_create", **params)

    expect(refused).refused()
    control(created).accepted()
    has_text(refused, missing_text(name))


@pytest.mark.requirement("TOOL-046")
def test_refused_create_creates_nothing(administrator, world):
    params = world.tool_provider_params()

    refused = administrator("tool_providers_create", **lacking(params, "oauth_consumer_secret", "absent"))
    created = administrator("tool_providers_create", **params)
    listed = control(administrator("tool_providers_index")).accepted()

    expect(refused).refused()
    control(created).accepted()
    names = [row.get("tool_name") for row in rows(listed, "tool_providers")]
    expect(listed).equals(names.count(params["tool_name"]), 1, "the number of tool providers of that name")


@pytest.mark.requirement("TOOL-047")
def test_parameters_of_a_create_come_back(administrator, world):
    params = world.tool_provider_params(lti_custom_data='{"course":"physics"}', use_as_basic_link=1)

    created = control(administrator("tool_providers_create", **params)).accepted()

    comes_back(created, in_lower_case(resource(created, "tool_provider")), in_lower_case(params))


@pytest.mark.requirement("TOOL-048")
def test_name_keeps_its_letter_case(administrator, world):
    params = world.tool_provider_params(tool_name=world.name("Tool With Capitals"))

    created = control(administrator("tool_providers_create", **params)).accepted()

    expect(created).equals(resource(created, "tool_provider").get("tool_name"), params["tool_name"], "tool_name")


@pytest.mark.requirement("TOOL-049")
def test_deep_linking_is_kept(administrator, world):
    params = world.tool_provider_params(use_as_basic_link=0)

    created = control(administrator("tool_providers_create", **params)).accepted()

    comes_back(created, resource(created, "tool_provider"), {"use_as_basic_link": 0})


def is_empty(created, name, empty):
    """Judge that a field has its printed empty value; null conforms almost everywhere."""
    value = resource(created, "tool_provider").get(name)
    expect(created).holds(value in (empty, None), f"{name} {empty!r} or null", repr(value))


@pytest.mark.requirement("TOOL-050")
def test_optional_parameters_are_empty_when_not_given(administrator, world):
    params = lacking(world.tool_provider_params(), "tool_url", "absent")

    created = control(administrator("tool_providers_create", **params)).accepted()

    is_empty(created, "tool_url", "")
    is_empty(created, "lti_custom_data", "{}")


@pytest.mark.requirement("TOOL-050")
@pytest.mark.parametrize(
    ("absent", "default", "beside"),
    [
        ("tool_url", "", {"lti_custom_data": '{"a":"1"}', "use_as_basic_link": 0}),
        ("lti_custom_data", "{}", {"tool_url": "https://tool.example.com/own", "use_as_basic_link": 0}),
    ],
)
def test_optional_parameter_is_empty_beside_others(administrator, world, absent, default, beside):
    params = lacking(world.tool_provider_params(**beside), absent, "absent")

    created = control(administrator("tool_providers_create", **params)).accepted()

    is_empty(created, absent, default)


@pytest.mark.requirement("TOOL-051")
def test_tool_provider_belongs_to_the_institute_of_its_creator(administrator, world):
    created = control(administrator("tool_providers_create", **world.tool_provider_params())).accepted()

    comes_back(created, resource(created, "tool_provider"), {"institute_id": world.institute_id})


@pytest.mark.requirement("TOOL-052")
def test_superuser_chooses_the_institute(superuser, world):
    institute_id = world.institute()["id"]

    created = superuser("tool_providers_create", **world.tool_provider_params(institute_id=institute_id))

    expect(created).accepted()
    comes_back(created, resource(created, "tool_provider"), {"institute_id": institute_id})


@pytest.mark.requirement("TOOL-054")
def test_administrator_sends_another_institute(administrator, superuser, world):
    institute_id = world.institute()["id"]

    sent = administrator("tool_providers_create", **world.tool_provider_params(institute_id=institute_id))

    observe(sent)


@pytest.mark.requirement("TOOL-055")
def test_default_of_use_as_basic_link(administrator, world):
    created = control(administrator("tool_providers_create", **world.tool_provider_params())).accepted()

    observe(created, use_as_basic_link=resource(created, "tool_provider").get("use_as_basic_link"))


@pytest.mark.requirement("TOOL-056")
def test_name_of_another_tool_provider(administrator, world):
    name = world.tool_provider()["tool_name"]

    second = administrator("tool_providers_create", **world.tool_provider_params(tool_name=name))

    observe(second)


@pytest.mark.requirement("TOOL-057")
def test_custom_data_that_is_not_json(administrator, world):
    created = administrator("tool_providers_create", **world.tool_provider_params(lti_custom_data="course physics"))

    observe(created)


@pytest.mark.requirement("TOOL-058")
def test_blank_name(administrator, world):
    created = administrator("tool_providers_create", **world.tool_provider_params(tool_name="   "))

    observe(created)


@pytest.mark.requirement("TOOL-059")
def test_use_as_basic_link_that_is_no_boolean(administrator, world):
    observe(administrator("tool_providers_create", **world.tool_provider_params(use_as_basic_link="maybe")))


@pytest.mark.requirement("TOOL-060")
def test_use_as_basic_link_as_a_json_boolean(administrator, world):
    created = administrator("tool_providers_create", **world.tool_provider_params(use_as_basic_link=True))

    observe(created)


@pytest.mark.requirement("TOOL-061")
def test_name_that_is_null(administrator, world):
    created = administrator("tool_providers_create", **world.tool_provider_params(tool_name=None))

    observe(created)


@pytest.mark.requirement("TOOL-062")
def test_times_of_a_new_tool_provider(administrator, world):
    created = control(administrator("tool_providers_create", **world.tool_provider_params())).accepted()

    provider = resource(created, "tool_provider")
    is_now(created, "created_at", provider.get("created_at"))
    is_now(created, "updated_at", provider.get("updated_at"))


@pytest.mark.requirement("TOOL-063")
def test_name_with_letters_and_marks_comes_back(administrator, world):
    params = world.tool_provider_params(tool_name=world.name(LETTERS_AND_MARKS))

    created = control(administrator("tool_providers_create", **params)).accepted()

    comes_back(created, in_lower_case(resource(created, "tool_provider")), in_lower_case(params))


# -- the object


@pytest.fixture
def answered(sample, shared, show_provider):
    """Return how an operation answers with at least one tool provider."""

    def answer(operation_id):
        assert shared.tool_provider_id
        if operation_id == "tool_providers_show":
            return control(show_provider(shared.tool_provider_id)).accepted()
        return control(sample.send(sample(operation_id))).accepted()

    return answer


@pytest.mark.requirement("TOOL-200")
def test_tool_provider_has_every_field(operation_id, answered):
    has_shape(answered(operation_id), "presence")


@pytest.mark.requirement("TOOL-201")
def test_tool_provider_has_an_identity(operation_id, answered):
    has_shape(answered(operation_id), "identity")


@pytest.mark.requirement("TOOL-202")
def test_fields_have_the_printed_types(operation_id, answered):
    has_shape(answered(operation_id), "type")


@pytest.mark.requirement("TOOL-203")
def test_times_have_milliseconds_and_an_offset(operation_id, answered):
    has_shape(answered(operation_id), "time")


@pytest.mark.requirement("TOOL-204")
def test_no_two_tool_providers_share_an_id(administrator, world):
    created = {world.tool_provider()["id"] for _ in "abc"}

    listed = control(administrator("tool_providers_index")).accepted()

    all_ids = [row.get("id") for row in rows(listed, "tool_providers")]
    expect(listed).holds(
        len(created) == 3 and len(all_ids) == len(set(all_ids)), "ids of their own", "an id that stands twice"
    )


# -- helpers


def in_lower_case(params):
    """Return *params* with the letter case of the name undone: a printed answer has it in lower case."""
    name = params.get("tool_name")
    return {**params, "tool_name": name.lower() if isinstance(name, str) else name}
