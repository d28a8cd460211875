"""Documents, the student instructions of an exam: list, show, create, update, destroy."""

import pytest

from contract.checks.shape import has_shape
from contract.checks.texts import has_text
from contract.judgement import control, expect


@pytest.mark.smoke
@pytest.mark.requirement("DOC-001")
def test_documents_of_an_exam_are_listed(administrator, shared):
    exam_id, _ = shared.documented_exam

    listed = administrator("documents_index", exam_id=exam_id)

    expect(listed).accepted()


@pytest.mark.requirement("DOC-002")
def test_one_document_is_listed_under_the_singular_key(administrator, shared):
    exam_id, document_id = shared.documented_exam

    listed = expect(administrator("documents_index", exam_id=exam_id)).accepted()

    has_shape(listed, "envelope")
    expect(listed).equals(listed.json["document"]["id"], document_id, "document.id")


@pytest.mark.smoke
@pytest.mark.requirement("DOC-020")
def test_document_is_created(administrator, world):
    exam = world.exam()

    created = administrator("documents_create", exam_id=exam["id"], exam_content="Instructions")

    expect(created).accepted()


@pytest.mark.requirement("DOC-021")
@pytest.mark.parametrize("without", [{}, {"exam_content": ""}], ids=["absent", "empty"])
def test_document_without_content_is_refused(administrator, world, without):
    exam = world.exam()

    refused = administrator("documents_create", exam_id=exam["id"], **without)
    created = administrator("documents_create", exam_id=exam["id"], exam_content="Instructions")

    expect(refused).refused(422)
    control(created).accepted()


@pytest.mark.requirement("DOC-022")
def test_missing_content_is_named(administrator, world):
    exam = world.exam()

    refused = expect(administrator("documents_create", exam_id=exam["id"])).refused()

    has_text(refused, "Param is missing or the value is empty: exam_content")
