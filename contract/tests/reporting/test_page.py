"""``index.html`` without a browser: what it says, and that nothing received becomes markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from contract import reporting
from contract.reporting import page
from contract.results import Finding, RunResult, Verdict
from contract.tests.reporting import factory
from contract.tests.reporting.factory import make_case, make_requirement, make_result

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u2028{{ 7*7 }}"


class Elements(HTMLParser):
    """Collects tags, ids and texts."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"

    @property
    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.tags if "id" in attributes]


def parsed(result: RunResult) -> Elements:
    """Return the page's elements."""
    elements = Elements()
    elements.feed(page.html(result))
    return elements


def test_write_makes_the_four_files(tmp_path: Path, failing: RunResult) -> None:
    reporting.write(failing, tmp_path)

    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"index.html", "report.json", "junit.xml", "exchanges.har"}
    assert all(path.stat().st_size > 500 for path in tmp_path.iterdir())


def test_the_page_says_verdict_target_seed_and_counts(failing: RunResult) -> None:
    text = " ".join(parsed(failing).text.split())

    for part in ("staging does not conform", "https://staging.example.com", "build 4711", "Seed 7", "21 requests"):
        assert part in text
    assert "2 fail a must did not hold" in text


@pytest.mark.parametrize("make", [factory.passing, factory.failing])
def test_every_requirement_has_one_place_and_every_inner_link_leads_somewhere(make: object) -> None:
    result: RunResult = make()  # type: ignore[operator]
    elements = parsed(result)

    assert len(elements.ids) == len(set(elements.ids))
    assert {each.id for each in result.requirements} <= set(elements.ids)
    assert {each.operation_id for each in result.operations} <= set(elements.ids)
    inner = [str(attributes["href"]) for tag, attributes in elements.tags if tag == "a"]
    targets = {link[1:].split("?")[0] for link in inner if link.startswith("#")}
    assert targets <= set(elements.ids)


def test_nothing_is_loaded_from_anywhere(failing: RunResult) -> None:
    elements = parsed(failing)

    loading = [attributes for tag, attributes in elements.tags if tag in ("img", "script", "iframe", "source", "video")]
    assert all("src" not in attributes for attributes in loading)
    links = [attributes["href"] for tag, attributes in elements.tags if tag == "link"]
    assert links == ["data:,"]
    assert "@import" not in page.html(failing)
    assert "default-src 'none'" in page.html(failing)


def test_what_the_target_answered_is_text_everywhere() -> None:
    finding = Finding(HOSTILE, HOSTILE, detail=HOSTILE, operation="exams_show")
    broken = make_requirement(
        "SIGN-001", statement=HOSTILE, cases=[make_case("SIGN-001", verdict=Verdict.FAIL, finding=finding)]
    )
    asked = make_requirement(
        "PAGE-001", "open", "pagination", observed={HOSTILE: HOSTILE}, source="javascript:alert(3)"
    )
    unsure = make_requirement("ZIP-001", verdict=Verdict.INCONCLUSIVE, reason=HOSTILE)
    result = make_result([broken, asked, unsure], sentence=HOSTILE)
    result.target["base_url"] = HOSTILE

    elements = parsed(result)

    assert sum(tag == "script" for tag, _ in elements.tags) == 2
    assert not any(tag == "img" for tag, _ in elements.tags)
    assert not any(str(attributes.get("href")).startswith("javascript:") for _, attributes in elements.tags)
    assert "49" not in re.findall(r"alert\(2\)>.?(\S+)", elements.text)
    assert elements.text.count("{{ 7*7 }}") >= 5


def test_observed_answers_that_differ_are_given_by_operation() -> None:
    asked = make_requirement("PAGE-001", "open", observed={"status": {"403": ["exams_index"], "401": ["users_index"]}})

    text = " ".join(parsed(make_result([asked])).text.split())

    assert "403 exams_index 401 users_index" in text


def test_lone_surrogates_do_not_stop_the_report(tmp_path: Path) -> None:
    finding = Finding("a 4xx", "body \ud800")
    broken = make_requirement("SIGN-001", cases=[make_case("SIGN-001", verdict=Verdict.FAIL, finding=finding)])

    reporting.write(make_result([broken]), tmp_path)

    assert "body \ufffd" in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_no_sign_command_for_the_embedded_mock_which_is_gone(failing: RunResult) -> None:
    assert "conformance sign --target staging" in page.html(failing)

    failing.target["name"] = "mock"

    assert "conformance sign" not in page.html(failing)


def test_a_run_of_nothing_has_a_page() -> None:
    result = make_result([], [])
    result.operations.clear()

    text = page.html(result)

    assert "Nothing was judged" in text
    assert "Nothing that was tested is broken" not in text


def test_a_run_without_findings_says_so(passing: RunResult) -> None:
    assert "Nothing that was tested is broken" in page.html(passing)


def test_what_was_left_behind_stands_on_the_first_screen() -> None:
    result = factory.leaking()
    text = page.html(result)
    first_screen = text[: text.index("<nav")]

    assert "2 resources of this run could not be removed" in first_screen
    assert "<b>exam 7</b> DELETE /exams/7 -&gt; 500" in first_screen
    assert "lti resource (id unknown)" in first_screen
    assert "conformance cleanup --target staging" in first_screen
    assert "Left behind" not in page.html(factory.failing())


def test_what_is_left_on_the_embedded_mock_goes_with_it() -> None:
    result = factory.leaking()
    result.target["name"] = "mock"
    text = page.html(result)

    assert "the mock took them with it" in text
    assert "conformance cleanup" not in text


def test_an_operation_that_never_succeeded_is_told_at_once(failing: RunResult) -> None:
    words = "never answered with success"
    assert words not in page.html(failing)

    failing.operations[0].statuses = {"401": 3}
    text = page.html(failing)

    assert words in text[: text.index("<nav")]
    assert f'href="#{failing.operations[0].operation_id}"' in text[text.index(words) : text.index("<nav")]
