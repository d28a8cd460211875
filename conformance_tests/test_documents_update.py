"""Documents: update with PATCH and PUT, destroy."""

import pytest

from contract.checks.shape import has_resource, only_resource, resource
from contract.checks.values import agrees, instant, wait_past
from contract.judgement import control, expect, observe, require
from contract.marks import per_operation


@pytest.fixture
def document(world):
    """Return the document of an exam."""
    return world.document(world.exam()["id"])


@pytest.fixture
def place(document):
    """Return the ids that name the document in a path."""
    return {"exam_id": document["exam_id"], "id": document["id"]}


def listed_document(client, exam_id):
    """Return the document that the list of an exam shows."""
    return resource(control(client("documents_index", exam_id=exam_id)).accepted(), "document")


def still_listed(client, exam_id):
    """Return the document that the list of an exam shows, an empty one where it no longer shows any."""
    listed = control(client("documents_index", exam_id=exam_id)).accepted()
    found = listed.json.get("document") if isinstance(listed.json, dict) else None
    return found if isinstance(found, dict) else {}


def lists(client, exam_id, document_id):
    """Tell whether the list of an exam holds a document; what it answers without any is not documented."""
    listed = client("documents_index", exam_id=exam_id)
    found = listed.json.get("document") if listed.accepted and isinstance(listed.json, dict) else None
    rows = found if isinstance(found, list) else [found]
    return any(isinstance(row, dict) and row.get("id") == document_id for row in rows)


@pytest.mark.smoke
@per_operation(documents_update="DOC-060", documents_update_put="DOC-061")
def test_document_is_changed(operation_id, administrator, place):
    expect(administrator(operation_id, **place, exam_content="Changed")).accepted()


@pytest.mark.requirement("DOC-062")
def test_changed_content_is_answered(operation_id, administrator, place):
    changed = control(administrator(operation_id, **place, exam_content="Changed")).accepted()

    has_resource(changed, "document")
    expect(changed).equals(resource(changed, "document").get("exam_content"), "Changed", "document.exam_content")


@per_operation(documents_update="DOC-063", documents_update_put="DOC-064")
def test_changed_content_is_listed(operation_id, administrator, place):
    listed_document(administrator, place["exam_id"])

    changed = control(administrator(operation_id, **place, exam_content="Changed")).accepted()

    now = listed_document(administrator, place["exam_id"])
    expect(changed).equals((now.get("id"), now.get("exam_content")), (place["id"], "Changed"), "id and exam_content")


@pytest.mark.requirement("DOC-071")
def test_changed_content_is_shown(operation_id, administrator, place):
    control(administrator("documents_show", **place)).accepted()

    control(administrator(operation_id, **place, exam_content="Changed")).accepted()

    shown = control(administrator("documents_show", **place)).accepted()

    expect(shown).equals(only_resource(shown).get("exam_content"), "Changed", "document.exam_content")


@pytest.mark.requirement("DOC-065")
def test_change_moves_updated_at_only(operation_id, administrator, place):
    document = listed_document(administrator, place["exam_id"])
    wait_past(instant(document.get("updated_at")))

    changed = control(administrator(operation_id, **place, exam_content="Changed")).accepted()

    now = listed_document(administrator, place["exam_id"])
    agrees(changed, now, document, "exam_content", "updated_at")
    before, after = instant(document.get("updated_at")), instant(now.get("updated_at"))
    require(before and after, "updated_at is no time", blocked_by="DOC-102")
    require(before != after or before.microsecond, "the target's times are too coarse to tell a change within a second")
    expect(changed).holds(after > before, f"updated_at after {before.isoformat()}", after.isoformat())


@pytest.mark.requirement("DOC-066")
def test_document_of_another_exam_stays_as_it_is(operation_id, administrator, world):
    earlier, document, later = (world.document(world.exam()["id"]) for _ in range(3))
    others = [listed_document(administrator, each["exam_id"]) for each in (earlier, later)]
    place = {"exam_id": document["exam_id"], "id": document["id"]}

    changed = control(administrator(operation_id, **place, exam_content="Changed")).accepted()

    for other in others:
        agrees(changed, listed_document(administrator, other["exam_id"]), other)


@per_operation(documents_update="DOC-067", documents_update_put="DOC-067", documents_destroy="DOC-084")
def test_absent_document_is_not_found(operation_id, administrator, world, place):
    content = {} if operation_id == "documents_destroy" else {"exam_content": "Changed"}

    absent = administrator(operation_id, **{**place, "id": world.absent_id("document")}, **content)
    right = administrator(operation_id, **place, **content)

    expect(absent).refused()
    control(right).accepted()


@per_operation(documents_update="DOC-068", documents_update_put="DOC-068", documents_destroy="DOC-085")
def test_document_is_out_of_reach_under_another_exam(operation_id, administrator, place, shared):
    content = {} if operation_id == "documents_destroy" else {"exam_content": "Changed"}
    document = listed_document(administrator, place["exam_id"])

    foreign = administrator(operation_id, **{**place, "exam_id": shared.exam_id}, **content)
    now = still_listed(administrator, place["exam_id"])
    right = administrator(operation_id, **place, **content)

    expect(foreign).refused()
    agrees(foreign, now, document)
    control(right).accepted()


@pytest.mark.requirement("DOC-069")
def test_change_without_content(operation_id, administrator, place):
    empty = administrator(operation_id, **place, exam_content="")
    absent = administrator(operation_id, **place)

    observe(empty, empty=empty.status)
    observe(absent, absent=absent.status)


@pytest.mark.smoke
@pytest.mark.requirement("DOC-080")
def test_document_is_destroyed(administrator, place):
    expect(administrator("documents_destroy", **place)).accepted()


@pytest.mark.requirement("DOC-081")
def test_destroyed_document_is_no_longer_listed(administrator, place):
    require(lists(administrator, **by_exam(place)), "the document is not listed at all", blocked_by="DOC-002")

    destroyed = control(administrator("documents_destroy", **place)).accepted()

    still = lists(administrator, **by_exam(place))
    expect(destroyed).holds(not still, "no destroyed document in the list", f"document {place['id']}")


def by_exam(place):
    """Return the ids of a path under the names of `lists`."""
    return {"exam_id": place["exam_id"], "document_id": place["id"]}


@pytest.mark.requirement("DOC-082")
def test_destroyed_document_is_no_longer_shown(administrator, place):
    control(administrator("documents_show", **place)).accepted()

    control(administrator("documents_destroy", **place)).accepted()

    expect(administrator("documents_show", **place)).refused()


@pytest.mark.requirement("DOC-083")
def test_document_of_another_exam_is_kept(administrator, world):
    earlier, document, later = (world.document(world.exam()["id"]) for _ in range(3))
    others = [listed_document(administrator, each["exam_id"]) for each in (earlier, later)]

    destroyed = control(administrator("documents_destroy", exam_id=document["exam_id"], id=document["id"])).accepted()

    for other in others:
        agrees(destroyed, still_listed(administrator, other["exam_id"]), other)


@pytest.mark.requirement("DOC-086")
def test_status_of_an_exam_whose_document_is_gone(administrator, place):
    destroyed = control(administrator("documents_destroy", **place)).accepted()

    exam = resource(control(administrator("exams_show", id=place["exam_id"])).accepted(), "exam")
    observe(destroyed, exam_status=exam.get("status"))


@pytest.mark.requirement("DOC-087")
def test_answer_to_destroying_a_document(administrator, place):
    destroyed = control(administrator("documents_destroy", **place)).accepted()

    observe(destroyed, status=destroyed.status, body=destroyed.text[:40] if len(destroyed.body) < 5 else "more")


@pytest.mark.requirement("DOC-088")
def test_destroying_a_document_twice(administrator, place):
    control(administrator("documents_destroy", purpose="set-up", **place)).accepted()

    observe(administrator("documents_destroy", **place))
