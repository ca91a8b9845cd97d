"""Words to the person outside the program's screen: window title, progress, notification, bell; as bytes.

OSC 0 title, OSC 9;4 progress (ConEmu's),
OSC 9 notification (iTerm2's), OSC 777 (rxvt's), OSC 99 (kitty's).
"""

from base64 import standard_b64encode
from enum import IntEnum

from tui.domain.text import one_line
from tui.terminal.choice import version_numbers
from tui.terminal.passthrough import wrap
from tui.terminal.profile import TerminalProfile

BELL = b"\x07"
_END = b"\x1b\\"
_PROGRESS_SINCE = {
    "ghostty": (1, 2),
    "iterm2": (3, 6, 6),
    "konsole": (26, 4),
    "kitty": (0, 41),
    "wezterm": (),
    "mintty": (),
}
"""iTerm2 before shows it as a notification. Sources: terminfo.dev, Konsole merge request 1054, kitty."""
_OSC_9 = frozenset({"iterm2", "wezterm", "ghostty", "mintty"})
_OSC_777 = frozenset({"foot", "rxvt", "urxvt", "contour", "konsole"})
_OSC_99 = frozenset({"kitty"})


class ProgressState(IntEnum):
    """What the bar in the task bar or tab says."""

    NONE = 0
    RUNNING = 1
    FAILED = 2
    UNKNOWN = 3
    PAUSED = 4


def title(text: str, profile: TerminalProfile) -> bytes:
    """Name the window, or tmux's pane, which tmux can show in its status line."""
    if not profile.is_tty:
        return b""
    return b"\x1b]0;" + _safe(text) + BELL


def push_title(profile: TerminalProfile) -> bytes:
    """Have the terminal remember its title; harmless where it cannot."""
    return b"\x1b[22;0t" if profile.is_tty else b""


def pop_title(profile: TerminalProfile) -> bytes:
    """Give the window its title back."""
    return b"\x1b[23;0t" if profile.is_tty else b""


def progress(state: ProgressState, percent: int, profile: TerminalProfile) -> bytes:
    """Show how far the work is in tab or task bar; nothing where it would be taken for a notification."""
    since = _PROGRESS_SINCE.get(profile.name)
    if since is None or version_numbers(profile.version) < since:
        return b""
    return _outward(b"\x1b]9;4;%d;%d" % (state, min(max(percent, 0), 100)) + _END, profile)


def notification(heading: str, body: str, profile: TerminalProfile) -> bytes:
    """Notify the person by what the terminal knows; the bell where that is nothing."""
    if not profile.is_tty:
        return b""
    if profile.name in _OSC_99:
        return _kitty_notification(heading, body, profile)
    if profile.name in _OSC_777:
        return _outward(b"\x1b]777;notify;" + _field(heading) + b";" + _field(body) + _END, profile)
    if profile.name in _OSC_9:
        return _outward(b"\x1b]9;" + _safe(f"{heading}: {body}") + _END, profile)
    return BELL


def _kitty_notification(heading: str, body: str, profile: TerminalProfile) -> bytes:
    """In two parts, base64, shown only when the window is not in front."""
    first = b"\x1b]99;i=latentui:d=0:e=1:o=unfocused;" + standard_b64encode(_safe(heading)) + _END
    second = b"\x1b]99;i=latentui:p=body:e=1:o=unfocused;" + standard_b64encode(_safe(body)) + _END
    return _outward(first, profile) + _outward(second, profile)


def _outward(command: bytes, profile: TerminalProfile) -> bytes:
    return wrap(command) if profile.through_tmux else command


def _safe(text: str) -> bytes:
    return one_line(text).encode("utf-8", "replace")


def _field(text: str) -> bytes:
    """Semicolons end a field."""
    return _safe(text).replace(b";", b",")
