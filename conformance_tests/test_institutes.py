"""Institutes: list, show, create."""

import pytest

from contract.checks.lists import column, find
from contract.checks.params import MISSING, lacking, missing_text
from contract.checks.shape import has_shape, resource
from contract.checks.texts import has_text
from contract.checks.values import agrees, comes_back, is_now, same
from contract.client import File
from contract.judgement import NotTested, control, expect, observe, require
from contract.world import PNG

MISSING_LOGO = "/logo_images/original/missing.png"
NOT_AUTHORIZED = "You are not authorized to access this page"
THRESHOLDS = ("pre_assigned_proctor_fallback_threshold", "connected_proctor_fallback_threshold")
OPTIONAL = {
    "callback_url": "https://callbacks.example.com/events",
    "global_proctor": 1,
    "global_reviewer": 0,
    "tawk_url": "https://tawk.example.com/pe",
    "session_retention_period": 12,
    "pre_assigned_proctor_fallback_threshold": 5,
    "connected_proctor_fallback_threshold": 7,
    "block_students_until_proctor_connected": 1,
}
"""A value for every optional parameter, none of them the default; languages and logo have tests of their own."""


# -- list


@pytest.mark.smoke
@pytest.mark.requirement("INST-001")
def test_institutes_are_listed(superuser):
    listed = superuser("institutes_index")

    expect(listed).accepted()


@pytest.mark.requirement("INST-002")
def test_list_stands_under_its_key(superuser):
    listed = control(superuser("institutes_index")).accepted()

    has_shape(listed, "envelope")


@pytest.mark.requirement("INST-003")
def test_created_institute_is_listed(superuser, world):
    # What the list answered before must not be remembered.
    control(superuser("institutes_index")).accepted()
    id = world.institute()["id"]

    listed, row = find(superuser, "institutes_index", "institutes", id)

    expect(control(listed).accepted()).holds(row, f"a row with id {id}", "none")


@pytest.mark.requirement("INST-004")
def test_list_is_not_for_administrators(administrator, superuser):
    refused = administrator("institutes_index")
    listed = superuser("institutes_index")

    expect(refused).refused(403)
    control(listed).accepted()


@pytest.mark.requirement("INST-005")
def test_refused_list_says_why(administrator, superuser):
    refused = administrator("institutes_index")
    listed = superuser("institutes_index")

    expect(refused).refused()
    control(listed).accepted()
    has_text(refused, NOT_AUTHORIZED)


@pytest.mark.requirement("INST-006")
def test_list_agrees_with_show(superuser, world):
    id = world.institute(**OPTIONAL)["id"]
    shown = control(superuser("institutes_show", id=id)).accepted()

    listed, row = find(superuser, "institutes_index", "institutes", id)

    control(listed).accepted()
    require(row, "the list does not show what was created")
    agrees(listed, row, resource(shown, "institute"))


@pytest.mark.requirement("INST-007")
def test_institute_is_listed_once(superuser, world):
    own = {world.institute()["id"] for _ in "abc"}

    listed = control(superuser("institutes_index")).accepted()
    ids = column(superuser, "institutes_index", "institutes")

    expect(listed).equals(sorted(id for id in ids if id in own), sorted(own), "the rows of new institutes")


# -- show


@pytest.mark.smoke
@pytest.mark.requirement("INST-020")
def test_institute_is_shown(superuser, shared):
    shown = superuser("institutes_show", id=shared.institute_id)

    expect(shown).accepted()


@pytest.mark.requirement("INST-021")
def test_institute_stands_under_its_key(superuser, shared):
    shown = control(superuser("institutes_show", id=shared.institute_id)).accepted()

    has_shape(shown, "envelope")


@pytest.mark.requirement("INST-022")
def test_the_institute_of_the_id_is_shown_as_created(superuser, world):
    sent = [world.institute_params(**OPTIONAL), world.institute_params()]
    created = [(world.create("institutes_create", "superuser", **params)["id"], params) for params in sent]

    for id, params in created:
        shown = control(superuser("institutes_show", id=id)).accepted()
        comes_back(shown, resource(shown, "institute"), {"id": id, **params})


@pytest.mark.requirement("INST-023")
def test_absent_institute_is_not_shown(superuser, shared):
    absent = superuser("institutes_show", id=superuser.sender.absent_id())
    present = superuser("institutes_show", id=shared.institute_id)

    expect(absent).refused(404)
    control(present).accepted()


@pytest.mark.requirement("INST-024")
def test_absent_institute_is_named_by_show(superuser, shared):
    id = superuser.sender.absent_id()

    absent = superuser("institutes_show", id=id)
    present = superuser("institutes_show", id=shared.institute_id)

    expect(absent).refused()
    control(present).accepted()
    has_text(absent, f"Couldn't find Institute with 'id'='{id}'")


# -- create


@pytest.mark.smoke
@pytest.mark.requirement("INST-040")
def test_institute_is_created_from_the_documented_example(superuser, world):
    created = superuser("institutes_create", **world.institute_params(global_proctor=1, global_reviewer=1))

    expect(created).accepted()


@pytest.mark.requirement("INST-041")
def test_created_institute_stands_under_its_key(superuser, world):
    created = control(superuser("institutes_create", **world.institute_params())).accepted()

    has_shape(created, "envelope")


@pytest.mark.parametrize("how", MISSING)
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("name", marks=pytest.mark.requirement("INST-042")),
        pytest.param("short_name", marks=pytest.mark.requirement("INST-043")),
    ],
)
def test_required_parameter_is_missing(superuser, world, name, how):
    params = world.institute_params()

    refused = superuser("institutes_create", **lacking(params, name, how))
    created = superuser("institutes_create", **params)

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("INST-044")
@pytest.mark.parametrize("name", ["name", "short_name"])
def test_missing_parameter_is_named(superuser, world, name):
    params = world.institute_params()

    refused = superuser("institutes_create", **lacking(params, name, "absent"))
    created = superuser("institutes_create", **params)

    expect(refused).refused()
    control(created).accepted()
    has_text(refused, missing_text(name))


@pytest.mark.requirement("INST-045")
def test_name_of_another_institute_is_refused(superuser, world):
    first, second = world.institute_params(), world.institute_params()

    created = superuser("institutes_create", **first)
    refused = superuser("institutes_create", **{**second, "name": first["name"]})

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("INST-046")
def test_taken_name_is_named(superuser, world):
    first, second = world.institute_params(), world.institute_params()

    created = superuser("institutes_create", **first)
    refused = superuser("institutes_create", **{**second, "name": first["name"]})

    expect(refused).refused()
    control(created).accepted()
    has_text(refused, "'name':['has already been taken'")


@pytest.mark.requirement("INST-047")
def test_refused_create_creates_nothing(superuser, world):
    params = world.institute_params()

    refused = superuser("institutes_create", **lacking(params, "short_name", "absent"))
    names = column(superuser, "institutes_index", "institutes", "name")
    created = superuser("institutes_create", **params)

    expect(refused).refused()
    expect(refused).holds(params["name"] not in names, "no institute of that name in the list", "one of that name")
    control(created).accepted()


@pytest.mark.requirement("INST-048")
def test_name_and_short_name_suffice(superuser, world):
    created = superuser("institutes_create", **world.institute_params())

    expect(created).accepted()


@pytest.mark.requirement("INST-049")
def test_parameters_of_a_create_come_back(superuser, world):
    params = world.institute_params(**OPTIONAL)

    created = control(superuser("institutes_create", **params)).accepted()

    comes_back(created, resource(created, "institute"), params)


def is_kept(superuser, created, sent):
    """Judge whether a created institute is shown with what was sent, too: an answer may only repeat the request."""
    shown = control(superuser("institutes_show", id=resource(created, "institute").get("id"))).accepted()
    comes_back(shown, resource(shown, "institute"), sent)


@pytest.mark.requirement("INST-050")
@pytest.mark.parametrize(("proctor", "reviewer"), [(1, 0), (0, 1)])
def test_global_switches_come_back(superuser, world, proctor, reviewer):
    switches = {"global_proctor": proctor, "global_reviewer": reviewer}

    created = control(superuser("institutes_create", **world.institute_params(**switches))).accepted()

    comes_back(created, resource(created, "institute"), switches)
    is_kept(superuser, created, switches)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["default_language"], marks=pytest.mark.requirement("INST-051")),
        pytest.param(["default_exam_languages", "default_locale"], marks=pytest.mark.requirement("INST-052")),
    ],
    ids=["language", "deprecated"],
)
def test_languages_come_back(superuser, world, names):
    # Both codes are printed; which others there are, and whether every language can be a default, is not documented.
    for code in ("no-NO", "en-GB"):
        sent = dict.fromkeys(names, code)
        created = superuser("institutes_create", **world.institute_params(**sent))
        if created.accepted:
            break

    comes_back(control(created).accepted(), resource(created, "institute"), sent)
    is_kept(superuser, created, sent)


@pytest.mark.parametrize(
    ("name", "default"),
    [
        pytest.param("session_retention_period", 6, marks=pytest.mark.requirement("INST-053")),
        pytest.param("pre_assigned_proctor_fallback_threshold", 0, marks=pytest.mark.requirement("INST-054")),
        pytest.param("connected_proctor_fallback_threshold", 0, marks=pytest.mark.requirement("INST-055")),
        pytest.param("block_students_until_proctor_connected", 0, marks=pytest.mark.requirement("INST-056")),
    ],
)
@pytest.mark.parametrize("others", ["absent", "sent"])
def test_default_of_a_parameter(superuser, world, name, default, others):
    beside = {each: value for each, value in OPTIONAL.items() if each != name} if others == "sent" else {}

    created = control(superuser("institutes_create", **world.institute_params(**beside))).accepted()

    institute = resource(created, "institute")
    if name not in institute:
        raise NotTested(f"the answer is without {name}, as in older copies of the pages")
    expect(created).holds(same(name, default, institute[name]), f"{name} to be {default}", f"{institute[name]!r}")


@pytest.mark.requirement("INST-057")
@pytest.mark.parametrize("minutes", [0, 1, 1440])
def test_threshold_in_minutes(superuser, world, minutes):
    thresholds = dict.fromkeys(THRESHOLDS, minutes)

    created = superuser("institutes_create", **world.institute_params(**thresholds))

    expect(created).accepted()
    comes_back(created, resource(created, "institute"), thresholds)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(pytest.param(name, -1, marks=pytest.mark.requirement("INST-058")) for name in THRESHOLDS),
        *(pytest.param(name, "soon", marks=pytest.mark.requirement("INST-059")) for name in THRESHOLDS),
    ],
)
def test_create_with_a_value_out_of_range(superuser, world, name, value):
    params = world.institute_params(**{name: 1})

    refused = superuser("institutes_create", **{**params, name: value})
    created = superuser("institutes_create", **params)

    expect(refused).refused()
    control(created).accepted()


@pytest.mark.requirement("INST-061")
def test_create_with_a_switch_that_is_another_word(superuser, world):
    for name in ("global_proctor", "global_reviewer", "block_students_until_proctor_connected"):
        created = superuser("institutes_create", **world.institute_params(**{name: "maybe"}))

        observe(created, **{name: created.status})


@pytest.mark.requirement("INST-062")
def test_logo_is_uploaded(superuser, world, logo):
    created = superuser("institutes_create", **world.institute_params(logo_image=logo))

    expect(created).accepted()


@pytest.mark.requirement("INST-063")
def test_institute_with_a_logo(superuser, world, logo):
    created = control(superuser("institutes_create", **world.institute_params(logo_image=logo))).accepted()

    shown = superuser("institutes_show", id=resource(created, "institute").get("id"))
    for exchange in (created, control(shown).accepted()):
        institute = resource(exchange, "institute")
        expect(exchange).equals(institute.get("logo_image_file_name"), logo.name, "logo_image_file_name")
        expect(exchange).equals(institute.get("logo_image_content_type"), logo.content_type, "logo_image_content_type")
        expect(exchange).equals(institute.get("logo_image_file_size"), len(logo.content), "logo_image_file_size")
        expect(exchange).holds(institute.get("logo_image_updated_at"), "a logo_image_updated_at", "none")
        expect(exchange).holds(institute.get("logo_image") != MISSING_LOGO, "another logo_image", MISSING_LOGO)


@pytest.mark.requirement("INST-064")
def test_institute_without_a_logo(superuser, world):
    created = control(superuser("institutes_create", **world.institute_params())).accepted()

    institute = resource(created, "institute")
    expect(created).equals(institute.get("logo_image"), MISSING_LOGO, "logo_image")
    expect(created).equals(institute.get("logo_image_file_name"), None, "logo_image_file_name")


@pytest.mark.requirement("INST-065")
def test_create_is_not_for_administrators(administrator, superuser, world):
    refused = administrator("institutes_create", **world.institute_params())
    created = superuser("institutes_create", **world.institute_params())

    expect(refused).refused(403)
    control(created).accepted()


@pytest.mark.requirement("INST-066")
def test_refused_create_says_why(administrator, superuser, world):
    refused = administrator("institutes_create", **world.institute_params())
    created = superuser("institutes_create", **world.institute_params())

    expect(refused).refused()
    control(created).accepted()
    has_text(refused, NOT_AUTHORIZED)


@pytest.mark.requirement("INST-067")
def test_parameters_beside_a_logo_come_back(superuser, world, logo):
    params = world.institute_params(**OPTIONAL)

    created = control(superuser("institutes_create", **params, logo_image=logo)).accepted()

    comes_back(created, resource(created, "institute"), params)


@pytest.mark.requirement("INST-068")
def test_short_name_of_another_institute(superuser, world):
    short_name = world.institute()["short_name"]

    created = superuser("institutes_create", **world.institute_params(short_name=short_name))

    observe(created)


@pytest.mark.requirement("INST-069")
def test_name_in_other_letter_case(superuser, world):
    name = world.institute()["name"].upper()

    created = superuser("institutes_create", **world.institute_params(name=name))

    observe(created)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("name", "   ", marks=pytest.mark.requirement("INST-070")),
        pytest.param("name", None, marks=pytest.mark.requirement("INST-071")),
        pytest.param("callback_url", "no address", marks=pytest.mark.requirement("INST-072")),
        pytest.param("default_language", "klingon", marks=pytest.mark.requirement("INST-073")),
        pytest.param("session_retention_period", "long", marks=pytest.mark.requirement("INST-060")),
        pytest.param("session_retention_period", 0, marks=pytest.mark.requirement("INST-074")),
        pytest.param("global_proctor", True, marks=pytest.mark.requirement("INST-075")),
        pytest.param(
            "logo_image",
            File("logo.png", b"no image", "image/png"),
            marks=pytest.mark.requirement("INST-076"),
            id="logo",
        ),
    ],
)
def test_create_with_an_undocumented_value(superuser, world, name, value):
    created = superuser("institutes_create", **world.institute_params(**{name: value}))

    observe(created)


@pytest.mark.requirement("INST-079")
def test_times_of_a_new_institute(superuser, world):
    created = control(superuser("institutes_create", **world.institute_params())).accepted()

    institute = resource(created, "institute")
    is_now(created, "created_at", institute.get("created_at"))
    is_now(created, "updated_at", institute.get("updated_at"))


@pytest.mark.requirement("INST-080")
def test_name_with_letters_and_marks_comes_back(superuser, world):
    name = world.name('Prüfung «Ä» 漢字 😀 100% "sure" & it\'s <b>bold</b>')

    created = control(superuser("institutes_create", **world.institute_params(name=name))).accepted()

    comes_back(created, resource(created, "institute"), {"name": name})


@pytest.fixture
def logo():
    """Return a picture of one pixel."""
    return File("logo.png", PNG, "image/png")
