"""The rungs of quality of a live picture, and the highest one that fits a number of bytes."""

from dataclasses import dataclass

from tui.terminal.mosaic import Depth
from tui.terminal.profile import Graphics


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One quality: the share of the full size in pixels, and the colours (None: all) or JPEG quality."""

    form: Graphics
    scale: float = 1.0
    colors: int | None = None
    quality: int = 0
    guess: float
    """Bytes for each cell, before anything was measured."""


def _kitty(scale: float, colors: int | None, guess: float) -> Rung:
    return Rung(form=Graphics.KITTY, scale=scale, colors=colors, guess=guess)


def _iterm2(scale: float, quality: int, guess: float) -> Rung:
    return Rung(form=Graphics.ITERM2, scale=scale, quality=quality, guess=guess)


def _sixel(colors: int, guess: float) -> Rung:
    return Rung(form=Graphics.SIXEL, colors=colors, guess=guess)


def _text(form: Graphics, depth: Depth, guess: float) -> Rung:
    return Rung(form=form, colors=depth, guess=guess)


_HALF = (
    _text(Graphics.HALF, Depth.INDEXED_16, 5),
    _text(Graphics.HALF, Depth.INDEXED_64, 9),
    _text(Graphics.HALF, Depth.INDEXED_256, 14),
    _text(Graphics.HALF, Depth.TRUE, 38),
)
LADDERS: dict[Graphics, tuple[Rung, ...]] = {
    Graphics.KITTY: (
        _kitty(0.125, 32, 2.2),
        _kitty(0.25, 16, 4),
        _kitty(0.25, 64, 8),
        _kitty(0.5, 64, 32),
        _kitty(0.5, 256, 49),
        _kitty(1.0, 256, 160),
    ),
    Graphics.ITERM2: (
        _iterm2(0.2, 40, 3.5),
        _iterm2(0.35, 40, 7),
        _iterm2(0.5, 50, 12),
        _iterm2(1.0, 40, 33),
        _iterm2(1.0, 60, 46),
        _iterm2(1.0, 85, 80),
    ),
    Graphics.SIXEL: (*_HALF[:3], _sixel(16, 55), _sixel(32, 64), _sixel(64, 140)),
    Graphics.HALF: _HALF,
    Graphics.QUADRANT: (*_HALF[:3], _text(Graphics.QUADRANT, Depth.TRUE, 34)),
    Graphics.ASCII: (_text(Graphics.ASCII, Depth.INDEXED_16, 1),),
}
"""From the coarsest up. Sixel cannot be small, so on a narrow line its frames are half blocks."""

SHARP: dict[Graphics, Rung] = {
    **{form: rungs[-1] for form, rungs in LADDERS.items()},
    Graphics.KITTY: _kitty(1.0, None, 440),
    Graphics.SIXEL: _sixel(256, 220),
}
"""What a finished picture ends as."""


class Ladder:
    """Remembers what the rungs came to, in bytes a cell."""

    def __init__(self, form: Graphics) -> None:
        self.form = form
        self.rungs = LADDERS[form]
        self._weights = {rung: rung.guess for rung in self.rungs}

    def choose(self, cells: int, size: int, before: Rung | None = None) -> Rung:
        """The highest rung whose picture over so many cells should stay within a size.

        The rung before is kept a little over the size, and left upwards only with room to spare.
        """
        best = self.rungs[0]
        for rung in self.rungs:
            room = 1.25 if rung is before else 0.9 if before and self._is_above(rung, before) else 1.0
            if self._weights[rung] * cells <= size * room:
                best = rung
        return best

    def sharp(self, cells: int, size: float) -> Rung:
        """The rung of a finished picture: the best there is, or the one below where that takes too long."""
        best = SHARP[self.form]
        return best if best.guess * cells <= size else self.rungs[-1]

    def _is_above(self, rung: Rung, other: Rung) -> bool:
        return other in self.rungs and self.rungs.index(rung) > self.rungs.index(other)

    def weigh(self, rung: Rung, cells: int, size: int) -> None:
        """A picture on that rung came to a size."""
        if rung in self._weights and cells:
            self._weights[rung] += (size / cells - self._weights[rung]) * 0.5
