"""The whole picture, from the sky down."""

from PIL import Image, ImageOps

from tui.demo.painter.brief import Brief
from tui.demo.painter.noise import clouds


def paint(brief: Brief, size: tuple[int, int]) -> Image.Image:
    """The finished picture of a brief."""
    dice = brief.dice("palette")
    colours = [tuple(dice.randrange(256) for _ in range(3)) for _ in range(3)]
    field = clouds(brief.fine_dice("field"), size, max(size) / 3)
    return ImageOps.colorize(field, colours[0], colours[2], colours[1])
