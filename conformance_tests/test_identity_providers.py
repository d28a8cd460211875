"""Identity providers, the SAML configurations that users sign in with: list."""

import pytest

from contract.checks.shape import has_shape, rows
from contract.judgement import NotTested, control, expect, observe


@pytest.fixture
def listed(administrator):
    """Return a list that holds at least one configuration; the API cannot create any."""
    answer = control(administrator("identity_providers_index")).accepted()
    if isinstance(answer.json, dict) and answer.json.get("identity_providers") == []:
        raise NotTested("the target has no identity provider")
    return answer


@pytest.mark.smoke
@pytest.mark.requirement("IDP-001")
def test_identity_providers_are_listed(administrator):
    listed = administrator("identity_providers_index")

    expect(listed).accepted()


@pytest.mark.requirement("IDP-002")
def test_list_stands_under_its_key(administrator):
    listed = control(administrator("identity_providers_index")).accepted()

    has_shape(listed, "envelope")


@pytest.mark.requirement("IDP-003")
def test_configuration_has_every_field(listed):
    has_shape(listed, "presence")


@pytest.mark.requirement("IDP-004")
def test_configuration_has_an_identity(listed):
    has_shape(listed, "identity")


@pytest.mark.requirement("IDP-005")
def test_fields_have_the_printed_types(listed):
    has_shape(listed, "type")


@pytest.mark.requirement("IDP-006")
def test_times_have_milliseconds_and_an_offset(listed):
    has_shape(listed, "time")


@pytest.mark.requirement("IDP-007")
def test_configuration_handed_over_is_listed_once(administrator, world, target):
    world.needs("identity_provider")

    listed = control(administrator("identity_providers_index")).accepted()

    ids = [row.get("id") for row in rows(listed, "identity_providers")]
    expect(listed).equals(ids.count(target.fixtures.identity_provider), 1, "the number of rows with the id handed over")


@pytest.mark.requirement("IDP-008")
def test_no_two_configurations_share_an_id(listed):
    ids = [row.get("id") for row in rows(listed, "identity_providers")]

    expect(listed).equals(len(ids), len(set(ids)), "the number of rows")


@pytest.mark.requirement("IDP-010")
def test_list_for_another_institute(administrator, outsider):
    own = control(administrator("identity_providers_index")).accepted()
    theirs = outsider("identity_providers_index")

    observe(theirs, answer="the same list" if theirs.json == own.json else f"another answer ({theirs.status})")
