"""Fooocus, through Fooocus-API."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType

from tui.backends.base import ImageBackend
from tui.backends.fooocus_pace import Pace
from tui.backends.fooocus_session import Session
from tui.backends.fooocus_watch import JobWatch
from tui.backends.sessions import Sessions, Watches
from tui.domain.errors import NotFoundError, ServerError
from tui.domain.events import JobEvent, LastEvent
from tui.domain.job import JobId, OutputImage
from tui.domain.request import GenerationRequest, Task
from tui.domain.server import Capabilities, Catalog, ServerStatus
from tui.domain.settings import ServerSettings
from tui.protocol.fooocus_checks import SIDES
from tui.protocol.fooocus_offer import SAMPLERS, SCHEDULERS, in_front

_CAPABILITIES = Capabilities(
    tasks=frozenset(Task) - {Task.CUSTOM},
    fields=frozenset(
        {
            "prompt",
            "negative_prompt",
            "checkpoint",
            "loras",
            "styles",
            "performance",
            "width",
            "height",
            "steps",
            "cfg_scale",
            "sampler",
            "scheduler",
            "seed",
            "batch_size",
            "denoise",
            "init_image",
            "mask",
            "outpaint",
            "control_image",
            "controlnet",
            "control_strength",
            "upscaler",
        }
    ),
    can_cancel_waiting=False,
    missing=MappingProxyType({Task.CUSTOM: "Fooocus runs no ComfyUI workflows."}),
)


class FooocusBackend(ImageBackend):
    """One Fooocus-API."""

    def __init__(self, settings: ServerSettings, *, pace: Pace | None = None) -> None:
        super().__init__(settings)
        self._pace = pace or Pace()
        self._sessions = Sessions(lambda: Session(self._settings, self._pace))
        self._watches: Watches[JobWatch] = Watches()
        self._places: dict[JobId, str] = {}
        """The server's ids of jobs that are not over: one may be left, and watched again."""

    async def configure(self, settings: ServerSettings) -> None:
        """Take other settings; jobs that run keep their connection until they are over."""
        self._settings = settings
        await self._sessions.renew()

    async def disconnect(self) -> None:
        """Let go of the connections; jobs on the server go on unwatched."""
        self._is_connected = False
        self._watches.abandon()
        await self._sessions.aclose()

    async def status(self) -> ServerStatus:
        """The release, as far as its routes tell, and how much it has to do."""
        session = self._sessions.current
        try:
            await session.api.ping()
            offer = await session.offer()
            waiting = (await session.api.queue_size()).waiting
        except ServerError:
            session.forget()
            raise
        queue = {0: "", 1: "one job in its queue"}.get(waiting, f"{waiting} jobs in its queue")
        return ServerStatus(product="Fooocus-API", version=offer.version, note=queue)

    @property
    def capabilities(self) -> Capabilities:
        """The same for every release."""
        return _CAPABILITIES

    async def catalog(self) -> Catalog:
        """The server's lists, fresh, and what it takes for what is left alone."""
        session = self._sessions.current
        session.forget()
        names, offer = await session.api.names(), await session.offer()
        has_default = offer.checkpoint in names.checkpoints
        return Catalog(
            checkpoints=in_front(names.checkpoints, offer.checkpoint if has_default else ""),
            samplers=in_front(SAMPLERS, offer.sampler),
            schedulers=in_front(SCHEDULERS, offer.scheduler),
            loras=names.loras,
            upscalers=offer.upscalers,
            controlnets=offer.controls,
            styles=names.styles,
            choices=MappingProxyType({"performance": offer.performances, "outpaint": SIDES}),
            defaults=MappingProxyType(offer.defaults),
        )

    async def free_memory(self) -> None:
        """See `ImageBackend`; only while nothing runs or waits, and where the server has the route."""
        api = self._sessions.current.api
        if (await api.queue_size()).waiting:
            return
        with suppress(NotFoundError):
            await api.clean_memory()

    async def run(self, job_id: JobId, request: GenerationRequest) -> AsyncIterator[JobEvent]:
        """See `ImageBackend`."""
        async with self._watching(job_id, request) as watch:
            async for event in watch.run():
                self._remember(watch, event)
                yield event

    async def attach(
        self, job_id: JobId, request: GenerationRequest, server_job_id: str | None = None
    ) -> AsyncIterator[JobEvent]:
        """See `ImageBackend`."""
        known = server_job_id or self._places.get(job_id)
        async with self._watching(job_id, request) as watch:
            async for event in watch.attach(known):
                self._remember(watch, event)
                yield event

    async def cancel(self, job_id: JobId) -> None:
        """See `ImageBackend`. The wish is taken here, and the job's stream tells when it is fulfilled; a job
        that nobody watches is not touched, since a stop has no name on it."""
        if (watch := self._watches.of(job_id)) is not None:
            watch.cancel()

    async def fetch(self, output: OutputImage) -> AsyncIterator[bytes]:
        """See `ImageBackend`."""
        if output.data is not None:
            yield output.data
            return
        async for piece in self._sessions.current.api.file(output):
            yield piece

    def _remember(self, watch: JobWatch, event: JobEvent) -> None:
        if isinstance(event, LastEvent):
            self._places.pop(event.job_id, None)
        elif watch.server_job_id:
            self._places[event.job_id] = watch.server_job_id

    @asynccontextmanager
    async def _watching(self, job_id: JobId, request: GenerationRequest) -> AsyncGenerator[JobWatch]:
        async with self._sessions.used() as session:
            with self._watches.holding(job_id, JobWatch(session, job_id, request)) as watch:
                yield watch
