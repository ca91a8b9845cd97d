"""What a terminal is and what it can show."""

from dataclasses import dataclass
from enum import StrEnum


class Graphics(StrEnum):
    """The ways of drawing a picture, best first."""

    KITTY = "kitty"
    ITERM2 = "iterm2"
    SIXEL = "sixel"
    HALF = "half"
    QUADRANT = "quadrant"
    ASCII = "ascii"
    NONE = "none"

    @property
    def is_text(self) -> bool:
        """Whether pictures are made of characters alone."""
        return self in {Graphics.HALF, Graphics.QUADRANT, Graphics.ASCII, Graphics.NONE}


class Acknowledgement(StrEnum):
    """The question whose answer tells that the bytes before it were drained and parsed."""

    MODE = "mode"
    ATTRIBUTES = "attributes"
    NONE = "none"


class Colors(StrEnum):
    """How many colours text can have."""

    TRUE = "true"
    INDEXED_256 = "256"
    ANSI_16 = "16"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSize:
    """The pixels of one character cell."""

    width: int = 10
    height: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalProfile:
    """A terminal as it described itself, after overrides."""

    name: str = "unknown"
    version: str = ""
    graphics: Graphics = Graphics.HALF
    through_tmux: bool = False
    """The terminal outside tmux was asked, and is reached through tmux's passthrough."""
    cell: CellSize = CellSize()
    synchronized_output: bool = False
    acknowledgement: Acknowledgement = Acknowledgement.NONE
    round_trip: float | None = None
    """Seconds from a question to its answer; None when nothing answered."""
    colors: Colors = Colors.TRUE
    unicode: bool = True
    is_tty: bool = True
    sixel_registers: int = 256
    notes: tuple[str, ...] = ()
    """Sentences about what stands in the way of better pictures."""
    heard: bytes = b""
    """All that was read while it was asked: its answers, and the keys pressed meanwhile."""
