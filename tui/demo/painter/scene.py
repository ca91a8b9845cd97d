"""The whole picture, from the sky down to the weather in front."""

from PIL import Image

from tui.demo.painter.air import paint_air
from tui.demo.painter.brief import Brief
from tui.demo.painter.canvas import Canvas
from tui.demo.painter.control import follow
from tui.demo.painter.cosmos import paint_space
from tui.demo.painter.finish import finished
from tui.demo.painter.growth import paint_flowers, paint_forest, paint_grass
from tui.demo.painter.land import paint_dunes, paint_hills, paint_ledge, paint_mountains
from tui.demo.painter.palette import chosen
from tui.demo.painter.repaint import hole, set_into
from tui.demo.painter.sky import paint_sky
from tui.demo.painter.subjects import paint_subject
from tui.demo.painter.town import paint_city
from tui.demo.painter.water import paint_water
from tui.demo.painter.words import understood
from tui.demo.pixels import resized

_PLACES_BY_CHANCE = ("mountains", "lake", "meadow", "forest", "mountains")
_SNOWY_PLACES = ("mountains", "forest", "mountains")
_HOMES = {
    "boat": "sea",
    "whale": "sea",
    "lighthouse": "sea",
    "owl": "forest",
    "deer": "forest",
    "robot": "space",
    "house": "mountains",
    "flower": "meadow",
    "balloon": "mountains",
}
"""Where a subject is found when the prompt does not say."""
_LONGEST_SIDE = 1024
_WALKERS = ("fox", "wolf", "cat", "deer", "house", "castle", "tree", "orb")


def composed(brief: Brief, size: tuple[int, int]) -> Canvas:
    """The scene of a brief, before figures and finish."""
    wish = understood(brief.prompt, brief.negative_prompt)
    dice = brief.dice("scene")
    canvas = Canvas(
        picture=Image.new("RGB", size),
        palette=chosen(wish, dice),
        wish=wish,
        dice=dice,
        horizon=dice.uniform(0.56, 0.66),
    )
    place = (
        wish.place
        or _HOMES.get(wish.subject or "")
        or dice.choice(_SNOWY_PLACES if "snow" in wish.weathers else _PLACES_BY_CHANCE)
    )
    _paint_place(canvas, place)
    if wish.subject in _WALKERS and place in ("sea", "lake", "city"):
        paint_ledge(canvas)
    return canvas


def _paint_place(canvas: Canvas, place: str) -> None:
    dice = canvas.dice
    side = dice.choice((-1, 1))
    canvas.sun = (0.5 + side * dice.uniform(0.12, 0.3), canvas.horizon - dice.uniform(0.1, 0.34))
    if place == "space":
        paint_space(canvas)
        return
    paint_sky(canvas)
    match place:
        case "forest":
            paint_mountains(canvas, 2)
            paint_forest(canvas)
        case "sea":
            paint_mountains(canvas, 1, canvas.horizon - 0.03)
            paint_water(canvas, canvas.horizon)
        case "lake":
            paint_mountains(canvas, 4)
            paint_water(canvas, canvas.horizon + 0.06)
        case "city":
            paint_city(canvas)
            paint_water(canvas, canvas.horizon + 0.2)
        case "desert":
            paint_mountains(canvas, 1)
            paint_dunes(canvas)
        case "meadow":
            paint_mountains(canvas, 2)
            paint_hills(canvas)
            paint_flowers(canvas)
            paint_grass(canvas)
        case _:
            paint_mountains(canvas, 5)
            paint_hills(canvas, 2, canvas.horizon + 0.1)


def paint(
    brief: Brief, size: tuple[int, int], old: Image.Image | None = None, mask: Image.Image | None = None
) -> Image.Image:
    """The finished picture of a brief; with `old` and `mask` one that fits the hole in it."""
    small = _working_size(size)
    canvas = composed(brief, small)
    box = None if mask is None else hole(mask)
    if old is not None and mask is not None and box is not None:
        set_into(canvas, resized(old, small), resized(mask, small))
    for control in brief.controls:
        follow(canvas, control)
    if not brief.controls:
        paint_subject(canvas, box)
    paint_air(canvas)
    picture = canvas.picture
    if size != small:
        picture = resized(picture, size, Image.Resampling.BICUBIC)
    return finished(picture, brief, is_patch=box is not None)


def _working_size(size: tuple[int, int]) -> tuple[int, int]:
    """Large pictures are composed smaller, and brushed at their own size."""
    scale = min(1.0, _LONGEST_SIDE / max(size))
    return max(8, round(size[0] * scale)), max(8, round(size[1] * scale))
