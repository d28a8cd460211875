"""Documents, the student instructions of an exam: list, show, create, and the document wherever it is answered."""

import pytest

from contract.checks.acceptance import accepted_as_usual
from contract.checks.shape import has_resource, has_shape, resource
from contract.checks.texts import has_text
from contract.checks.values import agrees
from contract.judgement import NotTested, control, expect, observe, require
from contract.marks import per_operation

CONTENTS = {
    "text": "Exam instructions. Optional attachment {1548172086_image2.jpg}",
    "markup": "<p>Exam instructions</p>",
    "letters": 'Prüfung: «Ä», 100 % & 漢字 😀, it\'s "quoted"',
}
FILE_FIELDS = ("file_file_name", "file_content_type", "file_file_size", "file_updated_at")


@pytest.fixture
def exam_id(world):
    """Return an exam without a document."""
    return world.exam()["id"]


def exam_status(client, exam_id):
    """Return the status of an exam."""
    return resource(control(client("exams_show", id=exam_id)).accepted(), "exam").get("status")


def kind_of_list(listed):
    """Return what a list of documents holds, in words."""
    if not listed.accepted:
        return str(listed.status)
    if not isinstance(listed.json, dict):
        return "no object"
    found = {key: "null" if value is None else type(value).__name__ for key, value in listed.json.items()}
    return ", ".join(f"{key}: {value}" for key, value in found.items()) or "{}"


# -- documents_index --------------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("DOC-001")
def test_documents_of_an_exam_are_listed(administrator, shared):
    exam_id, _ = shared.documented_exam

    listed = administrator("documents_index", exam_id=exam_id)

    expect(listed).accepted()


@pytest.mark.requirement("DOC-002")
def test_one_document_is_listed_under_the_singular_key(administrator, shared):
    exam_id, document_id = shared.documented_exam

    listed = control(administrator("documents_index", exam_id=exam_id)).accepted()

    has_shape(listed, "envelope")
    expect(listed).equals(resource(listed, "document").get("id"), document_id, "document.id")


@pytest.mark.requirement("DOC-003")
def test_document_of_the_exam_is_listed(administrator, world):
    documents = [world.document(world.exam()["id"]) for _ in range(2)]

    for document in documents:
        exam_id = document["exam_id"]

        listed = control(administrator("documents_index", exam_id=exam_id)).accepted()

        found = resource(listed, "document")
        expect(listed).equals((found.get("id"), found.get("exam_id")), (document["id"], exam_id), "id and exam_id")


@pytest.mark.requirement("DOC-004")
def test_list_shows_the_document_as_created(administrator, world, exam_id):
    document = world.document(exam_id)

    listed = control(administrator("documents_index", exam_id=exam_id)).accepted()

    agrees(listed, resource(listed, "document"), document)


@per_operation(
    documents_index="DOC-005",
    documents_create="DOC-027",
    documents_show="DOC-045",
)
def test_exam_id_that_is_a_word_is_refused(operation_id, sample):
    request = sample(operation_id)

    word = sample.send(request, exam_id="word")
    number = sample.send(request)

    expect(word).refused()
    control(number).accepted()


@pytest.mark.requirement("DOC-006")
def test_list_of_an_exam_without_a_document(administrator, exam_id):
    listed = administrator("documents_index", exam_id=exam_id)

    observe(listed, status=listed.status, answer=kind_of_list(listed))


@pytest.mark.requirement("DOC-007")
def test_list_of_an_exam_with_two_documents(administrator, exam_id):
    for content in ("First", "Second"):
        administrator("documents_create", purpose="set-up", exam_id=exam_id, exam_content=content)

    listed = administrator("documents_index", exam_id=exam_id)

    found = listed.json.get("document") if isinstance(listed.json, dict) else None
    content = found.get("exam_content") if isinstance(found, dict) else None
    observe(listed, answer=kind_of_list(listed), document=content)


@pytest.mark.requirement("DOC-008")
def test_list_of_an_absent_exam(administrator):
    observe(administrator("documents_index", exam_id=administrator.sender.absent_id()))


# -- documents_show ---------------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("DOC-040")
def test_document_is_shown(administrator, shared):
    exam_id, document_id = shared.documented_exam

    expect(administrator("documents_show", exam_id=exam_id, id=document_id)).accepted()


@pytest.mark.requirement("DOC-041")
def test_shown_document_stands_under_its_key(administrator, shared):
    exam_id, document_id = shared.documented_exam

    shown = control(administrator("documents_show", exam_id=exam_id, id=document_id)).accepted()

    has_resource(shown, "document")


@pytest.mark.requirement("DOC-042")
def test_document_is_shown_as_created(administrator, world, exam_id):
    document = world.document(exam_id)

    shown = control(administrator("documents_show", exam_id=exam_id, id=document["id"])).accepted()

    agrees(shown, resource(shown, "document"), document)


@pytest.mark.requirement("DOC-043")
def test_absent_document_is_not_found(administrator, shared):
    exam_id, document_id = shared.documented_exam

    absent = administrator("documents_show", exam_id=exam_id, id=administrator.sender.absent_id())
    shown = administrator("documents_show", exam_id=exam_id, id=document_id)

    expect(absent).refused()
    control(shown).accepted()


@pytest.mark.requirement("DOC-044")
def test_document_is_not_shown_under_another_exam(administrator, shared):
    exam_id, document_id = shared.documented_exam

    foreign = administrator("documents_show", exam_id=shared.exam_id, id=document_id)
    shown = administrator("documents_show", exam_id=exam_id, id=document_id)

    expect(foreign).refused()
    control(shown).accepted()


@per_operation(
    documents_show="DOC-046",
    documents_update="DOC-070",
    documents_update_put="DOC-070",
    documents_destroy="DOC-089",
)
def test_document_id_that_is_a_word_is_refused(operation_id, sample):
    request = sample(operation_id)

    word = sample.send(request, id="word")
    number = sample.send(request)

    expect(word).refused()
    control(number).accepted()


# -- documents_create -------------------------------------------------------------------------------------------------


@pytest.mark.smoke
@pytest.mark.requirement("DOC-020")
def test_document_is_created(administrator, exam_id):
    created = administrator("documents_create", exam_id=exam_id, exam_content="Instructions")

    expect(created).accepted()


@pytest.mark.requirement("DOC-021")
@pytest.mark.parametrize("without", [{}, {"exam_content": ""}], ids=["absent", "empty"])
def test_document_without_content_is_refused(administrator, exam_id, without):
    refused = administrator("documents_create", exam_id=exam_id, **without)
    created = administrator("documents_create", exam_id=exam_id, exam_content="Instructions")

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("DOC-022")
def test_missing_content_is_named(administrator, exam_id):
    refused = administrator("documents_create", exam_id=exam_id)
    created = administrator("documents_create", exam_id=exam_id, exam_content="Instructions")

    expect(refused).refused()
    control(created).accepted()
    has_text(refused, "Param is missing or the value is empty: exam_content")


@pytest.mark.requirement("DOC-023")
def test_created_document_stands_under_its_key(administrator, exam_id):
    created = control(administrator("documents_create", exam_id=exam_id, exam_content="Instructions")).accepted()

    has_resource(created, "document")
    has_shape(created, "envelope")


@pytest.mark.requirement("DOC-024")
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_content_comes_back_as_sent(administrator, exam_id, content):
    created = control(administrator("documents_create", exam_id=exam_id, exam_content=content)).accepted()

    expect(created).equals(resource(created, "document").get("exam_content"), content, "document.exam_content")


@pytest.mark.requirement("DOC-025")
def test_new_document_belongs_to_the_exam(administrator, exam_id):
    created = control(administrator("documents_create", exam_id=exam_id, exam_content="Instructions")).accepted()

    expect(created).equals(resource(created, "document").get("exam_id"), exam_id, "document.exam_id")


@pytest.mark.requirement("DOC-026")
def test_refused_document_is_not_added(administrator, exam_id):
    before = administrator("documents_index", exam_id=exam_id), exam_status(administrator, exam_id)

    refused = administrator("documents_create", exam_id=exam_id, exam_content="")
    after = administrator("documents_index", exam_id=exam_id), exam_status(administrator, exam_id)
    created = administrator("documents_create", exam_id=exam_id, exam_content="Instructions")

    expect(refused).refused()
    control(created).accepted()
    expect(refused).equals(kind_of_list(after[0]), kind_of_list(before[0]), "the list of documents")
    expect(refused).equals(after[1], before[1], "the status of the exam")


@pytest.mark.requirement("DOC-028")
def test_document_of_an_absent_exam_is_refused(administrator, world, exam_id):
    absent = administrator("documents_create", exam_id=world.absent_id("exam"), exam_content="Instructions")
    created = administrator("documents_create", exam_id=exam_id, exam_content="Instructions")

    expect(absent).refused()
    control(created).accepted()


@pytest.mark.requirement("DOC-029")
def test_second_document(administrator, world, exam_id):
    world.document(exam_id)

    observe(administrator("documents_create", exam_id=exam_id, exam_content="Second"))


@pytest.mark.requirement("DOC-030")
def test_document_opens_the_exam(administrator, exam_id):
    created = control(administrator("documents_create", exam_id=exam_id, exam_content="Instructions")).accepted()

    expect(created).equals(exam_status(administrator, exam_id), "open", "the status of the exam")


@pytest.mark.requirement("DOC-030")
@pytest.mark.parametrize(
    ("left_out", "params"),
    [
        ("start_time", {}),
        ("duration_minutes", {"use_duration": 0}),
        ("", {"for_reviewing": 0, "global_proctoring": 0, "global_reviewing": 0, "upload_answers": 1, "mobile_cam": 0}),
    ],
    ids=["no start time", "no duration", "other booleans"],
)
def test_document_opens_every_exam(administrator, world, left_out, params):
    sent = {name: value for name, value in world.exam_params(**params).items() if name != left_out}
    created = administrator("exams_create", **sent)
    if left_out and created.refused:
        raise NotTested(f"an exam without {left_out} is refused")
    exam_id = resource(control(created).accepted(), "exam").get("id")

    added = control(administrator("documents_create", exam_id=exam_id, exam_content="Instructions")).accepted()

    expect(added).equals(exam_status(administrator, exam_id), "open", "the status of the exam")


@pytest.mark.requirement("DOC-031")
def test_placeholder_of_an_attachment_is_kept(administrator, world, exam_id):
    content = f"See {{{world.attachment(exam_id).get('placeholder')}}} first"

    created = administrator("documents_create", exam_id=exam_id, exam_content=content)

    accepted_as_usual(created, lambda: world.document(exam_id))

    expect(created).equals(resource(created, "document").get("exam_content"), content, "document.exam_content")


@pytest.mark.requirement("DOC-032")
def test_placeholder_of_an_lti_resource_is_kept(administrator, world, exam_id):
    link = world.lti_resource(exam_id, world.tool_provider()["id"])
    content = f"Open {link.get('placeholder')} to begin"

    created = administrator("documents_create", exam_id=exam_id, exam_content=content)

    accepted_as_usual(created, lambda: world.document(exam_id))

    expect(created).equals(resource(created, "document").get("exam_content"), content, "document.exam_content")


@pytest.mark.requirement("DOC-033")
def test_placeholder_that_nothing_has(administrator, exam_id):
    content = "See {1_no_such_file.png}"

    created = administrator("documents_create", exam_id=exam_id, exam_content=content)

    found = created.json.get("document") if isinstance(created.json, dict) else None
    kept = isinstance(found, dict) and found.get("exam_content") == content
    observe(created, status=created.status, kept=kept)


@pytest.mark.requirement("DOC-034")
def test_status_of_creating_a_document(administrator, exam_id):
    created = administrator("documents_create", exam_id=exam_id, exam_content="Instructions")

    observe(control(created).accepted())


@pytest.mark.requirement("DOC-035")
def test_document_leaves_the_status_of_another_exam(administrator, world, exam_id):
    other_id = world.exam()["id"]
    before = exam_status(administrator, other_id)

    created = control(administrator("documents_create", exam_id=exam_id, exam_content="Instructions")).accepted()

    expect(created).equals(exam_status(administrator, other_id), before, "the status of the other exam")


@pytest.mark.requirement("DOC-036")
def test_document_of_white_space(administrator, exam_id):
    observe(administrator("documents_create", exam_id=exam_id, exam_content="   "))


@pytest.mark.requirement("DOC-037")
def test_documents_have_ids_of_their_own(administrator, world):
    created = [
        control(administrator("documents_create", exam_id=world.exam()["id"], exam_content="Instructions")).accepted()
        for _ in range(2)
    ]

    ids = [resource(each, "document").get("id") for each in created]
    expect(created[1]).holds(ids[0] != ids[1], "two different ids", f"{ids[0]} twice")


@pytest.mark.requirement("DOC-038")
def test_long_content_is_kept_whole(operation_id, administrator, world, exam_id):
    content, place = "0123456789" * 5_000, {"exam_id": exam_id}
    if operation_id != "documents_create":
        place["id"] = world.document(exam_id)["id"]

    answered = administrator(operation_id, **place, exam_content=content)

    accepted_as_usual(answered, lambda: control(administrator(operation_id, **place, exam_content="Short")).accepted())
    listed = control(administrator("documents_index", exam_id=exam_id)).accepted()
    kept = resource(listed, "document").get("exam_content")
    expect(answered).holds(kept == content, f"{len(content)} characters", f"{len(str(kept))} characters")


# -- the document, wherever it is answered ----------------------------------------------------------------------------


@pytest.fixture
def answered(operation_id, sample):
    """Return an answer that holds a document."""
    answer = control(sample.send(sample(operation_id))).accepted()
    document = answer.json.get("document") if isinstance(answer.json, dict) else None
    require(isinstance(document, dict), f"{answer.line} holds no document", blocked_by="DOC-023")
    return answer


@pytest.mark.requirement("DOC-100")
def test_document_has_every_field(operation_id, answered):
    has_shape(answered, "presence")


@pytest.mark.requirement("DOC-101")
def test_document_has_an_identity(operation_id, answered):
    has_shape(answered, "identity")


@pytest.mark.requirement("DOC-102")
def test_times_of_a_document_have_milliseconds_and_an_offset(operation_id, answered):
    has_shape(answered, "time")


@pytest.mark.requirement("DOC-103")
def test_fields_of_a_document_have_the_printed_types(operation_id, answered):
    has_shape(answered, "type")


@pytest.mark.requirement("DOC-104")
def test_shown_and_changed_document_is_as_the_printed_one(operation_id, answered):
    has_shape(answered, like="documents_create")


@pytest.mark.requirement("DOC-105")
def test_document_of_text_has_no_file(operation_id, answered):
    document = resource(answered, "document")

    found = {name: document.get(name) for name in FILE_FIELDS if document.get(name) is not None}
    expect(answered).holds(not found, f"null in {', '.join(FILE_FIELDS)}", f"{found}")
