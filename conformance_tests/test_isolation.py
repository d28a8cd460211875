"""Isolation: what belongs to one institute is out of reach for the administrator of another one, the outsider."""

import json
from dataclasses import replace

import pytest

from contract.auth import Wrongly
from contract.checks import effects, wire
from contract.checks.acceptance import answered
from contract.checks.lists import column, find
from contract.checks.shape import rows
from contract.checks.texts import has_text
from contract.judgement import NotTested, control, deciding, expect, observe, require


def own_exam(world):
    """An exam of the outsider's institute."""
    world.needs("outsider")
    institute_id = world.target.users["outsider"].institute_id
    return world.create("exams_create", by="outsider", **world.exam_params(institute_id=institute_id))


NOT_AUTHORIZED = "You are not authorized to access this"
"""One page ends the sentence with: endpoint, the others with: page."""


def says_that_it_is_not_authorized(exchange):
    """Judge the text of a refusal; one that hides the resource with another status has none that is documented."""
    require(exchange.refused, f"it was not refused: {exchange.line}")
    if exchange.status not in (401, 403):
        raise NotTested(f"refused with {exchange.status}, for which another text or none is documented")
    expect(exchange).refused()
    has_text(exchange, NOT_AUTHORIZED)


@pytest.mark.requirement("ISO-001", "ISO-002", "ISO-003", "ISO-004", "ISO-030", "ISO-064")
def test_resources_are_out_of_reach_for_another_institute(operation_id, world, sample):
    world.needs("outsider")
    request = without_institute(sample(operation_id))

    foreign = sample.send(request, role="outsider")
    right = sample.send(sample(operation_id) if foreign.accepted else request)

    with deciding("ISO-030"):
        observe(foreign)
    with deciding("ISO-064"):
        control(right).accepted()
        says_that_it_is_not_authorized(foreign)
    expect(foreign).refused()
    control(right).accepted()


def without_institute(request):
    """A change that names no institute, which might be refused for that alone."""
    if not request.operation_id.startswith(("exams_update", "tool_providers_update")):
        return request
    return replace(request, params={name: value for name, value in request.params.items() if name != "institute_id"})


@pytest.mark.requirement("ISO-005")
def test_request_refused_to_another_institute_changes_nothing(operation_id, world, administrator, sample):
    world.needs("outsider")
    request = sample(operation_id)
    state = effects.state_behind(administrator, request)
    before = state()

    foreign = sample.send(request, role="outsider")

    require(foreign.refused, f"it was not refused: {foreign.line}", blocked_by="ISO-002")
    expect(foreign).refused()
    expect(foreign).holds(effects.read_or_gone(state) == before, "the resource to be as before", "it changed")
    control(sample.send(request)).accepted()


LISTED = {
    "exams_index": ("exams", lambda shared: shared.exam_id, [{"status": "draft"}, {"page": 2, "limit": 1}]),
    "student_sessions_index_all": (
        "students", lambda shared: shared.student_session_id, [{"status": "registered"}, {"page": 2, "limit": 1}]
    ),
    "lti_resources_index": ("lti_resources", lambda shared: shared.lti_resource_id, [{"page": 2, "limit": 1}]),
    "tool_providers_index": ("tool_providers", lambda shared: shared.tool_provider_id, []),
}  # fmt: skip
"""Key, a row of the institute under test, and what else a list can be asked for."""
PARENTS = {
    "exams_index": {"institute_id": lambda shared: shared.world.institute_id},
    "student_sessions_index_all": {"exam_id": lambda shared: shared.exam_id},
    "lti_resources_index": {"exam_id": lambda shared: shared.exam_id},
    "tool_providers_index": {"institute_id": lambda shared: shared.world.institute_id},
}
"""The parents of the row, by which a list can be asked for too: as a filter, and as a parameter of that name."""


def by_parents(operation_id, shared):
    """Return what asks the list for the rows of a parent in the institute under test."""
    parents = {name: parent(shared) for name, parent in PARENTS[operation_id].items()}
    # A filter names its row as well, so that a list without scope shows it on the first page.
    filters = [{name: {"eq": str(id)}} for name, id in {**parents, "id": LISTED[operation_id][1](shared)}.items()]
    return [*({"filter": json.dumps(each)} for each in filters), parents]


@pytest.mark.requirement("ISO-006")
def test_lists_hold_no_rows_of_another_institute(operation_id, administrator, outsider, shared):
    key, make, queries = LISTED[operation_id]
    id = make(shared)

    own = administrator(operation_id)
    queries = [*queries, *by_parents(operation_id, shared)]
    foreign = [outsider(operation_id), *(outsider(operation_id, **query) for query in queries)]

    control(own).accepted()
    ours = set(column(administrator, operation_id, key))
    require(id in ours, f"{operation_id} does not list {key} {id} to its own institute")
    for exchange in foreign:
        if exchange is foreign[0] or exchange.accepted:
            control(exchange).accepted()
            found = ours.intersection(row.get("id") for row in rows(exchange, key))
            expect(exchange).holds(not found, "no rows of another institute", f"{key} {sorted(found)[:3]}")
    theirs = set(column(outsider, operation_id, key))
    expect(foreign[0]).holds(not ours & theirs, "no rows of another institute", f"{key} {sorted(ours & theirs)[:3]}")


@pytest.mark.requirement("ISO-007")
def test_filter_finds_nothing_of_another_institute(administrator, outsider, world):
    exam = world.exam()
    by_name = {"filter": json.dumps({"name": {"eq": exam["name"]}})}

    own, foreign = administrator("exams_index", **by_name), outsider("exams_index", **by_name)

    control(own).accepted()
    require(str(exam["name"]) in own.text, "the filter does not find the exam for its own institute")
    control(foreign).accepted()
    expect(foreign).holds(str(exam["name"]) not in foreign.text, "no exam of another institute", foreign.text[:200])


@pytest.mark.requirement("ISO-008")
def test_foreign_resource_is_not_found_under_an_own_parent(operation_id, world, sample):
    world.needs("outsider")
    request = sample(operation_id)
    parent = "id" if operation_id.startswith("exams_") else "institute_id" if "users" in operation_id else "exam_id"
    own = world.target.users["outsider"].institute_id if parent == "institute_id" else own_exam(world)["id"]

    foreign = sample.send(request, role="outsider", **{parent: own})
    right = sample.send(sample(operation_id) if foreign.accepted else request)

    expect(foreign).refused()
    control(right).accepted()


@pytest.mark.requirement("ISO-009")
def test_nothing_is_created_in_another_institute(operation_id, world, outsider, sample):
    home, theirs = outsider.user.institute_id, world.institute_id
    request = sample(operation_id)
    key = "exam" if operation_id == "exams_create" else "tool_provider"

    foreign = outsider(operation_id, **{**request.params, "institute_id": theirs})
    right = outsider(operation_id, purpose="control", **{**sample(operation_id).params, "institute_id": home})
    if not right.accepted and key == "tool_provider":
        # A server may refuse institute_id to all but superusers.
        right = outsider(operation_id, purpose="control", **sample(operation_id).params)

    if foreign.accepted:
        made = world.taken(foreign).get("institute_id")
        require(made is not None, "the answer holds no institute_id")
        expect(foreign).holds(made == home, f"no {key} in another institute", f"a {key} with institute_id {made}")
    else:
        expect(foreign).refused()
    control(right).accepted()


@pytest.mark.requirement("ISO-010")
def test_nothing_is_moved_into_another_institute(operation_id, world, administrator):
    world.needs("outsider")
    theirs = world.target.users["outsider"].institute_id
    key = "exam" if operation_id == "exams_update" else "tool_provider"
    made = world.exam() if key == "exam" else world.tool_provider()

    moved = administrator(operation_id, id=made["id"], institute_id=theirs)
    if moved.accepted and isinstance(moved.json, dict) and isinstance(moved.json.get(key), dict):
        stayed_in(world.institute_id, moved, moved.json[key], key)
    shown = administrator(f"{key}s_show", purpose="control", id=made["id"])
    renamed = administrator(operation_id, purpose="control", id=made["id"], **name_of(key, world))

    control(renamed).accepted()
    control(shown).accepted()
    stayed_in(world.institute_id, moved, shown.json[key], key)


def stayed_in(home, exchange, found, key):
    institute_id = found.get("institute_id")
    expect(exchange).holds(institute_id == home, f"the {key} to stay", f"institute_id {institute_id}")


def name_of(key, world):
    return {"name": world.name("exam")} if key == "exam" else {"tool_name": world.name("tool")}


@pytest.mark.requirement("ISO-011")
def test_exam_is_not_linked_to_a_foreign_tool_provider(administrator, world, shared):
    world.needs("outsider")
    foreign_tool = world.create("tool_providers_create", by="outsider", **world.tool_provider_params())
    right = world.lti_resource_params(shared.exam_id, shared.tool_provider_id)

    foreign = administrator("lti_resources_create", **{**right, "tool_provider_id": foreign_tool["id"]})
    linked = administrator("lti_resources_create", **right)

    expect(foreign).refused()
    control(linked).accepted()


def foreign_user(world):
    """A teacher of the outsider's institute."""
    world.needs("outsider")
    institute_id = world.target.users["outsider"].institute_id
    return world.create("users_create", by="outsider", **world.user_params(institute_id=institute_id))


@pytest.mark.requirement("ISO-012")
def test_foreign_user_does_not_become_comanager(world, sample):
    request = sample("exams_add_comanager")

    foreign = sample.send(request, comanager_id=foreign_user(world)["id"])
    right = sample.send(request)

    expect(foreign).refused()
    control(right).accepted()


@pytest.mark.requirement("ISO-014")
def test_removing_a_foreign_user_shows_nothing_of_that_user(world, sample):
    request = sample("exams_remove_comanager")
    user = foreign_user(world)
    secrets = [user[name] for name in ("api_token", "secret_key", "email") if user.get(name)]
    require(secrets, "the new user has neither credentials nor an address in the answer", blocked_by="USER-060")

    foreign = sample.send(request, comanager_id=user["id"])
    right = sample.send(request)

    expect(foreign).holds(
        not any(secret in foreign.text for secret in secrets), "nothing of a foreign user", "credentials or address"
    )
    control(right).accepted()


@pytest.mark.requirement("ISO-013")
def test_foreign_user_does_not_become_proctor(world, sample):
    request = sample("student_sessions_assign_proctor")
    user = foreign_user(world)

    foreign = sample.send(request, proctor_id=user["id"])
    right = sample.send(request)

    expect(foreign).refused()
    control(right).accepted()


@pytest.mark.requirement("ISO-020", "ISO-021", "ISO-022", "ISO-023", "ISO-024", "ISO-066")
def test_institutes_are_for_superusers(operation_id, world, sample):
    request = sample(operation_id)
    roles = ["administrator"] + [role for role in ("teacher", "outsider") if role in world.clients]

    refused = {role: sample.send(request, role=role) for role in roles}
    right = sample.send(sample(operation_id) if any(each.accepted for each in refused.values()) else request)

    for exchange in refused.values():
        with deciding("ISO-066"):
            says_that_it_is_not_authorized(exchange)
            control(right).accepted()
        expect(exchange).refused()
    control(right).accepted()


@pytest.mark.requirement("ISO-025")
def test_request_refused_for_not_being_superuser_changes_nothing(operation_id, superuser, sample):
    request = sample(operation_id)
    state = effects.state_behind(superuser, request)
    before = state()

    refused = sample.send(request, role="administrator")

    require(refused.refused, f"it was not refused: {refused.line}", blocked_by="ISO-021")
    expect(refused).refused()
    expect(refused).holds(effects.read_or_gone(state) == before, "the institutes to be as before", "they changed")
    control(sample.send(request)).accepted()


@pytest.mark.requirement("ISO-031")
def test_own_institute_shown_to_its_administrator(administrator):
    observe(administrator("institutes_show", id=administrator.user.institute_id))


@pytest.mark.requirement("ISO-032")
def test_own_institute_changed_by_its_administrator(world, superuser):
    institute = world.institute()
    params = world.user_params(institute_id=institute["id"], role="administrator")
    user = world.create("users_create", by="superuser", **params)

    observe(world.client_of(user)("institutes_update", id=institute["id"], name=world.name("institute")))


@pytest.mark.requirement("ISO-033")
def test_exam_of_another_institute_shown_to_a_superuser(world, superuser):
    home = superuser.user.institute_id
    exam = world.exam() if home != world.institute_id else own_exam(world)

    observe(superuser("exams_show", id=exam["id"]))


@pytest.mark.requirement("ISO-034")
def test_users_of_another_institute_listed_for_a_superuser(world, superuser):
    home = superuser.user.institute_id
    others = [user.institute_id for user in world.target.users.values() if user.institute_id != home]

    observe(superuser("users_index", institute_id=others[0]))


@pytest.mark.requirement("ISO-055")
def test_user_is_not_moved_into_another_institute(administrator, outsider, world):
    user, resident = world.user(), foreign_user(world)
    theirs = outsider.user.institute_id
    user_of = {"institute_id": world.institute_id, "id": user["id"]}

    def update():
        control(administrator("users_update", purpose="control", **user_of, receives_reports=1)).accepted()

    update()

    # The id of the path is the one that is signed.
    in_the_body = Wrongly("another institute_id in the body", wire=wire.with_members({"institute_id": theirs}))
    moved = administrator("users_update", wrongly=in_the_body, **user_of, receives_reports=1)
    shown = administrator("users_show", **user_of)

    expect(shown).accepted()
    there, row = find(outsider, "users_index", "users", user["id"], institute_id=theirs)
    control(there).accepted()
    expect(moved).holds(row is None, "the user to stay", "it is listed in the other institute")
    # A list that shows nobody does not show who has moved either.
    _, known = find(outsider, "users_index", "users", resident["id"], institute_id=theirs)
    require(known, "the other institute's list does not show its own user", blocked_by="USER-003")
    answered(moved, update)
