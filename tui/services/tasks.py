"""The background tasks of one service: kept while they run, cancelled when it closes."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

_LONGEST_HOLD = 0.005
"""Seconds: a key press waits no longer than this for one loop."""


@asynccontextmanager
async def closed_after(stream: AsyncIterator[object]) -> AsyncGenerator[None]:
    """Let go of a stream at once when it is left early, rather than when it is forgotten."""
    try:
        yield
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


class BackgroundTasks:
    """Unlike a TaskGroup it may be closed by another task than the one that opened it, and one task's
    fault does not end the others: it goes to the loop's exception handler."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Run `work` beside everything else."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._forget)
        return task

    async def aclose(self) -> None:
        """Cancel what runs and wait until it has ended."""
        while self._tasks:
            tasks = tuple(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await asyncio.sleep(0)  # let the callbacks forget them

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        task.get_loop().call_exception_handler(
            {"message": f"{task.get_name()} ended by a fault", "exception": error, "task": task}
        )


class Courtesy:
    """Lets everybody else have the event loop now and then, in a loop that may find much to do at once."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    async def give_way(self) -> None:
        """Pause for a moment if the last pause was a while ago."""
        if time.monotonic() - self._since > _LONGEST_HOLD:
            await asyncio.sleep(0)
            self._since = time.monotonic()
