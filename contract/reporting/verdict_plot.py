"""The history of verdicts over runs as a drawing: where each bar stands, for a template that writes the SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contract.history.report import Head

STEP = 22
BAR = 14
HEIGHT = 88
LEFT = 34
TOP = 8
FOOT = 22
LEAST_WIDTH = 220
MARKS = {"conforms": "✓", "does-not-conform": "✕", "inconclusive": "?"}
_STACK = ("fail", "warn", "inconclusive")


@dataclass(frozen=True)
class Part:
    """One verdict's part of a bar."""

    verdict: str
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One run."""

    head: Head
    x: float
    mark: str
    parts: tuple[Part, ...]

    @property
    def middle(self) -> float:
        """Return the x of its middle."""
        return self.x + BAR / 2


@dataclass(frozen=True)
class Plot:
    """Bars of what did not hold or could not be judged, oldest run first; lengths in SVG units."""

    bars: tuple[Bar, ...]
    most: int
    """The count that the full height stands for."""

    @property
    def width(self) -> float:
        """Return the width of the drawing."""
        return max(LEFT + STEP * len(self.bars) + 4, LEAST_WIDTH)

    @property
    def height(self) -> float:
        """Return the height of the drawing."""
        return TOP + HEIGHT + FOOT

    @property
    def base(self) -> float:
        """Return the y on which the bars stand."""
        return TOP + HEIGHT

    @property
    def left(self) -> float:
        """Return the x at which the bars begin."""
        return LEFT

    @property
    def said(self) -> str:
        """Return what the drawing shows, for those who do not see it."""
        last = self.bars[-1].head
        good = sum(bar.head.verdict == "conforms" for bar in self.bars)
        return (
            f"{len(self.bars)} runs, {good} of them conform; the last one {last.verdict.replace('-', ' ')}, "
            f"{last.summary.fail} failed, {last.summary.warn} warned, {last.summary.inconclusive} inconclusive"
        )


def plot(runs: Sequence[Head]) -> Plot | None:
    """Return the drawing of *runs*, oldest first; None of fewer than two, which is no history."""
    if len(runs) < 2:
        return None
    most = max(1, *(sum(_counts(run).values()) for run in runs))
    bars = (
        Bar(run, LEFT + STEP * number, MARKS[run.verdict], _parts(_counts(run), most))
        for number, run in enumerate(runs)
    )
    return Plot(tuple(bars), most)


def _counts(run: Head) -> dict[str, int]:
    return {name: getattr(run.summary, name) for name in _STACK}


def _parts(counts: dict[str, int], most: int) -> tuple[Part, ...]:
    parts = []
    y = float(TOP + HEIGHT)
    for verdict, count in counts.items():
        if count:
            height = count / most * HEIGHT
            y -= height
            parts.append(Part(verdict, round(y, 2), round(height, 2)))
    return tuple(parts)
