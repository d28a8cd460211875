"""
A page per requirement for ``docs/requirements/``, made from the register, the tests and the catalogue of faults.

``python -m contract.reference`` writes them anew; nothing in them is written by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from contract import requirements
from contract.explanation import Explanation, explain

FOLDER = Path("docs") / "requirements"
INDEX = "README.md"
HEAD = """# Requirements

Made from the register by `make docs`; `conformance explain ID` tells the same in a terminal.
"""


def pages() -> dict[str, str]:
    """Return the text of every page by its file name."""
    explanations = [explain(each) for each in requirements.load()]
    made = {f"{each.requirement.id}.md": "\n".join(_page(each)) + "\n" for each in explanations}
    return {INDEX: "\n".join(_index(explanations)) + "\n", **made}


def write(folder: Path) -> int:
    """Write all pages to *folder* and drop those of requirements that are gone; return how many there are."""
    wanted = pages()
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")
    return len(wanted)


def _index(explanations: list[Explanation]) -> Iterator[str]:
    yield HEAD.rstrip()
    area = ""
    for each in (explanation.requirement for explanation in explanations):
        if each.area != area:
            area = each.area
            yield from ("", f"## {area}", "", "| id | level | statement |", "|---|---|---|")
        yield f"| [{each.id}]({each.id}.md) | {each.level} | {_cell(each.statement)} |"


def _page(explanation: Explanation) -> Iterator[str]:
    requirement = explanation.requirement
    yield f"# {requirement.id}"
    yield ""
    yield requirement.statement
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| area | {requirement.area} |"
    yield f"| operations | {', '.join(requirement.operations)} |"
    for name, text in explanation.items():
        yield f"| {name} | {f'`{text}`' if name == 'run it' else _cell(text)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)} pages")
