"""A rendering cut into portions, on behalf of the widget that shows it."""

from collections.abc import Callable
from typing import Protocol

from tui.terminal import kitty
from tui.terminal.delivery import Portion
from tui.terminal.rendering import Piece, Rendering


class Canvas(Protocol):
    """The widget as its parcels see it."""

    async def show_rows(self, rendering: Rendering, first: int, end: int) -> bytes:
        """Put rows of text on the screen."""
        ...

    async def show_pieces(self, rendering: Rendering, pieces: tuple[Piece, ...], *, is_last: bool) -> bytes:
        """Make place for pieces and say what to write for them."""
        ...

    def abandon(self) -> None:
        """The rest will not come."""
        ...


class TextParcel:
    """Rows of text, from the top."""

    def __init__(self, canvas: Canvas, rendering: Rendering, is_wanted: Callable[[], bool]) -> None:
        self._canvas = canvas
        self._rendering = rendering
        self._next = 0
        self.work = rendering.work
        self.is_wanted = is_wanted

    def take(self, most: int) -> Portion | None:
        """As many rows as fit, at least one."""
        rows, first, size = self._rendering.rows, self._next, 0
        while self._next < len(rows) and (self._next == first or size + len(rows[self._next].ansi) <= most):
            size += len(rows[self._next].ansi)
            self._next += 1
        end = self._next
        if first == end:
            return None
        return Portion(size, lambda: self._canvas.show_rows(self._rendering, first, end))

    def abandon(self) -> bytes:
        """Rows are whole in themselves."""
        self._canvas.abandon()
        return b""


class PixelParcel:
    """Pieces of graphics, each whole."""

    def __init__(
        self,
        canvas: Canvas,
        rendering: Rendering,
        pieces: tuple[Piece, ...],
        is_wanted: Callable[[], bool],
        *,
        tmux: bool,
    ) -> None:
        self._canvas = canvas
        self._rendering = rendering
        self._pieces = pieces
        self._tmux = tmux
        self._next = 0
        self._is_begun = False
        """Something was sent before what was taken last."""
        self.work = rendering.work
        self.is_wanted = is_wanted

    def take(self, most: int) -> Portion | None:
        """As many pieces as fit, at least one."""
        pieces, first, size = self._pieces, self._next, 0
        while self._next < len(pieces) and (
            self._next == first or self._rendering.is_atomic or size + len(pieces[self._next].data) <= most
        ):
            size += len(pieces[self._next].data)
            self._next += 1
        self._is_begun = first > 0
        taken, is_last = pieces[first : self._next], self._next == len(pieces)
        if not taken:
            return None
        return Portion(size, lambda: self._canvas.show_pieces(self._rendering, taken, is_last=is_last))

    def abandon(self) -> bytes:
        """kitty takes everything up to a last chunk for one picture."""
        self._canvas.abandon()
        image_id = self._rendering.image_id
        if not image_id or not self._is_begun:
            return b""
        return kitty.interruption(tmux=self._tmux) + kitty.release(image_id, tmux=self._tmux)
