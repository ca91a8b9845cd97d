"""What grows: pines in rows, flowers in the grass, a tree of its own."""

import math
import random

from PIL import ImageDraw

from tui.demo.painter.canvas import Canvas, Pen, Point, softened
from tui.demo.painter.land import ground_colour, snow_colour
from tui.demo.painter.palette import mixed, scaled
from tui.demo.painter.words import Colour

_Tree = tuple[float, list[list[Point]]]
_PETALS: tuple[Colour, ...] = (
    (236, 84, 84),
    (250, 206, 96),
    (244, 244, 250),
    (190, 120, 220),
    (250, 150, 90),
)


def paint_forest(canvas: Canvas, rows: int = 4, start: float | None = None) -> None:
    """Rows of pines, hazy at the back, large and dark in front, leaving the middle open."""
    top = canvas.horizon - 0.04 if start is None else start
    is_snowy = "snow" in canvas.wish.weathers
    for row in range(rows):
        share = (row + 1) / rows
        base = top + (1.06 - top) * (row / rows) ** 1.5 + 0.05
        tall = 0.13 + 0.42 * share**1.6
        colour = mixed(mixed(canvas.palette.far, canvas.palette.haze, 0.5), canvas.palette.near, share**0.7)
        trees = [_pine(canvas.dice, base, tall) for _ in range(round(30 - 20 * share))]
        if row >= rows - 2:
            trees = [tree for tree in trees if abs(tree[0] - 0.5) > 0.14 + 0.14 * share]
        ground = [(0, base - 0.02), (0.5, base + 0.015), (1, base - 0.02), (1, 1), (0, 1)]
        canvas.lay(canvas.polygon(ground), ground_colour(canvas, share) if is_snowy else colour)
        canvas.lay(canvas.mask(_tiers(trees)), colour)
        if is_snowy:
            canvas.lay(canvas.mask(_snow_on(trees)), snow_colour(canvas), 0.85)
        if share < 1:
            mist = canvas.polygon([(0, base - 0.05), (1, base - 0.05), (1, base + 0.08), (0, base + 0.08)])
            canvas.lay(softened(mist, 0.04), canvas.palette.haze, 0.34 * (1 - share) + 0.06)
    if not is_snowy:
        paint_grass(canvas)


def _pine(dice: random.Random, base: float, tall: float) -> _Tree:
    x = dice.uniform(-0.03, 1.03)
    height = tall * dice.uniform(0.62, 1.08)
    foot = base + dice.uniform(-0.015, 0.02)
    width = height * dice.uniform(0.15, 0.21)
    tiers: list[list[Point]] = [[(x - width * 0.06, foot), (x, foot - height), (x + width * 0.06, foot)]]
    count = 7
    for tier in range(count):
        top = foot - height + height * 0.88 * tier / count
        bottom = top + height * 0.25
        reach = width * (0.24 + 0.76 * (tier + 1) / count)
        left, right = reach * dice.uniform(0.8, 1.12), reach * dice.uniform(0.8, 1.12)
        middle = bottom - height * 0.04
        tiers.append(
            [
                (x, top),
                (x + right, bottom),
                (x + right * 0.3, middle),
                (x - left * 0.3, middle),
                (x - left, bottom),
            ]
        )
    return x, tiers


def _tiers(trees: list[_Tree]) -> Pen:
    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        for _x, tiers in trees:
            for tier in tiers:
                pen.polygon([(x * width, y * height) for x, y in tier], fill=255)

    return draw


def _snow_on(trees: list[_Tree]) -> Pen:
    """The upper side of each tier, from its top to its tips."""

    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        for _x, tiers in trees:
            for top, right, _inner, _other, left in tiers[1:]:
                for tip in (left, right):
                    thick = (tip[1] - top[1]) * 0.16
                    slab = (
                        top,
                        tip,
                        ((top[0] + tip[0]) / 2, (top[1] + tip[1]) / 2 + thick),
                        (top[0], top[1] + thick),
                    )
                    pen.polygon([(x * width, y * height) for x, y in slab], fill=255)

    return draw


def paint_grass(canvas: Canvas) -> None:
    """Blades along the lower edge."""
    dice = canvas.dice
    colour = scaled(canvas.palette.near, 0.8)

    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        for _ in range(420):
            x, foot = dice.uniform(-0.02, 1.02), dice.uniform(0.95, 1.06)
            reach, lean = dice.uniform(0.03, 0.1), dice.uniform(-0.025, 0.025)
            blade = [
                (x - 0.003, foot),
                (x + lean * 0.5, foot - reach * 0.6),
                (x + lean, foot - reach),
                (x + 0.003, foot),
            ]
            pen.polygon([(px * width, py * height) for px, py in blade], fill=255)

    canvas.lay(canvas.mask(draw), colour)


def paint_flowers(canvas: Canvas) -> None:
    """Blossoms that grow larger towards the viewer."""
    dice = canvas.dice
    chosen = (*_PETALS, canvas.palette.accent)
    for colour in dice.sample(chosen, 3):
        lit = scaled(colour, 0.5) if canvas.palette.is_dark else colour
        canvas.lay(canvas.mask(_blossoms(dice, canvas.horizon, 130)), mixed(lit, canvas.palette.haze, 0.15))


def _blossoms(dice: random.Random, horizon: float, count: int) -> Pen:
    places = [(dice.random(), horizon + 0.08 + (0.94 - horizon) * dice.random() ** 0.7) for _ in range(count)]

    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        unit = min(width, height)
        for x, y in sorted(places, key=lambda place: place[1]):
            size = unit * 0.011 * ((y - horizon) / (1 - horizon)) ** 1.4 + unit * 0.001
            for petal in range(5):
                angle = petal * math.tau / 5 + x * 7
                px, py = x * width + math.cos(angle) * size, y * height + math.sin(angle) * size * 0.7
                pen.ellipse((px - size * 0.7, py - size * 0.55, px + size * 0.7, py + size * 0.55), fill=255)

    return draw
