"""The way from a screen or widget to the application and its services."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

from tui.ui.glyphs import Glyphs

if TYPE_CHECKING:
    from tui.ui.app import LatentuiApp


def app_of(node: DOMNode) -> "LatentuiApp":
    """The application; it is the only one these screens run in."""
    # Textual leaves the application's result type unknown
    return cast("LatentuiApp", node.app)  # pyright: ignore[reportUnknownMemberType]


def keymap_of(node: DOMNode) -> Mapping[str, str]:
    """The keys that the person set, by the names of their bindings."""
    services = app_of(node).services
    return services.settings.current.keys if services is not None else {}


def glyphs_of(node: DOMNode) -> Glyphs:
    """The shapes this terminal has."""
    return app_of(node).glyphs
