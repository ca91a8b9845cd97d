"""The fake generation service's queue and journal: what the jobs screen asks for."""

from collections import Counter
from dataclasses import dataclass, replace

from tui.domain.errors import InputError
from tui.domain.job import Job, JobId, JobStatus
from tui.domain.request import GenerationRequest
from tui.services.transfers import Transfer


@dataclass(frozen=True, slots=True)
class FakeChange:
    """A line of a job's log."""

    phase: str
    at: float
    detail: str = ""


class FakeQueue:
    """Remembers what was asked of it; `archive` are the jobs that only the journal has, newest first."""

    jobs: tuple[Job, ...]

    def __init__(self) -> None:
        self.archive: tuple[Job, ...] = ()
        self.paused: set[str] = set()
        self.servers: tuple[str, ...] = ("gpu-box",)
        self.order: list[JobId] = []
        self.asked: list[tuple[str, JobId]] = []
        self.seconds_left: float | None = None
        self.rows_read = 0
        self.pages = 0
        self.logs: dict[JobId, tuple[FakeChange, ...]] = {}

    def put(self, job: Job) -> None:
        raise NotImplementedError

    def is_paused(self, server: str) -> bool:
        return server in self.paused

    async def pause(self, server: str | None = None) -> None:
        self.paused |= {server} if server else set(self.servers)

    async def resume(self, server: str | None = None) -> None:
        self.paused -= {server} if server else set(self.servers)

    def _find(self, job_id: JobId) -> Job:
        return next(job for job in (*self.jobs, *self.archive) if job.id == job_id)

    def _waiting_one(self, job_id: JobId) -> Job:
        job = self._find(job_id)
        if job.status is not JobStatus.PENDING or job.is_with_server:
            raise InputError(
                "This job waits no longer.", "Only a job that waits in our own queue can be changed."
            )
        return job

    async def waiting(self, server: str | None = None) -> tuple[JobId, ...]:
        here = [
            job.id
            for job in reversed(self.jobs)
            if job.status is JobStatus.PENDING and not job.is_with_server and server in (None, job.server)
        ]
        return tuple(sorted(here, key=lambda job_id: self.order.index(job_id) if job_id in self.order else 0))

    async def move(self, job_id: JobId, to: int | str, request: GenerationRequest | None = None) -> None:
        job = self._waiting_one(job_id)
        if isinstance(to, str):
            self.put(replace(job, server=to, request=request or job.request))
            return
        order = [other for other in await self.waiting(job.server) if other != job_id]
        order.insert(max(to, 0), job_id)
        self.order = order

    async def edit(self, job_id: JobId, request: GenerationRequest) -> None:
        self.put(replace(self._waiting_one(job_id), request=request))

    async def look_again(self, job_id: JobId) -> None:
        self.asked.append(("look_again", job_id))

    async def save_again(self, job_id: JobId) -> Job:
        self.asked.append(("save_again", job_id))
        raise InputError("Nothing of this job is unsaved.")

    async def drop(self, job_id: JobId) -> None:
        if not self._find(job_id).status.is_over:
            raise InputError("This job is not over.", "Cancel it first.")
        self.jobs = tuple(job for job in self.jobs if job.id != job_id)
        self.archive = tuple(job for job in self.archive if job.id != job_id)

    async def drop_ended(self, statuses: frozenset[JobStatus]) -> int:
        before = len(self.jobs) + len(self.archive)
        self.jobs = tuple(job for job in self.jobs if job.status not in statuses)
        self.archive = tuple(job for job in self.archive if job.status not in statuses)
        return before - len(self.jobs) - len(self.archive)

    async def history(
        self,
        *,
        limit: int = 100,
        before: JobId | None = None,
        status: JobStatus | None = None,
        text: str = "",
    ) -> tuple[Job, ...]:
        every = (*self.jobs, *self.archive)
        start = 1 + next(n for n, job in enumerate(every) if job.id == before) if before else 0
        found = [
            job
            for job in every[start:]
            if status in (None, job.status) and text.lower() in job.request.prompt.lower()
        ][:limit]
        self.rows_read += len(found)
        self.pages += 1
        return tuple(found)

    async def counts(self) -> dict[JobStatus, int]:
        found = Counter(job.status for job in (*self.jobs, *self.archive))
        return {status: found[status] for status in JobStatus}

    async def log(self, job_id: JobId) -> tuple[FakeChange, ...]:
        return self.logs.get(job_id, ())

    async def time_left(self, server: str | None = None) -> float | None:
        del server
        return self.seconds_left


class FakeTransfers:
    """Everything goes anywhere; `losses` are said of every move."""

    def __init__(self, queue: FakeQueue) -> None:
        self.losses: tuple[str, ...] = ()
        self._queue = queue

    async def plan(self, job_id: JobId, server: str) -> Transfer:
        return Transfer(job_id=job_id, server=server, losses=self.losses)

    async def carry_out(self, transfer: Transfer) -> None:
        await self._queue.move(transfer.job_id, transfer.server, transfer.request)
