"""A1111 and its dialects: Forge, reForge, SD.Next, stable-diffusion.cpp."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from tui.backends.a1111_arrival import Arrival
from tui.backends.a1111_line import Line
from tui.backends.a1111_native import NativeWatch
from tui.backends.a1111_pace import Pace
from tui.backends.a1111_pictures import whole_file
from tui.backends.a1111_prepare import UPSCALERS
from tui.backends.a1111_probe import Found
from tui.backends.a1111_session import Session
from tui.backends.a1111_track import TaskTracker
from tui.backends.a1111_watch import JobWatch
from tui.backends.base import ImageBackend
from tui.backends.sessions import Sessions, Watches
from tui.domain.errors import (
    NotFoundError,
    RequestRejectedError,
    ServerError,
)
from tui.domain.events import JobEvent
from tui.domain.job import JobId, OutputImage
from tui.domain.request import FieldValue, GenerationRequest
from tui.domain.server import Capabilities, Catalog, ServerStatus
from tui.domain.settings import ServerSettings
from tui.protocol.a1111_dialect import (
    CONTROLNETS,
    LORAS,
    MEMORY,
    PREPROCESSORS,
    USUAL,
    capabilities,
    classify,
)
from tui.protocol.a1111_lists import (
    Options,
    loaded_first,
    read_controlnets,
    read_embeddings,
    read_loras,
    read_memory,
    read_names,
    read_preprocessors,
    read_upscalers,
    read_vaes,
    without_hash,
)
from tui.protocol.a1111_progress import Stage

_TYPICAL = classify(USUAL)
"""What is offered before a server was asked."""


class A1111Backend(ImageBackend):
    """One server that speaks A1111's API, whichever of its dialects it turns out to be."""

    def __init__(self, settings: ServerSettings, *, pace: Pace | None = None) -> None:
        super().__init__(settings)
        self._pace = pace or Pace()
        self._line, self._arrival = Line(), Arrival(self._pace.starting)
        self._sessions = Sessions(self._open_session)
        self._watches: Watches[JobWatch | NativeWatch] = Watches()
        self._found: Found | None = None
        self._is_emptied = False
        self._lacks_controlnets = False

    async def configure(self, settings: ServerSettings) -> None:
        """Take other settings; jobs that run keep their connection until they are over."""
        if settings.url != self._settings.url:
            self._line, self._arrival = Line(), Arrival(self._pace.starting)
        self._settings = settings
        await self._sessions.renew()

    async def disconnect(self) -> None:
        """Let go of the connections; jobs on the server go on, and their pictures are lost."""
        self._is_connected = False
        self._watches.abandon()
        await self._sessions.aclose()

    async def status(self) -> ServerStatus:
        """Product, version, memory and the loaded checkpoint; what the server is, is found out once."""
        session = self._sessions.current
        try:
            found = await session.server_now()
        except ServerError:
            session.forget()
            raise
        self._found = found
        memory = read_memory(await session.api.find(MEMORY) if found.dialect.has_memory else None)
        return ServerStatus(
            product=found.dialect.family.value,
            version=found.dialect.version or session.version,
            device=memory.device,
            memory_total=memory.total,
            memory_free=memory.free,
            model=without_hash(found.options.checkpoint),
            note=found.note,
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this dialect can do; before it was asked, what most can."""
        if self._found is None:
            return capabilities(_TYPICAL, Options())
        found = self._found
        return capabilities(found.dialect, found.options, lacks_controlnets=self._lacks_controlnets)

    async def catalog(self) -> Catalog:
        """The server's lists, fresh; empty where it has none."""
        session = self._sessions.current
        found = self._found = await session.server()
        names = await session.learn_names(found)
        paths = ("samplers", "sd-vae", "embeddings", "prompt-styles")
        samplers, vaes, embeddings, styles = await asyncio.gather(
            *(session.api.find(f"/sdapi/v1/{path}") for path in paths)
        )
        choices = {"vae": read_vaes(vaes, found.options.vae)} if found.dialect.has_vaes else {}
        controlnets: tuple[str, ...] = ()
        if found.dialect.has_control:
            controlnets = read_controlnets(await session.api.find(CONTROLNETS))
            choices["preprocessor"] = read_preprocessors(await session.api.find(PREPROCESSORS))
        self._lacks_controlnets = not controlnets
        has_upscalers = "upscaler" in self.capabilities.fields
        upscalers = await session.api.find(UPSCALERS) if has_upscalers else None
        return Catalog(
            checkpoints=loaded_first(names.checkpoints, found.options.checkpoint),
            samplers=read_names(samplers),
            schedulers=tuple(scheduler.name for scheduler in names.schedulers),
            loras=tuple(lora.name for lora in read_loras(await session.api.find(LORAS))),
            vaes=read_names(vaes, "model_name"),
            upscalers=tuple(upscaler.name for upscaler in read_upscalers(upscalers)),
            embeddings=read_embeddings(embeddings),
            styles=read_names(styles),
            controlnets=controlnets,
            choices=MappingProxyType(choices),
        )

    async def recipe(self, picture: Path) -> Mapping[str, FieldValue]:
        """See `ImageBackend`: the infotext, read as the server's own page reads it."""
        data = await asyncio.to_thread(whole_file, picture)
        with suppress(NotFoundError, RequestRejectedError):  # it lacks the route, or cannot read the picture
            return await self._sessions.current.api.png_info(data)
        return {}

    async def free_memory(self) -> None:
        """See `ImageBackend`; only while nothing runs, for whomever, and where the server has the route."""
        session = self._sessions.current
        if (await session.server()).dialect.is_native or (await session.api.progress()).is_busy:
            return
        with suppress(NotFoundError):
            await session.api.unload_checkpoint()
            self._is_emptied = True

    async def take_memory(self) -> None:
        """See `ImageBackend`: A1111 does not move its checkpoint back by itself."""
        if self._is_emptied:
            self._is_emptied = False
            await self._sessions.current.api.reload_checkpoint()

    async def run(self, job_id: JobId, request: GenerationRequest) -> AsyncIterator[JobEvent]:
        """See `ImageBackend`."""
        async with self._watching(job_id, request) as watch, aclosing(watch.run()) as events:
            async for event in events:
                yield event

    async def attach(
        self, job_id: JobId, request: GenerationRequest, server_job_id: str | None = None
    ) -> AsyncIterator[JobEvent]:
        """See `ImageBackend`."""
        async with (
            self._watching(job_id, request, server_job_id) as watch,
            aclosing(watch.attach()) as events,
        ):
            async for event in events:
                yield event

    async def cancel(self, job_id: JobId) -> None:
        """See `ImageBackend`; the wish is taken here, and the job's stream tells when it is fulfilled."""
        watch = self._watches.of(job_id)
        if watch is not None:
            watch.cancel()
            return
        if (await self._sessions.current.server()).dialect.has_tasks:
            await self._stop_unwatched(job_id)

    async def fetch(self, output: OutputImage) -> AsyncIterator[bytes]:
        """See `ImageBackend`. Pictures come with the answer; the server keeps none."""
        if output.data is None:
            raise NotFoundError(
                f"{self._sessions.current.api.label} does not keep {output.filename}.",
                "It hands pictures only to the connection that asked for them.",
            )
        yield output.data

    def _open_session(self) -> Session:
        return Session(self._settings, self._pace, self._line, self._arrival)

    async def _stop_unwatched(self, job_id: JobId) -> None:
        """Stop a job that another process sent, if it is the one that runs."""
        api = self._sessions.current.api
        sight = await TaskTracker(api, job_id).look()
        if sight.may_interrupt:
            await api.interrupt()
        elif sight.stage is Stage.QUEUED:
            raise RequestRejectedError(
                f"The job still waits, and {api.label} cannot drop it.", "Cancel it again once it runs."
            )

    @asynccontextmanager
    async def _watching(
        self, job_id: JobId, request: GenerationRequest, server_job_id: str | None = None
    ) -> AsyncGenerator[JobWatch | NativeWatch]:
        async with self._sessions.used() as session:
            watch = (
                NativeWatch(session, job_id, request, server_job_id)
                if (await session.server()).dialect.is_native
                else JobWatch(session, job_id, request)
            )
            with self._watches.holding(job_id, watch):
                yield watch
