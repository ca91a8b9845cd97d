"""What lies between a widget, the painter that decides for it, and the surface that shows its picture."""

from enum import IntEnum
from typing import Protocol

from tui.terminal.profile import TerminalProfile


class Wish(IntEnum):
    """What is still to be done, the most last."""

    NOTHING = 0
    REPAINT = 1
    """Text was written over the pixels."""
    SHARPEN = 2
    """The picture was shown small."""
    SHOW = 3


class Easel(Protocol):
    """The widget as its painter sees it."""

    @property
    def profile(self) -> TerminalProfile:
        """The terminal."""
        ...

    @property
    def area(self) -> tuple[int, int]:
        """Columns and rows there are for the picture."""
        ...

    @property
    def origin(self) -> tuple[int, int]:
        """The area's place on the screen."""
        ...

    @property
    def is_seen(self) -> bool:
        """Whether any of it is on the screen."""
        ...

    @property
    def is_front(self) -> bool:
        """Whether its screen is the one in use."""
        ...

    def is_clear(self) -> bool:
        """Whether pixels can be drawn over it."""
        ...

    def offer(self) -> None:
        """Ask for a turn at the line."""
        ...

    @property
    def is_at_bottom(self) -> bool:
        """Whether it reaches the terminal's last row."""
        ...

    @property
    def is_written(self) -> bool:
        """Whether Textual writes its lines at all: not without a terminal, not when it is hidden."""
        ...

    def refresh_lines(self, first: int, end: int) -> None:
        """Have Textual write these lines soon."""
        ...

    def write(self, data: bytes) -> None:
        """Write to the terminal."""
        ...

    def refuse(self, sentence: str) -> None:
        """There is no picture to show, and why."""
        ...
