"""Every key, by place."""

from collections.abc import Iterator, Mapping, Sequence

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.ui.access import app_of
from tui.ui.keys import KeyLine, lines_of
from tui.ui.plain import plain
from tui.ui.screens.sheet import Sheet
from tui.ui.widgets.listing import Line, Listing


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
            yield Static(
                plain(
                    "To change one, write in the settings file:  ",
                    ('[keys] "studio.generate" = "f7"', "$foreground"),
                ),
                classes="keys",
            )

    def on_mount(self) -> None:
        services = app_of(self).services
        keymap: Mapping[str, str] = services.settings.current.keys if services else {}
        lines: list[tuple[str, KeyLine | None]] = []
        for place, bindings in _places():
            lines += [("", None)] if lines else []
            lines += [(place, None), *(("", line) for line in lines_of(bindings, keymap))]
        listing = self.query_one(KeyList)
        listing.show(lines)
        listing.focus()

    def _draw(self, item: tuple[str, KeyLine | None], width: int) -> Sequence[Line]:
        place, line = item
        if line is None:
            return ([(place, "accent")],)
        room = max(width - 42, 16)
        return (
            [
                (f"  {line.keys[:18]:<20}", ""),
                (f"{line.words[: room - 1]:<{room}}", "dim"),
                (line.id, "faint"),
            ],
        )


def _places() -> Iterator[tuple[str, Sequence[BindingType]]]:
    """Where keys are at home, in the order in which people meet them."""
    from tui.ui.app import LatentuiApp
    from tui.ui.screens.file_picker import FilePicker
    from tui.ui.screens.partner import PartnerSheet
    from tui.ui.screens.results import ResultsScreen
    from tui.ui.screens.settings import SettingsScreen
    from tui.ui.screens.studio import StudioScreen
    from tui.ui.screens.workflows import WorkflowsScreen
    from tui.ui.widgets.fields.loras import LoraLine
    from tui.ui.widgets.fields.number import NumberInput
    from tui.ui.widgets.fields.picture import PictureSlot
    from tui.ui.widgets.fields.toggle import Switch
    from tui.ui.widgets.jobs_pane import JobList
    from tui.ui.widgets.pick import Pick
    from tui.ui.widgets.picture_pane import PicturePane
    from tui.ui.widgets.prompt import PromptArea

    yield "Everywhere", LatentuiApp.BINDINGS
    yield "Studio", StudioScreen.BINDINGS
    yield "Prompt", PromptArea.BINDINGS
    yield "Writing partner", PartnerSheet.BINDINGS
    yield "Form: choices", Pick.BINDINGS
    yield "Form: numbers", NumberInput.BINDINGS
    yield "Form: pictures", PictureSlot.BINDINGS
    yield "Form: LoRAs", LoraLine.BINDINGS
    yield "Form: on or off", Switch.BINDINGS
    yield "Picture", PicturePane.BINDINGS
    yield "Lists", Listing.BINDINGS
    yield "Jobs", JobList.BINDINGS
    yield "Results", ResultsScreen.BINDINGS
    yield "Workflows", WorkflowsScreen.BINDINGS
    yield "Settings", SettingsScreen.BINDINGS
    yield "File picker", FilePicker.BINDINGS
