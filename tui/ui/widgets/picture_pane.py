"""The picture being made or just made, with a line about it."""

import asyncio
import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from tui.ui.access import app_of
from tui.ui.finished import Result
from tui.ui.gesture import gesture
from tui.ui.hints import hint
from tui.ui.looks import Look
from tui.ui.plain import plain
from tui.ui.screens.place import Hints, Place

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui.terminal.picture import Picture

HINTS = (
    hint("zoom", "picture.closer", "picture.farther", "picture.fit"),
    hint("pan", "picture.left", "picture.down", "picture.up", "picture.right"),
    hint("compare", "picture.compare"),
    hint("contact sheet", "picture.contact"),
    hint("viewer", "picture.view"),
)
"""The foot of a place while the picture has the focus."""


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
        & > #text { display: none; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
        &.-has-picture { & > #welcome { display: none; } & > Picture { display: block; } }
        &.-has-text {
            & > #welcome { display: none; } & > Picture { display: none; } & > #text { display: block; }
        }
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
        Binding("space", "play", "Play what moves, or stop", id="picture.play", show=False),
        Binding("p", "aside", "What preview nodes showed", id="picture.aside", show=False),
        Binding("s", "keep", "Save a preview with the results", id="picture.keep", show=False),
        Binding("c", "do('compare')", "Compare with the one before", id="picture.compare", show=False),
        Binding("t", "contact", "The batch as a contact sheet", id="picture.contact", show=False),
        Binding("o", "do('view')", "Open in the viewer", id="picture.view", show=False),
        Binding("y", "do('copy_path')", "Copy the path", id="picture.copy-path", show=False),
        Binding("Y", "do('copy_recipe')", "Copy the recipe", id="picture.copy-recipe", show=False),
        Binding("C", "do('copy_picture')", "Copy the picture", id="picture.copy-picture", show=False),
    ]
    caption: reactive[str] = reactive("", repaint=False)

    @dataclass
    class Chosen(Message):
        """Another picture is wanted here: one of the contact sheet, or what a preview node showed."""

        result: Result

    def __init__(self, welcome: str = "", *, id: str) -> None:
        super().__init__(id=id)
        self._welcome = welcome
        self._other_hints: Hints = ()
        self._is_moving = False
        self._playing: Worker[None] | None = None
        self._early: Look | None = None
        """What was to be shown before there was a picture widget."""
        self.result: Result | None = None
        """The finished picture shown, where its job is known."""

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
        if self._early is not None:
            self.show(self._early)

    def watch_caption(self, words: str) -> None:
        for line in self.query("#caption").results(Static):
            line.update(plain(words), layout=False)

    def on_focus(self) -> None:
        """Say at the foot what the keys do to the picture."""
        if isinstance(self.screen, Place):
            self._other_hints, self.screen.hints = self.screen.hints, HINTS

    def on_blur(self) -> None:
        if isinstance(self.screen, Place) and self.screen.hints == HINTS:
            self.screen.hints = self._other_hints

    def preview(self, frame: bytes) -> None:
        """Show a glimpse of a picture in the making."""
        self._stop()
        self.result = None
        if self.picture is not None:
            self._turn_to("-has-picture")
            self.picture.preview(frame)

    def show(self, look: Look) -> None:
        """Show a finished file: as a picture, as a text, or in a sentence."""
        self._stop()
        self._is_moving = look.is_moving
        self.caption = look.caption if look.picture is not None or look.text is not None else ""
        self._early = look if self.picture is None else None
        if look.text is not None:
            self._show_text(look.text)
        elif self.picture is not None:
            self._turn_to("-has-picture")
            if look.picture is not None:
                self.picture.show(look.picture)
            else:
                self.picture.say(look.caption)

    def _turn_to(self, kind: str) -> None:
        self.set_class(kind == "-has-picture", "-has-picture")
        self.set_class(kind == "-has-text", "-has-text")

    @work(exclusive=True, group="text")
    async def _show_text(self, text: str) -> None:
        if not self.query("#text"):
            await self.mount(VerticalScroll(Static(markup=False), id="text"), before="#caption")
        self.query_one("#text > Static", Static).update(plain(text))
        self.query_one("#text").scroll_home(animate=False)
        self._turn_to("-has-text")

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
        self._playing, self._is_moving = None, False

    def action_play(self) -> None:
        """Let an animated picture move, or stand still again."""
        if self._playing is not None and self._playing.is_running:
            self._playing.cancel()
        elif self._is_moving and self.result is not None:
            self._playing = self._play(self.result.output.path)

    @work(exclusive=True, group="play")
    @gesture
    async def _play(self, path: str) -> None:
        services, picture = app_of(self).services, self.picture
        if services is None or picture is None:
            return
        frames = await services.pictures.frames(path)
        while len(frames) > 1:
            for frame in frames:
                picture.preview(frame.data)
                await asyncio.sleep(frame.seconds)

    def action_aside(self) -> None:
        """What the preview nodes showed, one after another, then the result again."""
        if self.result is None:
            return
        job, output = self.result.job, self.result.output
        ring = (*job.results[-1:], *job.asides)
        at = ring.index(output) if output in ring else 0
        self.post_message(self.Chosen(Result(ring[(at + 1) % len(ring)], job)))

    def action_keep(self) -> None:
        """Save what a preview node showed with the results."""
        self._keep()

    @work(group="picture")
    @gesture
    async def _keep(self) -> None:
        from tui.ui.picture_deeds import keep

        kept = await keep(self, self.result)
        if kept is not None:
            self.post_message(self.Chosen(kept))

    def action_zoom(self, how: str) -> None:
        """Closer, farther, the whole picture, or pixel by pixel."""
        if self.picture is not None:
            self.picture.zoom_by(how)

    def action_pan(self, columns: int, rows: int) -> None:
        """Move over a picture that is seen closer."""
        if self.picture is not None:
            self.picture.pan(columns, rows)

    def action_do(self, verb: str) -> None:
        """Do something with the finished picture."""
        self._do(verb)

    @work(group="picture")
    @gesture
    async def _do(self, verb: str) -> None:
        from tui.ui.picture_deeds import do

        await do(verb, self, self.result)

    def action_contact(self) -> None:
        """Every picture of the job, small; the one that is opened is shown here."""
        self._contact()

    @work(group="picture")
    @gesture
    async def _contact(self) -> None:
        from tui.ui.finished import results_of
        from tui.ui.picture_deeds import open_contact

        batch = list(results_of([self.result.job])) if self.result is not None else []
        open_contact(self, batch, self.result, lambda result: self.post_message(self.Chosen(result)))
