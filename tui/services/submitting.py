"""From a request to a job in the queue: written down first, with all that it starts from."""

import time
from dataclasses import replace

from tui.domain.errors import InputError
from tui.domain.job import Job, JobId, new_job_id
from tui.domain.request import GenerationRequest
from tui.services.archive import Archive
from tui.services.naming import absolute_target
from tui.services.saving import Desk
from tui.services.scheduling import Scheduler
from tui.storage.entries import Entry


class Submitter:
    """Makes jobs, new ones and the same again."""

    def __init__(self, desk: Desk, archive: Archive, scheduler: Scheduler) -> None:
        self._desk = desk
        self._archive = archive
        self._scheduler = scheduler

    async def submit(
        self,
        server: str,
        request: GenerationRequest,
        *,
        job_id: JobId | None,
        into: str | None,
        wait_for_server: bool,
        detach: bool,
    ) -> Job:
        """See `GenerationService.submit`."""
        self._desk.connections.image_backend(server)
        job = Job(
            id=job_id or new_job_id(),
            server=server,
            request=request,
            created_at=time.time(),
            notes=request.notes,
        )
        entry = Entry(
            job=job,
            owner=None if detach else self._desk.book.owner.id,
            waits_for_server=wait_for_server or detach,
            target=absolute_target(into) if into is not None else None,
        )
        kept = await self._desk.inputs.keep(request)
        await self._enter(entry)
        await self._desk.inputs.note(job.id, kept)
        return self._desk.roster.entry(job.id).job

    async def retry(self, job_id: JobId, *, detach: bool) -> Job:
        """The same request again, from the same pictures, as a new job."""
        entry = await self._archive.entry(job_id)
        return await self.submit(
            entry.job.server,
            await self._desk.inputs.resolve(job_id, entry.job.request),
            job_id=None,
            into=entry.target,
            wait_for_server=entry.waits_for_server,
            detach=detach,
        )

    async def _enter(self, entry: Entry) -> None:
        roster = self._desk.roster
        if roster.get(entry.job.id) is not None:
            raise InputError(f"There is a job {entry.job.id} already.", "Give the new one another id.")
        roster.put(entry)  # before it can be claimed from the journal
        try:
            is_written = await self._desk.book.enter(entry)
        except InputError:
            roster.remove(entry.job.id)
            raise
        if is_written:
            self._scheduler.wake()
        else:
            self._keep_loose(entry)

    def _keep_loose(self, entry: Entry) -> None:
        note = "The journal could not be written yet: this job is lost if Latentui ends now."
        loose = replace(entry, job=replace(entry.job, notes=(*entry.job.notes, note)))
        self._desk.roster.put(loose)
        self._scheduler.keep_loose(loose)
