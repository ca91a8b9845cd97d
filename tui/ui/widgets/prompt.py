"""The panes for the prompt and the negative prompt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static, TextArea
from textual.widgets.text_area import Selection

from tui.domain.text import clean

STEP = 0.1


class PromptPane(Vertical):
    """A label and the text below it; the focus bar stands at the left of both."""

    DEFAULT_CSS = """
    PromptPane {
        border-left: blank;
        & > .label { height: 1; padding: 0 1; color: $label; }
        &:focus-within { border-left: outer $accent; & > .label { color: $foreground; } }
        &.-unused PromptArea { color: $faint; }
    }
    """

    def __init__(self, label: str, area: "PromptArea", *, id: str) -> None:
        super().__init__(id=id)
        self._label = label
        self._area = area

    def compose(self) -> ComposeResult:
        yield Static(self._label, classes="label", markup=False)
        yield self._area

    def say_used(self, *, is_used: bool) -> None:
        """Whether the workflow has a use for the text, which stays for the next one that has."""
        words = self._label if is_used else f"{self._label}: this workflow takes none"
        self.query_one(".label", Static).update(words)
        self.set_class(not is_used, "-unused")


class PromptArea(TextArea):
    """Text with weights and with the prompts of before."""

    DEFAULT_CSS = """
    PromptArea {
        border: none; padding: 0 1; height: 1fr;
        background: $background;
        scrollbar-size-vertical: 1;
        & .text-area--cursor-line { background: $background 0%; }
        & .text-area--placeholder { color: $faint; }
        &:focus { border: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("alt+up", "weigh(1)", "Weigh more, or an older prompt", id="prompt.up", show=False),
        Binding("alt+down", "weigh(-1)", "Weigh less, or a newer prompt", id="prompt.down", show=False),
    ]

    @dataclass
    class Edited(Message):
        """The text is another one now."""

        area: "PromptArea"

        @property
        def control(self) -> "PromptArea":
            return self.area

    def __init__(self, *, placeholder: str, id: str) -> None:
        super().__init__(
            id=id, placeholder=placeholder, soft_wrap=True, tab_behavior="focus", show_line_numbers=False
        )
        self.earlier: Sequence[str] = ()
        """Prompts sent before, newest first."""

        self._place = -1
        self._unsent = ""

    def put(self, text: str) -> None:
        """Show a text that came from elsewhere; undo brings the old one back."""
        text = clean(text)
        if text != self.text:
            self.replace(text, (0, 0), self.document.end)
            self.move_cursor(self.document.end)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(self.Edited(self))

    def action_weigh(self, direction: int) -> None:
        """Change the weight of the selection or the word at the cursor; elsewhere, go through old prompts."""
        from tui.ui.weights import reweighted

        start, end = sorted((self.selection.start, self.selection.end))
        if start[0] == end[0]:
            change = reweighted(self.document.get_line(start[0]), start[1], end[1], direction * STEP)
            if change is not None:
                row = start[0]
                self.replace(change.line, (row, 0), (row, len(self.document.get_line(row))))
                self.selection = Selection((row, change.start), (row, change.end))
                return
        self._recall(direction)

    def _recall(self, direction: int) -> None:
        if self._place >= 0 and self.text != self.earlier[self._place]:
            self._place = -1
        place = self._place + direction
        if not -1 <= place < len(self.earlier):
            return
        if self._place == -1:
            self._unsent = self.text
        self._place = place
        self.put(self._unsent if place == -1 else self.earlier[place])
