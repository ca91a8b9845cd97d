"""What lies over a place: closed with Esc, which destroys nothing."""

from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

Result = TypeVar("Result")


class Sheet(ModalScreen[Result | None]):
    """A panel over the screen."""

    DEFAULT_CSS = """
    Sheet {
        align: center middle;
        & > .panel { background: $panel; padding: 1 2; border-left: outer $accent; height: auto; width: 80%; }
        & .title { color: $foreground; text-style: bold; height: 1; margin: 0 0 1 0; }
        & .keys { color: $label; height: 1; margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close the sheet", id="sheet.close", show=False),
        Binding("ctrl+q", "app.quit", "Quit", priority=True, show=False),
    ]

    def action_close(self) -> None:
        """Close, with no answer."""
        self.dismiss(None)
