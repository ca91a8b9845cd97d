"""What happens elsewhere and concerns our jobs: other programs' writes, servers that come back, settings."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from tui.domain.errors import SaveError, ServerError
from tui.services.archive import Archive
from tui.services.folding import events_between
from tui.services.job_queue import JobQueue
from tui.services.protocols import SettingsSource
from tui.services.saving import Desk
from tui.services.scheduling import Scheduler
from tui.services.tasks import BackgroundTasks
from tui.storage import jobs, leases
from tui.storage.entries import Entry

_POLL_SECONDS = 0.5
_POLLS_A_BEAT = 10
_FREE_ONES_SECONDS = 20.0
"""How long programs have to write the jobs they hold into a new journal, before what nobody holds follows."""


class Lookout:
    """Watches the journal for what other programs write, and wakes the scheduler when something may go on."""

    def __init__(
        self,
        settings: SettingsSource,
        desk: Desk,
        scheduler: Scheduler,
        queue: JobQueue,
        archive: Archive,
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._scheduler = scheduler
        self._queue = queue
        self._archive = archive
        self._revision = 0
        self._data_version = 0
        self._file: object = None
        self._free_ones_at: float | None = None
        self._tasks = BackgroundTasks()

    async def open(self) -> None:
        """Begin to watch."""
        read = self._desk.book.journal.read
        self._revision = await read(jobs.revision)
        self._data_version = await read(jobs.data_version)
        self._file = self._desk.book.journal.file
        await self._queue.refresh()
        self._tasks.start(self._wake_at(self._desk.connections.events()), name="connections follower")
        self._tasks.start(self._wake_at(self._settings.events()), name="queue depth follower")
        self._tasks.start(self._poll(), name="journal follower")

    async def aclose(self) -> None:
        """Watch no more."""
        await self._tasks.aclose()

    async def _wake_at(self, events: AsyncIterator[Any]) -> None:
        async for _ in events:
            self._scheduler.wake()

    async def _poll(self) -> None:
        polls = 0
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            polls += 1
            try:
                await self._look()
                if polls % _POLLS_A_BEAT == 0:
                    await self._beat()
            except SaveError as error:
                self._desk.book.problem = error

    async def _beat(self) -> None:
        book = self._desk.book
        await book.journal.renew()
        await book.journal.do(leases.beat, book.owner)
        book.problem = None  # it can be written again
        await book.catch_up()
        if self._free_ones_at is not None and time.monotonic() > self._free_ones_at:
            self._free_ones_at = None
            await self._insert_missing(None)
        if await book.journal.do(leases.bury_dead):
            self._scheduler.wake()

    async def _look(self) -> None:
        read = self._desk.book.journal.read
        if self._desk.book.journal.file != self._file:
            await self._write_anew()
        revision = await read(jobs.revision)
        data_version = await read(jobs.data_version)
        self._revision = min(self._revision, revision)  # a new journal counts from the beginning
        if data_version == self._data_version:
            self._revision = revision  # read first: up to here all changes are our own
            return
        self._data_version = data_version
        for entry in await read(jobs.changed_since, self._revision):
            self._revision = entry.revision
            await self._take_in(entry)
        await self._archive.forget_dropped()
        await self._queue.refresh()
        self._scheduler.wake()

    async def _write_anew(self) -> None:
        """Bring what waits, runs and is held back here into a journal that took the place of the old one."""
        book = self._desk.book
        await book.journal.do(leases.beat, book.owner)
        await self._queue.write_anew()
        await self._insert_missing(book.owner.id)
        self._file = book.journal.file
        self._free_ones_at = time.monotonic() + _FREE_ONES_SECONDS

    async def _insert_missing(self, owner: str | None) -> None:
        for entry in self._desk.roster.entries:
            if not entry.phase.status.is_over and entry.owner == owner:
                await self._desk.book.journal.do(jobs.insert_missing, entry)
        self._scheduler.wake()

    async def _take_in(self, entry: Entry) -> None:
        run = self._scheduler.run_of(entry.job.id)
        if run is not None:
            if entry.wants_cancel:
                await self._cancel(entry)
            return
        before = self._desk.roster.get(entry.job.id)
        if before is not None and before.phase.status.is_over and not entry.phase.status.is_over:
            return  # read before it ended
        self._desk.roster.put(entry, *events_between(before, entry))

    async def _cancel(self, entry: Entry) -> None:
        run = self._scheduler.run_of(entry.job.id)
        if run is None or run.wants_cancel:
            return
        try:
            await run.cancel()
        except ServerError:
            self._desk.connections.check_soon(entry.job.server)  # the wish stays and is tried again
