"""What everything is painted on, and the few ways to put colour there."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tui.demo.painter.palette import Palette
from tui.demo.painter.words import Colour, Wish
from tui.demo.pixels import mapped, resized

Point = tuple[float, float]
Pen = Callable[[ImageDraw.ImageDraw, float, float], None]
"""Draws a mask, given the width and height it draws in."""
_FINER = 2  # masks are drawn at twice the size and reduced, so that edges are smooth


@dataclass(slots=True, kw_only=True)
class Canvas:
    """A picture in the making; places are fractions of width and height."""

    picture: Image.Image
    palette: Palette
    wish: Wish
    dice: random.Random
    horizon: float = 0.62
    sun: Point = (0.5, 0.4)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.picture.size

    @property
    def unit(self) -> int:
        """The shorter side: what figures are measured by."""
        return min(self.picture.size)

    def lay(self, mask: Image.Image, paint: Colour | Image.Image, opacity: float = 1.0) -> None:
        """Put a colour, or another picture, where the mask is set."""
        over = paint if isinstance(paint, Image.Image) else Image.new("RGB", self.size, paint)
        if opacity < 1:
            mask = mapped(mask, lambda level: level * opacity)
        self.picture = Image.composite(over, self.picture, mask)

    def glow(self, mask: Image.Image, colour: Colour, opacity: float = 1.0) -> None:
        """Add light where the mask is set."""
        shone = Image.composite(
            Image.new("RGB", self.size, colour),
            Image.new("RGB", self.size),
            mapped(mask, lambda level: level * opacity),
        )
        self.picture = ImageChops.screen(self.picture, shone)

    def mask(self, draw: Pen) -> Image.Image:
        """A mask drawn with smooth edges."""
        width, height = self.size[0] * _FINER, self.size[1] * _FINER
        sheet = Image.new("L", (width, height))
        draw(ImageDraw.Draw(sheet), float(width), float(height))
        return sheet.reduce(_FINER)

    def polygon(self, points: Sequence[Point]) -> Image.Image:
        """The mask of one shape."""
        return self.mask(lambda pen, w, h: pen.polygon([(x * w, y * h) for x, y in points], fill=255))


def gradient(size: tuple[int, int], colours: Sequence[Colour]) -> Image.Image:
    """The colours from top to bottom, evenly spread."""
    column = Image.new("RGB", (1, len(colours)))
    for index, colour in enumerate(colours):
        column.putpixel((0, index), colour)
    smooth = resized(column, (1, 256), Image.Resampling.BILINEAR)
    return resized(smooth, size, Image.Resampling.BILINEAR)


def fade(size: tuple[int, int], top: float, bottom: float) -> Image.Image:
    """A mask from 0 at `top` to 255 at `bottom`, in fractions of the height; either may be the higher."""
    steps = 256
    span = bottom - top or 1e-6
    values = bytes(
        round(255 * min(1.0, max(0.0, ((row + 0.5) / steps - top) / span))) for row in range(steps)
    )
    return resized(Image.frombytes("L", (1, steps), values), size)


def spot(size: tuple[int, int], centre: Point, radius: float) -> Image.Image:
    """A soft round light; the radius is a fraction of the shorter side."""
    diameter = max(2, round(radius * 2 * min(size)))
    soft = mapped(Image.radial_gradient("L"), lambda level: max(0, 255 - level * 1.42) ** 1.5 / 255**0.5)
    light = resized(soft, (diameter, diameter))
    sheet = Image.new("L", size)
    sheet.paste(light, (round(centre[0] * size[0] - diameter / 2), round(centre[1] * size[1] - diameter / 2)))
    return sheet


def softened(mask: Image.Image, share: float) -> Image.Image:
    """The mask blurred by a share of the shorter side."""
    return mask.filter(ImageFilter.GaussianBlur(share * min(mask.size)))
