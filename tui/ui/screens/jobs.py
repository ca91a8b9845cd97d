"""Jobs: all of them, and everything about the one under the cursor."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from tui.ui.job_text import job_text
from tui.ui.plain import plain
from tui.ui.screens.job_place import JobPlace
from tui.ui.screens.place import Place
from tui.ui.widgets.heading import Heading
from tui.ui.widgets.jobs_pane import JobList


class JobsScreen(JobPlace):
    """List and details."""

    CSS_PATH = "places.tcss"
    AUTO_FOCUS = "#list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+x", "cancel", "Cancel the job", id="jobs.cancel", priority=True, show=False),
        Binding("escape", "app.go('studio')", "Back to the studio", show=False),
    ]
    HINTS = (
        ("^x", "cancel", "screen.cancel"),
        ("r", "again", "screen.ask('retry')"),
        ("u", "into the form", "screen.ask('reuse')"),
        ("f2", "studio", "app.go('studio')"),
        ("f1", "help", "app.help"),
    )

    def compose_place(self) -> ComposeResult:
        yield Heading("Jobs").data_bind(Place.jobs)
        with Horizontal(id="body"):
            yield JobList(empty="No jobs yet. ^g in the studio makes one.", id="list").data_bind(Place.jobs)
            with VerticalScroll(id="side"):
                yield Static("", id="details", markup=False)

    def on_listing_moved(self) -> None:
        self._show_details()

    def watch_jobs(self) -> None:
        self.call_after_refresh(self._show_details)

    def _show_details(self) -> None:
        job = self.query_one(JobList).current
        self.query_one("#details", Static).update(plain(job_text(job) if job else ""))
