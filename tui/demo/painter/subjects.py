"""Who or what the picture is about, and where it goes."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageOps

from tui.demo.painter import buildings, people, pets, plants, wildlife
from tui.demo.painter.canvas import Canvas, Point, softened, spot
from tui.demo.painter.figures import Part, oval, place_figure, shapes_mask, sharp
from tui.demo.painter.palette import mixed, scaled
from tui.demo.pixels import resized

_SKINS = ((244, 206, 178), (222, 170, 132), (172, 116, 82), (120, 78, 58))


@dataclass(frozen=True, slots=True)
class Stand:
    """How tall a subject is and where its feet are, when nothing says otherwise."""

    height: float
    foot: Point
    casts_shadow: bool = True


_STANDS = {
    "fox": Stand(0.52, (0.5, 0.92)),
    "wolf": Stand(0.54, (0.5, 0.92)),
    "cat": Stand(0.52, (0.5, 0.92)),
    "deer": Stand(0.5, (0.48, 0.9)),
    "owl": Stand(0.52, (0.5, 0.86), casts_shadow=False),
    "bird": Stand(0.42, (0.5, 0.56), casts_shadow=False),
    "whale": Stand(0.48, (0.5, 0.84), casts_shadow=False),
    "boat": Stand(0.36, (0.42, 0.8), casts_shadow=False),
    "lighthouse": Stand(0.58, (0.42, 0.86), casts_shadow=False),
    "house": Stand(0.3, (0.5, 0.86)),
    "castle": Stand(0.5, (0.5, 0.82)),
    "tree": Stand(0.62, (0.5, 0.92)),
    "portrait": Stand(0.86, (0.5, 1.02), casts_shadow=False),
    "robot": Stand(0.78, (0.5, 1.02), casts_shadow=False),
    "flower": Stand(0.84, (0.5, 1.0), casts_shadow=False),
    "balloon": Stand(0.4, (0.4, 0.6), casts_shadow=False),
    "orb": Stand(0.52, (0.5, 0.86)),
}


def paint_subject(canvas: Canvas, box: tuple[float, float, float, float] | None = None) -> None:
    """The subject of the wish, at its place or filling `box` (left, top, right, bottom in fractions)."""
    name = canvas.wish.subject
    if name is None:
        return
    stand = _STANDS[name]
    height, foot = stand.height * canvas.wish.subject_size, stand.foot
    if name != "portrait":
        height *= canvas.dice.uniform(0.86, 1.06)
        foot = (foot[0] + canvas.dice.uniform(-0.12, 0.12), foot[1])
    if box is not None:
        width, tall = canvas.size
        reach = min((box[3] - box[1]) * tall, (box[2] - box[0]) * width * 1.1)
        height = 0.92 * reach / canvas.unit
        foot = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2 + height * canvas.unit / tall * 0.5)
    if name == "orb":
        _orb(canvas, foot, height)
        return
    flip = canvas.sun[0] > foot[0]
    place_figure(canvas, _parts(canvas, name), foot, height, flip=flip, casts_shadow=stand.casts_shadow)
    _afterglow(canvas, name, foot, height, flip)


def _parts(canvas: Canvas, name: str) -> list[Part]:
    colour, dice = canvas.wish.subject_colour, canvas.dice
    simple: dict[str, Callable[..., list[Part]]] = {
        "fox": pets.fox,
        "wolf": pets.wolf,
        "cat": pets.cat,
        "deer": wildlife.deer,
        "owl": wildlife.owl,
        "bird": wildlife.birds,
        "whale": wildlife.whale,
        "boat": buildings.boat,
        "lighthouse": buildings.lighthouse,
        "house": buildings.house,
        "castle": buildings.castle,
        "robot": people.robot,
    }
    if name in simple:
        return simple[name](colour)
    if name == "portrait":
        return people.portrait(
            colour, dice.choice(_SKINS), mixed(canvas.palette.accent, canvas.palette.near, 0.4)
        )
    if name == "balloon":
        return _balloons(canvas)
    return plants.tree(colour, dice) if name == "tree" else plants.flower(colour, dice)


def _balloons(canvas: Canvas) -> list[Part]:
    colour = canvas.wish.subject_colour or canvas.palette.accent
    parts: list[Part] = []
    for x, y, size in ((0.0, 0.3, 1.0), (0.62, 0.72, 0.5), (-0.6, 0.86, 0.34)):
        stripes = tuple(
            oval(x + dx * size, y + 0.42 * size, 0.055 * size, 0.3 * size) for dx in (-0.17, 0.0, 0.17)
        )
        ropes = (
            sharp(
                (x - 0.15 * size, y + 0.2 * size),
                (x - 0.05 * size, y - 0.12 * size),
                (x - 0.04 * size, y - 0.12 * size),
            ),
            sharp(
                (x + 0.15 * size, y + 0.2 * size),
                (x + 0.05 * size, y - 0.12 * size),
                (x + 0.04 * size, y - 0.12 * size),
            ),
        )
        basket = sharp(
            (x - 0.06 * size, y - 0.11 * size),
            (x + 0.06 * size, y - 0.11 * size),
            (x + 0.05 * size, y - 0.2 * size),
            (x - 0.05 * size, y - 0.2 * size),
        )
        skirt = sharp(
            (x - 0.24 * size, y + 0.3 * size),
            (x + 0.24 * size, y + 0.3 * size),
            (x + 0.07 * size, y + 0.02 * size),
            (x - 0.07 * size, y + 0.02 * size),
        )
        parts += [
            Part((70, 54, 50), ropes),
            Part(colour, (oval(x, y + 0.42 * size, 0.3 * size), skirt)),
            Part(mixed(colour, (255, 240, 214), 0.7), stripes),
            Part((120, 82, 54), (basket,)),
        ]
    return parts


def _afterglow(canvas: Canvas, name: str, foot: Point, height: float, flip: bool) -> None:
    """Light that comes from the subject itself."""
    shorter = height * canvas.unit / canvas.size[1]
    if name == "lighthouse":
        lamp = (foot[0], foot[1] - shorter * 0.857)
        side = -1 if flip else 1
        beam = canvas.polygon(
            [lamp, (lamp[0] + side * 1.2, lamp[1] - 0.2), (lamp[0] + side * 1.2, lamp[1] + 0.04)]
        )
        strength = 0.5 if canvas.palette.is_dark else 0.22
        canvas.glow(softened(beam, 0.008), canvas.palette.light, strength)
        canvas.glow(spot(canvas.size, lamp, 0.16), (255, 240, 190), 0.9)
    elif name in ("house", "castle"):
        windows = spot(canvas.size, (foot[0], foot[1] - shorter * 0.3), height * 0.7)
        canvas.glow(windows, (255, 190, 96), 0.45 if canvas.palette.is_dark else 0.14)


def _orb(canvas: Canvas, foot: Point, height: float) -> None:
    """A ball of glass: the scene in it upside down."""
    ball = [oval(0.0, 0.5, 0.5)]
    mask = shapes_mask(canvas, ball, foot, height)
    ring = shapes_mask(canvas, [oval(0.0, 0.0, 0.5, 0.07)], foot, height)
    canvas.lay(softened(ring, 0.012), scaled(canvas.palette.near, 0.5), 0.7)
    side = max(4, round(height * canvas.unit))
    world = ImageOps.flip(resized(canvas.picture, (side, side)))
    sheet = Image.new("RGB", canvas.size)
    left = round(foot[0] * canvas.size[0] - side / 2)
    sheet.paste(world, (left, round(foot[1] * canvas.size[1] - side)))
    canvas.lay(mask, sheet)
    edge = ImageChops.multiply(mask, ImageChops.invert(softened(mask, height * 0.12)))
    canvas.lay(edge, scaled(canvas.palette.sky[0], 0.6), 0.85)
    canvas.glow(edge, canvas.palette.accent, 0.35)
    shine = shapes_mask(canvas, [oval(-0.2, 0.74, 0.12, 0.07, 0.6)], foot, height)
    canvas.glow(softened(shine, 0.01), canvas.palette.light, 0.9)
