"""Looking things up among all the jobs there ever were."""

import time

from tui.domain.errors import InputError
from tui.domain.job import Job, JobId, JobStatus
from tui.services.roster import Roster, no_such_job
from tui.storage import jobs
from tui.storage.entries import Entry
from tui.storage.jobs import Change
from tui.storage.journal import Journal

_AT_ONCE = 1000
"""Jobs dropped in one transaction."""


class Archive:
    """The journal's jobs, each as fresh as this program knows it."""

    def __init__(self, journal: Journal, roster: Roster) -> None:
        self._journal = journal
        self._roster = roster

    async def entry(self, job_id: JobId) -> Entry:
        """One job; raises InputError for one that nobody knows."""
        if (entry := self._roster.get(job_id)) is not None:
            return entry
        return await self.read(job_id)

    async def read(self, job_id: JobId) -> Entry:
        """One job as the journal has it; raises InputError for one that it does not have."""
        if (entry := await self._journal.read(jobs.find, job_id)) is None:
            raise no_such_job(job_id)
        return entry

    async def find(self, text: str) -> Job:
        """The job whose id is or begins with `text`; raises InputError when none or several do."""
        if (known := self._roster.get(JobId(text))) is not None:
            return known.job
        found = await self._journal.read(jobs.beginning_with, text)
        if len(found) > 1:
            raise InputError(f"Several jobs begin with {text}.", "Give more of the id.")
        if not found:
            raise no_such_job(text)
        return self._freshest(found[0])

    async def page(
        self, *, limit: int, before: JobId | None, status: JobStatus | None, text: str
    ) -> tuple[Job, ...]:
        """Jobs, newest first."""
        found = await self._journal.read(jobs.page, limit=limit, before=before, status=status, text=text)
        return tuple(self._freshest(entry) for entry in found)

    async def counts(self) -> dict[JobStatus, int]:
        """How many jobs there are of each status."""
        return await self._journal.read(jobs.counts)

    async def log(self, job_id: JobId) -> tuple[Change, ...]:
        """Every change of a job's state, oldest first."""
        return await self._journal.read(jobs.changes, job_id)

    async def drop(self, job_id: JobId) -> None:
        """Forget a job that is over; its files stay."""
        if not (await self.entry(job_id)).phase.status.is_over:
            raise InputError("This job is not over.", "Cancel it first.")
        await self._journal.do(jobs.delete, job_id)
        self._roster.remove(job_id)

    async def drop_ended(self, statuses: frozenset[JobStatus]) -> int:
        """Forget all that are over in these ways; returns how many that were."""
        total, until = 0, time.time()
        while count := await self._journal.do(jobs.delete_some, statuses, until, _AT_ONCE):
            total += count  # others write in between
        for entry in self._roster.entries:
            if entry.phase.status in statuses and (entry.job.ended_at or 0) <= until:
                self._roster.remove(entry.job.id)
        return total

    async def forget_dropped(self) -> None:
        """Forget what another program dropped; what a damaged journal lost stays to be seen."""
        if self._journal.problem is not None:
            return
        for job_id in await self._journal.read(jobs.missing, self._roster.ended):
            self._roster.remove(job_id)

    def _freshest(self, entry: Entry) -> Job:
        return (self._roster.get(entry.job.id) or entry).job
