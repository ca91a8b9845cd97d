"""Mosaics as Textual strips that are written as they were encoded."""

from collections.abc import Iterable

from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.terminal.mosaic import DEFAULT_COLOR, Depth, Run


class MosaicStrip(Strip):
    """A row of a mosaic between two margins.

    Shown whole, it is written as the text that was encoded in a thread. Its segments, three times as dear
    as the encoding, are made only when something cuts, tints or inspects the row.
    """

    __slots__ = ("_ansi", "_depth", "_made", "_margin", "_margins", "_runs")

    def __init__(
        self,
        runs: tuple[Run, ...],
        ansi: str,
        columns: int,
        *,
        depth: Depth,
        margins: tuple[int, int],
        margin: Style,
    ) -> None:
        self._runs = runs
        self._ansi = ansi
        self._depth = depth
        self._margins = margins
        self._margin = margin
        self._made: list[Segment] | None = None
        super().__init__((), columns + sum(margins))

    @property
    def _segments(self) -> list[Segment]:  # pyright: ignore[reportIncompatibleVariableOverride] - a slot above
        """The row as segments, made when first asked for."""
        if self._made is None:
            left, right = self._margins
            middle = (Segment(text, _style(fore, back, self._depth)) for text, fore, back in self._runs)
            self._made = [*_blank(left, self._margin), *middle, *_blank(right, self._margin)]
        return self._made

    @_segments.setter
    def _segments(self, _segments: list[Segment]) -> None:
        """Strip's own initialiser sets the empty list here."""

    def render(self, console: Console) -> str:
        """The row as it was encoded."""
        left, right = (Strip(_blank(width, self._margin), width).render(console) for width in self._margins)
        return f"{left}{self._ansi}{right}"


def _blank(width: int, style: Style) -> Iterable[Segment]:
    return (Segment(" " * width, style),) if width else ()


def _style(fore: int, back: int, depth: Depth) -> Style:
    return Style.from_color(_color(fore, depth), _color(back, depth))


def _color(color: int, depth: Depth) -> Color | None:
    if color == DEFAULT_COLOR:
        return None
    if depth is Depth.TRUE:
        return Color.from_rgb(color >> 16, color >> 8 & 255, color & 255)
    return Color.from_ansi(color)
