"""The events of one job between the socket that brings them and the reader that takes them."""

import asyncio

from tui.domain.events import JobEvent, JobProgressed, PreviewReceived


class Mailbox:
    """Events in order; of progress and previews only the latest. Putting never waits."""

    def __init__(self) -> None:
        self._events: list[JobEvent] = []
        self._woken = asyncio.Event()

    def put(self, event: JobEvent) -> None:
        """Add an event; an older progress or preview gives way to it."""
        if isinstance(event, JobProgressed | PreviewReceived):
            self._events = [other for other in self._events if type(other) is not type(event)]
        self._events.append(event)
        self._woken.set()

    def take(self) -> list[JobEvent]:
        """All that is there; the mailbox is empty afterwards."""
        events, self._events = self._events, []
        self._woken.clear()
        return events

    def wake(self) -> None:
        """Let `wait` return although nothing came."""
        self._woken.set()

    async def wait(self, seconds: float) -> None:
        """Until something came, `wake` was called, or the time is over."""
        try:
            async with asyncio.timeout(max(seconds, 0)):
                await self._woken.wait()
        except TimeoutError:
            return
