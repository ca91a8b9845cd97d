"""Quadrant pictures: four pixels in a cell, finer than half blocks where two colours a cell are enough."""

from itertools import groupby

from PIL import Image

from tui.terminal.mosaic import DEFAULT_COLOR, Depth, Mosaic, Run, pixels

DOTS = (2, 2)
"""Pixels across and down a cell."""

_GLYPHS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""The character for each set of lit quadrants: 1 = upper left, 2 = upper right, 4 and 8 = the lower ones."""


def quadrants(image: Image.Image, columns: int, rows: int) -> Mosaic:
    """Draw an RGB image over the given cells in true colour."""
    dots = pixels(image, (columns * 2, rows * 2), Depth.TRUE)
    width = columns * 2
    lines = [dots[start : start + width] for start in range(0, len(dots), width)]
    return Mosaic(
        tuple(_row(upper, lower) for upper, lower in zip(lines[::2], lines[1::2], strict=True)),
        columns,
        Depth.TRUE,
    )


def _row(upper: list[int], lower: list[int]) -> tuple[Run, ...]:
    quads = zip(upper[::2], upper[1::2], lower[::2], lower[1::2], strict=True)
    runs: list[Run] = []
    for (glyph, fore, back), cells in groupby(map(_cell, quads)):
        runs.append((glyph * len(tuple(cells)), fore, back))
    return tuple(runs)


def _cell(quad: tuple[int, int, int, int]) -> Run:
    """The brighter half of the range lights up; each side takes the middle of its colours."""
    if quad[0] == quad[1] == quad[2] == quad[3]:
        return " ", DEFAULT_COLOR, quad[0]
    levels = [_brightness(color) for color in quad]
    limit = (min(levels) + max(levels)) / 2
    lit = [color for color, level in zip(quad, levels, strict=True) if level > limit]
    if not lit:
        return " ", DEFAULT_COLOR, _middle(list(quad))
    dark = [color for color, level in zip(quad, levels, strict=True) if level <= limit]
    glyph = sum(1 << place for place, level in enumerate(levels) if level > limit)
    return _GLYPHS[glyph], _middle(lit), _middle(dark)


def _brightness(color: int) -> int:
    return 2 * (color >> 16) + 5 * (color >> 8 & 255) + (color & 255)


def _middle(colors: list[int]) -> int:
    count = len(colors)
    red = sum(color >> 16 for color in colors) // count
    green = sum(color >> 8 & 255 for color in colors) // count
    return red << 16 | green << 8 | sum(color & 255 for color in colors) // count
