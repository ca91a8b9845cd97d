"""Animals that sit and look at you: fox, wolf and cat."""

from tui.demo.painter.figures import Part, both, oval, sharp, smooth
from tui.demo.painter.palette import mixed, scaled
from tui.demo.painter.words import Colour

_WHITE: Colour = (246, 240, 230)
_DARK: Colour = (40, 30, 34)
_MIDDLE = -0.06  # where the head of a sitting animal is


def fox(fur: Colour | None) -> list[Part]:
    """Sitting, with a large tail."""
    fur = fur or (214, 104, 40)
    tail = smooth(
        (0.16, 0.0),
        (0.44, -0.02),
        (0.64, 0.12),
        (0.66, 0.34),
        (0.54, 0.5),
        (0.46, 0.4),
        (0.46, 0.24),
        (0.3, 0.16),
    )
    tip = smooth(
        (0.665, 0.3),
        (0.62, 0.42),
        (0.54, 0.5),
        (0.47, 0.42),
        (0.53, 0.36),
        (0.58, 0.33),
        (0.62, 0.27),
        rounds=2,
    )
    ears = both(smooth((-0.25, 0.76), (-0.3, 1.04), (-0.245, 1.0), (-0.1, 0.86), rounds=2), _MIDDLE)
    return [
        Part(scaled(fur, 0.92), (tail,)),
        Part(_WHITE, (tip,)),
        *_sitting(fur),
        Part(fur, ears),
        Part(_DARK, both(smooth((-0.225, 0.84), (-0.255, 0.975), (-0.15, 0.87), rounds=2), _MIDDLE)),
        *_face(fur, muzzle=0.53),
    ]


def wolf(fur: Colour | None) -> list[Part]:
    """Like a fox, heavier."""
    fur = fur or (126, 130, 142)
    tail = smooth((0.16, 0.0), (0.4, -0.02), (0.56, 0.04), (0.6, 0.14), (0.44, 0.16), (0.3, 0.14))
    ears = both(smooth((-0.24, 0.78), (-0.25, 0.99), (-0.2, 0.99), (-0.1, 0.86), rounds=2), _MIDDLE)
    return [
        Part(scaled(fur, 0.85), (tail,)),
        *_sitting(fur),
        Part(scaled(fur, 0.9), ears),
        Part(
            mixed(fur, _WHITE, 0.3),
            both(smooth((-0.215, 0.84), (-0.225, 0.95), (-0.15, 0.87), rounds=2), _MIDDLE),
        ),
        *_face(fur, muzzle=0.52),
    ]


def cat(fur: Colour | None) -> list[Part]:
    """Rounder, with a thin tail around its feet."""
    fur = fur or (196, 140, 84)
    tail = smooth(
        (0.2, 0.0),
        (0.42, -0.01),
        (0.56, 0.1),
        (0.56, 0.26),
        (0.48, 0.36),
        (0.44, 0.33),
        (0.5, 0.22),
        (0.46, 0.12),
        (0.3, 0.09),
    )
    head = oval(_MIDDLE, 0.7, 0.19, 0.165)
    ears = both(smooth((-0.24, 0.72), (-0.25, 0.95), (-0.22, 0.95), (-0.1, 0.83), rounds=2), _MIDDLE)
    eyes = both(oval(-0.13, 0.72, 0.034, 0.036), _MIDDLE)
    pupils = both(oval(-0.13, 0.72, 0.012, 0.03), _MIDDLE)
    whisker = sharp((-0.1, 0.635), (-0.3, 0.66), (-0.3, 0.656))
    return [
        Part(scaled(fur, 0.88), (tail,)),
        *_sitting(fur),
        Part(fur, (head, *ears)),
        Part((226, 150, 140), both(smooth((-0.22, 0.8), (-0.225, 0.9), (-0.15, 0.84), rounds=2), _MIDDLE)),
        Part(_WHITE, (oval(_MIDDLE - 0.035, 0.625, 0.06, 0.045), oval(_MIDDLE + 0.035, 0.625, 0.06, 0.045))),
        Part((126, 176, 84), eyes),
        Part(_DARK, pupils),
        Part((210, 110, 110), (oval(_MIDDLE, 0.655, 0.02, 0.014),)),
        Part(
            _WHITE,
            (*both(whisker, _MIDDLE), *both(sharp((-0.1, 0.62), (-0.29, 0.6), (-0.29, 0.596)), _MIDDLE)),
        ),
        Part(_WHITE, both(oval(-0.12, 0.733, 0.009), _MIDDLE)),
    ]


def _sitting(fur: Colour) -> list[Part]:
    body = smooth(
        (-0.2, 0.0),
        (-0.21, 0.26),
        (-0.15, 0.5),
        (-0.02, 0.62),
        (0.1, 0.56),
        (0.22, 0.4),
        (0.3, 0.18),
        (0.3, 0.0),
    )
    haunch = oval(0.17, 0.15, 0.155, 0.17)
    chest = smooth((-0.17, 0.5), (-0.06, 0.6), (0.04, 0.52), (0.02, 0.34), (-0.06, 0.2), (-0.13, 0.34))
    legs = (
        smooth((-0.19, 0.0), (-0.17, 0.32), (-0.08, 0.32), (-0.07, 0.0), rounds=2),
        smooth((-0.05, 0.0), (-0.05, 0.32), (0.03, 0.32), (0.05, 0.0), rounds=2),
    )
    socks = (oval(-0.13, 0.035, 0.065, 0.04), oval(0.0, 0.035, 0.06, 0.04), oval(0.2, 0.03, 0.11, 0.035))
    return [
        Part(fur, (body,)),
        Part(scaled(fur, 0.92), (haunch,)),
        Part(_WHITE, (chest,)),
        Part(scaled(fur, 0.96), legs),
        Part(mixed(fur, _DARK, 0.72), socks),
    ]


def _face(fur: Colour, muzzle: float) -> list[Part]:
    face = smooth(
        (-0.3, 0.7),
        (-0.24, 0.85),
        (-0.06, 0.9),
        (0.12, 0.85),
        (0.18, 0.7),
        (0.04, 0.58),
        (-0.06, muzzle - 0.03),
        (-0.16, 0.58),
    )
    cheek = smooth(
        (-0.28, 0.7), (-0.17, 0.7), (-0.09, 0.62), (-0.055, muzzle), (-0.12, 0.55), (-0.2, 0.6), rounds=2
    )
    return [
        Part(fur, (face,)),
        Part(_WHITE, both(cheek, _MIDDLE)),
        Part(
            scaled(fur, 1.08),
            (smooth((-0.1, 0.72), (-0.06, 0.76), (-0.02, 0.72), (-0.04, 0.56), (-0.08, 0.56), rounds=2),),
        ),
        Part(
            _DARK,
            (
                *both(oval(-0.145, 0.715, 0.03, 0.022, 0.35), _MIDDLE),
                oval(_MIDDLE, muzzle + 0.02, 0.032, 0.024),
            ),
        ),
        Part(_WHITE, both(oval(-0.138, 0.723, 0.008), _MIDDLE)),
    ]
