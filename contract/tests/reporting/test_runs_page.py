"""The list of the runs, and the drawing of their verdicts."""

from __future__ import annotations

from pathlib import Path

from contract.history import folder
from contract.reporting import runs_page
from contract.reporting.verdict_plot import plot
from contract.tests.history.reports import report, write
from contract.tests.reporting.test_page import HOSTILE, Elements


def listed(history: Path, page: Path) -> Elements:
    runs_page.write(folder.scan(history), page)
    elements = Elements()
    elements.feed(page.read_text(encoding="utf-8"))
    return elements


def test_runs_stand_by_target_and_build_newest_first_with_links(tmp_path: Path) -> None:
    history = tmp_path / "runs"
    write(history, {"SIGN-001": "fail"}, 1, version="1.0")
    write(history, number=2, version="1.1")
    write(history, number=3, version="1.0")
    write(history, number=0, target="local", version=None)

    elements = listed(history, tmp_path / "index.html")

    assert "staging 3" in " ".join(elements.text.split())
    text = " ".join(elements.text.split())
    # The drawing above the table names the builds too.
    text = text[text.index("Files ") :]
    order = ("build 1.0", "03:15:00", "01:15:00", "build 1.1", "02:15:00", "local 1", "no build named")
    places = [text.index(each) for each in order]
    assert places == sorted(places)
    links = [str(attributes["href"]) for tag, attributes in elements.tags if tag == "a"]
    assert "runs/20261121T031500Z-staging/index.html" in links
    assert all((tmp_path / link).is_file() for link in links)
    assert "conformance diff" in text
    assert "does not conform" in text


def test_what_was_left_out_is_said_and_hostile_names_are_text(tmp_path: Path) -> None:
    write(tmp_path, version=HOSTILE)
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "report.json").write_text("{")

    elements = listed(tmp_path, tmp_path / "index.html")

    assert "Left out 1" in " ".join(elements.text.split())
    assert not any(tag in ("script", "img") for tag, _ in elements.tags)
    assert HOSTILE[:20] in elements.text


def test_an_empty_history_has_a_page(tmp_path: Path) -> None:
    assert "There is no report here yet" in listed(tmp_path, tmp_path / "index.html").text


def test_bars_stand_on_the_base_line_and_fit() -> None:
    drawn = plot([report({"SIGN-001": "fail", "SIGN-002": "warn"}, 1), report({"SIGN-001": "pass"}, 2)])

    assert drawn is not None
    first, second = drawn.bars
    assert first.parts[0].y + first.parts[0].height == drawn.base
    assert first.parts[1].y + first.parts[1].height == first.parts[0].y
    assert (first.mark, second.mark, second.parts) == ("✕", "✓", ())
    assert second.x + 14 <= drawn.width
    assert "2 runs, 1 of them conform" in drawn.said


def test_one_run_is_no_history() -> None:
    assert plot([report()]) is None
