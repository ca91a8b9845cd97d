"""What one backend has open: its sessions, and who watches which job."""

from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Generic, Protocol, TypeVar

from tui.domain.job import JobId


class Session(Protocol):
    """Everything that one version of the settings opened."""

    async def aclose(self) -> None:
        """Close it; once more does no harm."""


class Watch(Protocol):
    """Somebody who follows one job."""

    def abandon(self) -> None:
        """End the stream of its events: the connection is being given up."""


S = TypeVar("S", bound=Session)
W = TypeVar("W", bound=Watch)


class Sessions(Generic[S]):
    """The sessions of one backend. Other settings open another one; who uses the one before keeps it."""

    def __init__(self, open_session: Callable[[], S]) -> None:
        self._open = open_session
        self._current: S | None = None
        self._retired: list[S] = []
        self._in_use: list[S] = []
        """A session stands here once for each who uses it."""

    @property
    def current(self) -> S:
        """The session of the present settings, opened when it is first asked for."""
        if self._current is None:
            self._current = self._open()
        return self._current

    @asynccontextmanager
    async def used(self) -> AsyncGenerator[S]:
        """The current session, kept open until the one who uses it is done."""
        session = self.current
        self._in_use.append(session)
        try:
            yield session
        finally:
            self._in_use.remove(session)
            await self._close_unused()

    def retire(self) -> None:
        """Let the next one who asks have a new session."""
        if self._current is not None:
            self._retired.append(self._current)
            self._current = None

    async def renew(self) -> None:
        """The same, and close what nobody uses."""
        self.retire()
        await self._close_unused()

    async def aclose(self) -> None:
        """Close all of them, also those in use; the next one who asks has a new session."""
        self.retire()
        sessions, self._retired = self._retired, []
        for session in sessions:
            await session.aclose()

    async def _close_unused(self) -> None:
        for session in [session for session in self._retired if session not in self._in_use]:
            self._retired.remove(session)
            await session.aclose()


class Watches(Generic[W]):
    """Who watches which job."""

    def __init__(self) -> None:
        self._by_job: dict[JobId, W] = {}

    def of(self, job_id: JobId) -> W | None:
        """Who watches the job, if anybody does."""
        return self._by_job.get(job_id)

    @contextmanager
    def holding(self, job_id: JobId, watch: W) -> Generator[W]:
        """Let `watch` be found while it follows the job; a later one of the same job takes its place."""
        self._by_job[job_id] = watch
        try:
            yield watch
        finally:
            if self._by_job.get(job_id) is watch:
                del self._by_job[job_id]

    def abandon(self) -> None:
        """Tell all of them that the connection is being given up."""
        for watch in self._by_job.values():
            watch.abandon()
