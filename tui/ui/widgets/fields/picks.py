"""Any number of a list's choices."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.domain.forms import PicksField, joined, picked
from tui.domain.request import FieldValue
from tui.domain.text import one_line
from tui.ui.plain import plain
from tui.ui.widgets.fields.row import FieldRow
from tui.ui.widgets.pick import Pick
from tui.ui.widgets.search_list import Option


class PickedLine(Widget, can_focus=True):
    """One that was picked; Delete takes it out."""

    DEFAULT_CSS = """
    PickedLine {
        height: 1; width: 1fr; padding: 0 1; background: $background;
        &:focus { background: $panel; color: $accent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("delete,x", "remove_pick", "Take it out", id="pick.remove", show=False),
        Binding("down,j", "app.focus_next", "Next field", show=False),
        Binding("up,k", "app.focus_previous", "Previous field", show=False),
    ]

    @dataclass
    class Removed(Message):
        """It goes."""

        line: "PickedLine"

    def __init__(self, name: str) -> None:
        super().__init__()
        self.picked = name

    def render(self) -> Content:
        """Its name."""
        return plain(one_line(self.picked, max(self.content_size.width, 8)))

    def action_remove_pick(self) -> None:
        """Take it out of the list."""
        self.post_message(self.Removed(self))


class PicksRow(FieldRow):
    """What was picked, and a way to pick another."""

    DEFAULT_CSS = """
    PicksRow {
        height: auto;
        & > Vertical { width: 2fr; max-width: 48; height: auto; }
        & Pick { width: 1fr; color: $label; background: $background; }
        & Pick:focus { background: $panel; text-style: none; }
    }
    """

    def __init__(self, field: PicksField, value: FieldValue) -> None:
        super().__init__(field, value)
        self._field = field

    @property
    def picks(self) -> tuple[str, ...]:
        """Those picked."""
        return picked(self._value) if isinstance(self._value, str) else ()

    def compose_editor(self) -> ComposeResult:
        with Vertical():
            yield from map(PickedLine, self.picks)
            yield Pick(self._options(), nothing=self._nothing())

    def hint(self, *, has_focus: bool) -> str:
        return "x: out" if has_focus and self.picks else ""

    def show_value(self, value: FieldValue) -> None:
        lines = list(self.query(PickedLine))
        wanted = picked(value) if isinstance(value, str) else ()
        if tuple(line.picked for line in lines) == wanted:
            return
        for line in lines:
            line.remove()
        self.query_one(Vertical).mount_all(map(PickedLine, wanted), before=self.query_one(Pick))
        self._offer()

    def on_pick_picked(self, event: Pick.Picked) -> None:
        event.stop()
        event.pick.value = ""
        alone = self._field.alone
        kept = () if event.value == alone else tuple(name for name in self.picks if name != alone)
        self._put((*kept, event.value))

    def on_picked_line_removed(self, event: PickedLine.Removed) -> None:
        event.stop()
        self.query_one(Pick).focus()
        self._put(tuple(name for name in self.picks if name != event.line.picked))

    def _put(self, names: tuple[str, ...]) -> None:
        value = joined(names)
        self.show_value(value)
        self.take(value)
        self._offer()

    def _offer(self) -> None:
        """Offer what is not picked yet."""
        pick = self.query_one(Pick)
        pick.nothing = self._nothing()
        pick.offer(self._options(), "")

    def _nothing(self) -> str:
        return "+ add" if self.picks else self._field.when_empty

    def _options(self) -> tuple[Option, ...]:
        return tuple(Option(name) for name in self._field.choices if name not in self.picks)
