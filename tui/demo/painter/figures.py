"""How a figure is put into a scene: parts in its own units, light from the sun's side, a shadow."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from tui.demo.painter.canvas import Canvas, Point, fade, softened
from tui.demo.painter.palette import mixed, scaled
from tui.demo.painter.words import Colour
from tui.demo.pixels import mapped


@dataclass(frozen=True, slots=True)
class Shape:
    """A closed line; x to the right of the middle, y up from the feet, in heights of the figure."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Shapes of one colour."""

    colour: Colour
    shapes: tuple[Shape, ...]


def sharp(*points: Point) -> Shape:
    """A shape with corners."""
    return Shape(points)


def smooth(*points: Point, rounds: int = 3) -> Shape:
    """A shape whose corners are cut until they are round."""
    line: Sequence[Point] = points
    for _ in range(rounds):
        cut: list[Point] = []
        for (ax, ay), (bx, by) in zip(line, [*line[1:], line[0]], strict=True):
            cut += [
                (ax * 0.75 + bx * 0.25, ay * 0.75 + by * 0.25),
                (ax * 0.25 + bx * 0.75, ay * 0.25 + by * 0.75),
            ]
        line = cut
    return Shape(tuple(line))


def oval(x: float, y: float, rx: float, ry: float | None = None, turn: float = 0.0) -> Shape:
    """An ellipse."""
    ry = rx if ry is None else ry
    angles = [index * math.tau / 40 for index in range(40)]
    cos, sin = math.cos(turn), math.sin(turn)
    spots = [(math.cos(angle) * rx, math.sin(angle) * ry) for angle in angles]
    return Shape(tuple((x + px * cos - py * sin, y + px * sin + py * cos) for px, py in spots))


def mirrored(shape: Shape, axis: float = 0.0) -> Shape:
    """The same on the other side of an upright line."""
    return Shape(tuple((2 * axis - x, y) for x, y in shape.points))


def both(shape: Shape, axis: float = 0.0) -> tuple[Shape, Shape]:
    """A shape and its mirror image."""
    return shape, mirrored(shape, axis)


def shapes_mask(
    canvas: Canvas, shapes: Iterable[Shape], foot: Point, height: float, flip: bool = False
) -> Image.Image:
    """The mask of shapes that stand at `foot`, `height` of the shorter side tall."""

    def draw(pen: ImageDraw.ImageDraw, width: float, tall: float) -> None:
        unit = height * min(width, tall)
        side = -1 if flip else 1
        for shape in shapes:
            pen.polygon(
                [(foot[0] * width + side * x * unit, foot[1] * tall - y * unit) for x, y in shape.points],
                fill=255,
            )

    return canvas.mask(draw)


def place_figure(
    canvas: Canvas,
    parts: Sequence[Part],
    foot: Point,
    height: float,
    *,
    flip: bool = False,
    casts_shadow: bool = True,
) -> Image.Image:
    """Paint the parts in order, then light them; returns the figure's mask."""
    if casts_shadow:
        _shadow(canvas, foot, height)
    whole = Image.new("L", canvas.size)
    dim = 0.56 if canvas.palette.is_dark else 1.0
    for part in parts:
        mask = shapes_mask(canvas, part.shapes, foot, height, flip)
        lit = mixed(scaled(part.colour, dim), canvas.palette.sky[1], 0.1 + 0.1 * canvas.palette.is_dark)
        canvas.lay(mask, lit)
        whole = ImageChops.lighter(whole, mask)
    _light(canvas, whole, foot, height)
    return whole


def _shadow(canvas: Canvas, foot: Point, height: float) -> None:
    away = 0.12 if canvas.sun[0] < foot[0] else -0.12
    mask = shapes_mask(canvas, [oval(away, 0.0, 0.42, 0.045)], foot, height)
    canvas.lay(softened(mask, 0.012), scaled(canvas.palette.near, 0.5), 0.55)


def _light(canvas: Canvas, whole: Image.Image, foot: Point, height: float) -> None:
    """Darker below and away from the sun, a bright rim towards it."""
    reach = max(1, round(height * canvas.unit * 0.03))
    towards = -1 if canvas.sun[0] < foot[0] else 1
    inner = softened(whole, height * 0.06)
    away = ImageChops.multiply(
        whole, ImageChops.invert(ImageChops.offset(inner, -towards * reach * 2, -reach))
    )
    canvas.lay(softened(away, 0.002), scaled(canvas.palette.near, 0.6), 0.5)
    top = foot[1] - height * canvas.unit / canvas.size[1]
    low = ImageChops.multiply(whole, fade(canvas.size, top + (foot[1] - top) * 0.55, foot[1] + 0.02))
    canvas.lay(low, canvas.palette.near, 0.35)
    shifted = ImageChops.offset(whole, -towards * max(1, reach // 3), max(1, reach // 5))
    rim = ImageChops.multiply(whole, ImageChops.invert(shifted))
    canvas.glow(softened(rim, 0.0015), canvas.palette.light, 0.75)
    grain = mapped(rim, lambda level: level)
    canvas.glow(softened(grain, 0.008), canvas.palette.light, 0.3)
