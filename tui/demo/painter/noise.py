"""Raw material: noise that is the same every time, and outlines."""

import random

from PIL import Image, ImageDraw, ImageFilter

from tui.demo.pixels import resized


def grain(dice: random.Random, size: tuple[int, int], mode: str = "L") -> Image.Image:
    """A random value in every pixel."""
    count = size[0] * size[1] * len(mode)
    return Image.frombytes(mode, size, dice.randbytes(count))


def clouds(
    dice: random.Random, size: tuple[int, int], cell: float, octaves: int = 4, mode: str = "L"
) -> Image.Image:
    """Soft noise whose largest blots are `cell` pixels wide, finer ones over them."""
    picture = _octave(dice, size, cell, mode)
    for octave in range(1, octaves):
        finer = _octave(dice, size, cell / 2**octave, mode)
        picture = Image.blend(picture, finer, 1 / (2**octave + 1))
    return picture


def outlines(grey: Image.Image) -> Image.Image:
    """Where brightness changes; nothing along the frame, where Pillow sees an edge of its own."""
    edges = grey.filter(ImageFilter.FIND_EDGES)
    ImageDraw.Draw(edges).rectangle((0, 0, edges.width - 1, edges.height - 1), outline=0, width=2)
    return edges


def _octave(dice: random.Random, size: tuple[int, int], cell: float, mode: str) -> Image.Image:
    coarse = (max(2, round(size[0] / max(1.0, cell)) + 1), max(2, round(size[1] / max(1.0, cell)) + 1))
    return resized(grain(dice, coarse, mode), size, Image.Resampling.BICUBIC)
