"""The first line: which workflow, on which server, and how many jobs there are of each sort."""

from collections import Counter
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from tui.domain.forms import WorkflowSummary
from tui.domain.job import Job, JobStatus
from tui.domain.server import Connection, ConnectionState
from tui.ui import words
from tui.ui.access import glyphs_of
from tui.ui.plain import plain
from tui.ui.widgets.pick import Pick
from tui.ui.widgets.search_list import Option
from tui.ui.workflow_words import origin

_COUNTED = (
    JobStatus.IN_PROGRESS,
    JobStatus.PENDING,
    JobStatus.COMPLETED,
    JobStatus.FAILED,
    JobStatus.UNKNOWN,
)
_ALWAYS = _COUNTED[:3]


class Counts(Static):
    """How many jobs run, wait and are done; the others only when there are any."""

    jobs: reactive[tuple[Job, ...]] = reactive((), repaint=False)
    numbers: reactive[Counter[JobStatus]] = reactive(Counter[JobStatus])

    def watch_jobs(self, jobs: tuple[Job, ...]) -> None:
        """Count; progress changes nothing."""
        self.numbers = Counter(job.status for job in jobs)

    def render(self) -> Content:
        """Shape and number of each."""
        glyphs, numbers = glyphs_of(self), self.numbers
        return plain(
            *(
                (
                    f"  {glyphs.job(status)} {numbers[status]}",
                    "$text-error" if status is JobStatus.FAILED else "",
                )
                for status in _COUNTED
                if numbers[status] or status in _ALWAYS
            )
        )


class TopLine(Horizontal):
    """Workflow and server can be picked here."""

    DEFAULT_CSS = """
    TopLine {
        height: 1;
        & > .word { width: auto; color: $label; }
        & > Counts { width: 1fr; text-align: right; padding: 0 1; color: $label; }
    }
    """
    jobs: reactive[tuple[Job, ...]] = reactive((), repaint=False)

    def compose(self) -> ComposeResult:
        yield Pick(nothing="no workflow", id="workflow")
        yield Static("on", classes="word", markup=False)
        yield Pick(nothing="no server", id="server")
        yield Counts(id="counts").data_bind(TopLine.jobs)

    def show_workflows(self, workflows: Sequence[WorkflowSummary], current: str) -> None:
        """What can be made, and where it comes from."""
        options = [Option(item.name, item.title or item.name, origin(item)) for item in workflows]
        known = (option.text for option in options if option.value == current)
        shown = next(known, words.workflow_title(current))
        self.query_one("#workflow", Pick).offer(options, current, shown)

    def show_servers(self, servers: Sequence[Connection], current: str) -> None:
        """Where it can be made, and how each of them is."""
        glyphs = glyphs_of(self)
        options = [
            Option(
                state.server,
                words.server_label(state.server),
                f"{glyphs.connection(state.state)} {words.connection(state)}",
            )
            for state in servers
            if state.state is not ConnectionState.OFF
        ]
        self.query_one("#server", Pick).offer(
            options, current, words.server_label(current) if current else ""
        )
