"""Exams: update with PATCH and PUT."""

import pytest

from contract.checks.acceptance import accepted_as_usual
from contract.checks.shape import resource
from contract.checks.values import agrees, comes_back, instant, lost, wait_past
from contract.judgement import NotTested, control, expect, observe, require
from contract.marks import per_operation
from contract.printed import documented_example

ALTERNATING = {"global_proctoring": 1, "global_reviewing": 0, "for_reviewing": 1, "upload_answers": 0, "mobile_cam": 1}
SWAPPED = {name: 1 - value for name, value in ALTERNATING.items()}
LASTING = ("id", "institute_id", "user_id", "token", "created_at")


def changed_params(world):
    """Return parameters of an exam that differ from those of `World.exam_params` in every value that may."""
    return world.exam_params(duration_minutes=45, start_time="2036-02-29T23:30:00.000+01:00", **SWAPPED)


@pytest.fixture
def exam(administrator, world):
    """Return an exam as show answers it."""
    return shown_exam(administrator, world.exam()["id"])


def shown_exam(client, exam_id):
    """Return an exam as show answers it now."""
    return resource(control(client("exams_show", id=exam_id)).accepted(), "exam")


@pytest.mark.smoke
@per_operation(exams_update="EXAM-100", exams_update_put="EXAM-101")
def test_exam_is_changed(operation_id, administrator, world):
    exam = world.exam()

    expect(administrator(operation_id, id=exam["id"], **changed_params(world))).accepted()


@per_operation(exams_update="EXAM-104", exams_update_put="EXAM-105")
def test_change_comes_back_as_sent(operation_id, administrator, world):
    exam, sent = world.exam(), changed_params(world)

    changed = control(administrator(operation_id, id=exam["id"], **sent)).accepted()

    comes_back(changed, resource(changed, "exam"), {"id": exam["id"], **sent})


@per_operation(exams_update="EXAM-106", exams_update_put="EXAM-107")
@pytest.mark.parametrize("month", ["01", "07"])
def test_changed_start_time_is_kept_in_every_season(operation_id, administrator, world, exam, month):
    sent = world.exam_params(start_time=f"2036-{month}-30T12:34:56.789+00:00")

    changed = control(administrator(operation_id, id=exam["id"], **sent)).accepted()
    shown = control(administrator("exams_show", id=exam["id"])).accepted()

    comes_back(changed, resource(shown, "exam"), {"start_time": sent["start_time"]})


@per_operation(exams_update="EXAM-104", exams_update_put="EXAM-105")
@pytest.mark.parametrize("offset", ["-08:00", "+05:30", "-03:30"])
def test_start_time_with_another_offset_is_the_same_instant(operation_id, administrator, world, offset):
    sent = world.exam_params(start_time=f"2036-03-31T23:15:00.000{offset}")

    changed = control(administrator(operation_id, id=world.exam()["id"], **sent)).accepted()

    comes_back(changed, resource(changed, "exam"), {"start_time": sent["start_time"]})


@per_operation(exams_update="EXAM-106", exams_update_put="EXAM-107")
def test_change_is_kept(operation_id, administrator, world, exam):
    sent = changed_params(world)

    control(administrator(operation_id, id=exam["id"], **sent)).accepted()
    shown = control(administrator("exams_show", id=exam["id"])).accepted()

    comes_back(shown, resource(shown, "exam"), sent)


@pytest.mark.requirement("EXAM-108")
def test_patch_keeps_what_it_does_not_name(administrator, world, exam):
    name = world.name("renamed")

    changed = control(administrator("exams_update", id=exam["id"], name=name)).accepted()

    now = shown_exam(administrator, exam["id"])
    expect(changed).equals(now.get("name"), name, "exam.name")
    agrees(changed, now, exam, "name", "updated_at")


@pytest.mark.requirement("EXAM-108")
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_patch_keeps_what_the_patches_before_it_changed(administrator, world, exam, backwards):
    changes = {name: value for name, value in changed_params(world).items() if name not in ("type", "institute_id")}
    sent = dict(reversed(changes.items())) if backwards else changes

    for name, value in sent.items():
        # The name is sent each time: whether a change may do without it is not documented.
        change = {"name": sent["name"], name: value}
        changed = control(administrator("exams_update", id=exam["id"], **change)).accepted()

    comes_back(changed, shown_exam(administrator, exam["id"]), sent)


@pytest.mark.requirement("EXAM-109")
def test_put_of_a_name_alone(administrator, world, exam):
    changed = administrator("exams_update_put", id=exam["id"], name=world.name("renamed"))

    now = shown_exam(administrator, exam["id"])
    observe(changed, status=changed.status, lost=lost(exam, now, "name"))


@pytest.mark.requirement("EXAM-110")
def test_other_exam_stays_as_it_is(operation_id, administrator, world):
    before, exam_id, after = (world.exam()["id"] for _ in range(3))
    others = [shown_exam(administrator, each) for each in (before, after)]

    changed = control(administrator(operation_id, id=exam_id, **changed_params(world))).accepted()

    for other in others:
        agrees(changed, shown_exam(administrator, other["id"]), other)


@pytest.mark.requirement("EXAM-111")
def test_change_moves_updated_at_only(operation_id, administrator, world, exam):
    wait_past(instant(exam.get("updated_at")))
    changed = control(administrator(operation_id, id=exam["id"], **changed_params(world))).accepted()

    now = shown_exam(administrator, exam["id"])
    agrees(changed, {name: now.get(name) for name in LASTING}, {name: exam.get(name) for name in LASTING})
    before, after = instant(exam.get("updated_at")), instant(now.get("updated_at"))
    require(before and after, "updated_at is no time", blocked_by="EXAM-402")
    require(before != after or before.microsecond, "the target's times are too coarse to tell a change within a second")
    expect(changed).holds(after > before, f"updated_at after {before.isoformat()}", after.isoformat())


@pytest.mark.requirement("EXAM-112")
def test_whole_example_is_accepted(operation_id, administrator, world):
    exam = world.exam()
    sent = {**documented_example(operation_id), "name": world.name("exam"), "institute_id": world.institute_id}

    changed = administrator(operation_id, id=exam["id"], **sent)

    accepted_as_usual(
        changed, lambda: control(administrator(operation_id, id=exam["id"], **changed_params(world))).accepted()
    )
    expect(changed).equals(resource(changed, "exam").get("name"), sent["name"], "exam.name")


@pytest.mark.requirement("EXAM-113")
def test_changing_an_absent_exam_is_refused(operation_id, administrator, world):
    exam = world.exam()

    absent = administrator(operation_id, id=world.absent_id("exam"), **changed_params(world))
    changed = administrator(operation_id, id=exam["id"], **changed_params(world))

    expect(absent).refused()
    control(changed).accepted()


@pytest.mark.requirement("EXAM-114")
def test_status_of_changing_an_absent_exam(operation_id, administrator, world):
    observe(administrator(operation_id, id=world.absent_id("exam"), **changed_params(world)))


@pytest.mark.requirement("EXAM-116")
def test_change_to_an_empty_name(operation_id, administrator, world):
    exam = world.exam()

    observe(administrator(operation_id, id=exam["id"], **world.exam_params(name="")))


@pytest.mark.requirement("EXAM-117")
def test_change_of_the_status(operation_id, administrator, world):
    exam = world.open_exam()

    changed = administrator(operation_id, id=exam["id"], **world.exam_params(status="closed"))
    shown = control(administrator("exams_show", id=exam["id"])).accepted()

    observe(changed, status=changed.status, exam_status=resource(shown, "exam").get("status"))


@pytest.mark.requirement("EXAM-118")
def test_change_of_nothing(operation_id, administrator, world):
    exam = world.exam()

    observe(administrator(operation_id, id=exam["id"]))


@pytest.mark.requirement("EXAM-119")
def test_use_duration_is_changed_and_changed_back(operation_id, administrator, world):
    exam = world.exam()

    for value in (0, 1):
        changed = administrator(operation_id, id=exam["id"], **world.exam_params(use_duration=value))
        if changed.refused and not value:
            raise NotTested("the target takes no exam without a fixed duration")
        control(changed).accepted()
        for exam_now in (resource(changed, "exam"), shown_exam(administrator, exam["id"])):
            comes_back(changed, exam_now, {"use_duration": value})


@pytest.mark.requirement("EXAM-119")
def test_booleans_are_changed_and_changed_back(operation_id, administrator, world):
    exam = world.exam(**ALTERNATING)

    for booleans in (SWAPPED, ALTERNATING):
        sent = world.exam_params(**booleans)
        changed = control(administrator(operation_id, id=exam["id"], **sent)).accepted()

        comes_back(changed, resource(changed, "exam"), booleans)
