"""The colours of one picture."""

import colorsys
import random
from dataclasses import dataclass

from tui.demo.painter.words import Colour, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """From the top of the sky to the nearest ground."""

    sky: tuple[Colour, ...]
    """Top to horizon."""
    light: Colour
    """The sun or moon and what they touch."""
    cloud: Colour
    far: Colour
    near: Colour
    accent: Colour
    is_dark: bool = False

    @property
    def haze(self) -> Colour:
        """What distance fades into: the colour at the horizon."""
        return self.sky[-1]


_BY_TIME = {
    "dawn": Palette(
        sky=((104, 142, 190), (168, 178, 208), (234, 190, 190), (255, 222, 190)),
        light=(255, 240, 214),
        cloud=(255, 226, 220),
        far=(150, 150, 186),
        near=(52, 66, 84),
        accent=(236, 120, 110),
    ),
    "day": Palette(
        sky=((42, 108, 182), (92, 158, 216), (166, 208, 236), (226, 240, 244)),
        light=(255, 252, 234),
        cloud=(255, 255, 255),
        far=(132, 170, 196),
        near=(40, 84, 66),
        accent=(232, 96, 60),
    ),
    "sunset": Palette(
        sky=((46, 44, 98), (142, 62, 112), (232, 106, 74), (255, 196, 104)),
        light=(255, 236, 176),
        cloud=(255, 158, 108),
        far=(150, 78, 102),
        near=(38, 24, 46),
        accent=(255, 120, 52),
    ),
    "dusk": Palette(
        sky=((20, 22, 62), (64, 48, 118), (154, 84, 152), (244, 154, 156)),
        light=(255, 222, 206),
        cloud=(190, 116, 168),
        far=(98, 72, 132),
        near=(22, 20, 48),
        accent=(255, 112, 150),
    ),
    "night": Palette(
        sky=((5, 8, 28), (12, 24, 58), (28, 52, 96), (66, 98, 138)),
        light=(238, 242, 255),
        cloud=(70, 94, 138),
        far=(44, 68, 104),
        near=(7, 11, 25),
        accent=(255, 196, 104),
        is_dark=True,
    ),
}
_TIMES_BY_CHANCE = ("sunset", "dawn", "day", "dusk", "sunset")
_TIMES_IN = {
    "rain": ("dusk", "night"),
    "aurora": ("night",),
    "fireflies": ("dusk", "night"),
    "fog": ("dawn",),
}
"""The hours that suit a weather, when the prompt names none."""
_SNOW = (226, 234, 246)


def chosen(wish: Wish, dice: random.Random) -> Palette:
    """The palette of the hour, shifted a little by chance and by colour words."""
    fitting = next(
        (_TIMES_IN[weather] for weather in _TIMES_IN if weather in wish.weathers), _TIMES_BY_CHANCE
    )
    base = _BY_TIME[wish.time or dice.choice(fitting)]
    shift = dice.uniform(-0.025, 0.025)
    lift = dice.uniform(0.96, 1.05)
    near = (
        mixed(base.near, _SNOW, 0.42 if not base.is_dark else 0.2) if "snow" in wish.weathers else base.near
    )
    tint, share = wish.tint, 0.0 if wish.tint is None else 0.34
    return Palette(
        sky=tuple(_tinted(shifted(colour, shift, lift), tint, share) for colour in base.sky),
        light=base.light,
        cloud=_tinted(shifted(base.cloud, shift, 1), tint, share / 2),
        far=_tinted(shifted(base.far, shift, lift), tint, share),
        near=_tinted(shifted(near, shift, 1), tint, share / 2),
        accent=shifted(base.accent, shift * 2, 1),
        is_dark=base.is_dark,
    )


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour in the first."""
    return (
        round(first[0] + (second[0] - first[0]) * share),
        round(first[1] + (second[1] - first[1]) * share),
        round(first[2] + (second[2] - first[2]) * share),
    )


def scaled(colour: Colour, factor: float) -> Colour:
    """Lighter or darker."""
    red, green, blue = (min(255, max(0, round(value * factor))) for value in colour)
    return red, green, blue


def shifted(colour: Colour, turn: float, lift: float) -> Colour:
    """Turned on the colour wheel, and a little lighter or darker."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(part / 255 for part in colour))
    parts = colorsys.hsv_to_rgb((hue + turn) % 1, saturation, min(1.0, value * lift))
    red, green, blue = (round(part * 255) for part in parts)
    return red, green, blue


def _tinted(colour: Colour, tint: Colour | None, share: float) -> Colour:
    """The tint's hue at the colour's own lightness."""
    if tint is None:
        return colour
    lightness = sum(colour) / max(1, sum(tint))
    return mixed(colour, scaled(tint, lightness), share)
