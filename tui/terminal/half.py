"""Half-block pictures: two pixels in a cell, in every terminal with colours."""

from itertools import groupby

from PIL import Image

from tui.terminal.mosaic import DEFAULT_COLOR, Depth, Mosaic, Run, pixels

DOTS = (1, 2)
"""Pixels across and down a cell."""


def half_blocks(image: Image.Image, columns: int, rows: int, depth: Depth = Depth.TRUE) -> Mosaic:
    """Draw an RGB image over the given cells."""
    dots = pixels(image, (columns, rows * 2), depth)
    lines = [dots[start : start + columns] for start in range(0, len(dots), columns)]
    return Mosaic(
        tuple(_row(upper, lower) for upper, lower in zip(lines[::2], lines[1::2], strict=True)),
        columns,
        depth,
    )


def _row(upper: list[int], lower: list[int]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for (top, bottom), cells in groupby(zip(upper, lower, strict=True)):
        count = len(tuple(cells))
        runs.append((" " * count, DEFAULT_COLOR, top) if top == bottom else ("▀" * count, top, bottom))
    return tuple(runs)
