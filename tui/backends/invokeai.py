"""InvokeAI: graphs made here, a queue there, progress over socket.io, pictures by name."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from types import MappingProxyType

from tui.backends.base import ImageBackend
from tui.backends.invokeai_api import InvokeAIApi
from tui.backends.invokeai_pace import Pace
from tui.backends.invokeai_session import Session
from tui.backends.invokeai_submit import Prepared, prepare
from tui.backends.invokeai_watch import JobWatch
from tui.backends.sessions import Sessions, Watches
from tui.domain.errors import InputError, NotFoundError, PictureError
from tui.domain.events import JobEvent
from tui.domain.job import JobId, OutputImage
from tui.domain.request import GenerationRequest, Task
from tui.domain.server import Capabilities, Catalog, ServerStatus
from tui.domain.settings import ServerSettings
from tui.domain.text import one_line
from tui.protocol.invokeai_models import Models
from tui.protocol.invokeai_request import catalog_of

_FIELDS = frozenset(
    {
        "prompt",
        "negative_prompt",
        "checkpoint",
        "vae",
        "loras",
        "width",
        "height",
        "steps",
        "cfg_scale",
        "sampler",
        "seed",
        "batch_size",
        "denoise",
        "init_image",
        "mask",
        "control_image",
        "controlnet",
        "preprocessor",
        "control_strength",
        "upscaler",
    }
)
"""Not `scheduler`: one word there names sampler and schedule."""

_OLDEST = 6


class InvokeAIBackend(ImageBackend):
    """One InvokeAI 6, for one person or for several."""

    def __init__(self, settings: ServerSettings, *, pace: Pace | None = None) -> None:
        super().__init__(settings)
        self._pace = pace or Pace()
        self._sessions = Sessions(lambda: Session(self._settings, self._pace))
        self._watches: Watches[JobWatch] = Watches()
        self._models: Models | None = None
        self._device: str | None = None

    async def configure(self, settings: ServerSettings) -> None:
        """Take other settings; jobs that run keep their connection until they are over."""
        self._settings = settings
        self._models = self._device = None
        await self._sessions.renew()

    async def disconnect(self) -> None:
        """Let go of sockets; jobs on the server go on unwatched."""
        self._is_connected = False
        self._watches.abandon()
        await self._sessions.aclose()

    async def status(self) -> ServerStatus:
        """Version and device; a paused queue is said."""
        api = self._api
        version = await api.version()
        queue = await api.queue()
        if self._device is None:
            self._device = await api.device()
        note = "The queue is paused." if queue.is_paused else ""
        return ServerStatus(
            product="InvokeAI",
            version=one_line(version, 40),
            device=one_line(self._device, 80),
            note=note or _version_note(version),
        )

    @property
    def capabilities(self) -> Capabilities:
        """All tasks, but for what has no model."""
        missing: dict[str, str] = {}
        catalog = self._models.catalog() if self._models else None
        if catalog and not catalog.controlnets:
            missing[Task.CONTROL] = "This server has no ControlNet model."
        if catalog and not catalog.upscalers:
            missing[Task.UPSCALE] = "This server has no upscale model."
        return Capabilities(
            tasks=frozenset(set(Task) - {Task.CUSTOM} - missing.keys()),
            fields=_FIELDS,
            missing=MappingProxyType(missing),
        )

    async def catalog(self) -> Catalog:
        """The names of its models, fresh from the server."""
        return catalog_of(await self._fresh_models())

    async def free_memory(self) -> None:
        """See `ImageBackend`; only while nothing runs, and where the server has the route."""
        api = self._api
        if (await api.queue()).queue.in_progress:
            return
        with suppress(NotFoundError):
            await api.empty_cache()

    async def run(self, job_id: JobId, request: GenerationRequest) -> AsyncIterator[JobEvent]:
        """See `ImageBackend`."""
        async with self._watching(job_id) as watch:
            prepared = await self._prepare(request)
            async for event in watch.run(prepared):
                yield event

    async def attach(
        self,
        job_id: JobId,
        request: GenerationRequest,  # noqa: ARG002  # the item on the server has the whole graph
        server_job_id: str | None = None,
    ) -> AsyncIterator[JobEvent]:
        """See `ImageBackend`."""
        item_id = int(server_job_id) if server_job_id and server_job_id.isdecimal() else None
        async with self._watching(job_id, item_id) as watch:
            async for event in watch.attach():
                yield event

    async def cancel(self, job_id: JobId) -> None:
        """See `ImageBackend`."""
        watch = self._watches.of(job_id)
        if watch is None:
            await self._api.cancel_for(job_id)
        else:
            await watch.cancel()

    async def fetch(self, output: OutputImage) -> AsyncIterator[bytes]:
        """See `ImageBackend`."""
        async for piece in self._api.full(output):
            yield piece

    @property
    def _api(self) -> InvokeAIApi:
        return self._sessions.current.api

    async def _prepare(self, request: GenerationRequest) -> Prepared:
        api = self._api
        if self._models is not None:
            try:
                return await prepare(api, request, self._models)
            except PictureError:
                raise
            except InputError:
                pass  # a model may have been installed since the list was read
        return await prepare(api, request, await self._fresh_models())

    async def _fresh_models(self) -> Models:
        self._models = Models(await self._api.models())
        return self._models

    @asynccontextmanager
    async def _watching(self, job_id: JobId, item_id: int | None = None) -> AsyncGenerator[JobWatch]:
        async with self._sessions.used() as session:
            watch = JobWatch(session, job_id, item_id)
            with self._watches.holding(job_id, watch), closing(watch):
                yield watch


def _version_note(version: str) -> str:
    major = version.partition(".")[0]
    is_old = major.isdecimal() and int(major) < _OLDEST
    return f"InvokeAI {_OLDEST} or newer is meant; this one may not do everything." if is_old else ""
