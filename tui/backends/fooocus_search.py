"""Looking for a job of ours among a server's, when the answer that named it was lost."""

from dataclasses import dataclass

from tui.backends.fooocus_session import Session
from tui.domain.job import JobId
from tui.protocol.fooocus_job import are_named
from tui.protocol.fooocus_queue import Jobs

_NEWEST = 100
"""How many jobs that are over are looked at, the newest of them."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a look found."""

    certain: str = ""
    """The job whose pictures bear our name."""

    unfinished: tuple[str, ...] = ()
    """Jobs that may be ours and are not over."""

    finished: tuple[str, ...] = ()
    """Jobs that may be ours and ended without a picture to tell by."""

    @property
    def possible(self) -> tuple[str, ...]:
        """All that may be ours."""
        return (*self.finished, *self.unfinished)


class Search:
    """Looks for a job that came after `newest`, or ever: a job names its pictures after our id."""

    def __init__(self, session: Session, job_id: JobId, newest: str = "") -> None:
        self._session = session
        self._job_id = job_id
        self._newest = newest
        self._others: set[str] = set()
        self._silent: list[str] = []

    async def look(self) -> Found:
        """Ask once. Raises `ServerError`."""
        names_files = (await self._session.offer()).names_files
        jobs = await self._session.api.jobs()
        for server_job_id in self._unread(jobs):
            is_named = are_named(await self._session.api.job(server_job_id), self._job_id)
            if is_named:
                return Found(server_job_id)
            if is_named is False and names_files:
                self._others.add(server_job_id)
            else:
                self._silent.append(server_job_id)
        new = self._new(jobs)
        return Found(
            unfinished=tuple(job for job in new if job in jobs.queue),
            finished=tuple(job for job in new if job in self._silent),
        )

    def _new(self, jobs: Jobs) -> list[str]:
        known = self._session.claimed | self._others
        return [job for job in jobs.since(self._newest) if job not in known]

    def _unread(self, jobs: Jobs) -> list[str]:
        over = [job for job in self._new(jobs) if job in jobs.finished and job not in self._silent]
        return over[-_NEWEST:]
