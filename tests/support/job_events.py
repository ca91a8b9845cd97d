"""Following a job in a test."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import TypeVar, cast

from tui.backends.base import ImageBackend
from tui.domain.events import JobEvent, LastEvent, OutputReceived
from tui.domain.job import JobId, OutputImage, new_job_id
from tui.domain.request import GenerationRequest

T = TypeVar("T")


class Followed:
    """A job that runs while the test does something else; its events gather here."""

    def __init__(self, stream: AsyncIterator[JobEvent], job_id: JobId) -> None:
        self.id = job_id
        self.events: list[JobEvent] = []
        self._woken = asyncio.Event()
        self._task = asyncio.create_task(self._follow(stream))
        self._task.add_done_callback(lambda _: self._woken.set())

    @property
    def last(self) -> JobEvent:
        """The latest event."""
        return self.events[-1]

    @property
    def outputs(self) -> list[OutputImage]:
        """The files announced so far."""
        return [event.output for event in self.of(OutputReceived)]

    def of(self, kind: type[T]) -> list[T]:
        """The events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    async def until(
        self, kind: type[T], condition: Callable[[T], bool] = lambda _: True, seconds: float = 30
    ) -> T:
        """Wait for an event of that kind; fails when the job ends without it."""

        def found() -> T | None:
            return next((event for event in self.of(kind) if condition(event)), None)

        async with asyncio.timeout(seconds):
            while found() is None and not self._task.done():
                self._woken.clear()
                await self._woken.wait()
        event = found()
        assert event is not None, f"ended without it: {[type(event).__name__ for event in self.events]}"
        return event

    async def over(self, seconds: float = 60) -> list[JobEvent]:
        """Wait for the end; all events. Raises what the stream raised."""
        async with asyncio.timeout(seconds):
            await self._task
        assert isinstance(self.last, LastEvent)
        assert not any(isinstance(event, LastEvent) for event in self.events[:-1])
        return self.events

    async def leave(self) -> None:
        """Stop watching."""
        self._task.cancel()
        await asyncio.wait((self._task,))

    async def _follow(self, stream: AsyncIterator[JobEvent]) -> None:
        # every backend's streams are generators, closed when their reader leaves
        async with aclosing(cast("AsyncGenerator[JobEvent]", stream)) as events:
            async for event in events:
                assert event.job_id == self.id
                self.events.append(event)
                self._woken.set()


def follow(backend: ImageBackend, request: GenerationRequest, job_id: JobId | None = None) -> Followed:
    """Submit and follow."""
    job_id = job_id or new_job_id()
    return Followed(backend.run(job_id, request), job_id)


async def fetched(backend: ImageBackend, output: OutputImage) -> bytes:
    """The whole file."""
    return b"".join([piece async for piece in backend.fetch(output)])
