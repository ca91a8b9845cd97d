"""What a Textual application holds of its terminal."""

from typing import Any, cast
from weakref import WeakKeyDictionary

from textual.app import App
from textual.widget import Widget

from tui.terminal.profile import TerminalProfile

_UNKNOWN = TerminalProfile()
_profiles: WeakKeyDictionary[App[Any], TerminalProfile] = WeakKeyDictionary()


def attach(app: App[Any], profile: TerminalProfile) -> None:
    """Tell the application what its terminal can show. `Any`: what an application returns does not matter."""
    _profiles[app] = profile


def profile_of(widget: Widget) -> TerminalProfile:
    """What is known of the widget's terminal; half blocks when nothing is."""
    # Textual leaves the application's result type unknown
    app = cast("App[Any]", widget.app)  # pyright: ignore[reportUnknownMemberType]
    return _profiles.get(app, _UNKNOWN)
