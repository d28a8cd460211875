"""Student sessions: assign and unassign a proctor."""

import pytest

from contract.checks.lists import find
from contract.checks.shape import has_shape
from contract.checks.texts import has_text
from contract.checks.values import agrees
from contract.judgement import NotTested, control, expect, observe, require

pytestmark = pytest.mark.one_worker("proctors")

ASSIGN, UNASSIGN = "student_sessions_assign_proctor", "student_sessions_unassign_proctor"
FIELDS = ("proctor_id", "pre_assigned_proctor_id")
LIMIT_OF_THE_USER_INTERFACE = 13


@pytest.fixture
def proctor_id(world, target):
    """Return a user that can be assigned as proctor."""
    world.needs("proctors")
    return target.fixtures.proctors[0]


@pytest.fixture
def session(world):
    """Return a student session without a proctor."""
    return world.student_session(world.exam()["id"])


def listed(client, session):
    """Return a student session as the list of its exam shows it now."""
    _, row = find(client, "student_sessions_index", "students", session["id"], exam_id=session["exam_id"])
    require(row, "the list of the exam does not hold the student", blocked_by="SESSION-003")
    return row


def proctors_of(client, session):
    """Return the fields of a student session that may hold its proctor."""
    row = listed(client, session)
    return {name: row.get(name) for name in FIELDS}


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-270")
def test_proctor_is_assigned(administrator, session, proctor_id):
    expect(administrator(ASSIGN, id=session["id"], proctor_id=proctor_id)).accepted()


@pytest.fixture
def assigned(administrator, session, proctor_id):
    """Return the answer that assigned the proctor to the student session."""
    return control(administrator(ASSIGN, id=session["id"], proctor_id=proctor_id)).accepted()


@pytest.mark.requirement("SESSION-271")
def test_answer_has_proctor_and_number_of_sessions(assigned):
    has_shape(assigned, "envelope", "presence")


@pytest.mark.requirement("SESSION-272")
def test_assigned_proctor_is_the_one_that_was_sent(assigned, proctor_id):
    body = assigned.json if isinstance(assigned.json, dict) else {}

    expect(assigned).equals(body.get("proctor_id"), proctor_id, "proctor_id")


@pytest.mark.requirement("SESSION-273")
def test_number_of_sessions_counts_the_assignment(assigned):
    count = assigned.json.get("active_proctoring_sessions") if isinstance(assigned.json, dict) else None

    counts = isinstance(count, int) and not isinstance(count, bool) and count >= 1
    expect(assigned).holds(counts, "active_proctoring_sessions of at least 1", repr(count))


@pytest.mark.requirement("SESSION-274")
@pytest.mark.parametrize("spoiled", [{}, {"proctor_id": ""}], ids=["absent", "empty"])
def test_assignment_without_a_proctor_is_refused(administrator, session, proctor_id, spoiled):
    without = administrator(ASSIGN, id=session["id"], **spoiled)
    assigned = administrator(ASSIGN, id=session["id"], proctor_id=proctor_id)

    expect(without).refused()
    control(assigned).accepted()


@pytest.mark.requirement("SESSION-275")
def test_proctor_id_that_is_a_word_is_refused(administrator, session, proctor_id):
    word = administrator(ASSIGN, id=session["id"], proctor_id="word")
    assigned = administrator(ASSIGN, id=session["id"], proctor_id=proctor_id)

    expect(word).refused()
    control(assigned).accepted()


@pytest.mark.requirement("SESSION-276")
def test_absent_session_is_not_found(administrator, world, session, proctor_id):
    absent = administrator(ASSIGN, id=world.absent_id("student_session"), proctor_id=proctor_id)
    assigned = administrator(ASSIGN, id=session["id"], proctor_id=proctor_id)

    expect(absent).refused(404)
    control(assigned).accepted()


@pytest.mark.requirement("SESSION-278")
def test_absent_proctor_is_not_found(administrator, world, session, proctor_id):
    absent = administrator(ASSIGN, id=session["id"], proctor_id=world.absent_id("user"))
    assigned = administrator(ASSIGN, id=session["id"], proctor_id=proctor_id)

    expect(absent).refused(404)
    control(assigned).accepted()


@pytest.mark.requirement("SESSION-279")
def test_absent_proctor_is_told(administrator, world, session, proctor_id):
    absent = administrator(ASSIGN, id=session["id"], proctor_id=world.absent_id("user"))
    assigned = administrator(ASSIGN, id=session["id"], proctor_id=proctor_id)

    expect(absent).refused()
    control(assigned).accepted()
    has_text(absent, "Not found error.")


@pytest.mark.requirement("SESSION-281")
def test_session_shows_the_assigned_proctor(administrator, session, assigned, proctor_id):
    found = proctors_of(administrator, session)

    expect(assigned).holds(proctor_id in found.values(), f"proctor {proctor_id} in {' or '.join(FIELDS)}", f"{found}")


@pytest.mark.requirement("SESSION-282")
def test_field_of_the_assigned_proctor(administrator, session, assigned, proctor_id):
    found = proctors_of(administrator, session)

    observe(assigned, fields=", ".join(name for name, value in found.items() if value == proctor_id) or "none")


@pytest.mark.requirement("SESSION-283")
def test_proctor_id_may_be_a_text(administrator, session, proctor_id):
    assigned = expect(administrator(ASSIGN, id=session["id"], proctor_id=str(proctor_id))).accepted()

    body = assigned.json if isinstance(assigned.json, dict) else {}
    expect(assigned).equals(body.get("proctor_id"), proctor_id, "proctor_id")


@pytest.mark.requirement("SESSION-284")
def test_other_session_stays_as_it_is(administrator, world, session, proctor_id):
    other = listed(administrator, world.student_session(session["exam_id"]))

    assigned = control(administrator(ASSIGN, id=session["id"], proctor_id=proctor_id)).accepted()

    agrees(assigned, listed(administrator, other), other)


@pytest.mark.requirement("SESSION-285")
def test_second_proctor_of_a_session(administrator, session, assigned, target):
    if len(target.fixtures.proctors) < 2:
        raise NotTested("the config hands over one proctor only")

    again = administrator(ASSIGN, id=session["id"], proctor_id=target.fixtures.proctors[1])

    found = set(proctors_of(administrator, session).values())
    observe(again, status=again.status, replaced=target.fixtures.proctors[1] in found)


@pytest.mark.requirement("SESSION-286")
def test_teacher_as_a_proctor(administrator, world, session):
    observe(administrator(ASSIGN, id=session["id"], proctor_id=world.user()["id"]))


@pytest.mark.requirement("SESSION-287")
def test_status_without_a_proctor(administrator, session):
    observe(administrator(ASSIGN, id=session["id"]))


@pytest.mark.deep
@pytest.mark.requirement("SESSION-288")
def test_fourteenth_session_of_a_proctor(administrator, world, session, proctor_id):
    for _ in range(LIMIT_OF_THE_USER_INTERFACE):
        each = world.student_session(session["exam_id"])
        administrator(ASSIGN, purpose="set-up", id=each["id"], proctor_id=proctor_id)

    observe(administrator(ASSIGN, id=session["id"], proctor_id=proctor_id))


@pytest.mark.requirement("SESSION-289")
def test_refused_assignment_assigns_nobody(administrator, world, session, proctor_id):
    before = listed(administrator, session)

    refused = administrator(ASSIGN, id=session["id"], proctor_id=world.absent_id("user"))
    after = listed(administrator, session)
    assigned = administrator(ASSIGN, id=session["id"], proctor_id=proctor_id)

    expect(refused).refused()
    agrees(refused, after, before)
    control(assigned).accepted()


@pytest.mark.requirement("SESSION-291")
def test_every_assignment_is_counted(administrator, world, session, target):
    world.needs("proctors")
    if len(target.fixtures.proctors) < 2:
        raise NotTested("the config hands over one proctor only, whom other tests assign at the same time")
    second, counts = world.student_session(session["exam_id"]), []

    for each in (session, second):
        assigned = administrator(ASSIGN, id=each["id"], proctor_id=target.fixtures.proctors[-1])
        counts.append(control(assigned).accepted().json.get("active_proctoring_sessions"))

    expect(assigned).equals(counts[1], counts[0] + 1, "active_proctoring_sessions")


@pytest.mark.requirement("SESSION-292")
def test_what_was_taken_away_is_not_counted(administrator, world, session, target):
    world.needs("proctors")
    if len(target.fixtures.proctors) < 2:
        raise NotTested("the config hands over one proctor only, whom other tests assign at the same time")
    counts = []

    for _ in range(3):
        assigned = administrator(ASSIGN, id=session["id"], proctor_id=target.fixtures.proctors[-1])
        counts.append(control(assigned).accepted().json.get("active_proctoring_sessions"))
        control(administrator(UNASSIGN, id=session["id"])).accepted()

    expect(assigned).equals(counts, counts[:1] * 3, "active_proctoring_sessions after each assignment")


# -- student_sessions_unassign_proctor --------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("SESSION-310")
def test_proctor_is_unassigned(administrator, session, assigned):
    expect(administrator(UNASSIGN, id=session["id"])).accepted()


@pytest.mark.requirement("SESSION-311")
def test_session_no_longer_shows_the_proctor(administrator, session, assigned, proctor_id):
    shown_before = proctor_id in proctors_of(administrator, session).values()
    require(shown_before, "the session did not show its proctor", blocked_by="SESSION-281")

    unassigned = control(administrator(UNASSIGN, id=session["id"])).accepted()

    found = proctors_of(administrator, session)
    expect(unassigned).holds(proctor_id not in found.values(), f"no proctor {proctor_id} in the session", f"{found}")


@pytest.mark.requirement("SESSION-312")
def test_unassigning_of_an_absent_session_is_refused(administrator, world, session, assigned):
    absent = administrator(UNASSIGN, id=world.absent_id("student_session"))
    unassigned = administrator(UNASSIGN, id=session["id"])

    expect(absent).refused()
    control(unassigned).accepted()


@pytest.mark.requirement("SESSION-315")
def test_unassigning_where_there_is_no_proctor(administrator, session):
    observe(administrator(UNASSIGN, id=session["id"]))


@pytest.mark.requirement("SESSION-316")
def test_proctor_of_another_session_is_kept(administrator, world, session, assigned, proctor_id):
    other = world.student_session(session["exam_id"])
    control(administrator(ASSIGN, id=other["id"], proctor_id=proctor_id)).accepted()
    before = listed(administrator, other)

    unassigned = control(administrator(UNASSIGN, id=session["id"])).accepted()

    agrees(unassigned, listed(administrator, other), before)


@pytest.mark.requirement("SESSION-317")
def test_proctor_is_assigned_again(administrator, session, assigned, proctor_id):
    control(administrator(UNASSIGN, id=session["id"])).accepted()

    expect(administrator(ASSIGN, id=session["id"], proctor_id=proctor_id)).accepted()


@pytest.mark.requirement("SESSION-318")
def test_answer_to_unassigning(administrator, session, assigned):
    unassigned = control(administrator(UNASSIGN, id=session["id"])).accepted()

    keys = sorted(unassigned.json) if isinstance(unassigned.json, dict) else "no object"
    observe(unassigned, status=unassigned.status, keys=keys)
