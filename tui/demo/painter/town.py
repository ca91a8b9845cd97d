"""A city: rows of towers, and their windows when it is dark."""

from PIL import ImageDraw

from tui.demo.painter.canvas import Canvas, Pen, softened
from tui.demo.painter.palette import mixed

_LAMPS = ((255, 214, 140), (255, 186, 104), (190, 226, 255), (255, 238, 200))
_Tower = tuple[float, float, float, float]


def paint_city(canvas: Canvas) -> None:
    """Three rows, hazy behind, dark in front."""
    for row in range(3):
        share = (row + 1) / 3
        base = canvas.horizon + 0.04 + 0.12 * row
        towers = _towers(canvas, base, 0.5 - 0.09 * row, 0.035 + 0.03 * row)
        colour = mixed(mixed(canvas.palette.far, canvas.palette.haze, 0.45), canvas.palette.near, share**0.8)
        canvas.lay(canvas.mask(_silhouette(towers)), colour)
        _windows(canvas, towers, row)
        glow = softened(canvas.polygon([(0, base - 0.06), (1, base - 0.06), (1, base), (0, base)]), 0.05)
        canvas.lay(glow, canvas.palette.haze, 0.32 * (1 - share) + 0.08)


def _towers(canvas: Canvas, base: float, tallest: float, width: float) -> list[_Tower]:
    dice = canvas.dice
    towers: list[_Tower] = []
    x = -0.02
    while x < 1.02:
        wide = width * dice.uniform(0.7, 1.7)
        middle = 1 - abs(x + wide / 2 - 0.5) * 0.9
        towers.append((x, base - tallest * dice.uniform(0.25, 1.0) * middle, x + wide, base + 0.5))
        x += wide * dice.uniform(0.85, 1.25)
    return towers


def _silhouette(towers: list[_Tower]) -> Pen:
    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        for index, (left, top, right, bottom) in enumerate(towers):
            pen.rectangle((left * width, top * height, right * width, bottom * height), fill=255)
            middle = (left + right) / 2
            if index % 4 == 1:
                pen.rectangle(
                    ((middle - 0.002) * width, (top - 0.06) * height, (middle + 0.002) * width, top * height),
                    fill=255,
                )
            elif index % 4 == 3:
                inset = (right - left) * 0.22
                pen.rectangle(
                    ((left + inset) * width, (top - 0.03) * height, (right - inset) * width, top * height),
                    fill=255,
                )

    return draw


def _windows(canvas: Canvas, towers: list[_Tower], row: int) -> None:
    dice = canvas.dice
    chance = 0.42 if canvas.palette.is_dark else 0.14
    lit: list[tuple[float, float]] = []
    step_x, step_y = 0.009 + 0.003 * row, 0.016 + 0.004 * row
    for left, top, right, _bottom in towers:
        y = top + step_y
        while y < min(1.0, canvas.horizon + 0.3):
            x = left + step_x * 0.6
            while x < right - step_x * 0.9:
                if dice.random() < chance:
                    lit.append((x, y))
                x += step_x
            y += step_y
    colours = dice.sample(_LAMPS, 2)
    for index, colour in enumerate(colours):
        mine = lit[index::2]
        panes = canvas.mask(_panes(mine, step_x * 0.45, step_y * 0.5))
        canvas.lay(panes, colour, 0.5 + 0.16 * row)
        canvas.glow(softened(panes, 0.012), colour, 0.55 if canvas.palette.is_dark else 0.2)


def _panes(places: list[tuple[float, float]], wide: float, tall: float) -> Pen:
    def draw(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        for x, y in places:
            pen.rectangle((x * width, y * height, (x + wide) * width, (y + tall) * height), fill=255)

    return draw
