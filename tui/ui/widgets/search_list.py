"""A list with a line to type in above it: what is typed narrows it down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from tui.ui.widgets.listing import Line, Listing, spread


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to pick: its value, how it reads, and a dim word at the end of its line."""

    value: str
    label: str = ""
    note: str = ""
    folded: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folded", f"{self.text} {self.note}".casefold())

    @property
    def text(self) -> str:
        """What stands in the list."""
        return self.label or self.value


def matching(options: Sequence[Option], typed: str) -> list[Option]:
    """The options that hold every typed word; those that begin with it all, or hold it whole, come first."""
    phrase = " ".join(typed.casefold().split())
    words = phrase.split()
    if not words:
        return list(options)
    found = [option for option in options if all(word in option.folded for word in words)]
    return sorted(
        found, key=lambda option: (not option.folded.startswith(phrase), phrase not in option.folded)
    )


class SearchInput(Input):
    """The line to type in; moving keys go to the list below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "to_list('move', 1)", "Next", show=False),
        Binding("up", "to_list('move', -1)", "Previous", show=False),
        Binding("pagedown", "to_list('page', 1)", "Page down", show=False),
        Binding("pageup", "to_list('page', -1)", "Page up", show=False),
    ]

    @dataclass
    class Steered(Message):
        """A key for the list was pressed."""

        verb: str
        count: int

    def action_to_list(self, verb: str, count: int) -> None:
        self.post_message(self.Steered(verb, count))


class Options(Listing[Option]):
    """The options that are left."""


class SearchList(Vertical):
    """Type to filter, Enter picks, Esc leaves."""

    DEFAULT_CSS = """
    SearchList {
        background: $panel;
        & Input {
            height: 1; border: none; padding: 0 1; background: $panel; background-tint: $panel 0%;
            &:focus { border: none; background-tint: $foreground 0%; }
        }
        & Listing { background: $panel; padding: 0 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss_list", "Close the list", id="list.close", show=False),
    ]

    @dataclass
    class Picked(Message):
        """An option was chosen; a typed value that is in no list comes as it was typed."""

        value: str

    class Dismissed(Message):
        """Nothing was chosen."""

    def __init__(
        self,
        options: Sequence[Option],
        *,
        current: str = "",
        placeholder: str = "type to find",
        takes_other: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._options = options
        self._current = current
        self._placeholder = placeholder
        self._takes_other = takes_other

    def compose(self) -> ComposeResult:
        yield SearchInput(placeholder=self._placeholder, select_on_focus=False)
        listing = Options(self._draw, empty="nothing like it", always_marks=True)
        listing.can_focus = False
        yield listing

    @property
    def listing(self) -> Options:
        """The list below."""
        return self.query_one(Options)

    def on_mount(self) -> None:
        values = [option.value for option in self._options]
        self.listing.show(self._options, values.index(self._current) if self._current in values else 0)
        self.query_one(SearchInput).focus()

    def _draw(self, option: Option, width: int) -> Sequence[Line]:
        left, right = spread(option.text, option.note, width)
        is_current = option.value == self._current
        return ([(left, "accent" if is_current else ""), (right, "dim")],)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.listing.show(matching(self._options, event.value), 0)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        option = self.listing.current
        if option is not None:
            self.post_message(self.Picked(option.value))
        elif self._takes_other and event.value.strip():
            self.post_message(self.Picked(event.value.strip()))

    def on_search_input_steered(self, event: SearchInput.Steered) -> None:
        event.stop()
        steer = self.listing.action_move if event.verb == "move" else self.listing.action_page
        steer(event.count)

    def on_listing_chosen(self, event: "Listing.Chosen") -> None:
        event.stop()
        if self.listing.current is not None:
            self.post_message(self.Picked(self.listing.current.value))

    def on_listing_moved(self, event: "Listing.Moved") -> None:
        event.stop()

    def action_dismiss_list(self) -> None:
        """Leave without picking."""
        self.post_message(self.Dismissed())
