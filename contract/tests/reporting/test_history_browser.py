"""What is said of earlier runs, in headless Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contract.archive import Archive
from contract.history import folder
from contract.reporting import diff_page, page, runs_page
from contract.results import RunResult
from contract.tests.history.reports import write
from contract.tests.reporting import factory
from contract.tests.reporting.test_browser import browser  # noqa: F401  (a fixture)
from contract.tests.reporting.test_changes import everything
from contract.tests.reporting.test_known_shown import result  # noqa: F401  (a fixture)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Opened = Callable[..., "Page"]
SIZES = [("light", 1280), ("dark", 390)]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:  # noqa: F811
    """Return what opens a file; at the end nothing may have been logged or asked of a network."""
    complaints: list[str] = []
    contexts: list[Any] = []

    def open_file(path: Path, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(10_000)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        tab.on("request", lambda request: complaints.append(request.url))
        tab.goto(path.as_uri())
        return tab

    yield open_file
    for context in contexts:
        context.close()
    assert [each for each in complaints if not each.startswith(("file://", "data:"))] == []


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Return a folder with runs of two targets, and one that was never finished."""
    write(tmp_path, {"SIGN-001": "pass", "SIGN-003": "pass", "NONCE-001": "fail"}, 1)
    write(tmp_path, {"SIGN-001": "fail", "SIGN-003": "pass", "NONCE-001": "fail", "ZIP-001": "pass"}, 2)
    write(tmp_path, number=3, target="local", version=None)
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "report.json").write_text("{")
    return tmp_path


def with_past(made: RunResult, history: Path) -> Path:
    """Write a run's page beside the earlier ones."""
    path = history / "20261122T031500Z-staging" / "index.html"
    path.parent.mkdir()
    made.past = Archive(history, history / "index.html", 50).past(made, path.parent)
    page.write(made, path)
    return path


def violations(tab: Page) -> list[Any]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    found = axe.Axe().run(tab).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"][:3]]) for each in found]


def test_the_first_screen_says_what_changed(opened: Opened, history: Path) -> None:
    tab = opened(with_past(factory.failing(), history), viewport={"width": 1280, "height": 800})

    changed = tab.locator(".changed")
    box = changed.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 800
    words = " ".join(changed.inner_text().split())
    assert "Since the previous run (2026-11-21 02:15 UTC, build build 2)" in words
    assert "newly failing SIGN-003" in words
    changed.get_by_role("link", name="SIGN-003").click()
    assert tab.evaluate("document.activeElement.id") == "SIGN-003"


def test_a_finding_says_since_when(opened: Opened, history: Path) -> None:
    tab = opened(with_past(factory.failing(), history))

    older = "2026-11-21 01:15 UTC, build build 1, the first run on record: it may be older"
    assert tab.locator("#NONCE-001 .past-since").inner_text() == older
    assert tab.locator("#SIGN-003 .past-since").inner_text() == "this run: it is new"


def test_what_is_copied_into_a_ticket_says_it_too(
    opened: Opened,
    history: Path,
    result: RunResult,  # noqa: F811
) -> None:
    tab = opened(with_past(result, history), permissions=["clipboard-read", "clipboard-write"])

    tab.locator("#NONCE-001 .markdown").click()
    tab.get_by_text("copied").wait_for()
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert "- Since: 2026-11-21 01:15 UTC, build build 1" in copied
    assert "- Known: being mended; expired on 2026-11-01" in copied


def test_the_previous_run_is_one_click_away(opened: Opened, history: Path) -> None:
    tab = opened(with_past(factory.failing(), history))

    tab.locator(".changed").get_by_role("link", name="2026-11-21 02:15 UTC").click()

    assert tab.url.endswith("20261121T021500Z-staging/index.html")


def test_the_drawing_has_words_and_a_table(opened: Opened, history: Path) -> None:
    tab = opened(with_past(factory.failing(), history))

    assert tab.get_by_role("img", name="3 runs, 0 of them conform").count() == 1
    tab.get_by_text("As a table").click()
    assert tab.locator("#changes table").last.get_by_role("row").count() == 4


@pytest.mark.parametrize(("scheme", "width"), SIZES)
def test_axe_finds_nothing_in_a_run_with_a_past(
    opened: Opened,
    history: Path,
    result: RunResult,  # noqa: F811
    scheme: str,
    width: int,
) -> None:
    tab = opened(with_past(result, history), color_scheme=scheme, viewport={"width": width, "height": 900})

    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("scheme", "width"), SIZES)
def test_axe_finds_nothing_in_the_list_of_runs(opened: Opened, history: Path, scheme: str, width: int) -> None:
    runs_page.write(folder.scan(history), history / "index.html")
    tab = opened(history / "index.html", color_scheme=scheme, viewport={"width": width, "height": 900})

    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.get_by_role("link", name="2026-11-21 02:15:00").click()
    assert tab.url.endswith("20261121T021500Z-staging/index.html")


@pytest.mark.parametrize(("scheme", "width"), SIZES)
def test_axe_finds_nothing_in_a_comparison(opened: Opened, tmp_path: Path, scheme: str, width: int) -> None:
    diff_page.write(everything(), tmp_path / "changes.html")
    tab = opened(tmp_path / "changes.html", color_scheme=scheme, viewport={"width": width, "height": 900})

    assert violations(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
