"""A1111 and its dialects: Forge, reForge, SD.Next, stable-diffusion.cpp."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress

from tui.backends.a1111_arrival import Arrival
from tui.backends.a1111_line import Line
from tui.backends.a1111_native import NativeWatch
from tui.backends.a1111_pace import Pace
from tui.backends.a1111_prepare import LORAS, UPSCALERS
from tui.backends.a1111_probe import Found, read_current_options
from tui.backends.a1111_session import Session
from tui.backends.a1111_track import TaskTracker
from tui.backends.a1111_watch import JobWatch
from tui.backends.base import ImageBackend
from tui.domain.errors import (
    NotFoundError,
    RequestRejectedError,
    ServerError,
)
from tui.domain.events import JobEvent
from tui.domain.job import JobId, OutputImage
from tui.domain.request import GenerationRequest
from tui.domain.server import Capabilities, Catalog, ServerStatus
from tui.domain.settings import ServerSettings
from tui.protocol.a1111_dialect import (
    FLAGS,
    INTERRUPT,
    MEMORY,
    PROGRESS,
    UPSCALE,
    capabilities,
    classify,
)
from tui.protocol.a1111_lists import (
    Options,
    loaded_first,
    read_embeddings,
    read_loras,
    read_memory,
    read_names,
    read_upscalers,
    without_hash,
)
from tui.protocol.a1111_progress import Stage

_TYPICAL = classify(
    frozenset({PROGRESS, INTERRUPT, UPSCALE, FLAGS, "/sdapi/v1/schedulers", "/sdapi/v1/loras"})
)
"""What is offered before a server was asked."""

Watch = JobWatch | NativeWatch


class A1111Backend(ImageBackend):
    """One server that speaks A1111's API, whichever of its dialects it turns out to be."""

    def __init__(self, settings: ServerSettings, *, pace: Pace | None = None) -> None:
        super().__init__(settings)
        self._pace = pace or Pace()
        self._line = Line()
        self._session: Session | None = None
        self._old_sessions: list[Session] = []
        self._watches: dict[JobId, Watch] = {}
        self._found: Found | None = None
        self._arrival = Arrival(self._pace.starting)
        self._is_emptied = False

    async def configure(self, settings: ServerSettings) -> None:
        """Take other settings; jobs that run keep their connection until they are over."""
        if self._session:
            self._old_sessions.append(self._session)
            self._session = None
        if settings.url != self._settings.url:
            self._line, self._arrival = Line(), Arrival(self._pace.starting)
        self._settings = settings
        await self._close_unused()

    async def disconnect(self) -> None:
        """Let go of the connections; jobs on the server go on, and their pictures are lost."""
        sessions = [*self._old_sessions, *([self._session] if self._session else [])]
        self._session, self._old_sessions = None, []
        self._is_connected = False
        for watch in self._watches.values():
            watch.abandon()
        for session in sessions:
            await session.aclose()

    async def status(self) -> ServerStatus:
        """Product, version, memory and the loaded checkpoint; what the server is, is found out once."""
        session = self._current
        try:
            found = await self._looked_at(session)
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
        return capabilities(self._found.dialect, self._found.options)

    async def catalog(self) -> Catalog:
        """The server's lists, fresh; empty where it has none."""
        session = self._current
        found = self._found = await session.server()
        names = await session.learn_names(found.dialect)
        paths = ("samplers", "sd-vae", "embeddings", "prompt-styles")
        samplers, vaes, embeddings, styles = await asyncio.gather(
            *(session.api.find(f"/sdapi/v1/{path}") for path in paths)
        )
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
        )

    async def free_memory(self) -> None:
        """See `ImageBackend`; only while nothing runs, for whomever, and where the server has the route."""
        session = self._current
        if (await session.server()).dialect.is_native or (await session.api.progress()).is_busy:
            return
        with suppress(NotFoundError):
            await session.api.unload_checkpoint()
            self._is_emptied = True

    async def take_memory(self) -> None:
        """See `ImageBackend`: A1111 does not move its checkpoint back by itself."""
        if self._is_emptied:
            self._is_emptied = False
            await self._current.api.reload_checkpoint()

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
        watch = self._watches.get(job_id)
        if watch is not None:
            watch.cancel()
            return
        if (await self._current.server()).dialect.has_tasks:
            await self._stop_unwatched(job_id)

    async def fetch(self, output: OutputImage) -> AsyncIterator[bytes]:
        """See `ImageBackend`. Pictures come with the answer; the server keeps none."""
        if output.data is None:
            raise NotFoundError(
                f"{self._current.api.label} does not keep {output.filename}.",
                "It hands pictures only to the connection that asked for them.",
            )
        yield output.data

    @property
    def _current(self) -> Session:
        if self._session is None:
            self._session = Session(self._settings, self._pace, self._line, self._arrival)
        return self._session

    async def _looked_at(self, session: Session) -> Found:
        if session.found is None:
            return await session.server()
        options, note = await read_current_options(session.api)
        session.found = Found(session.found.dialect, options, note)
        return session.found

    async def _stop_unwatched(self, job_id: JobId) -> None:
        """Stop a job that another process sent, if it is the one that runs."""
        api = self._current.api
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
    ) -> AsyncGenerator[Watch]:
        session = self._current
        try:
            with session.used():
                is_native = (await session.server()).dialect.is_native
                watch = self._watches[job_id] = (
                    NativeWatch(session, job_id, request, server_job_id)
                    if is_native
                    else JobWatch(session, job_id, request)
                )
                yield watch
        finally:
            self._watches.pop(job_id, None)
            await self._close_unused()

    async def _close_unused(self) -> None:
        for session in [session for session in self._old_sessions if not session.is_used]:
            self._old_sessions.remove(session)
            await session.aclose()
