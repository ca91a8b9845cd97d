"""Ridges behind ridges: mountains, hills and dunes."""

import random
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw

from tui.demo.painter.canvas import Canvas, Point, fade, gradient
from tui.demo.painter.noise import clouds
from tui.demo.painter.palette import mixed, scaled
from tui.demo.painter.words import Colour
from tui.demo.pixels import mapped, resized

_SNOW = (238, 244, 252)
_SAND = (226, 176, 118)


def ridge(dice: random.Random, base: float, height: float, roughness: float, detail: int = 7) -> list[Point]:
    """A line from left to right by halving: each half is off by less than the one before."""
    line = [dice.uniform(-0.5, 0.6), dice.uniform(-0.5, 0.6)]
    reach = 1.0
    for _ in range(detail):
        finer: list[float] = []
        for left, right in pairwise(line):
            finer += [left, (left + right) / 2 + dice.uniform(-reach, reach) * 0.62]
        line = [*finer, line[-1]]
        reach *= roughness
    last = len(line) - 1
    return [(index / last, base - height * (0.35 + 0.5 * value)) for index, value in enumerate(line)]


def paint_mountains(canvas: Canvas, count: int = 4, foot: float | None = None) -> None:
    """From hazy and far to dark and near."""
    bottom = canvas.horizon if foot is None else foot
    for index in range(count):
        share = index / max(1, count - 1)
        height = canvas.dice.uniform(0.4, 0.58) * (1 - 0.62 * share)
        base = bottom - 0.02 + 0.07 * share
        line = ridge(canvas.dice, base, height, 0.56, 8)
        colour = mixed(
            mixed(canvas.palette.far, canvas.palette.haze, 0.5 * (1 - share)),
            canvas.palette.near,
            share * 0.72,
        )
        has_snow = share < 0.6 and (canvas.wish.place == "mountains" or "snow" in canvas.wish.weathers)
        _ridge_layer(canvas, line, colour, has_snow, base, share)


def paint_hills(canvas: Canvas, count: int = 3, top: float | None = None) -> None:
    """Soft ground from the horizon to the viewer."""
    start = canvas.horizon if top is None else top
    for index in range(count):
        share = (index + 1) / count
        base = start + (1.02 - start) * (index / count) ** 1.2 + 0.03
        line = ridge(canvas.dice, base, 0.1, 0.36, 5)
        colour = ground_colour(canvas, share)
        _fill_below(canvas, line, colour, scaled(colour, 0.8))


def paint_dunes(canvas: Canvas) -> None:
    """Smooth crests, one side in the light."""
    for index in range(5):
        share = index / 4
        base = canvas.horizon + (1.05 - canvas.horizon) * share**1.1 + 0.02
        line = ridge(canvas.dice, base, 0.13, 0.3, 5)
        sand = mixed(_SAND, canvas.palette.accent, 0.18)
        lit = mixed(
            mixed(sand, canvas.palette.haze, 0.55 * (1 - share)), canvas.palette.near, 0.12 + 0.3 * share
        )
        lit = scaled(lit, 0.45) if canvas.palette.is_dark else lit
        _fill_below(canvas, line, lit, scaled(lit, 0.62))


def _ridge_layer(
    canvas: Canvas, line: Sequence[Point], colour: Colour, has_snow: bool, base: float, share: float
) -> None:
    shape = canvas.polygon([*line, (1, 1), (0, 1)])
    canvas.lay(shape, colour)
    width, height = canvas.size
    lit, shaded = _rock(canvas)
    canvas.lay(ImageChops.multiply(shape, shaded), scaled(colour, 0.6), 0.5 - 0.38 * share)
    canvas.lay(
        ImageChops.multiply(shape, lit), mixed(colour, canvas.palette.light, 0.45), 0.45 - 0.35 * share
    )
    if has_snow:
        peak = min(y for _x, y in line)
        caps = ImageChops.multiply(
            shape, fade(canvas.size, peak + (base - peak) * 0.62, peak + (base - peak) * 0.12)
        )
        broken = mapped(
            clouds(canvas.dice, (width, height), canvas.unit * 0.045, 4), lambda level: (level - 92) * 4
        )
        covered = ImageChops.multiply(caps, broken)
        snow = snow_colour(canvas)
        canvas.lay(covered, snow, 0.94)
        canvas.lay(ImageChops.multiply(covered, shaded), mixed(snow, canvas.palette.sky[0], 0.5), 0.8)
    _rim(canvas, line)
    mist = ImageChops.multiply(shape, fade(canvas.size, base - 0.16, base + 0.02))
    canvas.lay(mist, canvas.palette.haze, 0.5)


def _rock(canvas: Canvas) -> tuple[Image.Image, Image.Image]:
    """Where rock faces the light and where it turns away: the slope of noise drawn out downwards."""
    width, height = canvas.size
    relief = resized(clouds(canvas.dice, (width, round(height * 0.7)), canvas.unit * 0.11, 5), canvas.size)
    reach = max(1, round(canvas.unit / 90)) * (1 if canvas.sun[0] > 0.5 else -1)
    slope = ImageChops.subtract(relief, ImageChops.offset(relief, reach, -abs(reach)), 0.34, 128)
    return mapped(slope, lambda level: (level - 136) * 2.4), mapped(slope, lambda level: (120 - level) * 2.4)


def snow_colour(canvas: Canvas) -> Colour:
    """Snow in the light of the hour."""
    return (
        mixed(_SNOW, canvas.palette.sky[1], 0.62)
        if canvas.palette.is_dark
        else mixed(_SNOW, canvas.palette.haze, 0.22)
    )


def ground_colour(canvas: Canvas, share: float) -> Colour:
    """The ground from the horizon (0) to the viewer (1), under snow where there is some."""
    bare = mixed(mixed(canvas.palette.far, canvas.palette.haze, 0.2), canvas.palette.near, share**0.8)
    if "snow" not in canvas.wish.weathers:
        return bare
    return mixed(
        mixed(snow_colour(canvas), canvas.palette.haze, 0.3 * (1 - share)),
        canvas.palette.near,
        0.06 + 0.1 * share,
    )


def paint_ledge(canvas: Canvas) -> None:
    """Firm ground for who cannot stand on water."""
    line = ridge(canvas.dice, 0.89, 0.05, 0.4, 5)
    colour = ground_colour(canvas, 1.0)
    _fill_below(canvas, line, colour, scaled(colour, 0.6))


def _rim(canvas: Canvas, line: Sequence[Point]) -> None:
    """A thread of light along the crest."""

    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        points = [(x * width, y * height) for x, y in line]
        pen.line(points, fill=150, width=max(1, round(min(width, height) / 400)))

    canvas.glow(canvas.mask(draw), canvas.palette.light, 0.4)


def _fill_below(canvas: Canvas, line: Sequence[Point], top: Colour, bottom: Colour) -> None:
    shape = canvas.polygon([*line, (1, 1), (0, 1)])
    crest = min(y for _x, y in line)
    rows = max(1, round(canvas.size[1] * (1 - max(0.0, crest))))
    paint = canvas.picture.copy()
    paint.paste(gradient((canvas.size[0], rows), (top, bottom)), (0, canvas.size[1] - rows))
    canvas.lay(shape, paint)
    _rim(canvas, line)
    texture = mapped(clouds(canvas.dice, canvas.size, canvas.unit * 0.03, 3), lambda level: (level - 120) * 2)
    canvas.lay(ImageChops.multiply(shape, texture), scaled(bottom, 0.9), 0.3)
