"""The jobs at the foot or the side of the studio."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

from tui.domain.job import Job, JobId, JobStatus
from tui.ui.access import glyphs_of
from tui.ui.widgets import job_lines
from tui.ui.widgets.listing import Line, Listing

ENDED_SHOWN = 30
"""How many jobs that are over stay listed below those that are not."""
_TWO_LINES_BELOW = 72
"""Columns; in a narrower pane of some height a job takes more than one line."""


def in_order(jobs: Sequence[Job]) -> list[Job]:
    """Running, then waiting in their order, then the latest that are over. `jobs` comes newest first."""
    running = [job for job in jobs if job.status is JobStatus.IN_PROGRESS]
    waiting = [job for job in reversed(jobs) if job.status is JobStatus.PENDING]
    ended: list[Job] = []
    for job in jobs:
        if job.status.is_over:
            ended.append(job)
            if len(ended) == ENDED_SHOWN:
                break
    return [*running, *waiting, *ended]


class JobList(Listing[Job]):
    """Jobs with what can be done to each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "ask('retry')", "Try again", id="job.retry", show=False),
        Binding("u", "ask('reuse')", "Into the form", id="job.reuse", show=False),
        Binding("a", "ask('look_again')", "Ask again what became of it", id="job.look-again", show=False),
        Binding("s", "ask('save_again')", "Save its pictures again", id="job.save-again", show=False),
        Binding("o", "ask('view')", "Open in the viewer", id="job.view", show=False),
        Binding("y", "ask('copy_path')", "Copy the path", id="job.copy-path", show=False),
    ]
    jobs: reactive[tuple[Job, ...]] = reactive((), always_update=True, repaint=False)
    """Every job known, newest first."""

    @dataclass
    class Asked(Message):
        """Something is to be done to a job."""

        verb: str
        job: Job

    def watch_jobs(self, jobs: tuple[Job, ...]) -> None:
        """List them anew; the cursor stays on its job."""
        marked = self.current.id if self.current and self.has_focus else None
        listed = in_order(jobs)
        self.renew(listed, _index(listed, marked))

    def draw_item(self, item: Job, width: int) -> Sequence[Line]:
        drawn = job_lines.one if self._height == 1 else job_lines.two
        return drawn(item, width, glyphs_of(self))

    def action_ask(self, verb: str) -> None:
        """Ask for something to be done to the job under the cursor."""
        if self.current is not None:
            self.post_message(self.Asked(verb, self.current))


class JobsPane(JobList):
    """The jobs beside the work; one line each at the foot, more at the side."""

    DEFAULT_CSS = """
    JobsPane { padding: 0 1; border-left: blank; &:focus { border-left: outer $accent; } }
    """

    def on_resize(self) -> None:
        is_tall = self.size.width < _TWO_LINES_BELOW and self.size.height > 8
        self.set_height_of_items(3 if is_tall else 1)


def _index(jobs: Sequence[Job], wanted: JobId | None) -> int:
    return next((index for index, job in enumerate(jobs) if job.id == wanted), 0)
