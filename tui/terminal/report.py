"""A terminal's profile in words, for a person or a bug report."""

from tui.terminal.profile import Acknowledgement, Colors, Graphics, TerminalProfile

_DRAWN_WITH = {
    Graphics.KITTY: "kitty's protocol, by unicode placeholders",
    Graphics.ITERM2: "iTerm2's protocol",
    Graphics.SIXEL: "sixel",
    Graphics.HALF: "half-block characters",
    Graphics.QUADRANT: "quadrant characters",
    Graphics.ASCII: "plain characters",
    Graphics.NONE: "nothing: they are switched off",
}
_COLORS = {
    Colors.TRUE: "24 bit",
    Colors.INDEXED_256: "256",
    Colors.ANSI_16: "16",
    Colors.NONE: "none",
}
_PACED_BY = {
    Acknowledgement.MODE: "its answers to the synchronised-output query",
    Acknowledgement.ATTRIBUTES: "its answers to the device-attributes query",
    Acknowledgement.NONE: "a fixed rate, because it answers nothing",
}


def describe(profile: TerminalProfile) -> tuple[tuple[str, str], ...]:
    """Labels and what was found."""
    through = ", through tmux" if profile.through_tmux else ""
    trip = profile.round_trip
    return (
        ("terminal", f"{profile.name} {profile.version}".strip() + through if profile.is_tty else "none"),
        ("pictures", f"drawn with {_DRAWN_WITH[profile.graphics]}"),
        ("cell", f"{profile.cell.width} × {profile.cell.height} pixels"),
        ("colours", _COLORS[profile.colors]),
        ("unicode", "yes" if profile.unicode else "no"),
        ("synchronised output", "yes" if profile.synchronized_output else "no"),
        ("answers after", "never" if trip is None else f"{trip * 1000:.0f} ms"),
        ("paced by", _PACED_BY[profile.acknowledgement]),
        *(("note", note) for note in profile.notes),
    )
