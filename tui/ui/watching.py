"""Which picture the studio shows: the one being made, then the one that came of it."""

from typing import TYPE_CHECKING

from tui.domain.events import OutputSaved, PreviewReceived
from tui.domain.job import Job, JobId, JobStatus, SavedOutput
from tui.domain.text import one_line
from tui.ui import words
from tui.ui.finished import Result
from tui.ui.looks import look_at
from tui.ui.widgets.picture_pane import PicturePane

if TYPE_CHECKING:
    from tui.services.bundle import Services


class Watching:
    """Follows one job; when it is over, the next one that runs."""

    def __init__(self, pane: PicturePane) -> None:
        self._pane = pane
        self.job_id: JobId | None = None
        self.shown: SavedOutput | None = None
        """The finished picture on the screen."""

    def follow(self, jobs: tuple[Job, ...]) -> None:
        """Take the oldest running job, unless the one followed still runs."""
        running = [job.id for job in jobs if job.status is JobStatus.IN_PROGRESS]
        if running and self.job_id not in running:
            self.job_id = running[-1]
        job = next((job for job in jobs if job.id == self.job_id), None)
        if job is not None and job.status is JobStatus.IN_PROGRESS:
            self._pane.caption = _caption_of_running(job)

    def missed(self, jobs: tuple[Job, ...]) -> Job | None:
        """The newest job with a picture, where it is not the picture shown and no job runs."""
        if any(job.status is JobStatus.IN_PROGRESS for job in jobs):
            return None
        latest = next((job for job in jobs if job.results), None)
        return latest if latest is not None and latest.results[-1] != self.shown else None

    def concerns(self, job: Job, jobs: tuple[Job, ...]) -> bool:
        """Whether an ended job is the one to show: the one followed, or one too quick to be seen running."""
        return self.job_id == job.id or not any(one.status is JobStatus.IN_PROGRESS for one in jobs)

    def preview(self, preview: PreviewReceived) -> None:
        """A glimpse of the followed job."""
        if preview.job_id == self.job_id:
            self._pane.preview(preview.data)

    async def show_saved(self, saved: OutputSaved, services: "Services") -> None:
        """A finished picture of the followed job."""
        if saved.job_id == self.job_id and saved.output.is_kept:
            await self.show(saved.output, services, _job(services, saved.job_id))

    async def show(self, output: SavedOutput, services: "Services", job: Job | None) -> None:
        """Read a finished file off the loop and show it with what is known of it."""
        self.shown = output
        look = await look_at(services, output, job)
        if self.shown is output:
            self._pane.show(look)
            self._pane.result = Result(output, job) if job is not None else None


def _caption_of_running(job: Job) -> str:
    step = f"{job.step}/{job.total}" if job.total else ""
    return " · ".join(part for part in (one_line(words.job_title(job), 40), step) if part)


def _job(services: "Services", job_id: JobId) -> Job | None:
    return next((job for job in services.generation.jobs if job.id == job_id), None)
