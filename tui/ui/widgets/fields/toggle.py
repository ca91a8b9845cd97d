"""A field that is on or off."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.domain.request import FieldValue
from tui.ui.access import glyphs_of
from tui.ui.widgets.fields.row import FieldRow


class Switch(Widget, can_focus=True):
    """On or off, by shape and word."""

    DEFAULT_CSS = """
    Switch {
        width: 9; height: 1; padding: 0 1; background: $background;
        &:focus { background: $panel; color: $accent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "flip", "On or off", id="toggle.flip", show=False),
        Binding("down,j", "app.focus_next", "Next field", show=False),
        Binding("up,k", "app.focus_previous", "Previous field", show=False),
    ]
    is_on: reactive[bool] = reactive(False)

    class Flipped(Message):
        """The person changed it."""

    def render(self) -> str:
        """The shape and the word."""
        return glyphs_of(self).on if self.is_on else glyphs_of(self).not_on

    def action_flip(self) -> None:
        """Change it."""
        self.is_on = not self.is_on
        self.post_message(self.Flipped())

    def on_click(self) -> None:
        self.action_flip()


class ToggleRow(FieldRow):
    """Yes or no."""

    def compose_editor(self) -> ComposeResult:
        switch = Switch()
        switch.set_reactive(Switch.is_on, bool(self._value))
        yield switch

    def show_value(self, value: FieldValue) -> None:
        self.query_one(Switch).is_on = bool(value)

    def on_switch_flipped(self, event: Switch.Flipped) -> None:
        event.stop()
        self.take(self.query_one(Switch).is_on)
