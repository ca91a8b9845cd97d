"""The widget that shows a picture, or live frames of one."""

from dataclasses import replace
from textwrap import wrap

from PIL import Image
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.domain.text import clean
from tui.terminal.cover import is_clear, is_seen
from tui.terminal.geometry import FIT, Viewpoint, place
from tui.terminal.painter import Painter
from tui.terminal.profile import TerminalProfile
from tui.terminal.rendering import dots_across
from tui.terminal.strips import words
from tui.terminal.textual_host import TerminalHost, host_of

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
        self._painter = Painter(self)
        self._caption = ""
        self._sentence = ""

    def show(self, picture: bytes | Image.Image | None, caption: str = "") -> None:
        """Show a finished picture, as file bytes or decoded; None clears."""
        self._set(picture, caption, is_live=False)
        self._painter.set_view(Viewpoint())

    def preview(self, frame: bytes | Image.Image) -> None:
        """Show a live frame; frames that come faster than the line carries are skipped."""
        self._set(frame, self._caption, is_live=True)

    def clear(self) -> None:
        """Show nothing."""
        self._set(None, "", is_live=False)

    def say(self, sentence: str) -> None:
        """Show a sentence instead of a picture."""
        self.clear()
        self._sentence = clean(sentence)

    @property
    def picture_size(self) -> tuple[int, int] | None:
        """Width and height in pixels of the picture shown, once it is decoded."""
        return self._painter.image.size if self._painter.image else None

    @property
    def is_busy(self) -> bool:
        """Whether something newer or sharper than what is shown is on its way."""
        return self._painter.is_busy

    @property
    def sentence(self) -> str:
        """What stands in the picture's place."""
        return self._sentence

    @property
    def zoom(self) -> float:
        """0 shows the whole picture; 1 shows it pixel by pixel."""
        return self._painter.view.zoom

    def zoom_to(self, zoom: float) -> None:
        """Look closer or from farther off, keeping the middle."""
        self._painter.set_view(replace(self._painter.view, zoom=zoom) if zoom != FIT else Viewpoint())

    def zoom_in(self) -> None:
        """One step closer than it is seen."""
        scale = self._scale
        self.zoom_to(next((zoom for zoom in ZOOMS if zoom > scale * 1.01), self.zoom))

    def zoom_out(self) -> None:
        """One step back, at last to the whole picture."""
        closest = max(self.zoom, self._whole_scale)
        steps = (zoom for zoom in reversed(ZOOMS) if self._whole_scale < zoom < closest)
        self.zoom_to(next(steps, FIT))

    @property
    def _scale(self) -> float:
        """Pixels of the terminal across one of the picture."""
        return self.zoom if self.zoom != FIT else self._whole_scale

    @property
    def _whole_scale(self) -> float:
        """The same where the whole picture is shown."""
        image = self._painter.image
        if image is None or not all(self.area):
            return FIT
        dots = dots_across(self.profile)
        whole = place(image.size, self.area, self.profile.cell, dots)
        return whole.columns * dots / image.width

    def zoom_by(self, how: str) -> None:
        """As keys say it: in, out, fit, or pixels."""
        match how:
            case "in":
                self.zoom_in()
            case "out":
                self.zoom_out()
            case "fit":
                self.zoom_to(FIT)
            case _:
                self.zoom_to(1)

    @property
    def view(self) -> Viewpoint:
        """How it is looked at; another picture can `look` the same way."""
        return self._painter.view

    def look(self, view: Viewpoint) -> None:
        """Look at it from there."""
        self._painter.set_view(view)

    def pan(self, columns: int, rows: int) -> None:
        """Move the view by tenths of what is seen, to the right and down."""
        shown, image = self._painter.shown, self._painter.image
        if shown is None or image is None:
            return
        x0, y0, x1, y1 = shown.placement.crop
        x = _moved((x0 + x1) / 2 / image.width, columns / 10, (x1 - x0) / image.width)
        y = _moved((y0 + y1) / 2 / image.height, rows / 10, (y1 - y0) / image.height)
        self._painter.set_view(replace(self._painter.view, x=x, y=y))

    def _set(self, source: bytes | Image.Image | None, caption: str, *, is_live: bool) -> None:
        if (caption := clean(caption)) != self._caption or self._sentence or source is None:
            self._caption, self._sentence = caption, ""
            self.refresh()
        self._painter.set_source(source, is_live=is_live)

    def on_mount(self) -> None:
        """What was set before there was a terminal gets its turn."""
        self.offer()

    def on_resize(self) -> None:
        """Fill the new place."""
        self._host.measure()
        self._painter.look_again()

    def on_show(self) -> None:
        """What came while it was hidden gets its turn."""
        self.offer()

    def on_unmount(self) -> None:
        """Free what the terminal holds of the picture."""
        self._host.write(self._painter.release())

    @property
    def _host(self) -> TerminalHost:
        return host_of(self)

    @property
    def profile(self) -> TerminalProfile:
        """The terminal."""
        return self._host.profile

    @property
    def area(self) -> tuple[int, int]:
        """Columns and rows there are for the picture, above the caption."""
        width, height = self.size
        return width, height - bool(self._caption and height > 1)

    @property
    def origin(self) -> tuple[int, int]:
        """The place on the screen."""
        return self.region.x, self.region.y

    @property
    def is_seen(self) -> bool:
        """Whether any of it is on the screen."""
        return self.is_attached and all(self.area) and is_seen(self)

    @property
    def is_front(self) -> bool:
        """Whether its screen is the one in use."""
        return self.is_attached and self.screen.is_active

    @property
    def is_at_bottom(self) -> bool:
        """Whether it reaches the terminal's last row."""
        return self.is_attached and self.region.y + self.area[1] >= self.screen.size.height

    @property
    def is_written(self) -> bool:
        """Whether Textual writes its lines at all."""
        return self._host.is_real and self.is_front and self.is_seen

    def is_clear(self) -> bool:
        """Whether pixels can be drawn over it."""
        return self.is_attached and is_clear(self)

    def offer(self) -> None:
        """Ask for a turn at the line, once there is one."""
        if self.is_mounted and self.is_attached:
            self._host.offer(self._painter)

    def refresh_lines(self, first: int, end: int) -> None:
        """Have Textual write these lines soon."""
        self.refresh(Region(0, first, self.size.width, end - first))

    def write(self, data: bytes) -> None:
        """Write to the terminal."""
        self._host.write(data)

    def refuse(self, sentence: str) -> None:
        """Show why there is no picture."""
        self._sentence = sentence
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows in view."""
        ground = Style(bgcolor=self.background_colors[1].rich_color)
        rows = [self._row(y, ground) for y in range(crop.y, crop.bottom)]
        return [row.crop(crop.x, crop.right) for row in rows]

    def _row(self, y: int, ground: Style) -> Strip:
        width = self.size.width
        if y >= self.area[1]:
            return words(self._caption, width, ground + self.rich_style)
        if self._sentence:
            return words(self._sentence_line(y), width, ground + self.rich_style)
        return self._painter.strip(y, width, ground)

    def _sentence_line(self, y: int) -> str:
        """The sentence's lines, in the middle of the place."""
        lines = wrap(self._sentence, max(self.size.width - 2, 1))
        line = y - (self.size.height - len(lines)) // 2
        return lines[line] if 0 <= line < len(lines) else ""


def _moved(middle: float, step: float, seen: float) -> float:
    return min(max(middle + step * seen, seen / 2), 1 - seen / 2)
