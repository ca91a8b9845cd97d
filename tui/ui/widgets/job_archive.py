"""Every job there ever was, as far as it was scrolled to."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

from tui.domain.job import Job
from tui.ui.access import glyphs_of
from tui.ui.widgets import job_lines
from tui.ui.widgets.find_line import FindLine
from tui.ui.widgets.jobs_pane import JobList
from tui.ui.widgets.listing import Line

NEAR = 40
"""So many jobs before the end of the list more are fetched."""


TITLE_SHARE = 0.5
"""People look for a job by its prompt."""


class JobArchive(JobList):
    """A list that asks for more near its end, and that `/` narrows down."""

    class EndNeared(Message):
        """The last of the listed jobs are in sight."""

    @dataclass
    class Sought(Message):
        """Only jobs with these words are wanted."""

        words: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._is_refreshing = False

    def draw_item(self, item: Job, width: int) -> Sequence[Line]:
        return job_lines.one(item, width, glyphs_of(self), TITLE_SHARE)

    def watch_jobs(self, jobs: tuple[Job, ...]) -> None:
        """The screen decides what is listed."""

    def replace(self, jobs: Sequence[Job], *, from_top: bool) -> None:
        """List these; the cursor stays on its job, and what is in sight stays in sight."""
        marked = None if from_top or self.current is None else self.current.id
        at = next((index for index, job in enumerate(jobs) if job.id == marked), None)
        is_in_sight = (
            self.scroll_offset.y <= self.cursor * self._height < self.scroll_offset.y + self.size.height
        )
        self._is_refreshing = not from_top and not is_in_sight
        self.show(jobs, 0 if from_top else at)
        self._is_refreshing = False
        self._look_ahead()

    def _follow(self) -> None:
        if not self._is_refreshing:
            super()._follow()

    def watch_cursor(self) -> None:
        super().watch_cursor()
        self._look_ahead()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._look_ahead()

    @property
    def is_near_end(self) -> bool:
        """Whether the last of the listed jobs are in sight, or will be soon."""
        last = max(self.cursor, (self.scroll_offset.y + self.size.height) // self._height)
        return last > len(self.items) - NEAR

    def _look_ahead(self) -> None:
        if self.is_near_end:
            self.post_message(self.EndNeared())

    def on_find_line_typed(self, event: FindLine.Typed) -> None:
        event.stop()
        self.post_message(self.Sought(event.words))

    def action_find_next(self, step: int) -> None:
        """All that is listed was found: go to the next or the previous, around the end."""
        if self.items:
            self.cursor = (self.cursor + step) % len(self.items)
