"""Number fields: typed, or moved by the server's step with the arrow keys."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input, Static

from tui.domain.forms import Field, IntegerField, NumberField
from tui.domain.request import FieldValue
from tui.ui.access import glyphs_of
from tui.ui.checking import complaint, figure, parse_number, range_words, stepped
from tui.ui.widgets.fields.row import FieldRow


class NumberInput(Input):
    """A figure; up and down change it by the field's step."""

    DEFAULT_CSS = """
    NumberInput { width: 14; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "nudge(1)", "More by a step", id="number.more", show=False),
        Binding("down", "nudge(-1)", "Less by a step", id="number.less", show=False),
        Binding("pageup", "nudge(10)", "More by ten steps", id="number.much-more", show=False),
        Binding("pagedown", "nudge(-10)", "Less by ten steps", id="number.much-less", show=False),
    ]

    @dataclass
    class Edited(Message):
        """Another figure was typed; text that is no number comes as it is."""

        field: Field
        value: FieldValue

    def __init__(self, field: IntegerField | NumberField, value: FieldValue) -> None:
        super().__init__(spelled(value), select_on_focus=True)
        self.field = field

    @property
    def number(self) -> int | float | str:
        """What was typed."""
        return parse_number(self.field, self.value)

    def action_nudge(self, count: int) -> None:
        """Move the figure by steps."""
        self.value = figure(stepped(self.field, self.number, count))
        self.cursor_position = len(self.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(self.field, self.number))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()


def spelled(value: FieldValue) -> str:
    """A number or a wrong text as it stands in the line."""
    return figure(value) if isinstance(value, int | float) else str(value or "")


class NumberRow(FieldRow):
    """One number."""

    def __init__(self, field: IntegerField | NumberField, value: FieldValue) -> None:
        super().__init__(field, value)
        self._field = field

    def compose_editor(self) -> ComposeResult:
        yield NumberInput(self._field, self._value)

    def show_value(self, value: FieldValue) -> None:
        self.query_one(NumberInput).value = spelled(value)

    def hint(self, *, has_focus: bool) -> str:
        return range_words(self._field) if has_focus else ""

    def on_number_input_edited(self, event: NumberInput.Edited) -> None:
        event.stop()
        self.take(event.value)


class SizeRow(FieldRow):
    """Width and height, which people read as one thing."""

    DEFAULT_CSS = """
    SizeRow {
        & NumberInput { width: 7; }
        & > .times { width: 3; padding: 0 1; color: $label; }
    }
    """

    def __init__(
        self, width: IntegerField, height: IntegerField, values: tuple[FieldValue, FieldValue]
    ) -> None:
        super().__init__(width, values[0])
        self._width = width
        self._height = height
        self._values: dict[str, FieldValue] = {width.name: values[0], height.name: values[1]}

    @property
    def note(self) -> str:
        return ""  # it is for the one value that both make

    @property
    def values(self) -> dict[str, FieldValue]:
        """Both, by field name."""
        return dict(self._values)

    def compose(self) -> ComposeResult:
        yield self.label("Size")
        yield NumberInput(self._width, self._values[self._width.name])
        yield Static(glyphs_of(self).times, classes="times", markup=False)
        yield NumberInput(self._height, self._values[self._height.name])
        yield Static("", classes="hint", markup=False)

    def show_values(self, values: dict[str, FieldValue]) -> None:
        """Show what came from elsewhere."""
        for editor in self.query(NumberInput):
            if values[editor.field.name] != self._values[editor.field.name]:
                self._values[editor.field.name] = values[editor.field.name]
                editor.value = spelled(values[editor.field.name])
        self._check()

    def hint(self, *, has_focus: bool) -> str:
        if set(self._values.values()) == {0} == {self._width.minimum}:
            return self._width.note or "as the picture"
        return range_words(self._width) if has_focus else ""

    def on_number_input_edited(self, event: NumberInput.Edited) -> None:
        event.stop()
        if self._values[event.field.name] != event.value:
            self._values[event.field.name] = event.value
            self._check()
            self.post_message(self.Changed(event.field.name, event.value))

    def _check(self) -> None:
        self.complaint = next(
            (
                f"{field.label.lower()}: {words}"
                for field in (self._width, self._height)
                if (words := complaint(field, self._values[field.name]))
            ),
            "",
        )
        self._say()
