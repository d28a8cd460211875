"""The report page: size, time to build, to first paint, frames."""

from __future__ import annotations

import importlib.util
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from contract.benchmark import Row
from contract.reporting import page
from contract.tests.reporting import factory

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GROUP = "report_page"
SIZES = ((100, 10), (1_000, 60), (10_000, 300))
"""Cases, and findings among them."""
ROUNDS = 3
FIRST_PAINT_GOAL_MS = 1000.0
"""Of the largest report."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_FIRST_PAINT = """() => new Promise(resolve => new PerformanceObserver(list => {
    const paint = list.getEntriesByName('first-contentful-paint')[0];
    if (paint) resolve(paint.startTime);
}).observe({type: 'paint', buffered: true}))"""
_LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"
# Down from the top, 240 pixels a frame, as a wheel that is turned fast does.
_FRAMES = """() => new Promise(resolve => {
    const steps = 120, taken = [];
    let last = performance.now(), step = 0;
    const next = now => {
        taken.push(now - last);
        last = now;
        if (++step > steps) return resolve(taken.slice(1));
        scrollTo(0, 240 * step);
        requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
})"""


def measure(quick: bool) -> Iterator[Row]:
    """Yield the rows of this group; without a browser those of the page in it say so."""
    with ExitStack() as stack:
        lacking = _lacking()
        browser = None if lacking else _browser(stack)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="conformance-bench-")))
        for cases, findings in SIZES[:1] if quick else SIZES:
            yield from _of_size(cases, findings, folder / f"{cases}.html", browser, lacking or "")


def _of_size(cases: int, findings: int, path: Path, browser: Browser | None, lacking: str) -> Iterator[Row]:
    result = factory.huge(cases, findings)
    label = f"{cases} cases, {findings} findings"
    built = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        page.write(result, path)
        built.append(time.perf_counter() - started)
    yield Row(GROUP, f"size, {label}", round(path.stat().st_size / 1e6, 3), "MB")
    yield Row(GROUP, f"build, {label}", round(statistics.median(built), 3), "s")
    names = ("first paint", "loaded", "frame, 95 % below")
    if browser is None:
        yield from (Row(GROUP, f"{name}, {label}", None, "ms", lacking) for name in names)
        return
    rounds = [_opened(browser, path) for _ in range(ROUNDS)]
    for name, values in zip(names, zip(*rounds, strict=True), strict=True):
        goal = FIRST_PAINT_GOAL_MS if name == "first paint" and cases == SIZES[-1][0] else None
        value = round(statistics.median(values), 1)
        yield Row(GROUP, f"{name}, {label}", value, "ms", f"median of {ROUNDS}", at_most=goal)


def _opened(browser: Browser, path: Path) -> tuple[float, float, float]:
    """Return when the page was painted first and loaded, and the longest of nearly all frames while scrolling; ms."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        tab = context.new_page()
        tab.goto(path.as_uri())
        painted, loaded = float(tab.evaluate(_FIRST_PAINT)), float(tab.evaluate(_LOADED))
        frames = sorted(tab.evaluate(_FRAMES))
        return painted, loaded, float(frames[int(len(frames) * 0.95)])


def _lacking() -> str | None:
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed"
    return None if any(map(shutil.which, BROWSERS)) else "no Chromium was found"


def _browser(stack: ExitStack) -> Browser:
    from playwright.sync_api import sync_playwright

    executable = next(path for path in map(shutil.which, BROWSERS) if path)
    playwright = stack.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
    stack.callback(browser.close)
    return browser
