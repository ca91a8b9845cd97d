"""The person's own command, run once for every job that ends in this program."""

import asyncio
from types import TracebackType
from typing import Self

from tui.domain.errors import InputError
from tui.domain.job import Job
from tui.services.broadcast import Broadcast, Subscription
from tui.services.protocols import SettingsSource

FAREWELL = 2.0
"""Seconds that a command which still runs is given when the program ends."""


class Hooks:
    """Whoever ran a job runs the command for it: another program that only watched does not."""

    def __init__(self, settings: SettingsSource) -> None:
        self._settings = settings
        self._running: set[asyncio.Task[None]] = set()
        self._failures: Broadcast[InputError] = Broadcast()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=FAREWELL)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        self._failures.close()

    def job_ended(self, job: Job) -> None:
        """Run the command, if there is one, beside everything else."""
        command = self._settings.current.notices.command
        if command:
            task = asyncio.create_task(self._run(command, job), name=f"command for {job.id}")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    def failures(self) -> Subscription[InputError]:
        """Why a command could not be run, or that it failed; from now on."""
        return self._failures.subscribe()

    async def finished(self) -> None:
        """Return once no command runs."""
        while self._running:
            await asyncio.wait(tuple(self._running))

    async def _run(self, command: str, job: Job) -> None:
        from tui.services.hook import run_hook  # most people have no such command

        try:
            await run_hook(command, job)
        except InputError as error:
            self._failures.publish(error)
