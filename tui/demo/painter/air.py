"""What is in the air before everything: snow, rain, fog, fireflies."""

import math

from PIL import ImageChops, ImageDraw

from tui.demo.painter.canvas import Canvas, fade, softened
from tui.demo.painter.noise import clouds
from tui.demo.pixels import mapped


def paint_air(canvas: Canvas) -> None:
    """The weather that the prompt names."""
    weathers = canvas.wish.weathers
    if "fog" in weathers:
        _fog(canvas)
    if "rain" in weathers:
        _rain(canvas)
    if "fireflies" in weathers:
        _fireflies(canvas)
    if "snow" in weathers and canvas.wish.place != "space":
        _snow(canvas)


def _snow(canvas: Canvas) -> None:
    dice = canvas.dice
    for count, size, blur in ((420, 0.0016, 0.0), (150, 0.0032, 0.0012), (34, 0.008, 0.004)):
        flakes = [(dice.random(), dice.random(), size * dice.uniform(0.6, 1.4)) for _ in range(count)]

        def draw(
            pen: ImageDraw.ImageDraw,
            width: float,
            height: float,
            flakes: list[tuple[float, float, float]] = flakes,
        ) -> None:
            unit = min(width, height)
            for x, y, reach in flakes:
                box = (
                    x * width - reach * unit,
                    y * height - reach * unit,
                    x * width + reach * unit,
                    y * height + reach * unit,
                )
                pen.ellipse(box, fill=235)

        mask = canvas.mask(draw)
        canvas.lay(softened(mask, blur) if blur else mask, (248, 250, 255), 0.85)


def _rain(canvas: Canvas) -> None:
    dice = canvas.dice
    slant = dice.uniform(-0.25, 0.25)
    for count, length, level in ((260, 0.05, 90), (90, 0.11, 150)):
        drops = [(dice.uniform(-0.1, 1.1), dice.random()) for _ in range(count)]

        def draw(
            pen: ImageDraw.ImageDraw,
            width: float,
            height: float,
            drops: list[tuple[float, float]] = drops,
            length: float = length,
            level: int = level,
        ) -> None:
            for x, y in drops:
                end = ((x + math.sin(slant) * length) * width, (y + length) * height)
                pen.line(
                    (x * width, y * height, *end), fill=level, width=max(1, round(min(width, height) / 700))
                )

        canvas.lay(canvas.mask(draw), (222, 232, 246), 0.6)
    canvas.lay(fade(canvas.size, -1.4, 1.4), canvas.palette.haze, 0.3)


def _fog(canvas: Canvas) -> None:
    width, height = canvas.size
    band = mapped(clouds(canvas.dice, (width, height), height * 0.22, 4), lambda level: (level - 70) * 1.7)
    low = ImageChops.multiply(fade(canvas.size, 0.2, canvas.horizon + 0.1), band)
    canvas.lay(softened(low, 0.02), canvas.palette.haze, 0.75)


def _fireflies(canvas: Canvas) -> None:
    dice = canvas.dice
    lights = [
        (dice.random(), dice.uniform(canvas.horizon - 0.2, 1.0), dice.uniform(0.002, 0.005))
        for _ in range(46)
    ]

    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        unit = min(width, height)
        for x, y, reach in lights:
            box = (
                x * width - reach * unit,
                y * height - reach * unit,
                x * width + reach * unit,
                y * height + reach * unit,
            )
            pen.ellipse(box, fill=255)

    mask = canvas.mask(draw)
    canvas.glow(softened(mask, 0.018), (255, 210, 110), 2.2)
    canvas.glow(mask, (255, 246, 190))
