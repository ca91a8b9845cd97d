"""A line for a path: Tab completes it, up and down move in the list below."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class PathInput(Input):
    """Typed path."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete the path", id="path.complete", show=False),
        Binding("down", "steer(1)", "Next entry", show=False),
        Binding("up", "steer(-1)", "Previous entry", show=False),
    ]

    class CompletionAsked(Message):
        """Tab was pressed."""

    @dataclass
    class Steered(Message):
        """The cursor of the list is to move."""

        count: int

    def __init__(self, *, placeholder: str, id: str) -> None:
        super().__init__(placeholder=placeholder, id=id, select_on_focus=False)

    def put(self, text: str) -> None:
        """Show a path with the cursor at its end."""
        self.value = text
        self.cursor_position = len(text)

    def action_complete(self) -> None:
        """Ask for the rest of what is typed."""
        self.post_message(self.CompletionAsked())

    def action_steer(self, count: int) -> None:
        """Move in the list."""
        self.post_message(self.Steered(count))
