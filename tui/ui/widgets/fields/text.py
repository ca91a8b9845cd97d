"""Text fields of a workflow, beside the two prompts."""

from textual.app import ComposeResult
from textual.widgets import Input, TextArea

from tui.domain.forms import TextField
from tui.domain.request import FieldValue
from tui.ui.widgets.fields.row import FieldRow


class TextRow(FieldRow):
    """One line of text."""

    DEFAULT_CSS = """
    TextRow {
        & Input { width: 1fr; }
        & > .hint { width: auto; max-width: 50%; }
    }
    """

    def compose_editor(self) -> ComposeResult:
        yield Input(str(self._value or ""), select_on_focus=False)

    def show_value(self, value: FieldValue) -> None:
        self.query_one(Input).value = str(value or "")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.take(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()


class LongTextRow(FieldRow):
    """Text of several lines."""

    DEFAULT_CSS = """
    LongTextRow {
        height: 3;
        & TextArea {
            width: 1fr; height: 3; border: none; padding: 0 1; background: $background;
            &:focus { border: none; background: $panel; }
        }
        & > .hint { width: auto; max-width: 30%; }
    }
    """

    def compose_editor(self) -> ComposeResult:
        yield TextArea(str(self._value or ""), tab_behavior="focus", show_line_numbers=False)

    def show_value(self, value: FieldValue) -> None:
        self.query_one(TextArea).text = str(value or "")

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.take(event.text_area.text)


def text_row(field: TextField, value: FieldValue) -> FieldRow:
    """The widget for a text field, by how much it is made for."""
    return LongTextRow(field, value) if field.is_multiline else TextRow(field, value)
