"""Says to Textual what the terminal said: how many colours there are."""

from collections.abc import MutableMapping

from tui.terminal.profile import Colors, TerminalProfile

_CHOICES = ("COLORTERM", "TEXTUAL_COLOR_SYSTEM", "NO_COLOR")
"""Where one of these is set, the person has chosen."""


def announce(profile: TerminalProfile, environ: MutableMapping[str, str]) -> None:
    """Before the application is made: TERM=xterm alone would give a terminal of 16 million colours 16."""
    if profile.colors is Colors.TRUE and not any(environ.get(name) for name in _CHOICES):
        environ["COLORTERM"] = "truecolor"
