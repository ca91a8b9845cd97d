"""Pictures as sixels: six rows of pixels at a time, colour by colour."""

import re

from PIL import Image

BAND = 6
"""Rows of pixels in a band."""

_EMPTY = ord("?")
_LONG_RUN = re.compile(rb"\?{4,}|~{4,}|@{4,}|_{4,}")
"""The runs worth counting: nothing, a full column, its first and its last row."""


def sixels(image: Image.Image, colors: int = 256) -> bytes:
    """Encode an RGB image.

    All colours are defined before the first pixel: xterm paints stray pixels when a definition comes later.
    """
    indexed = image.quantize(colors, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    width, height = indexed.size
    head = f'\x1bP0;1;0q"1;1;{width};{height}'.encode()
    data = indexed.tobytes()
    step = width * BAND
    bands = (_band(data[start : start + step], width) for start in range(0, len(data), step))
    return head + _palette(indexed) + b"-".join(bands) + b"\x1b\\"


def _palette(indexed: Image.Image) -> bytes:
    parts = [round(part * 100 / 255) for part in indexed.getpalette() or ()]
    triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    used = {index for _, index in indexed.getcolors(256) or ()}
    return b"".join(
        b"#%d;2;%d;%d;%d" % (index, red, green, blue)
        for index, (red, green, blue) in enumerate(triples)
        if index in used
    )


def _band(data: bytes, width: int) -> bytes:
    """Up to six rows: the ground in the commonest colour, then for each other one its six bits a column."""
    rows = [data[start : start + width] for start in range(0, len(data), width)]
    floor = int.from_bytes(bytes((_EMPTY,)) * width, "little")
    present = set(data)
    ground = max(present, key=data.count)
    full = b"#%d!%d%c" % (ground, width, _EMPTY + (1 << len(rows)) - 1)
    return b"$".join([full, *(_color(rows, color, width, floor) for color in sorted(present - {ground}))])


def _color(rows: list[bytes], color: int, width: int, floor: int) -> bytes:
    """One colour's pixels in a band. Rows are added as whole numbers: six bits of a byte never carry."""
    only = _ONLY[color]
    bits = 0
    for row, pixels in enumerate(rows):
        if color in pixels:
            bits |= int.from_bytes(pixels.translate(only), "little") << row
    columns = (bits + floor).to_bytes(width, "little").rstrip(b"?")
    return b"#%d" % color + _LONG_RUN.sub(_counted, columns)


def _counted(run: re.Match[bytes]) -> bytes:
    text = run[0]
    return b"!%d%c" % (len(text), text[0])


_ONLY = tuple(bytes(color) + b"\x01" + bytes(255 - color) for color in range(256))
"""For each colour the table that turns it into 1 and all others into 0."""
