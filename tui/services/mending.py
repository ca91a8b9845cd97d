"""What can be done about jobs whose result was not saved or whose outcome is unknown."""

from dataclasses import replace

from tui.domain.errors import InputError
from tui.domain.events import JobCompleted
from tui.domain.job import Job, JobId
from tui.services.archive import Archive
from tui.services.folding import at_phase
from tui.services.naming import is_file_target
from tui.services.saving import Desk, OutputSaver
from tui.services.scheduling import Scheduler
from tui.storage import jobs
from tui.storage.entries import Phase


class Mender:
    """Looks again and saves again; never runs anything again."""

    def __init__(self, desk: Desk, archive: Archive, scheduler: Scheduler) -> None:
        self._desk = desk
        self._archive = archive
        self._scheduler = scheduler

    async def save_again(self, job_id: JobId) -> Job:
        """Fetch and save what could not be saved. Raises the error when it fails again."""
        entry = await self._archive.entry(job_id)
        if entry.phase is not Phase.FAILED:
            raise InputError("There is nothing to save again.", "Only what could not be saved can be.")
        self._desk.roster.put(entry)
        saver = self._scheduler.savers.get(job_id) or await self._saver(entry.job)
        if not saver.has_missing:
            raise InputError("There is nothing to save again.", "The job failed before it made anything.")
        await saver.save_missing()
        if saver.error is not None:
            raise saver.error
        self._scheduler.savers.pop(job_id, None)
        return await self._mark_saved(job_id)

    async def keep(self, job_id: JobId, path: str) -> Job:
        """Put what a preview node showed among the results. Raises SaveError."""
        entry = await self._archive.entry(job_id)
        aside = next((output for output in entry.job.asides if output.path == path), None)
        if aside is None:
            raise InputError("There is nothing to save here.", "It is among the results already.")
        self._desk.roster.put(entry)
        into = None if entry.target is None or is_file_target(entry.target) else entry.target
        saved = await self._desk.results.keep(entry.job, aside, into=into)
        for known in await self._desk.book.outputs_of(job_id):
            if known.saved == aside:
                await self._desk.book.saved(job_id, known.place, saved)
        outputs = tuple(saved if output == aside else output for output in entry.job.outputs)
        self._desk.roster.put(replace(entry, job=replace(entry.job, outputs=outputs)))
        return self._desk.roster.entry(job_id).job

    async def look_again(self, job_id: JobId) -> None:
        """Ask the server once more what became of a job whose outcome is unknown."""
        entry = await self._archive.entry(job_id)
        if entry.phase is not Phase.UNKNOWN:
            raise InputError("The outcome of this job is known.", "Run it again to have it once more.")
        book = self._desk.book
        await book.journal.do(jobs.set_phase, job_id, Phase.SENT, book.owner.id, "looked for again")
        clean = replace(entry.job, error_title="", error_advice="", ended_at=None)
        await self._scheduler.attach(at_phase(entry, Phase.SENT, clean))

    async def _saver(self, job: Job) -> OutputSaver:
        saver = OutputSaver(job.id, self._desk.connections.image_backend(job.server), self._desk)
        await saver.recall()
        return saver

    async def _mark_saved(self, job_id: JobId) -> Job:
        entry = self._desk.roster.entry(job_id)
        job = replace(entry.job, error_title="", error_advice="")
        await self._desk.book.journal.do(jobs.set_completed, job_id)
        self._desk.roster.put(at_phase(entry, Phase.COMPLETED, job), JobCompleted(job_id))
        return self._desk.roster.entry(job_id).job
