"""Five faults at once are five causes in the report, however many requirements they break."""

from __future__ import annotations

import pytest

from contract.tests.run.conftest import Finished, conformance

pytestmark = pytest.mark.xdist_group("five")
FAULTS = {
    "signature-not-checked-on-get": {"SIGN-002", "SIGN-005"},
    "page-header-always-one": {"PAGE-004"},
    "users-show-role-capitalised": {"USER-022", "USER-006", "ISO-053"},
    "zip-status-with-blank": {"ZIP-011", "ZIP-012"},
    "exams-show-name-cut": {"EXAM-028", "EXAM-004", "EXAM-108"},
}
BLOCKED = "ZIP-013"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Run the requirements that five faults break, and one that cannot be judged because of them."""
    arguments = ["run", "--seed", "7"]
    for fault in FAULTS:
        arguments += ["--fault", fault]
    for requirement in sorted({BLOCKED}.union(*FAULTS.values())):
        arguments += ["--requirement", requirement]
    return conformance(tmp_path_factory.mktemp("five"), *arguments)


def test_the_report_names_five_causes(run: Finished) -> None:
    assert run.status == 1, run.err
    found = [set(cause["requirements"]) for cause in run.report["causes"]]
    assert sorted(map(sorted, found)) == sorted(map(sorted, FAULTS.values()))
    # The widest first: the signature is checked nowhere that is read.
    assert found[0] == FAULTS["signature-not-checked-on-get"]


def test_what_could_not_be_judged_stands_with_its_cause(run: Finished) -> None:
    (zip_cause,) = (cause for cause in run.report["causes"] if "ZIP-011" in cause["requirements"])

    assert zip_cause["blocked"] == [BLOCKED]


def test_terminal_and_page_say_the_same(run: Finished) -> None:
    page = (run.report_folder / "index.html").read_text(encoding="utf-8")

    assert "What broke: 5 probable causes" in page
    assert sum(line.startswith("FAIL") for line in run.out.splitlines()) == 5
