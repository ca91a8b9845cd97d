"""Every key, by place."""

from collections.abc import Iterator, Sequence

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.ui.access import keymap_of
from tui.ui.keys import KeyLine, lines_of
from tui.ui.plain import plain
from tui.ui.screens.sheet import Sheet
from tui.ui.widgets.listing import Line, Listing

ROOMY = 64
"""Columns from which the name of every action stands beside it."""


class KeyList(Listing[tuple[str, KeyLine | None]]):
    """Places and their keys."""


class HelpSheet(Sheet[None]):
    """A list of keys; the names at the right are for remapping them in the settings file."""

    DEFAULT_CSS = """
    HelpSheet > .panel { max-width: 96; height: 90%; & Listing { background: $panel; } }
    """

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Static("Keys", classes="title")
            yield KeyList(self._draw, id="keys")
            yield Static("", id="how", classes="keys", markup=False)

    def on_mount(self) -> None:
        keymap = keymap_of(self)
        lines: list[tuple[str, KeyLine | None]] = []
        for place, bindings in _places():
            lines += [("", None)] if lines else []
            lines += [(place, None), *(("", line) for line in lines_of(bindings, keymap))]
        listing = self.query_one(KeyList)
        listing.show(lines)
        listing.focus()
        self.on_listing_moved()

    def _draw(self, item: tuple[str, KeyLine | None], width: int) -> Sequence[Line]:
        place, line = item
        if line is None:
            return ([(place, "accent")],)
        room = max(width - 20 - (22 if width >= ROOMY else 0), 16)
        keys, words = f"  {line.keys[:18]:<20}", f"{line.words[: room - 1]:<{room}}"
        return ([(keys, ""), (words, "dim"), (line.id if width >= ROOMY else "", "faint")],)

    def on_listing_moved(self) -> None:
        """How the key under the cursor is changed."""
        current = self.query_one(KeyList).current
        line = current[1] if current else None
        how = self.query_one("#how", Static)
        if line is None:
            how.update("Every key can be changed in the settings file.")
        else:
            how.update(plain("in the settings file, under [keys]: ", (f'"{line.id}" = "f7"', "$foreground")))


def _places() -> Iterator[tuple[str, Sequence[BindingType]]]:
    """Where keys are at home, in the order in which people meet them."""
    from tui.ui.app import LatentuiApp
    from tui.ui.screens.compare import CompareScreen
    from tui.ui.screens.contact import ContactScreen
    from tui.ui.screens.jobs import JobsScreen
    from tui.ui.screens.queue_place import QUEUE_KEYS
    from tui.ui.screens.results import ResultsScreen
    from tui.ui.screens.settings import ServerList
    from tui.ui.screens.studio import StudioScreen
    from tui.ui.screens.workflows import WorkflowsScreen
    from tui.ui.widgets.jobs_pane import JobList
    from tui.ui.widgets.picture_pane import PicturePane
    from tui.ui.widgets.prompt import PromptArea

    yield "Everywhere", LatentuiApp.BINDINGS
    yield "Studio", StudioScreen.BINDINGS
    yield "Prompt", PromptArea.BINDINGS
    yield from _form_places()
    yield "Picture", PicturePane.BINDINGS
    yield "Lists", Listing.BINDINGS
    yield "Jobs", JobList.BINDINGS
    yield "Jobs: the queue", QUEUE_KEYS
    yield "Jobs: views", JobsScreen.VIEW_KEYS
    yield "Results", ResultsScreen.BINDINGS
    yield "Compare", CompareScreen.BINDINGS
    yield "Contact sheet", ContactScreen.BINDINGS
    yield "Workflows", WorkflowsScreen.BINDINGS
    yield "Settings", ServerList.BINDINGS
    yield from _sheets()


def _form_places() -> Iterator[tuple[str, Sequence[BindingType]]]:
    """The kinds of fields that have keys of their own."""
    from tui.ui.widgets.fields.loras import LoraLine
    from tui.ui.widgets.fields.number import NumberInput
    from tui.ui.widgets.fields.picks import PickedLine
    from tui.ui.widgets.fields.picture import PictureSlot
    from tui.ui.widgets.fields.toggle import Switch
    from tui.ui.widgets.pick import Pick

    yield "Form: choices", Pick.BINDINGS
    yield "Form: several choices", PickedLine.BINDINGS
    yield "Form: numbers", NumberInput.BINDINGS
    yield "Form: pictures", PictureSlot.BINDINGS
    yield "Form: LoRAs", LoraLine.BINDINGS
    yield "Form: on or off", Switch.BINDINGS


def _sheets() -> Iterator[tuple[str, Sequence[BindingType]]]:
    """What lies over a place."""
    from tui.ui.screens.arrange_sheet import ArrangeSheet
    from tui.ui.screens.file_picker import EntryList, FilePicker
    from tui.ui.screens.partner import PartnerSheet
    from tui.ui.screens.question import Question
    from tui.ui.screens.server_sheet import ServerSheet
    from tui.ui.widgets.find_line import FindLine
    from tui.ui.widgets.path_input import PathInput
    from tui.ui.widgets.search_list import SearchList

    yield "Writing partner", PartnerSheet.BINDINGS
    yield "File picker", [*EntryList.BINDINGS, *FilePicker.BINDINGS, *PathInput.BINDINGS]
    yield "Arrange fields", ArrangeSheet.BINDINGS
    yield "A server's settings", ServerSheet.BINDINGS
    yield "Questions", Question.BINDINGS
    yield "To find and to leave", [*FindLine.BINDINGS, *SearchList.BINDINGS, *Sheet.BINDINGS]
