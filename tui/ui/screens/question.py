"""A question with yes and no."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.ui.plain import plain
from tui.ui.screens.sheet import Sheet


class Question(Sheet[bool]):
    """Asks before something is lost."""

    DEFAULT_CSS = """
    Question > .panel { max-width: 64; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="question.yes"),
        Binding("n,enter", "answer(False)", "No", id="question.no"),
    ]

    def __init__(self, question: str, detail: str = "") -> None:
        super().__init__()
        self._question = question
        self._detail = detail

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Static(plain(self._question), classes="title")
            yield Static(plain(self._detail))
            yield Static(plain(("y", "$accent"), " yes   ", ("n", "$accent"), " no"), classes="keys")

    def action_answer(self, answer: bool) -> None:
        """Give the answer."""
        self.dismiss(answer)
