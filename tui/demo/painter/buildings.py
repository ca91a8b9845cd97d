"""Buildings and vessels."""

from tui.demo.painter.figures import Part, Shape, oval, sharp, smooth
from tui.demo.painter.palette import mixed, scaled
from tui.demo.painter.words import Colour

_LIT: Colour = (255, 214, 120)
_STONE: Colour = (128, 122, 126)


def lighthouse(paint: Colour | None) -> list[Part]:
    """Striped, on its rock."""
    paint = paint or (196, 58, 48)
    tower = sharp((-0.11, 0.08), (-0.07, 0.8), (0.07, 0.8), (0.11, 0.08))
    stripes = tuple(_band(0.08 + index * 0.18, 0.09) for index in range(4))
    rock = smooth(
        (-0.55, -0.06), (-0.4, 0.08), (-0.16, 0.14), (0.16, 0.12), (0.36, 0.06), (0.6, -0.06), rounds=2
    )
    return [
        Part((70, 68, 76), (rock,)),
        Part((244, 240, 232), (tower,)),
        Part(paint, stripes),
        Part((60, 60, 70), (_rect(-0.105, 0.79, 0.105, 0.815), _rect(-0.06, 0.9, 0.06, 0.915))),
        Part((250, 236, 180), (_rect(-0.052, 0.815, 0.052, 0.9),)),
        Part(paint, (smooth((-0.075, 0.91), (0.075, 0.91), (0.0, 1.04), rounds=1),)),
        Part((50, 46, 56), (_rect(-0.02, 0.14, 0.02, 0.22), _rect(-0.012, 0.45, 0.012, 0.5))),
    ]


def _band(y: float, tall: float) -> Shape:
    def half(at: float) -> float:
        return 0.11 - 0.04 * (at - 0.08) / 0.72

    return sharp((-half(y), y), (-half(y + tall), y + tall), (half(y + tall), y + tall), (half(y), y))


def house(paint: Colour | None) -> list[Part]:
    """A cabin with light in its windows."""
    paint = paint or (132, 84, 58)
    logs = tuple(_rect(-0.42, 0.07 + row * 0.07, 0.42, 0.078 + row * 0.07) for row in range(6))
    gable = sharp((-0.42, 0.5), (0.0, 0.86), (0.42, 0.5))
    roof = sharp((-0.56, 0.42), (0.0, 0.94), (0.56, 0.42), (0.5, 0.4), (0.0, 0.85), (-0.5, 0.4))
    frames = (
        _rect(-0.255, 0.16, -0.245, 0.34),
        _rect(0.26, 0.16, 0.27, 0.34),
        _rect(-0.34, 0.245, -0.16, 0.255),
        _rect(0.18, 0.245, 0.35, 0.255),
    )
    return [
        Part(scaled(_STONE, 0.8), (_rect(0.2, 0.55, 0.31, 1.0), _rect(-0.45, -0.02, 0.45, 0.04))),
        Part(paint, (_rect(-0.42, 0.0, 0.42, 0.5), gable)),
        Part(scaled(paint, 0.82), logs),
        Part(scaled(paint, 0.5), (roof,)),
        Part(scaled(paint, 0.55), (_rect(-0.08, 0.0, 0.1, 0.33),)),
        Part(_LIT, (_rect(-0.34, 0.16, -0.16, 0.34), _rect(0.18, 0.16, 0.35, 0.34), oval(0.0, 0.6, 0.06))),
        Part(scaled(paint, 0.45), frames),
    ]


def castle(paint: Colour | None) -> list[Part]:
    """Towers with pointed roofs, some windows lit."""
    stone = paint or _STONE
    towers = (
        (-0.4, 0.09, 0.5),
        (-0.2, 0.075, 0.7),
        (0.06, 0.1, 0.86),
        (0.27, 0.07, 0.62),
        (0.43, 0.08, 0.46),
    )
    bodies = tuple(_rect(x - half, 0.0, x + half, top) for x, half, top in towers)
    roofs = tuple(
        sharp((x - half * 1.3, top), (x, top + half * 2.6), (x + half * 1.3, top)) for x, half, top in towers
    )
    windows = tuple(
        _rect(x - 0.012, y, x + 0.012, y + 0.045)
        for x, _half, top in towers
        for y in (top - 0.1, top - 0.25)
        if y > 0.2
    )
    battlements = tuple(_rect(-0.5 + step * 0.056, 0.28, -0.472 + step * 0.056, 0.31) for step in range(18))
    return [
        Part(scaled(stone, 0.85), bodies),
        Part(stone, (_rect(-0.5, 0.0, 0.5, 0.28), *battlements)),
        Part(mixed((96, 52, 74), stone, 0.15), roofs),
        Part(_LIT, windows),
        Part(
            (46, 36, 40),
            (smooth((-0.07, 0.0), (-0.07, 0.17), (0.0, 0.22), (0.07, 0.17), (0.07, 0.0), rounds=1),),
        ),
    ]


def boat(paint: Colour | None) -> list[Part]:
    """Under sail."""
    paint = paint or (120, 60, 46)
    hull = smooth((-0.42, 0.1), (-0.34, 0.0), (0.3, 0.0), (0.46, 0.14), (0.1, 0.1), rounds=1)
    main = smooth((0.02, 0.16), (0.02, 1.0), (-0.14, 0.6), (-0.36, 0.18), rounds=1)
    jib = smooth((0.06, 0.18), (0.05, 0.9), (0.24, 0.5), (0.4, 0.2), rounds=1)
    return [
        Part((70, 50, 42), (_rect(0.025, 0.08, 0.042, 1.02),)),
        Part((246, 236, 220), (main,)),
        Part((238, 220, 200), (jib,)),
        Part(paint, (hull,)),
        Part(
            scaled(paint, 1.5),
            (sharp((-0.42, 0.105), (0.1, 0.105), (0.46, 0.145), (0.44, 0.12), (0.1, 0.085), (-0.41, 0.085)),),
        ),
    ]


def _rect(left: float, bottom: float, right: float, top: float) -> Shape:
    return sharp((left, bottom), (left, top), (right, top), (right, bottom))
