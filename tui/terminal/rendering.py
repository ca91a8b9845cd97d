"""From a decoded picture to what a terminal is sent: the work that threads do for the widget."""

import time
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image

from tui.terminal import ascii as plain
from tui.terminal import half, iterm2, kitty, quadrant, sixel
from tui.terminal.geometry import Placement, Viewpoint, place
from tui.terminal.ladder import Rung
from tui.terminal.mosaic import Depth, Mosaic, Run, sgr_rows
from tui.terminal.profile import CellSize, Colors, Graphics, TerminalProfile
from tui.terminal.scale import resized

_DOTS = {
    Graphics.HALF: half.DOTS,
    Graphics.QUADRANT: quadrant.DOTS,
    Graphics.ASCII: plain.DOTS,
}
_SLAB = 24_000
"""About how many bytes of sixel or JPEG go in one piece, so that keys get between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Bytes that belong together, and the rows of the picture that they draw where the cursor is."""

    data: bytes
    rows: range | None = None


@dataclass(frozen=True, slots=True)
class TextRow:
    """A row of a mosaic, encoded."""

    runs: tuple[Run, ...]
    ansi: str
    depth: Depth


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be drawn, and how."""

    area: tuple[int, int]
    """Columns and rows."""
    view: Viewpoint
    rung: Rung
    image_id: int = 0
    is_atomic: bool = False
    is_at_bottom: bool = False
    """It ends in the terminal's last row: there a sixel would make the terminal scroll, so it stays text."""
    portion: int = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A picture ready for the terminal: rows of text, or pieces that draw over them."""

    area: tuple[int, int]
    placement: Placement
    image_id: int = 0
    is_at_bottom: bool = False
    is_atomic: bool = False
    """It must be written in one go: kitty shows nothing between the first and the last of its pieces."""
    part: Image.Image
    """The part in view, in the pixels it is drawn with."""
    rung: Rung
    rows: tuple[TextRow, ...] = ()
    pieces: tuple[Piece, ...] = ()
    work: float = 0.0
    """Seconds of CPU it took."""

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(len(row.ansi) for row in self.rows) + sum(len(piece.data) for piece in self.pieces)

    @property
    def is_overlay(self) -> bool:
        """Whether its pixels lie over text, and go when the text is written."""
        return self.rung.form in {Graphics.SIXEL, Graphics.ITERM2}

    @property
    def outline(self) -> tuple[int, ...]:
        """Where it lies."""
        place = self.placement
        return (*self.area, place.left, place.top, place.columns, place.rows)

    @property
    def cells(self) -> int:
        """Cells covered."""
        return self.placement.columns * self.placement.rows


def render(image: Image.Image, order: Order, profile: TerminalProfile) -> Rendering:
    """Scale and encode."""
    begun = time.thread_time()
    dots = dots_across(profile)
    placement = place(image.size, order.area, profile.cell, dots, order.view)
    part = resized(image, _pixels(placement, profile.cell, order.rung), placement.crop)
    rows: tuple[TextRow, ...] = ()
    pieces: tuple[Piece, ...] = ()
    if order.rung.form.is_text:
        rows = text_rows(part, placement, order.rung.form, _depth(order.rung, profile))
    else:
        pieces = _pieces(part, placement, order, profile)
    return Rendering(
        area=order.area,
        placement=placement,
        image_id=order.image_id,
        is_at_bottom=order.is_at_bottom,
        is_atomic=order.is_atomic,
        part=part,
        rung=order.rung,
        rows=rows,
        pieces=pieces,
        work=time.thread_time() - begun,
    )


def dots_across(profile: TerminalProfile) -> int:
    """The pixels drawn across a cell when a picture is looked at one to one."""
    return _DOTS[profile.graphics][0] if profile.graphics in _DOTS else profile.cell.width


def text_form(profile: TerminalProfile) -> Graphics:
    """The characters to draw with, also in place of graphics."""
    if profile.colors is Colors.NONE or not profile.unicode:
        return Graphics.ASCII
    return profile.graphics if profile.graphics in _DOTS else Graphics.HALF


def text_rows(part: Image.Image, placement: Placement, form: Graphics, depth: Depth) -> tuple[TextRow, ...]:
    """Draw with characters."""
    mosaic = _mosaic(part, placement, form, depth)
    texts = zip(mosaic.rows, sgr_rows(mosaic), strict=True)
    return tuple(TextRow(runs, ansi, mosaic.depth) for runs, ansi in texts)


def _mosaic(part: Image.Image, placement: Placement, form: Graphics, depth: Depth) -> Mosaic:
    if form is Graphics.ASCII:
        return plain.ascii_art(part, placement.columns, placement.rows)
    if form is Graphics.QUADRANT:
        return quadrant.quadrants(part, placement.columns, placement.rows)
    return half.half_blocks(part, placement.columns, placement.rows, depth)


def _depth(rung: Rung, profile: TerminalProfile) -> Depth:
    depth = Depth(rung.colors or Depth.TRUE)
    return depth if profile.colors is Colors.TRUE else min(depth, Depth.INDEXED_256)


def _pixels(placement: Placement, cell: CellSize, rung: Rung) -> tuple[int, int]:
    """How large the part in view is drawn: where the terminal enlarges, with no more pixels than it has."""
    if rung.form in _DOTS:
        across, down = _DOTS[rung.form]
        return placement.columns * across, placement.rows * down
    full = placement.columns * cell.width, placement.rows * cell.height
    if rung.form is Graphics.SIXEL:
        return full
    has = placement.crop[2] - placement.crop[0]
    scale = min(rung.scale, has / full[0])
    return max(1, round(full[0] * scale)), max(1, round(full[1] * scale))


def _pieces(
    part: Image.Image, placement: Placement, order: Order, profile: TerminalProfile
) -> tuple[Piece, ...]:
    if order.rung.form is Graphics.KITTY:
        commands = kitty.transmission(
            order.image_id,
            kitty.png(part, order.rung.colors),
            placement.columns,
            placement.rows,
            tmux=profile.through_tmux,
        )
        return tuple(Piece(data=command) for command in commands)
    guess = order.rung.guess * placement.columns * placement.rows
    rows = placement.rows - (order.is_at_bottom and order.rung.form is Graphics.SIXEL)
    slabs = min(rows, max(1, round(guess / max(order.portion, _SLAB))))
    cuts = [rows * slab // slabs for slab in range(slabs + 1)] if rows else []
    return tuple(_slab(part, placement, order.rung, first, end) for first, end in pairwise(cuts))


def _slab(part: Image.Image, placement: Placement, rung: Rung, first: int, end: int) -> Piece:
    """Some rows of cells as a picture of their own."""
    per_row = part.height / placement.rows
    band = part.crop((0, round(first * per_row), part.width, max(round(end * per_row), 1)))
    if rung.form is Graphics.SIXEL:
        return Piece(data=sixel.sixels(band, rung.colors or 256), rows=range(first, end))
    data = iterm2.jpeg(band, rung.quality)
    return Piece(data=iterm2.inline(data, placement.columns, end - first), rows=range(first, end))
