"""A tree of its own and a single large flower."""

import math
import random

from tui.demo.painter.figures import Part, Shape, oval, sharp, smooth
from tui.demo.painter.palette import mixed, scaled
from tui.demo.painter.words import Colour


def tree(leaf: Colour | None, dice: random.Random) -> list[Part]:
    """A broad crown over a forked trunk."""
    leaf = leaf or dice.choice(((94, 132, 66), (226, 128, 150), (208, 112, 52), (72, 116, 84)))
    branches: list[Shape] = []
    ends: list[tuple[float, float]] = []
    _grow(dice, branches, ends, (0.0, 0.0), math.pi / 2, 0.3, 0.06)
    layers: list[Part] = [Part((70, 50, 44), tuple(branches))]
    for shade in (0.72, 0.9, 1.08):
        blobs = tuple(
            oval(
                x + dice.gauss(0, 0.05),
                y + dice.gauss(0.03, 0.045) + shade * 0.05,
                dice.uniform(0.05, 0.1),
                dice.uniform(0.04, 0.08),
            )
            for x, y in ends
        )
        layers.append(Part(scaled(leaf, shade), blobs))
    specks = tuple(
        oval(x + dice.gauss(0, 0.09), y + dice.gauss(0.07, 0.07), 0.012) for x, y in ends for _ in range(3)
    )
    return [*layers, Part(mixed(leaf, (255, 250, 224), 0.35), specks)]


def _grow(
    dice: random.Random,
    branches: list[Shape],
    ends: list[tuple[float, float]],
    start: tuple[float, float],
    angle: float,
    length: float,
    thick: float,
) -> None:
    end = (start[0] + math.cos(angle) * length, start[1] + math.sin(angle) * length)
    side = (-math.sin(angle) * thick / 2, math.cos(angle) * thick / 2)
    branches.append(
        sharp(
            (start[0] + side[0], start[1] + side[1]),
            (end[0] + side[0] * 0.65, end[1] + side[1] * 0.65),
            (end[0] - side[0] * 0.65, end[1] - side[1] * 0.65),
            (start[0] - side[0], start[1] - side[1]),
        )
    )
    if thick < 0.012:
        ends.append(end)
        return
    for turn in (dice.uniform(0.25, 0.6), -dice.uniform(0.25, 0.6)):
        _grow(dice, branches, ends, end, angle + turn, length * dice.uniform(0.66, 0.8), thick * 0.62)


def flower(petal: Colour | None, dice: random.Random) -> list[Part]:
    """One blossom, seen from the front."""
    petal = petal or dice.choice(((222, 62, 92), (240, 178, 60), (170, 96, 206), (244, 244, 250)))
    stem = smooth((-0.02, -0.1), (0.0, 0.3), (-0.01, 0.6), (0.015, 0.6), (0.03, 0.3), (0.02, -0.1), rounds=2)
    leaves = (
        smooth((0.0, 0.12), (0.14, 0.22), (0.32, 0.3), (0.2, 0.14), rounds=2),
        smooth((0.0, 0.22), (-0.16, 0.3), (-0.34, 0.36), (-0.2, 0.2), rounds=2),
    )
    parts = [Part((70, 116, 64), (stem,)), Part((86, 138, 72), leaves)]
    for ring, (reach, shade) in enumerate(((0.34, 0.72), (0.29, 0.88), (0.22, 1.0), (0.15, 1.14))):
        parts.append(
            Part(
                scaled(petal, shade),
                tuple(_petal(reach, index, 9 - ring, ring * 0.35) for index in range(9 - ring)),
            )
        )
    return [
        *parts,
        Part((250, 206, 90), (oval(0.0, 0.66, 0.065),)),
        Part((190, 130, 50), (oval(0.0, 0.66, 0.035),)),
    ]


def _petal(reach: float, index: int, count: int, turn: float) -> Shape:
    angle = index * math.tau / count + turn
    x, y = math.cos(angle) * reach * 0.6, 0.66 + math.sin(angle) * reach * 0.6
    return oval(x, y, reach * 0.5, reach * 0.26, angle)
