"""A field for a key or password: it can be replaced, never read."""

from textual.app import ComposeResult
from textual.widgets import Input

from tui.domain.forms import TextField
from tui.ui.widgets.fields.row import FieldRow


class SecretRow(FieldRow):
    """Shows only whether there is one."""

    DEFAULT_CSS = """
    SecretRow Input { width: 1fr; }
    SecretRow > .hint { width: auto; }
    """

    def __init__(self, field: TextField, *, is_set: bool) -> None:
        super().__init__(field, "")
        self._is_set = is_set

    def compose_editor(self) -> ComposeResult:
        words = (
            "•••••••• is set; type to replace it, none removes it" if self._is_set else "none, or env:NAME"
        )
        yield Input(placeholder=words, password=True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.take(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()
