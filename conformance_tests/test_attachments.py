"""Attachments, the files of an exam: list, show, create, destroy."""

import re

import pytest

from contract.checks.acceptance import accepted_as_usual
from contract.checks.lists import column, find
from contract.checks.shape import has_resource, has_rows, has_shape, resource, rows
from contract.checks.values import agrees, is_now
from contract.client import File
from contract.judgement import NotTested, control, expect, observe, require
from contract.marks import per_operation
from contract.world import PNG

PIXEL = File("pixel.png", PNG, "image/png")
# Which types of files are taken is not documented, so nothing but the question about it needs another one than PNG.
NOTES = File("notes.png", PNG + b"Bring a pencil.\n", "image/png")
TEXT = File("notes.txt", b"Bring a pencil.\n", "text/plain")
MEGABYTE = 1_048_576


@pytest.fixture
def exam_id(world):
    """Return an exam without attachments."""
    return world.exam()["id"]


def ids_of(client, exam_id):
    """Return the ids of the attachments of an exam."""
    return column(client, "attachments_index", "attachments", exam_id=exam_id)


# -- attachments_index ------------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("ATTACH-001")
def test_attachments_are_listed(administrator, shared):
    expect(administrator("attachments_index", exam_id=shared.exam_id)).accepted()


@pytest.mark.requirement("ATTACH-002")
def test_list_of_attachments_stands_under_its_key(administrator, shared):
    listed = control(administrator("attachments_index", exam_id=shared.exam_id)).accepted()

    has_rows(listed, "attachments")
    has_shape(listed, "envelope")


@pytest.mark.requirement("ATTACH-003")
def test_every_attachment_is_listed_once(administrator, world, exam_id):
    uploaded = {world.attachment(exam_id, file)["id"] for file in (PIXEL, NOTES, None)}

    listed = control(administrator("attachments_index", exam_id=exam_id)).accepted()

    ids = [row.get("id") for row in rows(listed, "attachments")]
    expect(listed).holds(
        sorted(ids, key=str) == sorted(uploaded, key=str), f"the attachments {sorted(uploaded)}", f"{ids}"
    )


@pytest.mark.requirement("ATTACH-004")
def test_only_attachments_of_the_exam_are_listed(administrator, world):
    attachments = [world.attachment(world.exam()["id"]) for _ in range(2)]

    for attachment in attachments:
        exam_id = attachment["exam_id"]

        listed = control(administrator("attachments_index", exam_id=exam_id)).accepted()

        ids = [row.get("id") for row in rows(listed, "attachments")]
        expect(listed).equals(ids, [attachment["id"]], "the ids of the attachments")


@pytest.mark.requirement("ATTACH-005")
def test_attachment_is_listed_as_created(administrator, world, exam_id):
    attachment = world.attachment(exam_id)

    listed, row = find(administrator, "attachments_index", "attachments", attachment["id"], exam_id=exam_id)

    control(listed).accepted()
    require(row, "the list does not show what was created")
    agrees(listed, row, attachment)


@per_operation(
    attachments_index="ATTACH-006",
    attachments_show="ATTACH-025",
    attachments_create="ATTACH-049",
)
def test_exam_id_that_is_a_word_is_refused(operation_id, sample):
    request = sample(operation_id)

    word = sample.send(request, exam_id="word")
    number = sample.send(request)

    expect(word).refused()
    control(number).accepted()


@pytest.mark.requirement("ATTACH-007")
def test_attachments_of_an_absent_exam(administrator):
    observe(administrator("attachments_index", exam_id=administrator.sender.absent_id()))


@pytest.mark.requirement("ATTACH-008")
def test_list_of_an_exam_without_attachments_is_empty(administrator, exam_id):
    listed = control(administrator("attachments_index", exam_id=exam_id)).accepted()

    expect(listed).equals(rows(listed, "attachments"), [], "the attachments")


# -- attachments_show -------------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("ATTACH-020")
def test_attachment_is_shown(administrator, shared):
    expect(administrator("attachments_show", exam_id=shared.exam_id, id=shared.attachment_id)).accepted()


@pytest.mark.requirement("ATTACH-021")
def test_shown_attachment_stands_under_its_key(administrator, shared):
    shown = administrator("attachments_show", exam_id=shared.exam_id, id=shared.attachment_id)

    has_resource(control(shown).accepted(), "attachment")


@pytest.mark.requirement("ATTACH-022")
def test_attachment_is_shown_as_created(administrator, world, exam_id):
    attachment = world.attachment(exam_id)

    shown = control(administrator("attachments_show", exam_id=exam_id, id=attachment["id"])).accepted()

    agrees(shown, resource(shown, "attachment"), attachment)


@pytest.mark.requirement("ATTACH-023")
def test_absent_attachment_is_not_found(administrator, shared):
    absent = administrator("attachments_show", exam_id=shared.exam_id, id=administrator.sender.absent_id())
    shown = administrator("attachments_show", exam_id=shared.exam_id, id=shared.attachment_id)

    expect(absent).refused()
    control(shown).accepted()


@pytest.mark.requirement("ATTACH-024")
def test_attachment_is_not_shown_under_another_exam(administrator, shared, exam_id):
    foreign = administrator("attachments_show", exam_id=exam_id, id=shared.attachment_id)
    shown = administrator("attachments_show", exam_id=shared.exam_id, id=shared.attachment_id)

    expect(foreign).refused()
    control(shown).accepted()


@per_operation(attachments_show="ATTACH-026", attachments_destroy="ATTACH-079")
def test_attachment_id_that_is_a_word_is_refused(operation_id, sample):
    request = sample(operation_id)

    word = sample.send(request, id="word")
    number = sample.send(request)

    expect(word).refused()
    control(number).accepted()


@pytest.mark.requirement("ATTACH-027")
def test_further_fields_of_a_shown_attachment(administrator, world, exam_id):
    attachment = world.attachment(exam_id)

    shown = control(administrator("attachments_show", exam_id=exam_id, id=attachment["id"])).accepted()

    found = shown.json.get("attachment", shown.json) if isinstance(shown.json, dict) else {}
    observe(shown, further=", ".join(sorted(found.keys() - attachment.keys())) or "none")


@pytest.mark.requirement("ATTACH-028")
def test_attachment_that_was_asked_for_is_shown(administrator, world, exam_id):
    for attachment in (world.attachment(exam_id), world.attachment(exam_id)):
        shown = control(administrator("attachments_show", exam_id=exam_id, id=attachment["id"])).accepted()

        expect(shown).equals(resource(shown, "attachment").get("id"), attachment["id"], "the id of the attachment")


# -- attachments_create -----------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("ATTACH-040")
def test_file_is_uploaded(administrator, exam_id):
    expect(administrator("attachments_create", exam_id=exam_id, document=PIXEL)).accepted()


@pytest.fixture
def uploaded(administrator, exam_id):
    """Return an upload that was accepted."""
    return control(administrator("attachments_create", exam_id=exam_id, document=NOTES)).accepted()


@pytest.mark.requirement("ATTACH-041")
def test_new_attachment_stands_under_its_key(uploaded):
    has_resource(uploaded, "attachment")
    has_shape(uploaded, "envelope")


@pytest.mark.requirement("ATTACH-042")
def test_upload_without_a_file_is_refused(administrator, exam_id):
    without = administrator("attachments_create", exam_id=exam_id)
    another_name = administrator("attachments_create", exam_id=exam_id, file=PIXEL)
    right = administrator("attachments_create", exam_id=exam_id, document=PIXEL)

    expect(without).refused()
    expect(another_name).refused()
    control(right).accepted()


@pytest.mark.requirement("ATTACH-043")
def test_text_in_place_of_a_file_is_refused(administrator, exam_id):
    text = administrator("attachments_create", exam_id=exam_id, document="a text")
    right = administrator("attachments_create", exam_id=exam_id, document=PIXEL)

    expect(text).refused()
    control(right).accepted()


@pytest.mark.requirement("ATTACH-044")
def test_new_attachment_belongs_to_the_exam(uploaded, exam_id):
    expect(uploaded).equals(resource(uploaded, "attachment").get("exam_id"), exam_id, "attachment.exam_id")


@pytest.mark.requirement("ATTACH-045")
@pytest.mark.parametrize("file", [PIXEL, NOTES], ids=["pixel", "notes"])
def test_name_of_the_file_is_kept(administrator, exam_id, file):
    uploaded = control(administrator("attachments_create", exam_id=exam_id, document=file)).accepted()

    expect(uploaded).equals(resource(uploaded, "attachment").get("document_file_name"), file.name, "document_file_name")


@pytest.mark.requirement("ATTACH-046")
@pytest.mark.parametrize("file", [PIXEL, TEXT], ids=["png", "txt"])
def test_type_of_the_file_is_kept(administrator, exam_id, file):
    uploaded = administrator("attachments_create", exam_id=exam_id, document=file)
    if file is TEXT and uploaded.refused:
        raise NotTested("the target takes no text files")
    control(uploaded).accepted()

    found = str(resource(uploaded, "attachment").get("document_content_type"))
    expect(uploaded).equals(found.split(";")[0], file.content_type, "document_content_type")


@pytest.mark.requirement("ATTACH-047")
@pytest.mark.parametrize("file", [PIXEL, NOTES], ids=["pixel", "notes"])
def test_size_is_that_of_the_file(administrator, exam_id, file):
    uploaded = control(administrator("attachments_create", exam_id=exam_id, document=file)).accepted()

    found = resource(uploaded, "attachment").get("document_file_size")
    expect(uploaded).equals(found, len(file.content), "document_file_size")


@pytest.mark.requirement("ATTACH-048")
def test_placeholder_holds_the_name_of_the_file(uploaded):
    placeholder = resource(uploaded, "attachment").get("placeholder")

    expect(uploaded).holds(re.fullmatch(rf"\d+_{NOTES.name}", str(placeholder)), f"123_{NOTES.name}", f"{placeholder}")


@pytest.mark.requirement("ATTACH-050")
def test_upload_to_an_absent_exam_is_refused(administrator, world, exam_id):
    absent = administrator("attachments_create", exam_id=world.absent_id("exam"), document=PIXEL)
    right = administrator("attachments_create", exam_id=exam_id, document=PIXEL)

    expect(absent).refused()
    control(right).accepted()


@pytest.mark.requirement("ATTACH-051")
def test_refused_upload_adds_nothing(administrator, exam_id):
    refused = administrator("attachments_create", exam_id=exam_id, document="a text")
    without = administrator("attachments_create", exam_id=exam_id)
    right = administrator("attachments_create", exam_id=exam_id, document=PIXEL)

    expect(refused).refused()
    expect(without).refused()
    attachment = resource(control(right).accepted(), "attachment")
    expect(refused).equals(ids_of(administrator, exam_id), [attachment.get("id")], "the attachments of the exam")


@pytest.mark.requirement("ATTACH-052")
def test_every_upload_gets_an_id_of_its_own(administrator, world, exam_id):
    first = control(administrator("attachments_create", exam_id=exam_id, document=world.picture())).accepted()
    second = control(administrator("attachments_create", exam_id=exam_id, document=world.picture())).accepted()

    ids = [resource(each, "attachment").get("id") for each in (first, second)]
    expect(second).holds(ids[0] != ids[1], "two different ids", f"{ids[0]} twice")


@pytest.mark.requirement("ATTACH-053")
def test_files_of_different_names_have_different_placeholders(administrator, exam_id):
    first = control(administrator("attachments_create", exam_id=exam_id, document=PIXEL)).accepted()
    second = control(administrator("attachments_create", exam_id=exam_id, document=NOTES)).accepted()

    found = [resource(each, "attachment").get("placeholder") for each in (first, second)]
    expect(second).holds(found[0] != found[1] and all(found), "two different placeholders", f"{found}")


@pytest.mark.requirement("ATTACH-054")
def test_placeholders_of_two_files_of_one_name(administrator, exam_id):
    first = control(administrator("attachments_create", exam_id=exam_id, document=PIXEL)).accepted()
    second = administrator("attachments_create", exam_id=exam_id, document=PIXEL)

    found = [resource(each, "attachment").get("placeholder") for each in (first, second) if each.accepted]
    observe(second, status=second.status, different=len(set(found)) == 2)


@pytest.mark.requirement("ATTACH-055")
def test_status_of_an_upload(uploaded):
    observe(uploaded)


@pytest.mark.requirement("ATTACH-056")
def test_empty_file(administrator, exam_id):
    observe(administrator("attachments_create", exam_id=exam_id, document=File("empty.txt", b"", "text/plain")))


@pytest.mark.requirement("ATTACH-057")
def test_types_of_files(administrator, exam_id):
    for name, content_type in {
        "pdf": "application/pdf",
        "html": "text/html",
        "exe": "application/x-msdownload",
        "none": "application/octet-stream",
    }.items():
        file = File(f"file.{name}", b"%PDF-1.4\n", content_type)

        uploaded = administrator("attachments_create", exam_id=exam_id, document=file)

        observe(uploaded, **{name: uploaded.status})


@pytest.mark.requirement("ATTACH-058")
def test_file_name_with_letters_and_spaces(administrator, exam_id):
    file = File("Prüfung 1 (neu).png", PNG, "image/png")

    uploaded = administrator("attachments_create", exam_id=exam_id, document=file)

    found = uploaded.json.get("attachment") if isinstance(uploaded.json, dict) else None
    name = found.get("document_file_name") if isinstance(found, dict) else None
    observe(uploaded, status=uploaded.status, name="as sent" if name == file.name else name)


@pytest.mark.requirement("ATTACH-059")
def test_status_of_an_upload_without_a_file(administrator, shared):
    observe(administrator("attachments_create", exam_id=shared.exam_id))


@pytest.mark.requirement("ATTACH-061")
def test_new_attachment_was_updated_now(uploaded):
    attachment = resource(uploaded, "attachment")

    for name in ("created_at", "updated_at", "document_updated_at"):
        is_now(uploaded, name, attachment.get(name))


@pytest.mark.requirement("ATTACH-062")
def test_larger_file_is_kept_whole(administrator, world, exam_id):
    file = File("large.png", PNG.ljust(MEGABYTE, b"\0"), "image/png")

    uploaded = administrator("attachments_create", exam_id=exam_id, document=file)

    accepted_as_usual(uploaded, lambda: world.attachment(exam_id))

    found = resource(uploaded, "attachment").get("document_file_size")
    expect(uploaded).equals(found, MEGABYTE, "document_file_size")


# -- attachments_destroy ----------------------------------------------------------------------------------------------


@pytest.fixture
def attachment(world, exam_id):
    """Return the only attachment of the exam."""
    return world.attachment(exam_id)


@pytest.mark.smoke
@pytest.mark.requirement("ATTACH-070")
def test_attachment_is_destroyed(administrator, exam_id, attachment):
    expect(administrator("attachments_destroy", exam_id=exam_id, id=attachment["id"])).accepted()


@pytest.mark.requirement("ATTACH-071")
def test_destroyed_attachment_is_no_longer_listed(administrator, exam_id, attachment):
    require(ids_of(administrator, exam_id) == [attachment["id"]], "it was not listed", blocked_by="ATTACH-003")

    destroyed = control(administrator("attachments_destroy", exam_id=exam_id, id=attachment["id"])).accepted()

    expect(destroyed).equals(ids_of(administrator, exam_id), [], "the attachments of the exam")


@pytest.mark.requirement("ATTACH-072")
def test_destroyed_attachment_is_no_longer_shown(administrator, exam_id, attachment):
    control(administrator("attachments_show", exam_id=exam_id, id=attachment["id"])).accepted()

    control(administrator("attachments_destroy", exam_id=exam_id, id=attachment["id"])).accepted()

    expect(administrator("attachments_show", exam_id=exam_id, id=attachment["id"])).refused()


@pytest.mark.requirement("ATTACH-073")
def test_other_attachments_are_kept(administrator, world, exam_id, attachment):
    destroyed_id = world.attachment(exam_id)["id"]
    later, other = world.attachment(exam_id), world.attachment(world.exam()["id"])
    kept = {attachment["id"], later["id"], other["id"]}

    destroyed = control(administrator("attachments_destroy", exam_id=exam_id, id=destroyed_id)).accepted()

    ids = ids_of(administrator, exam_id) + ids_of(administrator, other["exam_id"])
    expect(destroyed).holds(kept <= set(ids), f"{sorted(kept)} listed", f"{ids}")


@pytest.mark.requirement("ATTACH-073")
def test_attachment_of_the_same_name_is_kept(administrator, exam_id):
    first = control(administrator("attachments_create", exam_id=exam_id, document=NOTES)).accepted()
    second = administrator("attachments_create", exam_id=exam_id, document=NOTES)
    if not second.accepted:  # whether there may be two is not documented
        raise NotTested("the exam takes no two attachments of one name")
    ids = [resource(uploaded, "attachment")["id"] for uploaded in (first, second)]

    destroyed = control(administrator("attachments_destroy", exam_id=exam_id, id=ids[0])).accepted()

    listed = ids_of(administrator, exam_id)
    expect(destroyed).holds(ids[1] in listed, f"{ids[1]} listed", f"{listed}")


@pytest.mark.requirement("ATTACH-074")
def test_destroying_an_absent_attachment_is_refused(administrator, world, exam_id, attachment):
    absent = administrator("attachments_destroy", exam_id=exam_id, id=world.absent_id("attachment"))
    right = administrator("attachments_destroy", exam_id=exam_id, id=attachment["id"])

    expect(absent).refused()
    control(right).accepted()


@pytest.mark.requirement("ATTACH-075")
def test_attachment_is_not_destroyed_under_another_exam(administrator, shared, exam_id, attachment):
    foreign = administrator("attachments_destroy", exam_id=shared.exam_id, id=attachment["id"])
    ids = ids_of(administrator, exam_id)
    right = administrator("attachments_destroy", exam_id=exam_id, id=attachment["id"])

    expect(foreign).refused()
    expect(foreign).equals(ids, [attachment["id"]], "the attachments of the exam")
    control(right).accepted()


@pytest.mark.requirement("ATTACH-076")
def test_answer_to_destroying_an_attachment(administrator, exam_id, attachment):
    destroyed = control(administrator("attachments_destroy", exam_id=exam_id, id=attachment["id"])).accepted()

    observe(destroyed, status=destroyed.status, body=destroyed.text[:40] if len(destroyed.body) < 5 else "more")


@pytest.mark.requirement("ATTACH-077")
def test_destroying_an_attachment_twice(administrator, exam_id, attachment):
    control(administrator("attachments_destroy", purpose="set-up", exam_id=exam_id, id=attachment["id"])).accepted()

    observe(administrator("attachments_destroy", exam_id=exam_id, id=attachment["id"]))


@pytest.mark.requirement("ATTACH-078")
def test_placeholder_of_a_destroyed_attachment(administrator, world, exam_id, attachment):
    content = f"See {{{attachment.get('placeholder')}}}"
    world.document(exam_id, exam_content=content)
    destroyed = control(administrator("attachments_destroy", exam_id=exam_id, id=attachment["id"])).accepted()

    listed = control(administrator("documents_index", exam_id=exam_id)).accepted()

    found = listed.json.get("document") if isinstance(listed.json, dict) else None
    observe(destroyed, kept=isinstance(found, dict) and found.get("exam_content") == content)


# -- the attachment, wherever it is answered --------------------------------------------------------------------------


@pytest.fixture
def answered(operation_id, sample, shared):
    """Return an answer that holds an attachment."""
    assert shared.attachment_id
    answer = control(sample.send(sample(operation_id))).accepted()
    body = answer.json if isinstance(answer.json, dict) else {}
    require(body.get("attachments") or body.get("attachment"), f"{answer.line} holds none", blocked_by="ATTACH-041")
    return answer


@pytest.mark.requirement("ATTACH-100")
def test_attachment_has_every_field(operation_id, answered):
    has_shape(answered, "presence")


@pytest.mark.requirement("ATTACH-101")
def test_attachment_has_an_identity(operation_id, answered):
    has_shape(answered, "identity")


@pytest.mark.requirement("ATTACH-102")
def test_times_of_an_attachment_have_milliseconds_and_an_offset(operation_id, answered):
    has_shape(answered, "time")


@pytest.mark.requirement("ATTACH-103")
def test_fields_of_an_attachment_have_the_printed_types(operation_id, answered):
    has_shape(answered, "type")


@pytest.mark.requirement("ATTACH-104")
def test_shown_attachment_is_as_the_printed_one(administrator, shared):
    shown = administrator("attachments_show", exam_id=shared.exam_id, id=shared.attachment_id)

    has_shape(control(shown).accepted(), like="attachments_create")
