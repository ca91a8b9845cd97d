"""What every field of a form looks like: a label, a value, and a few words beside or under it."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.geometry import Offset
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from tui.domain.forms import Field
from tui.domain.request import FieldValue
from tui.ui.access import glyphs_of
from tui.ui.checking import complaint
from tui.ui.plain import plain

LABEL_WIDTH = 12


class FieldRow(Horizontal):
    """A field of the form. Focus is a bar at the left edge and a brighter label."""

    DEFAULT_CSS = """
    FieldRow {
        height: 1; width: 1fr;
        border-left: blank;
        & > .label {
            width: 12; padding: 0 1; color: $label; text-wrap: nowrap; text-overflow: ellipsis;
        }
        & > .hint { width: 1fr; min-width: 0; height: 1; padding: 0 1; color: $faint; }
        & > .why {
            overlay: screen; constrain: inside none; width: auto; height: 1; padding: 0 1;
            background: $panel; color: $text-error;
        }
        &:focus-within { border-left: outer $accent; & > .label { color: $foreground; } }
        &.-invalid > .hint { color: $text-error; }
        &.-unavailable { height: auto; & > .label { color: $faint; } & > .hint { height: auto; } }
        & Input {
            height: 1; border: none; padding: 0 1; background: $background;
            &:focus { border: none; background: $panel; background-tint: $foreground 0%; }
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = []
    complaint: reactive[str] = reactive("")
    """Why the value cannot stand."""

    @dataclass
    class Changed(Message):
        """The person gave the field another value."""

        name: str
        value: FieldValue

    def __init__(self, field: Field, value: FieldValue) -> None:
        super().__init__()
        self.field = field
        self._value = self._first = value
        self.label_width = LABEL_WIDTH
        """In cells, with the space around it; the same for all rows of a form."""

        self.set_class(bool(field.unavailable), "-unavailable")

    @property
    def value(self) -> FieldValue:
        """What the field holds."""
        return self._value

    @value.setter
    def value(self, value: FieldValue) -> None:
        if value != self._value:
            self._value = value
            self.show_value(value)
            self._check()

    def compose(self) -> ComposeResult:
        yield self.label(self.field.label)
        if self.field.unavailable:
            yield Static(plain(self.field.unavailable), classes="hint")
            return
        yield from self.compose_editor()
        yield Static("", classes="hint", markup=False)

    def label(self, words: str) -> Static:
        """The words in front."""
        label = Static(plain(words), classes="label")
        label.styles.width = self.label_width
        return label

    def compose_editor(self) -> ComposeResult:
        """The widgets that hold the value."""
        yield from ()

    def show_value(self, value: FieldValue) -> None:
        """Make the editor show a value that came from elsewhere."""

    def hint(self, *, has_focus: bool) -> str:  # noqa: ARG002 - for the rows that have one
        """What stands beside the value while all is well."""
        return ""

    @property
    def note(self) -> str:
        """What is to be said of the value the field starts with, until it is another one."""
        return self.field.note if self._value == self._first else ""

    @property
    def tells_complaint(self) -> bool:
        """Whether the complaint is to be said; a field that was never filled is not blamed."""
        return True

    def on_mount(self) -> None:
        self._check()

    def take(self, value: FieldValue) -> None:
        """Hold what the person gave, say so, and look whether it can stand."""
        if value == self._value:
            return
        self._value = value
        self._check()
        self.post_message(self.Changed(self.field.name, value))

    def _check(self) -> None:
        if not self.field.unavailable:
            self.complaint = complaint(self.field, self._value)
            self._say()

    def focus_editor(self) -> None:
        """Put the cursor into the field."""
        for widget in self.query("*"):
            if widget.focusable:
                widget.focus()
                return

    def watch_complaint(self, words: str) -> None:
        self.set_class(bool(words) and self.tells_complaint, "-invalid")
        self._say()

    def on_descendant_focus(self) -> None:
        self._say()

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self._say)

    def on_resize(self) -> None:
        self._say()

    def _say(self) -> None:
        """Hints stand beside the value; a complaint goes beside it too, and under it while it is edited."""
        hint = next(iter(self.query(".hint").results(Static)), None)
        if hint is None or self.field.unavailable:
            return
        has_focus = self.has_focus_within
        said = self.complaint if self.tells_complaint else ""
        mark = f"{glyphs_of(self).failed} {said}"
        fits = len(mark) + 2 <= hint.size.width
        hint.update(plain(mark if said else self.note or self.hint(has_focus=has_focus)))
        self._explain(mark if said and has_focus and not fits else "")

    def _explain(self, words: str) -> None:
        shown = next(iter(self.query(".why").results(Static)), None)
        if not words:
            if shown is not None:
                shown.display = False
            return
        if shown is None:
            shown = Static("", classes="why", markup=False)
            self.mount(shown)
        shown.update(plain(words))
        shown.display = True
        shown.absolute_offset = Offset(self.region.x + 1 + self.label_width, self.region.y + 1)
