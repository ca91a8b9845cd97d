"""The one place where what services say becomes what screens show."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Protocol

from tui.domain.events import JobChanged, JobDropped, OutputSaved, PreviewReceived, ServiceEvent
from tui.domain.job import Job, JobId
from tui.domain.server import Connection
from tui.domain.settings import Settings

if TYPE_CHECKING:
    from tui.services.bundle import Services

FRAMES_PER_SECOND = 30


class Listener(Protocol):
    """What the pump feeds: the application."""

    def show_jobs(self, jobs: tuple[Job, ...]) -> None: ...

    def show_connections(self, connections: tuple[Connection, ...]) -> None: ...

    def show_settings(self, settings: Settings) -> None: ...

    def show_preview(self, preview: PreviewReceived) -> None: ...

    def show_output(self, saved: OutputSaved) -> None: ...

    def show_ending(self, job: Job) -> None: ...

    def show_dropped(self, job_ids: frozenset[JobId]) -> None: ...


class Pump:
    """Collects facts as they come and hands them on at most thirty times a second, the latest of each."""

    def __init__(self, services: "Services", listener: Listener) -> None:
        self._services = services
        self._listener = listener
        self._has_news = asyncio.Event()
        self._jobs_changed = True
        self._connections_changed = True
        self._settings: Settings | None = None
        self._previews: dict[JobId, PreviewReceived] = {}
        self._outputs: list[OutputSaved] = []
        self._endings: dict[JobId, Job] = {}
        self._dropped: set[JobId] = set()
        self._over: set[JobId] = {job.id for job in services.generation.jobs if job.status.is_over}

    async def run(self) -> None:
        """Feed the listener until cancelled."""
        services = self._services
        async with asyncio.TaskGroup() as group:
            group.create_task(self._collect(services.generation.events(), self._take_event))
            group.create_task(self._collect(services.connections.events(), self._take_connection))
            group.create_task(self._collect(services.settings.events(), self._take_settings))
            group.create_task(self._deliver())

    async def _collect(self, events: AsyncIterator[object], take: Callable[..., None]) -> None:
        async for event in events:
            take(event)
            self._has_news.set()

    def _take_event(self, event: ServiceEvent) -> None:
        match event:
            case PreviewReceived():
                self._previews[event.job_id] = event
            case OutputSaved():
                self._outputs.append(event)
            case JobChanged():
                self._jobs_changed = True
                self._note_ending(event.job)
            case JobDropped():
                self._jobs_changed = True
                self._dropped.add(event.job_id)
            case _:
                self._jobs_changed = True

    def _note_ending(self, job: Job) -> None:
        if not job.status.is_over:
            self._over.discard(job.id)
        elif job.id not in self._over:
            self._over.add(job.id)
            self._endings[job.id] = job

    def _take_connection(self, _: Connection) -> None:
        self._connections_changed = True

    def _take_settings(self, settings: Settings) -> None:
        self._settings = settings
        self._connections_changed = True

    async def _deliver(self) -> None:
        while True:
            self.flush()
            await asyncio.sleep(1 / FRAMES_PER_SECOND)
            await self._has_news.wait()
            self._has_news.clear()

    def flush(self) -> None:
        """Hand on what came since the last time."""
        listener = self._listener
        if self._settings is not None:
            settings, self._settings = self._settings, None
            listener.show_settings(settings)
        if self._connections_changed:
            self._connections_changed = False
            listener.show_connections(self._services.connections.connections)
        if self._jobs_changed:
            self._jobs_changed = False
            listener.show_jobs(self._services.generation.jobs)
        previews, self._previews = self._previews, {}
        for preview in previews.values():
            listener.show_preview(preview)
        outputs, self._outputs = self._outputs, []
        for saved in outputs:
            listener.show_output(saved)
        if self._dropped:
            dropped, self._dropped = frozenset(self._dropped), set()
            listener.show_dropped(dropped)
        endings, self._endings = self._endings, {}
        for job in endings.values():
            listener.show_ending(job)
