"""Stopping a job wherever it is: in our queue, on its way, at its server, with another program."""

import time
from dataclasses import replace

from tui.domain.errors import SaveError
from tui.domain.events import JobCancelled
from tui.domain.job import JobId
from tui.services.archive import Archive
from tui.services.folding import fold
from tui.services.saving import Desk
from tui.services.scheduling import Scheduler
from tui.storage import leases, queues


class Canceller:
    """Hits the one job it is asked for, and no other."""

    def __init__(self, desk: Desk, archive: Archive, scheduler: Scheduler) -> None:
        self._desk = desk
        self._roster = desk.roster
        self._book = desk.book
        self._archive = archive
        self._scheduler = scheduler

    async def cancel(self, job_id: JobId) -> None:
        """Stop a job. Raises InputError for an unknown one, ServerError when its server does not take it."""
        if await self._cancel_waiting(job_id):
            return
        if (run := await self._scheduler.settled_run_of(job_id)) is not None:
            await self._wish(job_id)
            await run.cancel()
            return
        entry = await self._archive.entry(job_id)
        if entry.phase.status.is_over:
            return
        await self._wish(job_id)  # for the program that watches it
        await self._book.journal.do(leases.bury_dead)
        if await self._book.journal.do(leases.claim, job_id, self._book.owner):
            await self._scheduler.attach(replace(entry, wants_cancel=True))

    async def _cancel_waiting(self, job_id: JobId) -> bool:
        if not (self._scheduler.drop_loose(job_id) or await self._take_out(job_id)):
            return False
        entry = fold(await self._archive.entry(job_id), JobCancelled(job_id), time.time())
        self._roster.put(entry, JobCancelled(job_id))
        self._desk.after_job(entry.job)
        return True

    async def _take_out(self, job_id: JobId) -> bool:
        try:
            return await self._book.journal.do(queues.cancel_waiting, job_id)
        except SaveError as error:
            self._book.problem = error
            return False

    async def _wish(self, job_id: JobId) -> None:
        try:
            await self._book.journal.do(queues.wish_cancel, job_id)
        except SaveError as error:
            self._book.problem = error
