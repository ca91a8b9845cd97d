"""Decides what a widget sends of its picture, and when: small, sharp, or painted again."""

import asyncio
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from PIL import Image
from rich.style import Style
from textual.strip import Strip

from tui.domain.errors import PictureError
from tui.terminal import kitty
from tui.terminal.delivery import Parcel
from tui.terminal.geometry import Placement, Viewpoint, place
from tui.terminal.ladder import Ladder, Rung
from tui.terminal.loading import load
from tui.terminal.mosaic import DEFAULT_COLOR, Depth
from tui.terminal.pacing import Pace
from tui.terminal.parcels import PixelParcel, TextParcel
from tui.terminal.profile import Graphics, TerminalProfile
from tui.terminal.rendering import (
    Order,
    Piece,
    Rendering,
    TextRow,
    dots_across,
    render,
    text_form,
    text_rows,
)
from tui.terminal.text_layer import TextLayer

SHARP_SECONDS = 2.0
"""Seconds of the line that a finished picture may take in all its sharpness."""


REVEAL_PATIENCE = 0.25
"""Seconds to wait until Textual has written what was refreshed."""


class Wish(IntEnum):
    """What is still to be done, the most last."""

    NOTHING = 0
    REPAINT = 1
    """Text was written over the pixels."""
    SHARPEN = 2
    """The picture was shown small."""
    SHOW = 3


class Easel(Protocol):
    """The widget as its painter sees it."""

    @property
    def profile(self) -> TerminalProfile:
        """The terminal."""
        ...

    @property
    def area(self) -> tuple[int, int]:
        """Columns and rows there are for the picture."""
        ...

    @property
    def origin(self) -> tuple[int, int]:
        """The area's place on the screen."""
        ...

    @property
    def is_seen(self) -> bool:
        """Whether any of it is on the screen."""
        ...

    @property
    def is_front(self) -> bool:
        """Whether its screen is the one in use."""
        ...

    def is_clear(self) -> bool:
        """Whether pixels can be drawn over it."""
        ...

    def offer(self) -> None:
        """Ask for a turn at the line."""
        ...

    @property
    def is_at_bottom(self) -> bool:
        """Whether it reaches the terminal's last row."""
        ...

    @property
    def is_written(self) -> bool:
        """Whether Textual writes its lines at all: not without a terminal, not when it is hidden."""
        ...

    def refresh_lines(self, first: int, end: int) -> None:
        """Have Textual write these lines soon."""
        ...

    def write(self, data: bytes) -> None:
        """Write to the terminal."""
        ...

    def refuse(self, sentence: str) -> None:
        """There is no picture to show, and why."""
        ...


class Painter:
    """One picture's sender; it also says what the widget's lines are."""

    def __init__(self, easel: Easel) -> None:
        self._easel = easel
        self._source: bytes | Image.Image | None = None
        self._decoded_from: bytes | Image.Image | None = None
        self._is_live = False
        self._view = Viewpoint()
        self._wish = Wish.NOTHING
        self._is_working = False
        self._generation = 0
        """Raised by whatever makes a picture on its way not worth finishing; a newer live frame does not."""
        self._ladder: Ladder | None = None
        self._rung: Rung | None = None
        self._text = TextLayer(self._was_written)
        self._cells = TextLayer(self._was_written)
        self._fallback = TextLayer(self._was_written)
        self._fallback_of: Rendering | None = None
        self._is_revealing = False
        self._is_overlaid = False
        """Pixels lie over the text."""
        self._damaged: set[int] = set()
        """Rows of the picture whose pixels were written over."""
        self._written = asyncio.Event()
        self._image_id = 0
        self._retired: list[int] = []
        """Pictures that the terminal can forget."""
        self.image: Image.Image | None = None
        self.shown: Rendering | None = None

    @property
    def is_busy(self) -> bool:
        """Whether something newer or sharper is on its way."""
        return self._wish > Wish.NOTHING or self._is_working

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

    def want(self, wish: Wish) -> None:
        """Note what is to be done and ask for a turn."""
        self._wish = max(self._wish, wish)
        self._easel.offer()

    def release(self) -> bytes:
        """The command that frees the terminal's memory of the picture."""
        self._retire(0)
        tmux = self._easel.profile.through_tmux
        return b"".join(kitty.release(image_id, tmux=tmux) for image_id in self._retired)

    def _forget(self) -> None:
        self.image = self.shown = self._decoded_from = self._fallback_of = None
        self._wish = Wish.NOTHING
        self._is_overlaid = False
        for layer in (self._text, self._cells, self._fallback):
            layer.clear()

    async def prepare(self, pace: Pace) -> Parcel | None:
        """Encode what is wanted most, as the line is."""
        if self._wish is Wish.NOTHING or self._source is None or not self._easel.is_seen:
            return None
        wish, self._wish = self._wish, Wish.NOTHING
        self._is_working = True
        try:
            parcel = await self._make(self._source, wish, pace)
        except PictureError as error:
            self._forget()
            self._easel.refuse(error.sentence)
            parcel = None
        if parcel is None:
            self._is_working = False
        return parcel

    async def _make(self, source: bytes | Image.Image, wish: Wish, pace: Pace) -> Parcel | None:
        if wish is Wish.REPAINT and self.shown is not None:
            return self._repair(self.shown)
        if self.image is None or self._decoded_from is not source:
            self.image, self._decoded_from = await asyncio.to_thread(load, source), source
        is_sharp, rung = self._choose(self.image, wish, pace)
        order = Order(
            area=self._easel.area,
            view=self._view,
            rung=rung,
            image_id=self._next_image_id(is_sharp=is_sharp) if rung.form is Graphics.KITTY else 0,
            is_atomic=not is_sharp,
            is_at_bottom=self._easel.is_at_bottom,
            portion=pace.portion,
        )
        rendering = await asyncio.to_thread(render, self.image, order, self._easel.profile)
        if self._ladder is not None:
            self._ladder.weigh(rung, rendering.cells, rendering.size)
        if not is_sharp and not self._is_live:
            self.want(Wish.SHARPEN)
        return self._parcel(rendering)

    def _choose(self, image: Image.Image, wish: Wish, pace: Pace) -> tuple[bool, Rung]:
        """The quality, and whether it is the one to end with."""
        profile = self._easel.profile
        placement = place(image.size, self._easel.area, profile.cell, dots_across(profile), self._view)
        form = _form(profile, placement, is_at_bottom=self._easel.is_at_bottom)
        self._ladder = ladder = self._ladder_for(form)
        cells = placement.columns * placement.rows
        sharp = ladder.sharp(cells, (pace.rate or 0.0) * SHARP_SECONDS)
        if not self._is_live and (wish is Wish.SHARPEN or sharp.guess * cells <= 2 * pace.frame):
            return True, sharp
        self._rung = ladder.choose(cells, pace.frame, self._rung)
        return self._rung is sharp, self._rung

    def _ladder_for(self, form: Graphics) -> Ladder:
        if self._ladder is None or self._ladder.form is not form:
            self._rung = None
            return Ladder(form)
        return self._ladder

    def _next_image_id(self, *, is_sharp: bool) -> int:
        """Live frames replace each other; a sharp picture has its own id, while the last is still seen."""
        return kitty.new_image_id() if is_sharp or not self._image_id else self._image_id

    def _parcel(self, rendering: Rendering) -> Parcel:
        if rendering.rung.form.is_text:
            return TextParcel(self, rendering, self._is_wanted())
        tmux = self._easel.profile.through_tmux
        return PixelParcel(self, rendering, rendering.pieces, self._is_wanted(), tmux=tmux)

    def _repair(self, shown: Rendering) -> Parcel | None:
        """The pieces that text was written over, when nothing lies on them any more."""
        if not self._fits(shown) or not self._easel.is_clear():
            return None
        damaged, self._damaged = self._damaged, set[int]()
        pieces = tuple(
            piece
            for piece in shown.pieces
            if piece.rows is not None and not (self._is_overlaid and damaged.isdisjoint(piece.rows))
        )
        return PixelParcel(self, shown, pieces, self._is_wanted(), tmux=False) if pieces else None

    def _fits(self, rendering: Rendering) -> bool:
        """Whether the place is still that which it was made for; else it is made again."""
        fits = rendering.area == self._easel.area and rendering.is_at_bottom >= self._easel.is_at_bottom
        if not fits:
            self.want(Wish.SHOW)
        return fits

    def _is_wanted(self) -> Callable[[], bool]:
        generation = self._generation
        return lambda: generation == self._generation

    async def show_rows(self, rendering: Rendering, first: int, end: int) -> bytes:
        """Put rows of text on the screen."""
        self.shown = rendering
        self._is_overlaid = False
        top = rendering.placement.top
        if self._text.put(rendering.rows[first:end], rendering.placement, rendering.area, first):
            await self._reveal(0, rendering.area[1])
        else:
            await self._reveal(top + first, top + end)
        self._is_working = end < len(rendering.rows)
        return b""

    async def show_pieces(self, rendering: Rendering, pieces: tuple[Piece, ...], *, is_last: bool) -> bytes:
        """Make place for pieces and say what to write for them."""
        try:
            if rendering.rung.form is Graphics.KITTY:
                return self._show_commands(rendering, pieces, is_last=is_last)
            return await self._show_slabs(rendering, pieces)
        finally:
            self._is_working = not is_last

    def _show_commands(self, rendering: Rendering, pieces: tuple[Piece, ...], *, is_last: bool) -> bytes:
        """kitty draws where the placeholders are; they are written only when they lie elsewhere."""
        if is_last:
            before, self.shown = self.shown, rendering
            self._retire(rendering.image_id)
            has_moved = self._cells.put(placeholder_rows(rendering), rendering.placement, rendering.area)
            if has_moved or before is None or before.image_id != rendering.image_id:
                self._easel.refresh_lines(0, rendering.area[1])
        return b"".join(piece.data for piece in pieces)

    def _retire(self, image_id: int) -> None:
        """Another picture is shown from now on; the one before is freed when its cells are gone."""
        if self._image_id not in {0, image_id}:
            self._retired.append(self._image_id)
        self._image_id = image_id

    def _free_retired(self) -> None:
        tmux = self._easel.profile.through_tmux
        retired, self._retired = self._retired, []
        self._easel.write(b"".join(kitty.release(image_id, tmux=tmux) for image_id in retired))

    async def _show_slabs(self, rendering: Rendering, pieces: tuple[Piece, ...]) -> bytes:
        """Pixels over text: the text is written first where another picture was, or none."""
        before, self.shown = self.shown, rendering
        if not self._easel.is_clear() or not self._fits(rendering):
            self._is_overlaid = False
            if before is not rendering:
                await self._reveal(0, rendering.area[1])
            return b""
        if before is None or before.outline != rendering.outline:
            self._is_overlaid = False
            await self._reveal(0, rendering.area[1])
        self._is_overlaid = True
        left, top = self._easel.origin
        place = rendering.placement
        return b"".join(
            b"\x1b7\x1b[%d;%dH%s\x1b8"
            % (top + place.top + (piece.rows or range(1)).start + 1, left + place.left + 1, piece.data)
            for piece in pieces
        )

    async def _reveal(self, first: int, end: int) -> None:
        """Have lines written, and wait until they are; what is hidden never is."""
        self._written.clear()
        self._easel.refresh_lines(first, end)
        if not self._easel.is_written:
            return
        self._is_revealing = True
        try:
            async with asyncio.timeout(REVEAL_PATIENCE):
                await self._written.wait()
        except TimeoutError:
            return
        finally:
            self._is_revealing = False

    def _was_written(self, line: int) -> None:
        self._written.set()
        if self._retired:
            asyncio.get_running_loop().call_soon(self._free_retired)
        if self.shown is not None and self.shown.is_overlay and not self._is_revealing:
            self._damaged.add(line - self.shown.placement.top)
            self.want(Wish.REPAINT)

    def strip(self, y: int, width: int, ground: Style) -> Strip:
        """A line of the widget. What waited for it to be seen gets its turn."""
        if self._wish > Wish.NOTHING:
            self._easel.offer()
        shown = self.shown
        if shown is None or shown.rung.form.is_text:
            return self._text.strip(y, width, ground)
        if shown.rung.form is Graphics.KITTY and self._easel.is_front:
            return self._cells.strip(y, width, ground)
        if self._fallback_of is not shown:
            self._fallback_of = shown
            self._fallback.clear()
            form = text_form(self._easel.profile)
            rows = text_rows(shown.part, shown.placement, form, Depth.INDEXED_256)
            self._fallback.put(rows, shown.placement, shown.area)
        return self._fallback.strip(y, width, ground)


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


def placeholder_rows(rendering: Rendering) -> tuple[TextRow, ...]:
    """The cells that show a picture in kitty."""
    color, columns = kitty.color_index(rendering.image_id), rendering.placement.columns
    texts = (
        kitty.placeholder_row(rendering.image_id, row, columns) for row in range(rendering.placement.rows)
    )
    return tuple(
        TextRow(((text, color, DEFAULT_COLOR),), f"\x1b[38;5;{color}m{text}\x1b[0m", Depth.INDEXED_256)
        for text in texts
    )
