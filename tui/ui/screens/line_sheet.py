"""One line of text, asked over a place."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui.ui.plain import plain
from tui.ui.screens.sheet import Sheet


class LineSheet(Sheet[str]):
    """Asks for a name or a path; Enter gives it, Esc gives nothing."""

    DEFAULT_CSS = """
    LineSheet > .panel { max-width: 90; }
    LineSheet Input { border: none; height: 1; padding: 0 1; background: $background; }
    """

    def __init__(self, question: str, *, text: str = "", hint: str = "") -> None:
        super().__init__()
        self._question = question
        self._text = text
        self._hint = hint

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Static(plain(self._question), classes="title")
            yield Input(self._text, placeholder=self._hint, select_on_focus=True)
            yield Static(
                plain(("Enter", "$accent"), " takes it   ", ("Esc", "$accent"), " leaves"), classes="keys"
            )

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value.strip())
