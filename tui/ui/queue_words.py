"""How the queue stands, in a few words for a title."""

from collections.abc import Sequence

from tui.domain.text import one_line
from tui.ui import words
from tui.ui.glyphs import Glyphs


def queue_state(
    *, sought: str, paused: Sequence[str], servers: int, seconds_left: float | None, glyphs: Glyphs
) -> tuple[tuple[str, str], ...]:
    """What is looked for, what is paused of so many servers, the time left: pieces of text with styles."""
    pieces: list[tuple[str, str]] = []
    if sought:
        pieces.append((f"/{one_line(sought, 20)}", "$accent"))
    if paused:
        pieces.append((f"{glyphs.paused} {_paused(paused, servers)}", "$text-warning"))
    if seconds_left is not None and seconds_left >= 1:
        pieces.append((f"{about(seconds_left)} left", ""))
    gaps: list[tuple[str, str]] = [("  ", "")] * len(pieces)
    return tuple(piece for pair in zip(pieces, gaps, strict=True) for piece in pair)[:-1]


def _paused(names: Sequence[str], servers: int) -> str:
    if len(names) < servers:
        return f"paused: {', '.join(words.server_label(name) for name in names)}"
    return "paused" if servers == 1 else "all paused"


def about(seconds: float) -> str:
    """A time that does not pretend to be exact: 8 s, 40 s, 3 min, 2 h 10 min."""
    if seconds < 10:
        return f"{seconds:.0f} s"
    if seconds < 60:
        return f"{round(seconds / 5) * 5} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return words.duration(round(seconds / 600) * 600)
