"""Asks the terminal what it is, once, before the application starts."""

import contextlib
import os
import select
import struct
import sys
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace

from tui.terminal import choice
from tui.terminal.passthrough import wrap
from tui.terminal.profile import Acknowledgement, CellSize, Colors, Graphics, TerminalProfile
from tui.terminal.replies import KITTY_QUERY, Replies, parse, split_identity

PATIENCE = 2.0
"""Seconds to wait for a terminal that says nothing; one that speaks ends the wait with its last answer."""
TMUX_PATIENCE = 1.0
"""Seconds to wait for tmux, and then for the terminal outside, which may be none."""

_LAST = b"\x1b[c"
_SINGLE_QUESTIONS = (b"\x1b[>q", b"\x1b[16t", b"\x1b[14t", b"\x1b[?2026$p", b"\x1b[?1;1;0S")
_QUESTIONS = b"".join(_SINGLE_QUESTIONS)
"""XTVERSION, cell size, text area size, synchronised output, sixel colour registers."""
_TMUX_FACTS = ("#{allow-passthrough}", "#{client_termtype}", "#{client_termfeatures}")
_ONLY_ATTRIBUTES = frozenset({"linux", "vt100", "vt220", "ansi", "cons25"})
"""Terminals that print what they do not understand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tmux:
    """What tmux says about itself and the terminal outside."""

    allows_passthrough: bool
    outside: str
    """The outer terminal's answer to XTVERSION."""
    has_true_colors: bool = False


def detect_terminal(
    setting: str | None = None, environ: Mapping[str, str] = os.environ, patience: float = PATIENCE
) -> TerminalProfile:
    """What the terminal can show; `setting` or LATENTUI_GRAPHICS can overrule how pictures are drawn."""
    wish = choice.override(setting, environ)
    found = _found(environ, patience)
    if wish is None:
        return found
    if wish is Graphics.KITTY and environ.get("TMUX") and not found.through_tmux:
        return replace(found, graphics=wish, through_tmux=True, acknowledgement=Acknowledgement.NONE)
    return replace(found, graphics=wish)


def _found(environ: Mapping[str, str], patience: float) -> TerminalProfile:
    device = _device()
    if device is None or environ.get("TERM", "") in {"", "dumb", "unknown"}:
        return choice.silent_profile(environ, is_tty=device is not None)
    profile = _ask_tmux(device, environ, patience) if environ.get("TMUX") else _ask(device, environ, patience)
    measured = cell_size(device)
    return replace(profile, cell=measured) if measured else profile


def _device() -> int | None:
    """The terminal, where both input and output are one, and it is one as Unix has them."""
    if sys.platform == "win32":
        return None
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    descriptors = [stream.fileno() for stream in streams if stream and not stream.closed]
    with contextlib.suppress(OSError):
        if len(descriptors) == 3 and os.isatty(descriptors[0]) and os.isatty(descriptors[2]):
            return descriptors[0]
    return None


def _ask(device: int, environ: Mapping[str, str], patience: float) -> TerminalProfile:
    begun = time.monotonic()
    data = _converse(device, _questions(environ) + _LAST, patience, _is_complete)
    replies = parse(data)
    trip = time.monotonic() - begun if replies.are_complete else None
    return replace(choice.profile(replies, environ), round_trip=trip, heard=data)


def _questions(environ: Mapping[str, str]) -> bytes:
    term = environ.get("TERM", "")
    if term in _ONLY_ATTRIBUTES or environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return b""
    if term.startswith("screen"):
        return _QUESTIONS  # GNU screen shows an APC string as a message
    return _QUESTIONS + KITTY_QUERY


def _ask_tmux(device: int, environ: Mapping[str, str], patience: float) -> TerminalProfile:
    """The terminal outside is asked through tmux where tmux lets us; else tmux answers, for itself."""
    tmux, heard = tmux_facts(), b""
    if tmux.allows_passthrough:
        begun = time.monotonic()
        questions = (*_SINGLE_QUESTIONS, KITTY_QUERY, _LAST)
        heard = _converse(device, b"".join(map(wrap, questions)), min(patience, TMUX_PATIENCE), _is_complete)
        if (replies := parse(heard)).name:
            profile = _colored(choice.profile(replies, environ, through_tmux=True), tmux)
            return replace(profile, round_trip=time.monotonic() - begun, heard=heard)
    begun = time.monotonic()
    data = _converse(device, _QUESTIONS + _LAST, patience, _is_complete)
    profile = _colored(choice.profile(parse(data), environ), tmux)
    profile = replace(profile, round_trip=time.monotonic() - begun, heard=heard + data)
    return profile if tmux.allows_passthrough else replace(profile, notes=(_passthrough_note(tmux),))


def _colored(profile: TerminalProfile, tmux: Tmux) -> TerminalProfile:
    is_true = tmux.has_true_colors and profile.colors is not Colors.NONE
    return replace(profile, colors=Colors.TRUE) if is_true else profile


def _is_complete(replies: Replies) -> bool:
    return replies.are_complete


def _passthrough_note(tmux: Tmux) -> str:
    name, version = split_identity(tmux.outside)
    if choice.draws_placeholders(name, version):
        return f"{name} can show real pictures inside tmux after: tmux set -g allow-passthrough on"
    return "tmux keeps pictures of the terminal outside from us; they are drawn with characters."


def tmux_facts() -> Tmux:
    """Ask tmux by its own command; an old or missing one allows nothing."""
    import subprocess  # needed inside tmux only

    try:
        answer = subprocess.run(  # noqa: S603 - fixed words
            ["tmux", "display-message", "-p", "\t".join(_TMUX_FACTS)],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=TMUX_PATIENCE,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return Tmux(allows_passthrough=False, outside="")
    allowed, outside, features = (*answer.rstrip("\n").split("\t"), "", "")[:3]
    return Tmux(
        allows_passthrough=allowed in {"on", "1", "all", "2"},
        outside=outside,
        has_true_colors="RGB" in features.split(","),
    )


def _converse(device: int, questions: bytes, patience: float, is_over: Callable[[Replies], bool]) -> bytes:
    """Write the questions and read until the answers are in or patience ends."""
    data = b""
    with _without_echo(device):
        os.write(device, questions)
        deadline = time.monotonic() + patience
        while (left := deadline - time.monotonic()) > 0 and not is_over(parse(data)):
            if select.select([device], [], [], left)[0]:
                read = os.read(device, 4096)
                if not read:
                    break
                data += read
    return data


@contextlib.contextmanager
def _without_echo(device: int) -> Generator[None]:
    """Answers come as they are sent and are not shown; keys pressed at the end stay to be read."""
    import termios  # not on Windows

    before = termios.tcgetattr(device)
    during = termios.tcgetattr(device)
    during[3] &= ~(termios.ECHO | termios.ICANON)
    during[6][termios.VMIN], during[6][termios.VTIME] = 1, 0
    termios.tcsetattr(device, termios.TCSAFLUSH, during)
    try:
        yield
    finally:
        termios.tcsetattr(device, termios.TCSADRAIN, before)


def cell_size_now() -> CellSize | None:
    """A cell's pixels now, where there is a terminal that tells."""
    device = _device()
    return cell_size(device) if device is not None else None


def cell_size(device: int) -> CellSize | None:
    """A cell's pixels by the kernel's word for the window, which follows changes of font."""
    import fcntl  # not on Windows
    import termios

    try:
        packed = fcntl.ioctl(device, termios.TIOCGWINSZ, b"\0" * 8)
    except OSError:
        return None
    rows, columns, width, height = struct.unpack("HHHH", packed)
    if not (rows and columns and width >= columns and height >= rows):
        return None
    return CellSize(width=width // columns, height=height // rows)
