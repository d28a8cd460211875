"""Known deviations: the list, its errors, and what they do to the verdict."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contract import known, requirements, verdict
from contract.errors import ConfigurationError
from contract.results import Known, KnownState, RequirementResult, RunVerdict, Verdict
from contract.tests.reporting.factory import make_requirement

REGISTER = requirements.load()
OPEN = next(each.id for each in REGISTER if each.level == "open")
WHOLE = """\
# what staging cannot do yet

[[known]]
requirement = "SIGN-001"
reason = "the gateway strips it"
link = "https://tracker.example.com/1"
expires = 2027-01-31

[[known]]
requirement = "SIGN-002"
reason = "as above"
expires = "2027-02-01"
"""
TODAY = date(2026, 11, 22)


def read(tmp_path: Path, text: str, **answers: object) -> dict[str, Known]:
    path = tmp_path / "known.toml"
    path.write_text(text, encoding="utf-8")
    return known.read(path, REGISTER, answers)


def test_the_list_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)

    assert list(found) == ["SIGN-001", "SIGN-002"]
    assert (found["SIGN-001"].link, found["SIGN-001"].expires) == ("https://tracker.example.com/1", "2027-01-31")
    assert (found["SIGN-002"].link, found["SIGN-002"].expires) == (None, "2027-02-01")
    assert read(tmp_path, "") == {}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"SIGN-002"', '"SIGN-999"', "unknown requirement 'SIGN-999'; did you mean"),
        ('"SIGN-002"', '"SIGN-001"', "SIGN-001 is listed twice; keep one entry"),
        ('"SIGN-002"', f'"{OPEN}"', f"{OPEN} is an open question and never fails; take the entry out"),
        ('"SIGN-002"', "7", "requirement: input should be a valid string"),
        ('reason = "as above"', "", "reason is required"),
        ('"as above"', '" "', "reason: string should have at least 1 character"),
        ('reason = "as above"', 'reasons = "as above"', "unknown key reasons; allowed: requirement, reason, link, exp"),
        ('"2027-02-01"', '"31.1.2027"', "expires: '31.1.2027' is no date; write it as 2027-01-31"),
        ('"2027-02-01"', "2027-02-01T10:00:00Z", "expires: give a date, such as 2027-01-31"),
        ('"2027-02-01"', "20270201", "expires: give a date, such as 2027-01-31"),
        ('expires = "2027-02-01"', 'link = "javascript:alert(1)"', "link has to be a URL, https://…"),
    ],
)
def test_a_wrong_entry_is_told_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        read(tmp_path, WHOLE.replace(old, new))

    assert f"known deviation 2: {said}".casefold() in str(raised.value).casefold()
    assert str(raised.value).endswith("known.toml line 9)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (WHOLE.replace("2027-01-31", "31.1.2027"), "is not valid TOML"),
        (WHOLE.replace("2027-01-31", "31.1.2027"), "a date is written 2027-01-31"),
        (WHOLE.replace("[[known]]", "[[knwon]]", 1), "only [[known]] tables are allowed; found knwon"),
        ('[known]\nrequirement = "SIGN-001"\n', "only [[known]] tables are allowed"),
    ],
)
def test_a_file_that_is_no_list_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match="known") as raised:
        read(tmp_path, text)

    assert said in str(raised.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="relative to the config file"):
        known.read(tmp_path / "none.toml", REGISTER)


def test_an_open_question_that_is_pinned_may_be_known(tmp_path: Path) -> None:
    text = WHOLE.replace('"SIGN-002"', f'"{OPEN}"')

    assert OPEN in read(tmp_path, text, **{OPEN: 403})


def marked(given: Verdict, expires: str | None = None, **fields: object) -> RequirementResult:
    result = make_requirement("SIGN-001", verdict=given, **fields)
    known.mark([result], {"SIGN-001": Known(KnownState.NOT_JUDGED, "why", None, expires)}, TODAY)
    return result


@pytest.mark.parametrize(
    ("given", "expires", "state", "breaks", "breaks_strict"),
    [
        (Verdict.FAIL, None, "holds", False, False),
        (Verdict.FAIL, "2026-11-22", "holds", False, False),
        (Verdict.FAIL, "2026-11-21", "expired", True, True),
        (Verdict.WARN, "2027-01-01", "holds", False, False),
        (Verdict.WARN, "2026-01-01", "expired", False, True),
        (Verdict.PASS, "2027-01-01", "mended", False, True),
        (Verdict.PASS, "2026-01-01", "mended", False, True),
        (Verdict.INCONCLUSIVE, None, "not-judged", False, False),
        (Verdict.NOT_TESTED, None, "not-judged", False, False),
    ],
)
def test_what_becomes_of_a_known_deviation(
    given: Verdict, expires: str | None, state: str, breaks: bool, breaks_strict: bool
) -> None:
    result = marked(given, expires)

    assert result.known is not None
    assert result.known.state == state
    assert verdict.fails_the_run(result) is breaks
    assert verdict.fails_the_run(result, strict=True) is breaks_strict


def test_an_expired_should_of_high_severity_fails_the_run() -> None:
    assert verdict.fails_the_run(marked(Verdict.WARN, "2026-01-01", level="should", severity="high"))
    assert not verdict.fails_the_run(marked(Verdict.WARN, "2027-01-01", level="should", severity="high"))


def test_a_run_whose_failures_are_known_conforms_and_says_so() -> None:
    results = [marked(Verdict.FAIL), make_requirement("SIGN-002")]

    assert verdict.of_run(results) is RunVerdict.CONFORMS
    assert verdict.sentence(RunVerdict.CONFORMS, results, "staging") == (
        "staging conforms, but for 1 known deviation: 1 of 2 musts pass, 1 fail."
    )


def test_nothing_but_known_failures_is_no_conformity() -> None:
    assert verdict.of_run([marked(Verdict.FAIL)]) is RunVerdict.INCONCLUSIVE


def test_a_strict_run_fails_for_a_deviation_that_is_gone() -> None:
    results = [marked(Verdict.PASS), make_requirement("SIGN-002")]

    assert verdict.of_run(results) is RunVerdict.CONFORMS
    assert verdict.of_run(results, strict=True) is RunVerdict.DOES_NOT_CONFORM
    said = verdict.sentence(RunVerdict.DOES_NOT_CONFORM, results, "staging", strict=True)
    assert said == "staging fails the strict run: known deviations no longer fail (SIGN-001); 2 of 2 musts pass."


def test_broken_and_mended_are_told_apart() -> None:
    broken = make_requirement("SIGN-003", verdict=Verdict.FAIL)
    said = verdict.sentence(RunVerdict.DOES_NOT_CONFORM, [marked(Verdict.PASS), broken], "staging", strict=True)

    assert said == (
        "staging does not conform: 1 broken (SIGN-003); known deviations that no longer fail: SIGN-001; "
        "1 of 2 musts pass, 1 fail."
    )
