"""A text in full."""

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from tui.domain.job import Job
from tui.ui import words
from tui.ui.job_text import job_text
from tui.ui.plain import plain
from tui.ui.screens.sheet import Sheet


class TextSheet(Sheet[None]):
    """Shows a text that had no room elsewhere; it can be selected and copied."""

    DEFAULT_CSS = """
    TextSheet > .panel {
        max-width: 100; max-height: 80%;
        & VerticalScroll { height: auto; max-height: 100%; }
    }
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Static(plain(self._title), classes="title")
            with VerticalScroll():
                yield Static(plain(self._text))


def job_sheet(job: Job) -> TextSheet:
    """All that is known of a job."""
    return TextSheet(words.job_title(job), job_text(job))
