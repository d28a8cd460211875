"""The pages of docs/requirements say what the register, the tests and the catalogue of faults say now."""

import re

import pytest

from contract import data, reference, requirements
from contract.explanation import explain

FOLDER = data.root() / reference.FOLDER


@pytest.fixture(scope="module")
def pages():
    return reference.pages()


def test_every_requirement_has_a_page(pages):
    assert set(pages) == {reference.INDEX, *(f"{each.id}.md" for each in requirements.load())}


def test_the_committed_pages_are_fresh(pages):
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    stale = sorted(name for name in pages.keys() | committed.keys() if pages.get(name) != committed.get(name))

    assert stale == [], "make docs writes them anew"


def test_every_tested_must_names_the_fault_that_proves_it(pages):
    tested = [each for each in requirements.load() if each.level == "must" and not each.not_tested]

    assert [each.id for each in tested if "| fault | " not in pages[f"{each.id}.md"]] == []


def test_cells_hold_no_broken_table(pages):
    broken = [
        (name, line)
        for name, text in pages.items()
        for line in text.splitlines()
        if line.startswith("|") and len(re.findall(r"(?<!\\)\|", line)) != (4 if name == reference.INDEX else 3)
    ]

    assert broken == []


def test_a_page_says_statement_level_source_test_fault_and_what_to_do(pages):
    explanation = explain(requirements.load().get("SIGN-002"))
    page = pages["SIGN-002.md"]

    for text in (
        explanation.requirement.statement,
        explanation.level,
        explanation.requirement.source,
        *explanation.tests,
        explanation.faults[0].id,
        str(explanation.requirement.hint),
    ):
        assert text in page


def test_pages_of_requirements_that_are_gone_are_dropped(tmp_path):
    (tmp_path / "GONE-001.md").write_text("# GONE-001")

    count = reference.write(tmp_path)

    assert not (tmp_path / "GONE-001.md").exists()
    assert count == len(list(tmp_path.glob("*.md")))
