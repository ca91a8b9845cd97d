"""A picture into the clipboard, as kitty's OSC 5522 takes it; OSC 52 is for text only."""

from base64 import standard_b64encode

from tui.terminal.choice import version_numbers
from tui.terminal.passthrough import wrap
from tui.terminal.profile import TerminalProfile

MOST_BYTES = 8_000_000
_SINCE = (0, 27)
"""Source: kitty's manual of its clipboard kitten."""
_PIECE = 4096
"""Bytes before base64 in one command."""


def takes_pictures(profile: TerminalProfile) -> bool:
    """Whether the terminal's clipboard can be given more than text."""
    return profile.is_tty and profile.name == "kitty" and version_numbers(profile.version) >= _SINCE


def copy_picture(data: bytes, media_type: str, profile: TerminalProfile) -> bytes:
    """The commands that put a file of this kind into the clipboard; they begin with what they are."""
    kind = standard_b64encode(media_type.encode())
    commands = [b"type=write"]
    for start in range(0, len(data), _PIECE):
        piece = standard_b64encode(data[start : start + _PIECE])
        commands.append(b"type=wdata:mime=" + kind + b";" + piece)
    commands.append(b"type=wdata")
    whole = [b"\x1b]5522;" + command + b"\x1b\\" for command in commands]
    return b"".join(map(wrap, whole) if profile.through_tmux else whole)
