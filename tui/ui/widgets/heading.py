"""The first line of a place other than the studio."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from tui.domain.job import Job
from tui.ui.plain import plain
from tui.ui.widgets.top_line import Counts

PLACES = (("f2", "Studio"), ("f3", "Jobs"), ("f4", "Results"), ("f5", "Workflows"), ("f6", "Settings"))


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
            for key, name in PLACES
        )
        yield Static(words, classes="places")
        yield Counts().data_bind(Heading.jobs)
