"""A line to find something in a list, over the list's last row."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input


class FindLine(Input):
    """The list follows what is typed; Enter and Esc go back to it."""

    DEFAULT_CSS = """
    FindLine, FindLine:focus {
        overlay: screen; height: 1; padding: 0 1; background: $panel;
        border: none; border-left: outer $accent;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "submit", "Back to the list", id="find.close", show=False),
    ]

    @dataclass
    class Typed(Message):
        """What is looked for changed."""

        words: str

    def __init__(self, listing: Widget) -> None:
        super().__init__(placeholder="find")
        self._listing = listing

    @classmethod
    def open(cls, listing: Widget) -> None:
        """Show the line over the last row of the list."""
        line = cls(listing)
        listing.screen.mount(line)
        region = listing.region
        line.styles.width = region.width
        line.absolute_offset = Offset(region.x, region.bottom - 1)
        line.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._listing.post_message(self.Typed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._listing.focus()

    def on_blur(self) -> None:
        self.remove()
