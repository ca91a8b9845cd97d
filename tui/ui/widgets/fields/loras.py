"""Any number of LoRAs, each with its strength."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.domain.forms import LorasField
from tui.domain.request import FieldValue, Lora
from tui.domain.text import one_line
from tui.ui.plain import plain
from tui.ui.widgets.fields.row import FieldRow
from tui.ui.widgets.pick import Pick
from tui.ui.widgets.search_list import Option

STEP = 0.05
LEAST, MOST = -10.0, 10.0


class LoraLine(Widget, can_focus=True):
    """One LoRA: arrows change how strongly it works, digits type it, Delete takes it out."""

    DEFAULT_CSS = """
    LoraLine {
        height: 1; width: 1fr; padding: 0 1; background: $background;
        &:focus { background: $panel; color: $accent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,right,plus", "nudge(1)", "Stronger", id="lora.more", show=False),
        Binding("down,left", "nudge(-1)", "Weaker", id="lora.less", show=False),
        Binding("delete,x", "remove_lora", "Take it out", id="lora.remove", show=False),
        Binding("enter", "settle", "Keep the figure", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Its strength changed; None: it goes."""

        line: "LoraLine"
        lora: Lora | None

    def __init__(self, lora: Lora) -> None:
        super().__init__()
        self.lora = lora
        self._typed = ""

    def render(self) -> Content:
        """Name and strength, and while focused how to change it."""
        strength = self._typed or f"{self.lora.strength:.2f}"
        room = max(self.content_size.width - 8, 8)
        name = one_line(self.lora.name, room).ljust(room)
        return plain(name, " ", (strength.rjust(6), "bold" if self._typed else ""))

    def action_nudge(self, count: int) -> None:
        """Stronger or weaker by a step."""
        self._typed = ""
        self._set(round(min(max(self.lora.strength + count * STEP, LEAST), MOST), 2))

    def action_remove_lora(self) -> None:
        """Take it out of the list."""
        self.post_message(self.Changed(self, None))

    def action_settle(self) -> None:
        """Take the typed figure."""
        typed, self._typed = self._typed, ""
        try:
            self._set(min(max(float(typed), LEAST), MOST))
        except ValueError:
            self.refresh()

    def _set(self, strength: float) -> None:
        self.lora = Lora(self.lora.name, strength)
        self.refresh()
        self.post_message(self.Changed(self, self.lora))

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character in "0123456789.-":
            event.stop()
            self._typed = (self._typed + event.character)[:6]
        elif event.key == "backspace" and self._typed:
            event.stop()
            self._typed = self._typed[:-1]
        else:
            return
        self.refresh()

    def on_blur(self) -> None:
        if self._typed:
            self.action_settle()


class LorasRow(FieldRow):
    """The LoRAs of a request, and a way to add one."""

    DEFAULT_CSS = """
    LorasRow {
        height: auto;
        & > Vertical { width: 2fr; max-width: 48; height: auto; }
        & Pick { width: 1fr; color: $label; background: $background; }
        & Pick:focus { background: $panel; text-style: none; }
    }
    """

    def __init__(self, field: LorasField, value: FieldValue) -> None:
        super().__init__(field, value)
        self._field = field

    @property
    def loras(self) -> tuple[Lora, ...]:
        """Those in use."""
        return self._value if isinstance(self._value, tuple) else ()

    def compose_editor(self) -> ComposeResult:
        with Vertical():
            for lora in self.loras:
                yield LoraLine(lora)
            yield Pick([Option(name) for name in self._field.choices], nothing="+ add")

    def hint(self, *, has_focus: bool) -> str:
        if not self._field.choices:
            return "this server has none"
        return "arrows: strength, x: out" if has_focus and self.loras else ""

    def show_value(self, value: FieldValue) -> None:
        wanted = value if isinstance(value, tuple) else ()
        lines = list(self.query(LoraLine))
        if [line.lora for line in lines] == list(wanted):
            return
        for line in lines:
            line.remove()
        self.query_one(Vertical).mount_all([LoraLine(lora) for lora in wanted], before=self.query_one(Pick))

    def on_pick_picked(self, event: Pick.Picked) -> None:
        event.stop()
        event.pick.value = ""
        line = LoraLine(Lora(event.value))
        self.query_one(Vertical).mount(line, before=event.pick)
        self.take((*self.loras, line.lora))
        self.call_after_refresh(line.focus)

    def on_lora_line_changed(self, event: LoraLine.Changed) -> None:
        event.stop()
        if event.lora is None:
            self.query_one(Pick).focus()
            event.line.remove()
        self.take(tuple(line.lora for line in self.query(LoraLine) if event.lora or line is not event.line))
