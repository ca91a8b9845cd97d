"""Pictures made of characters: cells of one character and two colours, and the SGR that draws them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from PIL import Image

from tui.terminal.scale import resized

Run = tuple[str, int, int]
"""Text, foreground and background; a colour is 0xRRGGBB or an index, by the mosaic's depth."""

DEFAULT_COLOR = -1
"""The terminal's own colour."""

_FIRST_INDEX = 16
"""The sixteen colours below are the person's own theme."""
_LEVELS = (0, 95, 135, 175, 215, 255)
_FROM_PALETTE = bytes((index + _FIRST_INDEX) % 256 for index in range(256))


class Depth(IntEnum):
    """How many colours a mosaic may use; all but TRUE are indices into the 256-colour palette."""

    TRUE = 1 << 24
    INDEXED_256 = 256
    INDEXED_64 = 64
    INDEXED_16 = 16


@dataclass(frozen=True, slots=True)
class Mosaic:
    """Rows of runs, all of the same width in cells."""

    rows: tuple[tuple[Run, ...], ...]
    columns: int
    depth: Depth


def pixels(image: Image.Image, size: tuple[int, int], depth: Depth) -> list[int]:
    """The colours of an RGB image at a size, row by row."""
    image = resized(image, size)
    if depth is Depth.TRUE:
        red, green, blue = image.split()
        packed = Image.merge("RGBX", (blue, green, red, Image.new("L", size)))
        return memoryview(packed.tobytes()).cast("I").tolist()
    if depth is not Depth.INDEXED_256:
        image = image.quantize(depth, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).convert("RGB")
    indexed = image.quantize(palette=_xterm_palette(), dither=Image.Dither.NONE)
    return list(indexed.tobytes().translate(_FROM_PALETTE))


@cache
def _xterm_palette() -> Image.Image:
    """The 6x6x6 cube and the 24 greys that every 256-colour terminal has."""
    cube = [(red, green, blue) for red in _LEVELS for green in _LEVELS for blue in _LEVELS]
    greys = [(level, level, level) for level in range(8, 239, 10)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for color in cube + greys for part in color])
    return palette


def sgr_rows(mosaic: Mosaic) -> tuple[str, ...]:
    """Each row as the text that draws it, naming a colour only where it changes."""
    name = _true_color if mosaic.depth is Depth.TRUE else _indexed_color
    return tuple(_sgr_row(row, name) for row in mosaic.rows)


def _sgr_row(row: Iterable[Run], name: Callable[[int, int], str]) -> str:
    parts: list[str] = []
    now_fore = now_back = DEFAULT_COLOR
    for text, fore, back in row:
        if fore not in (now_fore, DEFAULT_COLOR):
            codes = name(38, fore) if back == now_back else f"{name(38, fore)};{name(48, back)}"
            parts.append(f"\x1b[{codes}m")
            now_fore, now_back = fore, back
        elif back != now_back:
            parts.append(f"\x1b[{name(48, back)}m")
            now_back = back
        parts.append(text)
    parts.append("\x1b[0m")
    return "".join(parts)


def _true_color(ground: int, color: int) -> str:
    if color == DEFAULT_COLOR:
        return str(ground + 1)
    return f"{ground};2;{color >> 16};{color >> 8 & 255};{color & 255}"


def _indexed_color(ground: int, color: int) -> str:
    return str(ground + 1) if color == DEFAULT_COLOR else f"{ground};5;{color}"
