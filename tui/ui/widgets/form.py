"""The form of a workflow, made from its fields."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, assert_never

from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.domain.forms import (
    ChoiceField,
    Field,
    Form,
    IntegerField,
    LorasField,
    NumberField,
    PicksField,
    PictureField,
    SeedField,
    TextField,
    ToggleField,
)
from tui.domain.request import FieldValue
from tui.ui.access import app_of
from tui.ui.plain import plain
from tui.ui.widgets.fields.choice import ChoiceRow
from tui.ui.widgets.fields.loras import LorasRow
from tui.ui.widgets.fields.number import NumberRow, SizeRow
from tui.ui.widgets.fields.picks import PicksRow
from tui.ui.widgets.fields.picture import PictureRow
from tui.ui.widgets.fields.row import LABEL_WIDTH, FieldRow
from tui.ui.widgets.fields.seed import SeedRow
from tui.ui.widgets.fields.text import text_row
from tui.ui.widgets.fields.toggle import ToggleRow

MOST_LABEL = 20
"""Cells; a longer label is cut."""

PROMPTS = frozenset({"prompt", "negative_prompt"})
"""Fields with a pane of their own."""


def row_for(field: Field, value: FieldValue) -> FieldRow:
    """The widget for a field."""
    match field:
        case IntegerField() | NumberField():
            return NumberRow(field, value)
        case SeedField():
            return SeedRow(field, value)
        case ChoiceField():
            return ChoiceRow(field, value)
        case ToggleField():
            return ToggleRow(field, value)
        case PictureField():
            return PictureRow(field, value)
        case LorasField():
            return LorasRow(field, value)
        case PicksField():
            return PicksRow(field, value)
        case TextField():
            return text_row(field, value)
        case _:
            assert_never(field)


class MoreLine(Static):
    """Says that there are further fields."""

    DEFAULT_CSS = """
    MoreLine { height: 1; padding: 0 2; margin: 1 0 0 0; color: $label; }
    """

    class Asked(Message):
        """The further fields are wanted."""

    def __init__(self, count: int) -> None:
        super().__init__(plain(f"{count} more, ", ("^f", "$accent"), " shows them"))

    def on_click(self) -> None:
        self.post_message(self.Asked())


class FormPanel(VerticalScroll, can_focus=False):
    """Rows for the fields of a form; it scrolls where they are many."""

    DEFAULT_CSS = """
    FormPanel {
        height: 1fr;
        scrollbar-size-vertical: 1;
        & > .group { height: 1; margin: 1 0 0 0; padding: 0 2; color: $label; text-style: bold; }
        & > .note { height: auto; padding: 0 2; color: $label; }
        & > .elsewhere { height: auto; margin: 1 0 0 0; padding: 0 2; color: $faint; }
        & > .problem { height: auto; padding: 0 2; color: $text-warning; }
    }
    """

    @dataclass
    class Edited(Message):
        """The person gave a field another value."""

        name: str
        value: FieldValue

    HEADS_FRONT: ClassVar[bool] = False
    """Whether the fields in front stand under headings too, as the further ones do."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._form: Form | None = None
        self.shows_all = False
        """Whether the further fields are shown."""

    @property
    def form(self) -> Form | None:
        """The form shown."""
        return self._form

    @property
    def rows(self) -> list[FieldRow]:
        """The fields' widgets, top to bottom."""
        return list(self.query(FieldRow))

    def row(self, name: str) -> FieldRow | None:
        """The widget of a field."""
        return next((row for row in self.rows if row.field.name == name), None)

    async def show(self, form: Form, values: Mapping[str, FieldValue]) -> None:
        """Show a form with values; where the form is the one shown, only its values change."""
        if self._form is not None and replace(form, elsewhere="") == replace(self._form, elsewhere=""):
            self._form = form
            for line in self.query(".elsewhere").results(Static):
                line.update(plain(form.elsewhere))
                line.display = bool(form.elsewhere)
            self.put_values(values)
            return
        self._form = None  # whoever interrupts this finds no form shown
        widgets = list(self._widgets(form, values))
        rows = [widget for widget in widgets if isinstance(widget, FieldRow)]
        for row in rows:
            row.label_width = _label_width(rows)
        with app_of(self).batch_update():
            await self.query("*").remove()
            await self.mount_all(widgets)
        self._form = form

    def _widgets(self, form: Form, values: Mapping[str, FieldValue]) -> Iterator[Widget]:
        for problem in form.problems:
            yield Static(plain(problem), classes="problem")
        for note in form.notes:
            yield Static(plain(note), classes="note")
        front = [field for field in _shown(form) if not field.is_advanced]
        yield from self._rows(front, values, has_headings=self.HEADS_FRONT)
        further = [field for field in _shown(form) if field.is_advanced]
        if further and self.shows_all:
            yield from self._rows(further, values, has_headings=True)
        elif further:
            yield MoreLine(len(further))
        elsewhere = Static(plain(form.elsewhere), classes="elsewhere")
        elsewhere.display = bool(form.elsewhere)
        yield elsewhere

    def _rows(
        self, fields: Sequence[Field], values: Mapping[str, FieldValue], *, has_headings: bool
    ) -> Iterator[Widget]:
        group = ""
        for before, field, after in zip((None, *fields), fields, (*fields[1:], None), strict=False):
            if has_headings and field.group != group:
                group = field.group
                yield Static(plain(group), classes="group")
            if size := _size(field, after):
                yield SizeRow(*size, (values.get("width"), values.get("height")))
            elif not _size(before, field):
                yield self.row_for(field, values.get(field.name))

    def row_for(self, field: Field, value: FieldValue) -> FieldRow:
        """The widget for a field; a form of another kind may have other rows."""
        return row_for(field, value)

    def put_values(self, values: Mapping[str, FieldValue]) -> None:
        """Show other values in the rows there are."""
        for row in self.rows:
            if isinstance(row, SizeRow):
                row.show_values({name: values.get(name) for name in row.values})
            elif row.field.name in values:
                row.value = values[row.field.name]

    async def turn_further(self, values: Mapping[str, FieldValue]) -> None:
        """Show the further fields, or leave them out again."""
        self.shows_all = not self.shows_all
        form, self._form = self._form, None
        if form is not None:
            await self.show(form, values)

    def say(self, words: str) -> None:
        """What stands there while there is no form."""
        self._form = None
        self.query("*").remove()
        self.mount(Static(plain(words), classes="problem"))

    @property
    def first_complaint(self) -> FieldRow | None:
        """The first field whose value cannot stand."""
        return next((row for row in self.rows if row.complaint), None)

    def tell_seed(self, seed: int | None) -> None:
        """The seed that was used last."""
        for row in self.query(SeedRow):
            row.last_seed = seed

    def on_field_row_changed(self, event: FieldRow.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(event.name, event.value))


def _size(field: Field | None, other: Field | None) -> tuple[IntegerField, IntegerField] | None:
    """Width and height, where that is what the two are and both can be set."""
    if not isinstance(field, IntegerField) or not isinstance(other, IntegerField):
        return None
    are_size = (field.name, other.name) == ("width", "height")
    return (field, other) if are_size and not field.unavailable and not other.unavailable else None


def _label_width(rows: Sequence[FieldRow]) -> int:
    longest = max((len(row.field.label) for row in rows), default=0)
    return min(max(longest + 2, LABEL_WIDTH), MOST_LABEL)


def _shown(form: Form) -> list[Field]:
    return [field for field in form.fields if field.name not in PROMPTS and not field.is_hidden]
