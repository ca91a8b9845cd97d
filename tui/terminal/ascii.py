"""Pictures of plain characters, for terminals without colours."""

from PIL import Image, ImageOps

from tui.terminal.mosaic import DEFAULT_COLOR, Depth, Mosaic
from tui.terminal.scale import resized

DOTS = (1, 1)
"""Pixels across and down a cell."""

_RAMP = " .:-=+*#%@"
_TO_RAMP = "".join(_RAMP[level * len(_RAMP) // 256] for level in range(256))


def ascii_art(image: Image.Image, columns: int, rows: int) -> Mosaic:
    """Draw an RGB image over the given cells, brighter as denser characters."""
    grey = ImageOps.autocontrast(resized(image, (columns, rows)).convert("L"))
    text = "".join(_TO_RAMP[level] for level in grey.tobytes())
    lines = (text[start : start + columns] for start in range(0, len(text), columns))
    art = tuple(((line, DEFAULT_COLOR, DEFAULT_COLOR),) for line in lines)
    return Mosaic(art, columns, Depth.INDEXED_256)
