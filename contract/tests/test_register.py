"""The register against the suite: every promise has a test or says why not, every operation succeeds somewhere."""

import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import fields
from pathlib import Path

import pytest

from contract import data, operations, testindex
from contract.errors import SuiteError, UnknownName
from contract.requirements import AREAS, LEVELS, load
from contract.target import ROLES, Fixtures
from contract.tests import collected

REGISTER = load()
TESTED = [requirement for requirement in REGISTER if requirement.not_tested is None]
VENDOR = "docs.proctorexam.com/"
SOURCES_OF = {
    True: (VENDOR, "public client"),
    False: (VENDOR, "public client", "proctorexam.com/", "convention", "documented texts", "RFC"),
}
"""Where musts come from, and where the other expectations do."""
CAPABILITIES = {*ROLES, "control", *(field.name for field in fields(Fixtures))}


@pytest.fixture(scope="module")
def tests(tmp_path_factory):
    """Return every test of the suite as pytest collects it; no target is needed for that."""
    output = tmp_path_factory.mktemp("collected") / "tests.json"
    command = [
        sys.executable,
        "-m",
        "pytest",
        str(data.tests_folder()),
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [*command, "-p", collected.__name__],
        cwd=data.tests_folder().parent,
        env={**os.environ, collected.OUTPUT: str(output)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return json.loads(output.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tests_of(tests):
    """Return the tests by the requirement that they decide."""
    found = defaultdict(list)
    for test in tests:
        for requirement_id in test["requirements"]:
            found[requirement_id].append(test)
    return found


# -- every requirement has a test, every test a requirement


def test_every_test_decides_a_requirement(tests):
    assert [test["id"] for test in tests if not test["requirements"]] == []


def test_every_marker_names_a_known_requirement(tests):
    assert {name for test in tests for name in test["requirements"] if name not in REGISTER} == set()


def test_every_requirement_has_a_test_or_says_why_not(tests_of):
    assert [requirement.id for requirement in TESTED if requirement.id not in tests_of] == []


def test_no_requirement_is_tested_that_says_it_is_not(tests_of):
    assert [each.id for each in REGISTER if each.not_tested is not None and each.id in tests_of] == []


def test_index_of_the_source_finds_what_pytest_collects(tests_of):
    assert set(testindex.tests_by_requirement()) >= set(tests_of)


def test_what_a_judgement_is_blocked_by_is_not_decided_by_it(tmp_path):
    (tmp_path / "test_exams.py").write_text(
        '@pytest.mark.requirement("EXAM-001")\n'
        "def test_exams_are_listed(administrator):\n"
        '    require(administrator("exams_index").json, "no exams", blocked_by="EXAM-002")\n'
    )

    assert testindex.tests_by_requirement(tmp_path) == {"EXAM-001": ["test_exams.py::test_exams_are_listed"]}


def test_text_of_a_file_names_what_its_tests_decide(tests):
    missed = {}
    for test in tests:
        path = data.tests_folder() / test["id"].partition("::")[0]
        if lacking := [each for each in test["requirements"] if not testindex.may_decide(path, {each})]:
            missed[test["id"]] = lacking
    assert missed == {}, "these would not be collected when only they are asked for"


def test_most_files_need_not_be_read_for_one_requirement():
    files = list(data.tests_folder().glob("test_*.py"))

    assert [path.name for path in files if testindex.may_decide(path, {"EXAM-001"})] == ["test_exams.py"]
    assert not any(testindex.may_decide(path, set()) for path in files)


def test_tests_stand_on_operations_of_their_requirement(tests):
    foreign = [
        test["id"]
        for test in tests
        if test["operation"] is not None
        and len(test["requirements"]) == 1
        and test["operation"] not in REGISTER.get(test["requirements"][0]).operations
    ]
    assert foreign == []


def test_requirement_over_several_operations_is_tested_on_each(tests_of):
    missing = {}
    for requirement in TESTED:
        parametrised = {test["operation"] for test in tests_of[requirement.id]} - {None}
        if parametrised and (lacking := set(requirement.operations) - parametrised):
            missing[requirement.id] = sorted(lacking)
    assert missing == {}


def test_every_case_has_an_id_of_its_own(tests):
    assert [name for name, count in Counter(test["id"] for test in tests).items() if count > 1] == []


# -- every operation


@pytest.mark.parametrize("operation_id", list(operations.table()))
def test_success_of_every_operation_is_a_requirement_with_a_smoke_test(operation_id, tests_of):
    found = [requirement for requirement in REGISTER if requirement.short == f"{operation_id}.success"]

    assert [(each.level, each.operations) for each in found] == [("must", (operation_id,))]
    assert any("smoke" in test["marks"] for test in tests_of[found[0].id])


@pytest.mark.parametrize("operation_id", list(operations.table()))
def test_every_operation_has_more_than_its_success_tested(operation_id, tests_of):
    own = [each for each in TESTED if operation_id in each.operations and len(each.operations) < 20]

    assert len([requirement for requirement in own if requirement.id in tests_of]) >= 2


# -- every entry


def test_entries_are_whole():
    broken = [
        each.id
        for each in REGISTER
        if each.level not in LEVELS
        or each.area not in AREAS
        or not each.operations
        or each.severity not in ("normal", "high")
        or not set(each.needs) <= CAPABILITIES
        or len(each.statement) < 15
        or each.statement[-1] not in ".?"
        or "\n" in each.statement
    ]

    assert broken == []


def test_sources_are_public():
    unsourced = {
        each.id: each.source
        for each in REGISTER
        if not any(place in each.source for place in SOURCES_OF[each.level == "must"])
    }
    private = [
        each.id
        for each in REGISTER
        for text in (each.source, each.statement, each.why or "", each.hint or "", each.not_tested or "")
        if re.search(r"\.\./|/work/|/home/|\bissue \d", text)
    ]

    assert unsourced == {}
    assert private == []


def test_every_should_says_why_it_is_no_must():
    assert [each.id for each in TESTED if each.level == "should" and not each.why] == []


def test_every_open_question_has_a_name_that_answers_can_pin():
    assert [each.id for each in REGISTER if each.level == "open" and not each.short] == []


def test_only_a_should_has_a_severity():
    assert [each.id for each in REGISTER if each.severity == "high" and each.level != "should"] == []


def test_verdict_on_every_must_rests_on_evidence():
    vacuous = [
        each.id for each in TESTED if each.level == "must" and each.evidence.accepted + each.evidence.refused < 1
    ]

    assert vacuous == []


def test_reasons_for_no_test_are_sentences():
    reasons = {each.id: each.not_tested for each in REGISTER if each.not_tested is not None}

    assert {name: text for name, text in reasons.items() if len(text) < 20 or not text.endswith(".")} == {}


def test_short_names_are_unique_and_differ_from_ids():
    names = [requirement.short for requirement in REGISTER if requirement.short]

    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert [name for name in names if name in REGISTER] == []


def test_statements_are_unique():
    counted = Counter((each.statement, each.operations) for each in REGISTER)

    assert [statement for statement, count in counted.items() if count > 1] == []


# -- the loader

ENTRY = """
[[requirement]]
id = "DOC-001"
level = "must"
statement = "A document is listed."
source = "https://docs.proctorexam.com/v3/apidoc/documents/index.html"
operations = ["documents_index"]
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('level = "must"', 'level = "may"', "level 'may' is none of must, should, open"),
        ('level = "must"', "", "lacks ['level']"),
        ('id = "DOC-001"', 'id = "EXAM-001"', "ids of this file look like DOC-001"),
        ('id = "DOC-001"', 'id = "DOC-1"', "ids of this file look like DOC-001"),
        ("documents_index", "documents_list", "no operation fits 'documents_list'"),
        ('level = "must"', 'level = "must"\ncolour = "red"', "unknown keys ['colour']"),
    ],
)
def test_malformed_entry_names_file_and_entry(tmp_path, old, new, message):
    Path(tmp_path / "documents.toml").write_text(ENTRY.replace(old, new), encoding="utf-8")

    with pytest.raises(SuiteError) as caught:
        load(tmp_path)

    assert str(caught.value).startswith("documents.toml: ")
    assert message in str(caught.value)


def test_entry_that_stands_twice_is_refused(tmp_path):
    Path(tmp_path / "documents.toml").write_text(ENTRY + ENTRY, encoding="utf-8")

    with pytest.raises(SuiteError, match="DOC-001 stands twice"):
        load(tmp_path)


def test_globs_choose_operations(tmp_path):
    Path(tmp_path / "documents.toml").write_text(ENTRY.replace("documents_index", "documents_*"), encoding="utf-8")

    assert set(load(tmp_path).get("DOC-001").operations) == {
        name for name in operations.table() if name.startswith("documents_")
    }


def test_unknown_requirement_names_the_nearest():
    with pytest.raises(UnknownName, match="unknown requirement 'INST-999'"):
        REGISTER.get("INST-999")
    with pytest.raises(UnknownName):
        REGISTER.matching("NOPE-*")
    with pytest.raises(UnknownName, match="did you mean institutes"):
        REGISTER.in_area("institute")


def test_globs_choose_requirements_whatever_their_letter_case():
    assert {each.area for each in REGISTER.matching("inst-*")} == {"institutes"}
    assert {each.area for each in REGISTER.in_area("*-providers")} == {"tool-providers", "identity-providers"}
