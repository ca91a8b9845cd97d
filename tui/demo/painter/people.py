"""People, and what is built like them."""

from tui.demo.painter.figures import Part, Shape, both, oval, sharp, smooth
from tui.demo.painter.palette import mixed, scaled
from tui.demo.painter.words import Colour

_NECK = smooth((-0.1, 0.16), (-0.085, 0.45), (0.085, 0.45), (0.1, 0.16), (0.0, 0.08), rounds=2)
_SHOULDERS = smooth(
    (-0.66, -0.06),
    (-0.6, 0.08),
    (-0.34, 0.19),
    (-0.1, 0.26),
    (0.1, 0.26),
    (0.34, 0.19),
    (0.6, 0.08),
    (0.66, -0.06),
    rounds=2,
)
_NECKLINE = smooth((-0.11, 0.262), (0.0, 0.1), (0.11, 0.262), (0.0, 0.3), rounds=1)
_UNDER_CHIN = smooth((-0.1, 0.4), (0.0, 0.31), (0.1, 0.4), (0.08, 0.3), (0.0, 0.25), (-0.08, 0.3), rounds=2)
_FACE = smooth(
    (-0.205, 0.6),
    (-0.19, 0.84),
    (0.0, 0.94),
    (0.19, 0.84),
    (0.205, 0.6),
    (0.14, 0.42),
    (0.0, 0.33),
    (-0.14, 0.42),
)
_NOSE = smooth((0.012, 0.64), (0.036, 0.545), (0.004, 0.515), (-0.018, 0.53), (0.012, 0.55), rounds=2)
_LIPS = smooth(
    (-0.058, 0.452), (-0.02, 0.468), (0.0, 0.46), (0.02, 0.468), (0.058, 0.452), (0.0, 0.426), rounds=2
)
_MOUTH = smooth((-0.052, 0.452), (0.0, 0.447), (0.052, 0.452), (0.0, 0.452), rounds=1)
_HAIR_BEHIND = smooth(
    (-0.3, 0.06),
    (-0.36, 0.4),
    (-0.33, 0.78),
    (-0.2, 0.99),
    (0.02, 1.05),
    (0.24, 0.98),
    (0.34, 0.76),
    (0.36, 0.4),
    (0.3, 0.06),
    (0.12, 0.14),
    (-0.12, 0.14),
)
_PARTING = smooth(
    (0.07, 0.99),
    (-0.1, 0.98),
    (-0.25, 0.82),
    (-0.27, 0.5),
    (-0.215, 0.5),
    (-0.17, 0.72),
    (-0.06, 0.86),
    rounds=2,
)
_SWEEP = smooth(
    (0.03, 1.0),
    (0.2, 0.96),
    (0.29, 0.78),
    (0.28, 0.5),
    (0.225, 0.5),
    (0.2, 0.7),
    (0.13, 0.83),
    (0.0, 0.89),
    rounds=2,
)
_LOCK = smooth(
    (-0.27, 0.6), (-0.33, 0.3), (-0.28, 0.06), (-0.2, 0.1), (-0.22, 0.34), (-0.215, 0.56), rounds=2
)
_GLOSS = smooth((0.06, 0.985), (0.18, 0.94), (0.25, 0.8), (0.2, 0.9), (0.1, 0.96), rounds=2)


def portrait(hair: Colour | None, skin: Colour, cloth: Colour) -> list[Part]:
    """Head and shoulders."""
    hair = hair or (62, 42, 46)
    shade = mixed(skin, (96, 40, 60), 0.3)
    return [
        Part(scaled(hair, 0.8), (_HAIR_BEHIND,)),
        Part(shade, (_NECK,)),
        Part(cloth, (_SHOULDERS,)),
        Part(skin, (_NECKLINE,)),
        Part(shade, (_UNDER_CHIN,)),
        Part(skin, (_FACE,)),
        *_features(hair, skin, shade),
        Part(hair, (_PARTING, _SWEEP, *both(_LOCK))),
        Part(scaled(hair, 1.3), (_GLOSS,)),
    ]


def _features(hair: Colour, skin: Colour, shade: Colour) -> list[Part]:
    """Cheeks, nose, eyes, brows and mouth."""
    return [
        Part(mixed(skin, (226, 104, 96), 0.14), both(oval(-0.115, 0.535, 0.06, 0.04))),
        Part(mixed(skin, shade, 0.6), (_NOSE,)),
        Part((248, 244, 240), both(oval(-0.092, 0.64, 0.042, 0.021))),
        Part((58, 98, 116), both(oval(-0.09, 0.641, 0.021))),
        Part((24, 20, 28), (*both(oval(-0.09, 0.641, 0.011)), *both(_brow(0.658, 0.014)))),
        Part((255, 255, 255), both(oval(-0.082, 0.649, 0.006))),
        Part(scaled(hair, 0.7), both(_brow(0.712, 0.016))),
        Part((176, 74, 80), (_LIPS,)),
        Part((142, 52, 62), (_MOUTH,)),
    ]


def _brow(y: float, thick: float) -> Shape:
    return smooth((-0.14, y - 0.012), (-0.09, y + 0.012), (-0.038, y), (-0.09, y + 0.012 - thick), rounds=2)


def robot(paint: Colour | None) -> list[Part]:
    """An astronaut: suit, pack, and a visor that the light lies on."""
    paint = paint or (232, 234, 240)
    body = smooth((-0.3, 0.0), (-0.3, 0.36), (-0.2, 0.5), (0.2, 0.5), (0.3, 0.36), (0.3, 0.0), rounds=2)
    arms = both(smooth((-0.28, 0.46), (-0.4, 0.36), (-0.42, 0.1), (-0.34, 0.06), (-0.28, 0.2), rounds=2))
    return [
        Part(
            scaled(paint, 0.68), (smooth((-0.36, 0.1), (-0.36, 0.56), (0.36, 0.56), (0.36, 0.1), rounds=1),)
        ),
        Part(scaled(paint, 0.92), arms),
        Part(paint, (body, oval(0.0, 0.72, 0.27))),
        Part((46, 52, 78), (oval(0.0, 0.71, 0.205, 0.175),)),
        Part(
            (86, 78, 124),
            (smooth((-0.2, 0.7), (-0.16, 0.58), (0.0, 0.53), (0.16, 0.58), (0.2, 0.7), (0.0, 0.64)),),
        ),
        Part(
            (168, 110, 130), (smooth((-0.17, 0.62), (-0.1, 0.555), (0.1, 0.555), (0.17, 0.62), (0.0, 0.585)),)
        ),
        Part((210, 230, 250), (smooth((-0.15, 0.76), (-0.1, 0.83), (-0.02, 0.86), (-0.07, 0.81), rounds=2),)),
        Part(
            (214, 84, 62),
            (sharp((-0.06, 0.3), (-0.06, 0.36), (0.0, 0.36), (0.0, 0.3)), oval(0.07, 0.33, 0.025)),
        ),
        Part((92, 150, 210), (sharp((-0.1, 0.2), (-0.1, 0.26), (0.1, 0.26), (0.1, 0.2)),)),
    ]
