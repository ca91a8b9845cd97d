"""The first line of a place other than the studio."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from tui.domain.job import Job
from tui.ui.access import app_of, keymap_of
from tui.ui.keys import first_key
from tui.ui.plain import plain
from tui.ui.widgets.top_line import Counts


class Heading(Horizontal):
    """Where we are, where else one can go, and the counts."""

    DEFAULT_CSS = """
    Heading {
        dock: top; height: 1; background: $surface;
        & > .places { width: auto; padding: 0 1; }
        & > Counts { width: 1fr; text-align: right; padding: 0 1; color: $label; }
    }
    """
    jobs: reactive[tuple[Job, ...]] = reactive((), repaint=False)

    def __init__(self, here: str) -> None:
        super().__init__()
        self._here = here

    def compose(self) -> ComposeResult:
        words = Content(" ").join(
            plain((f"{key} ", "$faint"), (name, "$accent bold" if name == self._here else "$label"))
            for key, name in self._places()
        )
        yield Static(words, classes="places")
        yield Counts().data_bind(Heading.jobs)

    def _places(self) -> Iterator[tuple[str, str]]:
        """Their first keys, and their names."""
        for binding in app_of(self).BINDINGS:
            if isinstance(binding, Binding) and (binding.id or "").startswith("place."):
                yield first_key(keymap_of(self).get(binding.id or "", binding.key)), binding.description
