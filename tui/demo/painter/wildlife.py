"""Animals in the open: deer, owl, whale and birds."""

from tui.demo.painter.figures import Part, Shape, both, mirrored, oval, sharp, smooth
from tui.demo.painter.palette import mixed, scaled
from tui.demo.painter.words import Colour

_WHITE: Colour = (246, 240, 230)
_DARK: Colour = (40, 30, 34)


def deer(fur: Colour | None) -> list[Part]:
    """Standing, looking aside, with antlers."""
    fur = fur or (138, 92, 60)
    body = smooth(
        (-0.22, 0.34),
        (-0.26, 0.46),
        (-0.16, 0.55),
        (0.1, 0.52),
        (0.26, 0.54),
        (0.3, 0.44),
        (0.24, 0.32),
        (0.0, 0.31),
    )
    neck = smooth(
        (-0.26, 0.42), (-0.3, 0.6), (-0.34, 0.72), (-0.26, 0.76), (-0.18, 0.62), (-0.1, 0.52), rounds=2
    )
    head = smooth(
        (-0.46, 0.68), (-0.44, 0.73), (-0.34, 0.79), (-0.26, 0.76), (-0.28, 0.7), (-0.38, 0.66), rounds=2
    )
    ear = smooth((-0.28, 0.76), (-0.2, 0.83), (-0.22, 0.75), rounds=2)
    return [
        Part(scaled(fur, 0.7), tuple(_leg(x, 0.38) for x in (-0.13, 0.2))),
        Part(fur, (body, neck, head, ear, *(_leg(x, 0.4) for x in (-0.2, 0.26)))),
        Part(
            _WHITE,
            (oval(0.29, 0.47, 0.025, 0.05), smooth((-0.29, 0.5), (-0.33, 0.64), (-0.28, 0.66), (-0.22, 0.5))),
        ),
        Part((96, 70, 50), tuple(shape for beam in _antlers() for shape in beam)),
        Part(_DARK, (oval(-0.355, 0.745, 0.011), oval(-0.45, 0.692, 0.014))),
    ]


def _leg(x: float, top: float) -> Shape:
    return sharp(
        (x - 0.035, top),
        (x - 0.02, 0.2),
        (x - 0.024, 0.0),
        (x + 0.012, 0.0),
        (x + 0.008, 0.2),
        (x + 0.04, top),
    )


def _antlers() -> list[tuple[Shape, ...]]:
    beams: list[tuple[Shape, ...]] = []
    for dx in (0.0, 0.06):
        stem = sharp(
            (-0.3 + dx, 0.78),
            (-0.27 + dx, 0.9),
            (-0.3 + dx, 1.04),
            (-0.315 + dx, 1.04),
            (-0.29 + dx, 0.9),
            (-0.32 + dx, 0.78),
        )
        tines = tuple(
            sharp((-0.285 + dx, y), (-0.36 + dx, y + 0.07), (-0.365 + dx, y + 0.06), (-0.285 + dx, y - 0.015))
            for y in (0.86, 0.93)
        )
        beams.append((stem, *tines))
    return beams


def owl(fur: Colour | None) -> list[Part]:
    """On a branch, looking at you."""
    fur = fur or (142, 104, 72)
    body = smooth((-0.26, 0.2), (-0.3, 0.6), (-0.22, 0.9), (0.22, 0.9), (0.3, 0.6), (0.26, 0.2), (0.0, 0.06))
    tufts = both(smooth((-0.22, 0.82), (-0.27, 1.0), (-0.08, 0.9), rounds=2))
    wings = both(smooth((-0.28, 0.62), (-0.32, 0.3), (-0.2, 0.12), (-0.12, 0.3), (-0.17, 0.6)))
    feathers = tuple(oval(x * 0.1, 0.3 + row * 0.08, 0.035, 0.025) for row in range(3) for x in (-1, 0, 1))
    branch = smooth(
        (-0.7, 0.02), (-0.2, 0.09), (0.4, 0.07), (0.8, 0.13), (0.8, 0.08), (0.3, 0.0), (-0.3, 0.02), rounds=2
    )
    return [
        Part((74, 54, 44), (branch,)),
        Part(fur, (body, *tufts)),
        Part(
            mixed(fur, _WHITE, 0.5),
            (smooth((-0.16, 0.5), (0.16, 0.5), (0.14, 0.2), (0.0, 0.12), (-0.14, 0.2)),),
        ),
        Part(scaled(fur, 0.75), (*wings, *feathers)),
        Part(mixed(fur, _WHITE, 0.65), both(oval(-0.115, 0.7, 0.12))),
        Part((250, 190, 60), both(oval(-0.105, 0.7, 0.075))),
        Part(_DARK, both(oval(-0.1, 0.7, 0.04))),
        Part(_WHITE, both(oval(-0.088, 0.718, 0.014))),
        Part(
            (226, 160, 70),
            (sharp((-0.035, 0.64), (0.035, 0.64), (0.0, 0.55)), *both(oval(-0.08, 0.085, 0.04, 0.025))),
        ),
    ]


def whale(fur: Colour | None) -> list[Part]:
    """Leaping from the water."""
    fur = fur or (52, 78, 112)
    body = smooth(
        (0.3, -0.05),
        (0.22, 0.3),
        (0.02, 0.66),
        (-0.22, 0.92),
        (-0.42, 0.98),
        (-0.46, 0.86),
        (-0.34, 0.5),
        (-0.2, 0.2),
        (-0.12, -0.05),
    )
    belly = smooth(
        (-0.46, 0.88),
        (-0.36, 0.52),
        (-0.22, 0.2),
        (-0.14, -0.05),
        (-0.04, -0.05),
        (-0.1, 0.3),
        (-0.24, 0.66),
        (-0.38, 0.86),
    )
    fin = smooth((-0.02, 0.5), (0.28, 0.62), (0.44, 0.5), (0.2, 0.44), (0.06, 0.34), rounds=2)
    splash = tuple(oval(-0.3 + index * 0.075, 0.0 + 0.05 * (index % 3), 0.045, 0.05) for index in range(11))
    return [
        Part(fur, (body, fin)),
        Part(mixed(fur, _WHITE, 0.72), (belly,)),
        Part(_DARK, (oval(-0.24, 0.72, 0.018),)),
        Part((232, 244, 250), splash),
    ]


def birds(fur: Colour | None) -> list[Part]:
    """A flock on the wing."""
    fur = fur or (40, 40, 54)
    flock = (
        (0.0, 0.9, 0.16),
        (-0.3, 0.74, 0.1),
        (0.34, 0.7, 0.12),
        (-0.12, 0.56, 0.08),
        (0.2, 1.02, 0.07),
        (-0.44, 0.98, 0.06),
    )
    return [Part(fur, tuple(shape for x, y, size in flock for shape in _bird(x, y, size)))]


def _bird(x: float, y: float, size: float) -> tuple[Shape, ...]:
    wing = smooth(
        (x, y),
        (x - size * 0.5, y + size * 0.42),
        (x - size, y + size * 0.25),
        (x - size * 0.5, y + size * 0.22),
        (x, y - size * 0.12),
        rounds=2,
    )
    return wing, mirrored(wing, x), oval(x, y - size * 0.02, size * 0.09, size * 0.14)
