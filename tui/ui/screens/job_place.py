"""What can be done to a job, wherever jobs are listed."""

import time
from typing import TYPE_CHECKING

from textual import work

from tui.domain.errors import InputError
from tui.ui.access import app_of
from tui.ui.gesture import gesture
from tui.ui.screens.place import Place

if TYPE_CHECKING:
    from tui.domain.job import Job
    from tui.services.bundle import Services
    from tui.ui.widgets.jobs_pane import JobList

CANCEL_ASKS_AFTER = 10.0
"""Seconds of work that are worth a question before they are thrown away."""


class JobPlace(Place):
    """A place with a list of jobs."""

    @property
    def services(self) -> "Services":
        """The services; raises InputError while they still open."""
        services = app_of(self).services
        if services is None:
            raise InputError("Not ready yet.", "Latentui is still starting.")
        return services

    @property
    def job_under_cursor(self) -> "Job | None":
        """The job that a key means."""
        from tui.ui.widgets.jobs_pane import JobList

        return next((listing.current for listing in self.query(JobList)), None)

    def action_cancel(self) -> None:
        """Cancel the job under the cursor, or the one that runs."""
        self._cancel(self.job_under_cursor)

    @work(group="cancel")
    @gesture
    async def _cancel(self, job: "Job | None") -> None:
        if job is None or job.status.is_over:
            raise InputError("There is no job to cancel here.")
        if (
            job.started_at
            and time.time() - job.started_at > CANCEL_ASKS_AFTER
            and not await self._is_sure(job)
        ):
            return
        await self.services.generation.cancel(job.id)

    async def _is_sure(self, job: "Job") -> bool:
        from tui.ui.screens.question import Question

        done = f"Step {job.step} of {job.total} is done." if job.total else "It has been running for a while."
        return bool(await app_of(self).push_screen_wait(Question("Cancel this job?", done)))

    def action_ask(self, verb: str) -> None:
        """Do something to the job under the cursor."""
        job = self.job_under_cursor
        if job is not None:
            self._do(verb, job)

    def on_job_list_asked(self, event: "JobList.Asked") -> None:
        self._do(event.verb, event.job)

    @work(group="job")
    @gesture
    async def _do(self, verb: str, job: "Job") -> None:
        match verb:
            case "retry":
                await self.services.generation.retry(job.id)
            case "reuse":
                await app_of(self).reuse(job.request)
            case "look_again":
                await self.services.generation.look_again(job.id)
            case "save_again":
                await self.services.generation.save_again(job.id)
            case "view":
                await self._view(job)
            case _:
                self._copy_path(job)

    async def _view(self, job: "Job") -> None:
        from tui.ui.viewer import open_in_viewer

        await open_in_viewer(_picture_of(job))

    def _copy_path(self, job: "Job") -> None:
        path = _picture_of(job)
        app_of(self).copy_to_clipboard(path)
        app_of(self).say(f"Copied {path}")


def _picture_of(job: "Job") -> str:
    if not job.results:
        raise InputError("This job has no picture yet.")
    return job.results[-1].path
