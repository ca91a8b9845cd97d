"""What of a picture is on the screen: rows of text, pixels over them, or cells that kitty draws in."""

import asyncio
from collections.abc import Callable

from rich.style import Style
from textual.strip import Strip

from tui.terminal import kitty
from tui.terminal.easel import Easel, Wish
from tui.terminal.mosaic import DEFAULT_COLOR, Depth
from tui.terminal.pacing import NEAR
from tui.terminal.profile import Colors, Graphics, TerminalProfile
from tui.terminal.rendering import Piece, Rendering, TextRow, text_form, text_rows
from tui.terminal.text_layer import TextLayer

REVEAL_PATIENCE = 0.25
"""Seconds to wait until Textual has written what was refreshed."""


class Surface:
    """The canvas of a widget's parcels; it asks for a repaint when its pixels were written over."""

    def __init__(self, easel: Easel, want: Callable[[Wish], None]) -> None:
        self._easel = easel
        self._want = want
        self._text = TextLayer(self._was_written)
        self._cells = TextLayer(self._was_written)
        self._fallback = TextLayer(self._was_written)
        self._fallback_of: Rendering | None = None
        self._written = asyncio.Event()
        self._is_revealing = False
        self._is_overlaid = False
        """Pixels lie over the text."""
        self._damaged: set[int] = set()
        """Rows of the picture whose pixels were written over."""
        self._image_id = 0
        self._retired: list[int] = []
        """Pictures that the terminal can forget."""
        self.shown: Rendering | None = None
        self.is_complete = True
        """Nothing of what is shown is still on its way."""

    def clear(self) -> None:
        """Show nothing."""
        self.shown = self._fallback_of = None
        self._is_overlaid = False
        self.is_complete = True
        for layer in (self._text, self._cells, self._fallback):
            layer.clear()

    def next_image_id(self, *, is_sharp: bool) -> int:
        """Live frames replace each other; a sharp picture has its own id, while the last is still seen."""
        return kitty.new_image_id() if is_sharp or not self._image_id else self._image_id

    def release(self) -> bytes:
        """The command that frees the terminal's memory of the picture."""
        self._retire(0)
        tmux = self._easel.profile.through_tmux
        return b"".join(kitty.release(image_id, tmux=tmux) for image_id in self._retired)

    def take_damaged(self, shown: Rendering) -> tuple[Piece, ...]:
        """The pieces that text was written over, when nothing lies on them any more."""
        if not self.fits(shown) or not self._easel.is_clear():
            return ()
        damaged, self._damaged = self._damaged, set[int]()
        return tuple(
            piece
            for piece in shown.pieces
            if piece.rows is not None and not (self._is_overlaid and damaged.isdisjoint(piece.rows))
        )

    def fits(self, rendering: Rendering) -> bool:
        """Whether the place is still that which it was made for; else it is made again."""
        fits = rendering.area == self._easel.area and rendering.is_at_bottom >= self._easel.is_at_bottom
        if not fits:
            self._want(Wish.SHOW)
        return fits

    def abandon(self) -> None:
        """The rest will not come."""
        self.is_complete = True

    async def show_rows(self, rendering: Rendering, first: int, end: int) -> bytes:
        """Put rows of text on the screen."""
        self.shown = rendering
        self._is_overlaid = False
        top = rendering.placement.top
        if self._text.put(rendering.rows[first:end], rendering.placement, rendering.area, first):
            await self._reveal(0, rendering.area[1])
        else:
            await self._reveal(top + first, top + end)
        self.is_complete = end == len(rendering.rows)
        return b""

    async def show_pieces(self, rendering: Rendering, pieces: tuple[Piece, ...], *, is_last: bool) -> bytes:
        """Make place for pieces and say what to write for them."""
        try:
            if rendering.rung.form is Graphics.KITTY:
                return self._show_commands(rendering, pieces, is_last=is_last)
            return await self._show_slabs(rendering, pieces)
        finally:
            self.is_complete = is_last

    def _show_commands(self, rendering: Rendering, pieces: tuple[Piece, ...], *, is_last: bool) -> bytes:
        """kitty draws where the placeholders are; they are written only when they lie elsewhere."""
        if is_last:
            before, self.shown = self.shown, rendering
            self._retire(rendering.image_id)
            has_moved = self._cells.put(_placeholder_rows(rendering), rendering.placement, rendering.area)
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
        if not self._easel.is_clear() or not self.fits(rendering):
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
            self._want(Wish.REPAINT)

    def strip(self, y: int, width: int, ground: Style) -> Strip:
        """A line of the widget."""
        shown = self.shown
        if shown is None or shown.rung.form.is_text:
            return self._text.strip(y, width, ground)
        if shown.rung.form is Graphics.KITTY and self._easel.is_front:
            return self._cells.strip(y, width, ground)
        if self._fallback_of is not shown:
            self._fallback_of = shown
            self._fallback.clear()
            rows = text_rows(shown.part, shown.placement, *_fallback_form(self._easel.profile))
            self._fallback.put(rows, shown.placement, shown.area)
        return self._fallback.strip(y, width, ground)


def _fallback_form(profile: TerminalProfile) -> tuple[Graphics, Depth]:
    """Characters in all colours where the line is surely wide."""
    is_near = profile.round_trip is not None and profile.round_trip < NEAR
    is_full = is_near and profile.colors is Colors.TRUE
    return text_form(profile), Depth.TRUE if is_full else Depth.INDEXED_256


def _placeholder_rows(rendering: Rendering) -> tuple[TextRow, ...]:
    """The cells that show a picture in kitty."""
    color, columns = kitty.color_index(rendering.image_id), rendering.placement.columns
    texts = (
        kitty.placeholder_row(rendering.image_id, row, columns) for row in range(rendering.placement.rows)
    )
    return tuple(
        TextRow(((text, color, DEFAULT_COLOR),), f"\x1b[38;5;{color}m{text}\x1b[0m", Depth.INDEXED_256)
        for text in texts
    )
