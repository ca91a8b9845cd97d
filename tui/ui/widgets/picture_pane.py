"""The picture being made or just made, with a line about it."""

import asyncio
import importlib
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widgets import Static

from tui.ui.plain import plain

if TYPE_CHECKING:
    from tui.terminal.picture import Picture


class PicturePane(Vertical, can_focus=True):
    """Holds the picture widget, which is brought in after the first frame: it imports Pillow."""

    DEFAULT_CSS = """
    PicturePane {
        width: 1fr; padding: 0 1; border-left: blank;
        &:focus { border-left: outer $accent; }
        & > #welcome {
            width: 1fr; height: 1fr; content-align: center middle; text-align: center; color: $faint;
        }
        & > #caption { height: 1; width: 1fr; text-align: center; color: $label;
            text-wrap: nowrap; text-overflow: ellipsis; }
        & > Picture { display: none; }
        &.-has-picture { & > #welcome { display: none; } & > Picture { display: block; } }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign", "zoom('in')", "Closer", id="picture.closer", show=False),
        Binding("minus", "zoom('out')", "Farther", id="picture.farther", show=False),
        Binding("0", "zoom('fit')", "Whole picture", id="picture.fit", show=False),
        Binding("1", "zoom('pixels')", "Pixel by pixel", id="picture.pixels", show=False),
        Binding("h,left", "pan(-1, 0)", "Left", id="picture.left", show=False),
        Binding("l,right", "pan(1, 0)", "Right", id="picture.right", show=False),
        Binding("k,up", "pan(0, -1)", "Up", id="picture.up", show=False),
        Binding("j,down", "pan(0, 1)", "Down", id="picture.down", show=False),
    ]
    caption: reactive[str] = reactive("")

    def __init__(self, welcome: str = "", *, id: str) -> None:
        super().__init__(id=id)
        self._welcome = welcome

    def compose(self) -> ComposeResult:
        yield Static(self._welcome, id="welcome", markup=False)
        yield Static("", id="caption", markup=False)

    @property
    def picture(self) -> "Picture | None":
        """The picture widget, once it is there."""
        from tui.terminal.picture import Picture

        return next(iter(self.query(Picture)), None)

    async def open(self) -> None:
        """Bring in the picture widget; it imports Pillow, so not on the event loop."""
        await asyncio.to_thread(importlib.import_module, "tui.terminal.picture")
        from tui.terminal.picture import Picture

        if self.picture is None:
            await self.mount(Picture(), before="#caption")

    def watch_caption(self, words: str) -> None:
        for line in self.query("#caption").results(Static):
            line.update(plain(words))

    def preview(self, frame: bytes) -> None:
        """Show a glimpse of a picture in the making."""
        if self.picture is not None:
            self.add_class("-has-picture")
            self.picture.preview(frame)

    def show(self, data: bytes, caption: str) -> None:
        """Show a finished picture."""
        if self.picture is not None:
            self.add_class("-has-picture")
            self.picture.show(data)
        self.caption = caption

    def say(self, sentence: str) -> None:
        """Say why there is no picture."""
        if self.picture is not None:
            self.add_class("-has-picture")
            self.picture.say(sentence)

    def action_zoom(self, how: str) -> None:
        """Closer, farther, the whole picture, or pixel by pixel."""
        picture = self.picture
        if picture is None:
            return
        match how:
            case "in":
                picture.zoom_in()
            case "out":
                picture.zoom_out()
            case "fit":
                picture.zoom_to(0)
            case _:
                picture.zoom_to(1)

    def action_pan(self, columns: int, rows: int) -> None:
        """Move over a picture that is seen closer."""
        if self.picture is not None:
            self.picture.pan(columns, rows)
