"""What environment and tmux tell of the terminal: it is asked nothing, so no key goes astray."""

import os
from collections.abc import Mapping
from dataclasses import replace

from tui.terminal.choice import silent_profile
from tui.terminal.detect import tmux_facts
from tui.terminal.profile import TerminalProfile
from tui.terminal.replies import split_identity

_PROGRAMS = {
    "iTerm.app": "iterm2",
    "WezTerm": "wezterm",
    "ghostty": "ghostty",
    "mintty": "mintty",
    "rio": "rio",
}
"""By TERM_PROGRAM."""
_TERMS = {
    "xterm-kitty": "kitty",
    "xterm-ghostty": "ghostty",
    "wezterm": "wezterm",
    "foot": "foot",
    "rxvt": "rxvt",
    "contour": "contour",
}
"""By how TERM begins, which is all that goes through SSH."""
_MUTE = frozenset({"", "dumb", "unknown"})


def known_terminal(environ: Mapping[str, str] = os.environ) -> TerminalProfile:
    """The terminal at the other end of stderr, as far as it is known."""
    silent = silent_profile(environ, is_tty=environ.get("TERM", "") not in _MUTE)
    if environ.get("TMUX"):
        return _behind_tmux(silent)
    name, version = _named(environ)
    return replace(silent, name=name or silent.name, version=version)


def _behind_tmux(silent: TerminalProfile) -> TerminalProfile:
    tmux = tmux_facts()
    name, version = split_identity(tmux.outside)
    if not (name and tmux.allows_passthrough):
        return replace(silent, name="tmux")
    return replace(silent, name=name, version=version, through_tmux=True)


def _named(environ: Mapping[str, str]) -> tuple[str, str]:
    if environ.get("STY"):
        return "screen", ""  # what else the environment names is outside of it
    if name := _PROGRAMS.get(environ.get("TERM_PROGRAM", "")):
        return name, environ.get("TERM_PROGRAM_VERSION", "")
    if environ.get("LC_TERMINAL") == "iTerm2":
        return "iterm2", environ.get("LC_TERMINAL_VERSION", "")
    if (packed := environ.get("KONSOLE_VERSION", "")).isdecimal():
        return "konsole", f"{packed[:-4]}.{packed[-4:-2]}"
    term = environ.get("TERM", "")
    return next((name for sign, name in _TERMS.items() if term.startswith(sign)), ""), ""
