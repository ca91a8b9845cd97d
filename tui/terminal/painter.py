"""Decides what a widget sends of its picture, and when: small, sharp, or painted again."""

import asyncio
from collections.abc import Callable

from PIL import Image
from rich.style import Style
from textual.strip import Strip

from tui.domain.errors import PictureError
from tui.terminal import kitty
from tui.terminal.delivery import Parcel
from tui.terminal.easel import Easel, Wish
from tui.terminal.geometry import Placement, Viewpoint, place
from tui.terminal.ladder import Ladder, Rung
from tui.terminal.loading import load
from tui.terminal.pacing import Pace
from tui.terminal.parcels import PixelParcel, TextParcel
from tui.terminal.profile import Graphics, TerminalProfile
from tui.terminal.rendering import Order, Rendering, dots_across, render, text_form
from tui.terminal.surface import Surface

SHARP_SECONDS = 2.0
"""Seconds of the line that a finished picture may take in all its sharpness."""


class Painter:
    """The sender of one widget's picture."""

    def __init__(self, easel: Easel) -> None:
        self._easel = easel
        self._surface = Surface(easel, self.want)
        self._source: bytes | Image.Image | None = None
        self._decoded_from: bytes | Image.Image | None = None
        self._is_live = False
        self._view = Viewpoint()
        self._wish = Wish.NOTHING
        self._is_preparing = False
        self._generation = 0
        """Raised by whatever makes a picture on its way not worth finishing; a newer live frame does not."""
        self._ladder: Ladder | None = None
        self._rung: Rung | None = None
        self.image: Image.Image | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something newer or sharper is on its way."""
        return self._wish > Wish.NOTHING or self._is_preparing or not self._surface.is_complete

    @property
    def shown(self) -> Rendering | None:
        """What is on the screen."""
        return self._surface.shown

    @property
    def view(self) -> Viewpoint:
        """How the picture is looked at."""
        return self._view

    def set_source(self, source: bytes | Image.Image | None, *, is_live: bool) -> None:
        """Another picture or frame; None for none."""
        if not (is_live and self._is_live):
            self._generation += 1
        self._source, self._is_live = source, is_live
        if source is None:
            self._forget()
        else:
            self.want(Wish.SHOW)

    def set_view(self, view: Viewpoint) -> None:
        """Look at it otherwise."""
        self._view = view
        self.look_again()

    def look_again(self) -> None:
        """The place or the view is another."""
        self._generation += 1
        if self._source is not None:
            self.want(Wish.SHOW)

    def repeat(self) -> None:
        """What was sent last may not have arrived; what is drawn in text stays in the hands of Textual."""
        shown = self._surface.shown
        if shown is None or shown.rung.form is Graphics.KITTY:
            self.look_again()

    def want(self, wish: Wish) -> None:
        """Note what is to be done and ask for a turn."""
        self._wish = max(self._wish, wish)
        self._easel.offer()

    def strip(self, y: int, width: int, ground: Style) -> Strip:
        """A line of the widget. What waited for the widget to be seen gets its turn."""
        if self._wish > Wish.NOTHING:
            self._easel.offer()
        return self._surface.strip(y, width, ground)

    def release(self) -> bytes:
        """The command that frees the terminal's memory of the picture."""
        return self._surface.release()

    def _forget(self) -> None:
        self.image = self._decoded_from = None
        self._wish = Wish.NOTHING
        self._surface.clear()

    async def prepare(self, pace: Pace) -> Parcel | None:
        """Encode what is wanted most, as the line is."""
        source = self._source
        if self._wish is Wish.NOTHING or source is None or not self._easel.is_seen:
            return None
        wish, self._wish = self._wish, Wish.NOTHING
        if self._easel.profile.graphics is Graphics.NONE:
            self._easel.refuse("Pictures are switched off.")
            return None
        self._is_preparing = True
        try:
            parcel = await self._make(source, wish, pace)
        except PictureError as error:
            if source is self._source:
                self._forget()
                self._easel.refuse(error.sentence)
            return None
        finally:
            self._is_preparing = False
        self._surface.is_complete = parcel is None
        return parcel

    async def _make(self, source: bytes | Image.Image, wish: Wish, pace: Pace) -> Parcel | None:
        is_wanted = self._until_changed()
        shown = self._surface.shown
        if wish is Wish.REPAINT and shown is not None:
            pieces = self._surface.take_damaged(shown)
            return PixelParcel(self._surface, shown, pieces, is_wanted, tmux=False) if pieces else None
        if self.image is None or self._decoded_from is not source:
            if not self._is_live:
                self.image = None  # large ones need not be in memory both
            self.image, self._decoded_from = await asyncio.to_thread(load, source), source
        is_sharp, order = self._order(self.image, wish, pace)
        rendering = await asyncio.to_thread(render, self.image, order, self._easel.profile)
        if self._ladder is not None:
            self._ladder.weigh(order.rung, rendering.cells, rendering.size)
        if not is_sharp and not self._is_live and is_wanted():
            self.want(Wish.SHARPEN)
        return self._parcel(rendering, is_wanted)

    def _order(self, image: Image.Image, wish: Wish, pace: Pace) -> tuple[bool, Order]:
        """What to draw, and whether it is what the picture ends as."""
        is_sharp, rung = self._choose(image, wish, pace)
        return is_sharp, Order(
            area=self._easel.area,
            view=self._view,
            rung=rung,
            image_id=self._surface.next_image_id(is_sharp=is_sharp) if rung.form is Graphics.KITTY else 0,
            is_atomic=not is_sharp,
            is_at_bottom=self._easel.is_at_bottom,
            portion=pace.portion,
        )

    def _choose(self, image: Image.Image, wish: Wish, pace: Pace) -> tuple[bool, Rung]:
        profile = self._easel.profile
        placement = place(image.size, self._easel.area, profile.cell, dots_across(profile), self._view)
        form = _form(profile, placement, is_at_bottom=self._easel.is_at_bottom)
        self._ladder = ladder = self._ladder_for(form)
        cells = placement.columns * placement.rows
        sharp = ladder.sharp(cells, (pace.rate or 0.0) * SHARP_SECONDS)
        if not self._is_live and (wish is Wish.SHARPEN or sharp.guess * cells <= 2 * pace.frame):
            return True, sharp
        most = pace.whole_frame if form is Graphics.KITTY else pace.frame
        self._rung = ladder.choose(cells, most, self._rung)
        return self._rung is sharp, self._rung

    def _ladder_for(self, form: Graphics) -> Ladder:
        if self._ladder is None or self._ladder.form is not form:
            self._rung = None
            return Ladder(form)
        return self._ladder

    def _parcel(self, rendering: Rendering, is_wanted: Callable[[], bool]) -> Parcel:
        if rendering.rung.form.is_text:
            return TextParcel(self._surface, rendering, is_wanted)
        tmux = self._easel.profile.through_tmux
        return PixelParcel(self._surface, rendering, rendering.pieces, is_wanted, tmux=tmux)

    def _until_changed(self) -> Callable[[], bool]:
        generation = self._generation
        return lambda: generation == self._generation


def _form(profile: TerminalProfile, placement: Placement, *, is_at_bottom: bool) -> Graphics:
    """How to draw: with characters where there is nothing else, or no room for it."""
    match profile.graphics:
        case Graphics.KITTY if max(placement.columns, placement.rows) <= kitty.MAX_CELLS:
            return Graphics.KITTY
        case Graphics.SIXEL if placement.rows > is_at_bottom:
            return Graphics.SIXEL
        case Graphics.ITERM2:
            return Graphics.ITERM2
        case _:
            return text_form(profile)
