"""The rows of characters that stand for a picture in a widget's lines."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from rich.style import Style
from textual.strip import Strip

from tui.terminal.geometry import Placement
from tui.terminal.rendering import TextRow
from tui.terminal.strips import MosaicStrip


@dataclass(frozen=True, slots=True)
class _Line:
    row: TextRow
    left: int
    columns: int


class TextLayer:
    """Rows by line of the widget; lines without one are blank."""

    def __init__(self, on_write: Callable[[int], None]) -> None:
        """`on_write` is told the line that Textual wrote."""
        self._on_write = on_write
        self._lines: dict[int, _Line] = {}
        self._place: tuple[int, ...] = ()

    def put(
        self, rows: tuple[TextRow, ...], placement: Placement, area: tuple[int, int], first: int = 0
    ) -> bool:
        """Replace rows from the first on; tells whether the picture lies elsewhere than before."""
        place = (*area, placement.left, placement.top, placement.columns, placement.rows)
        has_moved = place != self._place
        if has_moved:
            self._lines.clear()
            self._place = place
        for offset, row in enumerate(rows, first):
            self._lines[placement.top + offset] = _Line(row, placement.left, placement.columns)
        return has_moved

    def clear(self) -> None:
        """Forget everything."""
        self._lines.clear()
        self._place = ()

    def strip(self, y: int, width: int, ground: Style) -> Strip:
        """A line of the widget."""
        line = self._lines.get(y)
        if line is None or line.left + line.columns > width:
            return Strip.blank(width, ground)
        margins = (line.left, width - line.left - line.columns)
        return MosaicStrip(line.row, margins, ground, width, partial(self._on_write, y))
