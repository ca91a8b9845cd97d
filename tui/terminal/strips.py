"""Mosaics as Textual strips that are written as they were encoded."""

from collections.abc import Callable, Iterable, Sequence

from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.terminal.mosaic import DEFAULT_COLOR, Depth
from tui.terminal.rendering import TextRow


class WatchedStrip(Strip):
    """A strip that tells when it is written to the terminal, in whole or in part."""

    __slots__ = ("_on_write",)

    def __init__(self, segments: Iterable[Segment], width: int, on_write: Callable[[], None]) -> None:
        super().__init__(segments, width)
        self._on_write = on_write

    def render(self, console: Console) -> str:
        """The row as it is written."""
        self._on_write()
        return super().render(console)

    def crop(self, start: int, end: int | None = None) -> Strip:
        """A part, watched too."""
        return self._watched(super().crop(start, end))

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """Parts, watched too."""
        return [self._watched(part) for part in super().divide(cuts)]

    def _watched(self, part: Strip) -> Strip:
        if part is self or not part.cell_length:  # Textual writes empty parts beside others' changes
            return part
        return WatchedStrip(part, part.cell_length, self._on_write)


class MosaicStrip(WatchedStrip):
    """A row of a mosaic between two margins.

    Shown whole, it is written as the text that was encoded in a thread. Its segments, three times as dear
    as the encoding, are made only when something cuts, tints or inspects the row.
    """

    __slots__ = ("_made", "_margin", "_margins", "_row")

    def __init__(
        self, row: TextRow, margins: tuple[int, int], margin: Style, width: int, on_write: Callable[[], None]
    ) -> None:
        self._row = row
        self._margins = margins
        self._margin = margin
        self._made: list[Segment] | None = None
        super().__init__((), width, on_write)

    @property
    def _segments(self) -> list[Segment]:  # pyright: ignore[reportIncompatibleVariableOverride] - a slot above
        """The row as segments, made when first asked for."""
        if self._made is None:
            left, right = self._margins
            depth = self._row.depth
            middle = (Segment(text, _style(fore, back, depth)) for text, fore, back in self._row.runs)
            self._made = [*_blank(left, self._margin), *middle, *_blank(right, self._margin)]
        return self._made

    @_segments.setter
    def _segments(self, _segments: list[Segment]) -> None:
        """Strip's own initialiser sets the empty list here."""

    def render(self, console: Console) -> str:
        """The row as it was encoded."""
        self._on_write()
        left, right = (Strip(_blank(width, self._margin), width).render(console) for width in self._margins)
        return f"{left}{self._row.ansi}{right}"


def words(text: str, width: int, style: Style) -> Strip:
    """One line of text in the middle, cut where it is too long."""
    strip = Strip([Segment(" ".join(text.split()), style)])
    if strip.cell_length >= width:
        return strip.crop(0, width)
    left = (width - strip.cell_length) // 2
    return Strip([Segment(" " * left, style), *strip]).extend_cell_length(width, style)


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
