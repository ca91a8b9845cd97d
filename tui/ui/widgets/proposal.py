"""What the writing partner proposes: it streams in, or several wait to be chosen from."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tui.ui.plain import plain
from tui.ui.widgets.listing import Line, Listing

FRAME_SECONDS = 0.05
"""A fast server sends thousands of pieces a second; the screen shows twenty states of them."""

LINES = 2
"""Of each of several proposals."""


class ChoiceList(Listing[str]):
    """Several proposals, the beginning of each."""


class Proposal(Vertical):
    """A line that says how far it is, and the text below it. Its size never depends on the text."""

    DEFAULT_CSS = """
    Proposal {
        height: 1fr;
        & > .activity { height: 1; color: $label; margin: 0 0 1 0; }
        & > VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
        & > VerticalScroll > .failed { color: $text-error; }
        & > ChoiceList { display: none; background: $panel; }
        &.-several > ChoiceList { display: block; }
        &.-several > VerticalScroll { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._written = ""
        self._drawn = ""

    def compose(self) -> ComposeResult:
        yield Static("", classes="activity", markup=False)
        with VerticalScroll():
            yield Static("", classes="text", markup=False)
        yield ChoiceList(_draw, lines_per_item=LINES)

    def on_mount(self) -> None:
        self.set_interval(FRAME_SECONDS, self._draw_written)

    @property
    def chosen(self) -> str:
        """The proposal that would be taken."""
        several = self.query_one(ChoiceList)
        return (several.current or "") if self.has_class("-several") else self._written

    def begin(self, activity: str) -> None:
        """Nothing is written yet."""
        self.remove_class("-several")
        self.tell("")
        self.say(activity)

    def say(self, activity: str) -> None:
        """How far it is."""
        self.query_one(".activity", Static).update(plain(activity))

    def grow(self, text: str) -> None:
        """The proposal so far."""
        self._written = text

    def ready(self, proposals: Sequence[str]) -> None:
        """The whole of it."""
        self.tell(proposals[0])
        self.set_class(len(proposals) > 1, "-several")
        if len(proposals) > 1:
            several = self.query_one(ChoiceList)
            several.show(proposals, 0)
            several.focus()
        else:
            shown = self.query_one(VerticalScroll)
            shown.scroll_home(animate=False)
            shown.focus()

    def fail(self, sentence: str) -> None:
        """It came to nothing."""
        self.remove_class("-several")
        self.tell(sentence, failed=True)
        self._written = ""

    def tell(self, text: str, *, failed: bool = False) -> None:
        """Show a text as a whole."""
        static = self.query_one(".text", Static)
        static.set_class(failed, "failed")
        static.update(plain(text))
        self._written = self._drawn = text

    def _draw_written(self) -> None:
        if self._written and self._written != self._drawn:
            self._drawn = self._written
            self.query_one(".text", Static).update(plain(self._written))
            self.query_one(VerticalScroll).scroll_end(animate=False)


def _draw(text: str, width: int) -> Sequence[Line]:
    room = max(width - 2, 10)
    words = " ".join(text.split())
    first = words if len(words) <= room else words[:room].rpartition(" ")[0] or words[:room]
    rest = words[len(first) :].strip()
    second = rest if len(rest) <= room else f"{rest[: room - 1]}…"
    return ([(first, "")], [(second, "dim")])
