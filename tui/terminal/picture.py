"""The widget that shows a picture, or live frames of one."""

import asyncio
from dataclasses import replace

from PIL import Image
from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.text import clean
from tui.terminal.decode import UnshowableError, decode, flatten
from tui.terminal.drawing import Drawing, draw
from tui.terminal.geometry import FIT, Viewpoint
from tui.terminal.strips import MosaicStrip
from tui.terminal.textual_host import profile_of

ZOOMS = (FIT, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
"""The steps of `zoom_in` and `zoom_out`; 1 is one pixel of the picture on one of the terminal."""


class Picture(Widget):
    """A picture that keeps its shape and fills its place; put borders and padding on a container around it.

    Decoding, scaling and encoding happen in threads; what cannot be shown becomes a sentence in its place.
    """

    DEFAULT_CSS = """
    Picture {
        width: 1fr;
        height: 1fr;
    }
    """
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id, classes=classes)
        self._source: bytes | Image.Image | None = None
        self._image: Image.Image | None = None
        self._caption = ""
        self._sentence = ""
        self._view = Viewpoint()
        self._drawing: Drawing | None = None
        self._is_stale = False
        self._is_painting = False

    def show(self, picture: bytes | Image.Image | None, caption: str = "") -> None:
        """Show a finished picture, as file bytes or decoded; None clears."""
        self._view = Viewpoint()
        self._set(picture, caption)

    def preview(self, frame: bytes | Image.Image) -> None:
        """Show a live frame; frames that come faster than the line carries are skipped."""
        self._set(frame, self._caption)

    def clear(self) -> None:
        """Show nothing."""
        self._set(None, "")

    def say(self, sentence: str) -> None:
        """Show a sentence instead of a picture."""
        self._set(None, "")
        self._sentence = clean(sentence)

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """Width and height in pixels of the picture shown, once it is decoded."""
        return self._image.size if self._image else None

    @property
    def is_busy(self) -> bool:
        """Whether something newer than what is shown is being drawn."""
        return self._is_stale or self._is_painting

    @property
    def sentence(self) -> str:
        """What stands in the picture's place."""
        return self._sentence

    @property
    def zoom(self) -> float:
        """0 shows the whole picture; 1 shows it pixel by pixel."""
        return self._view.zoom

    def zoom_to(self, zoom: float) -> None:
        """Look closer or from farther off, keeping the middle."""
        self._view = replace(self._view, zoom=zoom) if zoom != FIT else Viewpoint()
        self._redraw()

    def zoom_in(self) -> None:
        """One step closer."""
        self.zoom_to(next((zoom for zoom in ZOOMS if zoom > self.zoom), self.zoom))

    def zoom_out(self) -> None:
        """One step back, at last to the whole picture."""
        self.zoom_to(next((zoom for zoom in reversed(ZOOMS) if zoom < self.zoom), FIT))

    def pan(self, columns: int, rows: int) -> None:
        """Move the view by tenths of what is seen, to the right and down."""
        if self._drawing is None or self._image is None:
            return
        x0, y0, x1, y1 = self._drawing.placement.crop
        width, height = self._image.size
        self._view = replace(
            self._view,
            x=_moved((x0 + x1) / 2 / width, columns / 10, (x1 - x0) / width),
            y=_moved((y0 + y1) / 2 / height, rows / 10, (y1 - y0) / height),
        )
        self._redraw()

    def _set(self, source: bytes | Image.Image | None, caption: str) -> None:
        self._source = source
        self._image = None
        self._caption = clean(caption)
        self._sentence = ""
        if source is None:
            self._drawing = None
            self.refresh()
        self._redraw()

    def on_resize(self) -> None:
        """Fill the new place."""
        self._redraw()

    def _redraw(self) -> None:
        self._is_stale = self._source is not None
        if self._is_stale and not self._is_painting and self.is_mounted and self.size:
            self._is_painting = True
            self._paint()

    @work(group="paint")
    async def _paint(self) -> None:
        """Draw until what is shown is the latest."""
        try:
            while self._is_stale and self._source is not None:
                self._is_stale = False
                await self._paint_once(self._source)
        finally:
            self._is_painting = False

    async def _paint_once(self, source: bytes | Image.Image) -> None:
        try:
            image = self._image or await asyncio.to_thread(_decoded, source)
            area = (self.size.width, max(1, self.size.height - bool(self._caption)))
            drawing = await asyncio.to_thread(draw, image, area, profile_of(self), self._view)
        except UnshowableError as error:
            if source is self._source:
                self._drawing, self._sentence = None, str(error)
        else:
            self._drawing = drawing
            if source is self._source:
                self._image = image
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows in view."""
        rows = [self._row(y) for y in range(crop.y, crop.bottom)]
        return [row.crop(crop.x, crop.right) for row in rows]

    def _row(self, y: int) -> Strip:
        width, height = self.size
        ground = Style(bgcolor=self.background_colors[1].rich_color)
        if self._caption and y == height - 1:
            return self._words(self._caption, ground)
        drawing = self._drawing
        if drawing is None:
            return self._words(self._sentence if y == height // 2 else "", ground)
        place = drawing.placement
        line = y - place.top
        if drawing.area[0] != width or not 0 <= line < place.rows:
            return Strip.blank(width, ground)
        return MosaicStrip(
            drawing.mosaic.rows[line],
            drawing.ansi[line],
            place.columns,
            depth=drawing.mosaic.depth,
            margins=(place.left, width - place.left - place.columns),
            margin=ground,
        )

    def _words(self, words: str, ground: Style) -> Strip:
        """One line in the middle, dimmed; cut where it is too long."""
        strip = Strip([Segment(words.replace("\n", " "), ground + self.rich_style)])
        if strip.cell_length >= self.size.width:
            return strip.crop(0, self.size.width)
        left = (self.size.width - strip.cell_length) // 2
        return Strip([Segment(" " * left, ground), *strip]).extend_cell_length(self.size.width, ground)


def _decoded(source: bytes | Image.Image) -> Image.Image:
    if isinstance(source, bytes):
        return decode(source)
    try:
        return flatten(source)
    except OSError as error:
        raise UnshowableError("This picture is damaged.") from error


def _moved(middle: float, step: float, seen: float) -> float:
    return min(max(middle + step * seen, seen / 2), 1 - seen / 2)
