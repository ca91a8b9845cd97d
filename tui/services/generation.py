"""Jobs: submitted, queued in front of each server, followed, cancelled, and never lost."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tui.domain.errors import LatentuiError, SaveError
from tui.domain.events import JobChanged, JobDropped, ServiceEvent
from tui.domain.job import Job, JobId, JobStatus
from tui.domain.request import GenerationRequest
from tui.services.archive import Archive
from tui.services.bookkeeping import Bookkeeper
from tui.services.broadcast import Subscription
from tui.services.cancelling import Canceller
from tui.services.connections import ConnectionsService
from tui.services.inputs import InputKeeper
from tui.services.job_queue import JobQueue
from tui.services.lookout import Lookout
from tui.services.mending import Mender
from tui.services.outlook import keys_of, seconds_until_done
from tui.services.protocols import SettingsSource
from tui.services.results import ResultsService
from tui.services.roster import Roster
from tui.services.saving import Desk
from tui.services.scheduling import Scheduler
from tui.services.submitting import Submitter
from tui.storage import jobs, leases, timings
from tui.storage.database import CorruptedError
from tui.storage.jobs import Change
from tui.storage.journal import Journal
from tui.storage.leases import Owner

_LOOK_SECONDS = 0.25


async def _nothing(server: str) -> None:
    """What is done before a job where nobody says otherwise."""
    del server


def _nobody(job: Job) -> None:
    """What is done after a job where nobody says otherwise."""
    del job


_RECENT = 200
"""Ended jobs that are in `jobs` from the start; older ones come by `history`."""


class GenerationService:
    """Everything a person does with jobs. `works_queue` false: only what is submitted here is run here."""

    def __init__(
        self,
        settings: SettingsSource,
        connections: ConnectionsService,
        results: ResultsService,
        journal: Path | None = None,
        *,
        works_queue: bool = True,
        before_job: Callable[[str], Awaitable[None]] = _nothing,
        after_job: Callable[[Job], None] = _nobody,
    ) -> None:
        self._connections = connections
        self._journal = Journal(journal)
        self._book = Bookkeeper(self._journal, leases.this_program())
        self._roster = Roster()
        self._desk = Desk(
            connections=connections,
            results=results,
            roster=self._roster,
            book=self._book,
            inputs=InputKeeper(self._journal, journal.parent / "inputs" if journal else None),
            before_job=before_job,
            after_job=after_job,
        )
        self._scheduler = Scheduler(settings, self._desk, takes_free=works_queue)
        self._archive = Archive(self._journal, self._roster)
        self._queue = JobQueue(self._journal, self._archive, self._roster, connections, self._scheduler.wake)
        self._submitter = Submitter(self._desk, self._archive, self._scheduler)
        self._canceller = Canceller(self._desk, self._archive, self._scheduler)
        self._mender = Mender(self._desk, self._archive, self._scheduler)
        self._lookout = Lookout(settings, self._desk, self._scheduler, self._queue, self._archive)
        self._works_queue = works_queue

    async def __aenter__(self) -> Self:
        await self._journal.__aenter__()
        try:
            await self._load()
        except CorruptedError:
            await self._load()  # from the new journal
        except SaveError as error:
            self._book.problem = error  # somebody holds it; what it has shows once it is let go
        await self._lookout.open()
        self._scheduler.open()
        return self

    async def _load(self) -> None:
        if self._works_queue:
            self._roster.load(await self._journal.read(jobs.unfinished_and_recent, _RECENT))
            await self._desk.inputs.sweep()
        await self._journal.do(_begin, self._book.owner)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._lookout.aclose()
        await self._scheduler.aclose()
        self._roster.close()
        try:
            await self._book.catch_up()
            await self._journal.do(leases.leave, self._book.owner)
        except SaveError as error_at_end:
            self._book.problem = error_at_end  # the lease ends with the process
        await self._journal.__aexit__(kind, error, trace)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The unfinished and the recent ones, newest first."""
        return self._roster.jobs

    @property
    def at_risk(self) -> tuple[Job, ...]:
        """The jobs of this program whose pictures are lost if it ends now: their servers keep none."""
        return tuple(job for job in self.jobs if self._scheduler.would_lose(job))

    @property
    def problem(self) -> LatentuiError | None:
        """What is wrong with the journal, in words."""
        return self._book.problem or self._journal.problem

    def job(self, job_id: JobId) -> Job:
        """One of `jobs` as it stands; raises InputError for another."""
        return self._roster.entry(job_id).job

    def error(self, job_id: JobId) -> LatentuiError | None:
        """The error by which a job failed, where it was not the server's verdict on a job it had."""
        return self._scheduler.errors.get(job_id)

    def events(self) -> Subscription[ServiceEvent]:
        """Everything that happens to jobs from now on."""
        return self._roster.events()

    async def submit(
        self,
        server: str,
        request: GenerationRequest,
        *,
        job_id: JobId | None = None,
        into: str | None = None,
        wait_for_server: bool = False,
        detach: bool = False,
    ) -> Job:
        """Write the job down and queue it for `server`; it is handed over when there is room.

        `into`: a folder or file for the results instead of the pictures folder. `wait_for_server`: stay
        in the queue while the server is away, rather than fail. `detach`: leave it to whichever program
        works the queue. Raises InputError for an unknown server.
        """
        return await self._submitter.submit(
            server,
            request,
            job_id=job_id,
            into=into,
            wait_for_server=wait_for_server,
            detach=detach,
        )

    async def cancel(self, job_id: JobId) -> None:
        """Stop a job wherever it is, and only this one. Raises InputError for an unknown one, ServerError."""
        await self._canceller.cancel(job_id)

    async def retry(self, job_id: JobId, *, detach: bool = False) -> Job:
        """The same request again, as a new job; `detach` as in `submit`."""
        return await self._submitter.retry(job_id, detach=detach)

    async def save_again(self, job_id: JobId) -> Job:
        """Fetch and save what could not be saved. Raises the error when it fails again."""
        return await self._mender.save_again(job_id)

    async def keep(self, job_id: JobId, path: str) -> Job:
        """Save what a preview node of the job showed, which was only to be looked at. Raises SaveError."""
        return await self._mender.keep(job_id, path)

    async def look_again(self, job_id: JobId) -> None:
        """Ask the server once more what became of a job whose outcome is unknown."""
        await self._mender.look_again(job_id)

    async def drop(self, job_id: JobId) -> None:
        """Forget a job that is over; its files stay. Raises InputError for one that is not over."""
        await self._archive.drop(job_id)

    async def drop_ended(self, statuses: frozenset[JobStatus]) -> int:
        """Forget all jobs that ended in these ways, and return how many; their files stay."""
        return await self._archive.drop_ended(statuses)

    async def wait(self, job_id: JobId) -> Job:
        """The job once it is over, whichever program runs it. Raises InputError if it is dropped."""
        events = self.events()
        if self._roster.get(job_id) is None:
            self._roster.put(await self._archive.read(job_id))
        if self.job(job_id).status.is_over:
            return self.job(job_id)
        async for event in events:
            if isinstance(event, JobChanged) and event.job.id == job_id and event.job.status.is_over:
                return event.job
            if isinstance(event, JobDropped) and event.job_id == job_id:
                break
        return self.job(job_id)

    async def history(
        self,
        *,
        limit: int = 100,
        before: JobId | None = None,
        status: JobStatus | None = None,
        text: str = "",
    ) -> tuple[Job, ...]:
        """Any jobs of the journal, newest first: submitted before `before`, of one status, with `text`."""
        return await self._archive.page(limit=limit, before=before, status=status, text=text)

    async def counts(self) -> dict[JobStatus, int]:
        """How many jobs there are of each status, in the whole journal."""
        return await self._archive.counts()

    async def find(self, text: str) -> Job:
        """The job whose id is or begins with `text`; raises InputError when none or several do."""
        return await self._archive.find(text)

    async def time_left(self, server: str | None = None) -> float | None:
        """Seconds until all jobs of one server, or of every server, are done; None when it cannot be told."""
        mine = [job for job in self.jobs if server in (None, job.server)]
        expected = await self._journal.read(timings.all_expected, keys_of(mine))
        return seconds_until_done(mine, expected, time.time())

    async def log(self, job_id: JobId) -> tuple[Change, ...]:
        """Every change of the job's state, oldest first."""
        return await self._archive.log(job_id)

    def is_paused(self, server: str) -> bool:
        """Whether what waits for the server is held back."""
        return self._queue.is_paused(server)

    async def pause(self, server: str | None = None) -> None:
        """Hold back what waits for a server, or for every server; what runs goes on."""
        await self._queue.set_paused(server, is_paused=True)

    async def resume(self, server: str | None = None) -> None:
        """Let go what waits."""
        await self._queue.set_paused(server, is_paused=False)

    async def waiting(self, server: str | None = None) -> tuple[JobId, ...]:
        """The jobs that wait with us, in the order in which they will go."""
        return await self._queue.waiting(server)

    async def move(self, job_id: JobId, to: int | str, request: GenerationRequest | None = None) -> None:
        """Put a waiting job at a place of its queue (0 is the next), or into another server's queue.

        `request`: what it asks for there, as `Transfers` finds out. Raises InputError for a job that waits no
        longer, and without a request for a server of another kind.
        """
        if isinstance(to, int):
            await self._queue.move(job_id, to)
            return
        kept = await self._desk.inputs.keep(request) if request is not None else ()
        await self._queue.move_to_server(job_id, to, request)
        await self._desk.inputs.note(job_id, kept)

    async def request_as_sent(self, job_id: JobId) -> GenerationRequest:
        """What a job asks for, from our copies of its pictures where the originals have changed or gone."""
        entry = await self._archive.entry(job_id)
        return await self._desk.inputs.resolve(job_id, entry.job.request)

    async def edit(self, job_id: JobId, request: GenerationRequest) -> None:
        """Replace what a waiting job asks for. Raises InputError for a job that waits no longer."""
        kept = await self._desk.inputs.keep(request)
        await self._queue.edit(job_id, request)
        await self._desk.inputs.note(job_id, kept)

    async def until_empty(self) -> None:
        """Return once nothing runs and nothing waits that could run, here or in another program.

        Paused queues and servers that are unknown or switched off hold up nobody.
        """
        events = self.events()
        while await self._journal.read(jobs.is_busy, self._connections.names_of_enabled):
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await anext(events, None)


def _begin(db: sqlite3.Connection, owner: Owner) -> None:
    leases.bury_dead(db)
    leases.beat(db, owner)
