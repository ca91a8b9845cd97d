"""From a decoded picture to characters in their place: the work a thread does for the widget."""

from dataclasses import dataclass

from PIL import Image

from tui.terminal import ascii as plain
from tui.terminal import half
from tui.terminal.geometry import Placement, Viewpoint, place
from tui.terminal.mosaic import Depth, Mosaic, sgr_rows
from tui.terminal.profile import Colors, Graphics, TerminalProfile
from tui.terminal.scale import resized

_DOTS = {Graphics.HALF: half.DOTS, Graphics.ASCII: plain.DOTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A picture as characters, placed in an area of cells."""

    area: tuple[int, int]
    placement: Placement
    mosaic: Mosaic
    ansi: tuple[str, ...]

    @property
    def size(self) -> int:
        """About how many bytes it takes to show it."""
        return sum(len(row) for row in self.ansi)


def draw(
    image: Image.Image,
    area: tuple[int, int],
    profile: TerminalProfile,
    view: Viewpoint,
    depth: Depth = Depth.TRUE,
) -> Drawing:
    """Draw with the characters the terminal has."""
    form = text_form(profile)
    dots = _DOTS[form]
    placement = place(image.size, area, profile.cell, dots[0], view)
    part = crop(image, placement, (placement.columns * dots[0], placement.rows * dots[1]))
    mosaic = _mosaic(form, part, placement, shallower(depth, profile.colors))
    return Drawing(area=area, placement=placement, mosaic=mosaic, ansi=sgr_rows(mosaic))


def text_form(profile: TerminalProfile) -> Graphics:
    """The characters to draw with, also beneath graphics."""
    if profile.colors is Colors.NONE or not profile.unicode:
        return Graphics.ASCII
    return profile.graphics if profile.graphics in _DOTS else Graphics.HALF


def shallower(depth: Depth, colors: Colors) -> Depth:
    """The wished depth, as far as the terminal has colours."""
    return depth if colors is Colors.TRUE else min(depth, Depth.INDEXED_256)


def crop(image: Image.Image, placement: Placement, size: tuple[int, int]) -> Image.Image:
    """The part of the picture in view, at a size in pixels."""
    return resized(image, size, placement.crop)


def _mosaic(form: Graphics, part: Image.Image, placement: Placement, depth: Depth) -> Mosaic:
    if form is Graphics.ASCII:
        return plain.ascii_art(part, placement.columns, placement.rows)
    return half.half_blocks(part, placement.columns, placement.rows, depth)
