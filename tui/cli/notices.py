"""What a person is told beside a command's own lines: window title, bar, a word at the end, a failed hook."""

import asyncio
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from tui.cli.faults import tell
from tui.domain.errors import InputError
from tui.domain.events import JobChanged
from tui.domain.job import Job, JobId
from tui.services.bundle import Services

if TYPE_CHECKING:
    from tui.ui.speaker import Speaker


@asynccontextmanager
async def notices(
    services: Services, job_id: JobId | None = None, *, is_quiet: bool = False
) -> AsyncGenerator[None]:
    """While entered, tell of one job, or of all. `is_quiet`: nothing but hooks that failed.

    Nothing is written where stderr is no terminal.
    """
    failures = services.hooks.failures()
    tasks = [asyncio.create_task(_tell_of_hooks(failures))]
    follower = None if is_quiet or not sys.stderr.isatty() else _Follower(services, job_id)
    if follower is not None:
        tasks.append(asyncio.create_task(follower.run()))
    try:
        yield
    finally:
        await failures.aclose()
        if follower is not None:
            await follower.aclose()
        await asyncio.gather(*tasks)


async def _tell_of_hooks(failures: AsyncIterator[InputError]) -> None:
    async for error in failures:
        tell(error)


class _Follower:
    """Hands what happens to a speaker, a few times a second."""

    def __init__(self, services: Services, job_id: JobId | None) -> None:
        self._services = services
        self._job_id = job_id
        self._events = services.generation.events()
        self._ended: dict[JobId, Job] = {}
        self._told: set[JobId] = set()
        self._is_over = asyncio.Event()

    async def run(self) -> None:
        """Until closed."""
        from tui.terminal.environment import known_terminal  # a script has no terminal
        from tui.ui.speaker import PAUSE, Speaker

        speaker = Speaker(await asyncio.to_thread(known_terminal), _write)
        collecting = asyncio.create_task(self._collect())
        while not self._is_over.is_set():
            self._speak(speaker)
            with suppress(TimeoutError):
                async with asyncio.timeout(PAUSE):
                    await self._is_over.wait()
        await collecting
        self._speak(speaker)
        speaker.clear()

    async def aclose(self) -> None:
        """Say the last word."""
        await self._events.aclose()
        self._is_over.set()

    async def _collect(self) -> None:
        async for event in self._events:
            if isinstance(event, JobChanged) and event.job.status.is_over:
                self._ended[event.job.id] = event.job

    def _speak(self, speaker: "Speaker") -> None:
        wishes = self._services.settings.current.notices
        ended = [job for job in self._ended.values() if self._is_meant(job) and job.id not in self._told]
        self._told.update(job.id for job in ended)
        self._ended.clear()
        speaker.show([job for job in self._services.generation.jobs if self._is_meant(job)], wishes)
        speaker.tell(ended, wishes, is_away=False)

    def _is_meant(self, job: Job) -> bool:
        return self._job_id in (None, job.id)


def _write(data: bytes) -> None:
    sys.stderr.buffer.write(data)
    sys.stderr.buffer.flush()
