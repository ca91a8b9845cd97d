"""The seed: nothing typed means random."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.widgets import Input

from tui.domain.forms import SeedField
from tui.domain.request import FieldValue
from tui.ui.widgets.fields.row import FieldRow


class SeedRow(FieldRow):
    """A fixed seed, or random; the last one used stands beside it."""

    DEFAULT_CSS = """
    SeedRow Input { width: 26; }
    """
    BINDINGS: ClassVar[list[BindingType]] = []
    last_seed: reactive[int | None] = reactive(None)
    """The seed of the last request, which one key brings back."""

    def __init__(self, field: SeedField, value: FieldValue) -> None:
        super().__init__(field, value)
        self._field = field

    def compose_editor(self) -> ComposeResult:
        yield Input(_spelled(self._value), placeholder=self._random, select_on_focus=True)

    def show_value(self, value: FieldValue) -> None:
        self.query_one(Input).value = _spelled(value)

    def hint(self, *, has_focus: bool) -> str:
        if self.last_seed is None:
            return "^r fixes it" if has_focus else ""
        return "as last time" if self._value == self.last_seed else ""

    @property
    def _random(self) -> str:
        """What stands in the empty field: a hint beside it has no room where labels are wide."""
        return "random" if self.last_seed is None else f"random, last {self.last_seed}"

    def watch_last_seed(self) -> None:
        for line in self.query(Input):
            line.placeholder = self._random
        self._say()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.take(_parsed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()


def _spelled(value: FieldValue) -> str:
    return "" if value is None else str(value)


def _parsed(text: str) -> FieldValue:
    plain = text.strip()
    if not plain or plain in {"-1", "random"}:
        return None
    return int(plain) if plain.isdecimal() else plain
