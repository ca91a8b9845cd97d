"""A word that opens a list when it is pressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.domain.text import clean
from tui.ui.access import glyphs_of
from tui.ui.plain import plain
from tui.ui.widgets.popup import Popup
from tui.ui.widgets.search_list import Option


class Pick(Widget, can_focus=True):
    """The present choice with a mark that there are others; never read as markup."""

    DEFAULT_CSS = """
    Pick {
        width: auto; height: 1; padding: 0 1; color: $foreground;
        &:focus { color: $accent; text-style: bold; background: $cursor-line; }
        &:hover { background: $cursor-line; }
        &.-empty { color: $faint; }
        &:disabled { color: $faint; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,right,l,slash", "open", "Choose", id="choice.open", show=False),
        Binding("down,j", "app.focus_next", "Next field", id="form.next", show=False),
        Binding("up,k", "app.focus_previous", "Previous field", id="form.previous", show=False),
    ]
    value: reactive[str] = reactive("", layout=True)
    shown: reactive[str] = reactive("", layout=True)
    """How the value reads, where that differs."""

    @dataclass
    class Picked(Message):
        """Another value was chosen."""

        pick: "Pick"
        value: str

        @property
        def control(self) -> "Pick":
            return self.pick

    def __init__(
        self,
        options: Sequence[Option] = (),
        *,
        value: str = "",
        nothing: str = "none",
        takes_other: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.options = options
        self.nothing = nothing
        """What stands there while nothing is chosen."""

        self._takes_other = takes_other
        self.set_reactive(Pick.value, value)

    @property
    def words(self) -> str:
        """What stands there."""
        if self.shown:
            return clean(self.shown)
        labels = {option.value: option.text for option in self.options}
        return clean(labels.get(self.value, self.value)) or self.nothing

    def offer(self, options: Sequence[Option], value: str, shown: str = "") -> None:
        """Offer other choices, with this one taken."""
        self.options = options
        self.value = value
        self.shown = shown
        self.refresh(layout=True)  # the same value may read differently now

    def on_mount(self) -> None:
        self.watch_value()

    def watch_value(self) -> None:
        self.set_class(not self.value, "-empty")

    def render(self) -> Content:
        """The word and its mark."""
        mark = f" {glyphs_of(self).opens}"
        room = max(self.size.width - len(mark), 1) if self.size.width else 200
        words = self.words
        cut = words if len(words) <= room else words[: room - 1] + "…"
        return plain(cut, (mark, "$label"))

    def get_content_width(self, container: Size, viewport: Size) -> int:  # noqa: ARG002 - Textual asks so
        """As wide as what it says."""
        return plain(self.words).cell_length + len(glyphs_of(self).opens) + 1

    def on_click(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the list right here."""
        Popup.open(self, self.options, self._picked, current=self.value, takes_other=self._takes_other)

    def _picked(self, value: str) -> None:
        self.value = value
        self.post_message(self.Picked(self, value))
