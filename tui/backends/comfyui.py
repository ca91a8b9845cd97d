"""ComfyUI: graphs in, progress over a socket, files out."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager, closing
from types import MappingProxyType
from uuid import uuid4

from tui.backends.base import ImageBackend
from tui.backends.comfyui_api import ComfyUIApi
from tui.backends.comfyui_cancel import cancel_job
from tui.backends.comfyui_library import fetch_picture, fetch_workflow, list_workflows
from tui.backends.comfyui_pace import Pace
from tui.backends.comfyui_session import Session
from tui.backends.comfyui_watch import JobWatch
from tui.backends.sessions import Sessions, Watches
from tui.domain.errors import WorkflowError
from tui.domain.events import JobEvent
from tui.domain.job import JobId, OutputImage
from tui.domain.request import ApiWorkflow, GenerationRequest, Task
from tui.domain.server import Capabilities, Catalog, ServerStatus
from tui.domain.settings import ServerSettings
from tui.domain.workflow import NodeCatalog, ServerWorkflow
from tui.protocol.comfyui_answers import choices_of

_LOADERS = {
    "CheckpointLoaderSimple": ("ckpt_name", "/models/checkpoints"),
    "LoraLoader": ("lora_name", "/models/loras"),
    "VAELoader": ("vae_name", "/models/vae"),
    "UpscaleModelLoader": ("model_name", "/models/upscale_models"),
    "ControlNetLoader": ("control_net_name", "/models/controlnet"),
}
"""Whose input declares a list of files, and the route for servers without that node."""

_MOST_CLASSES = 24
"""So many are asked for one by one; more of them, and all at once is sooner."""


class ComfyUIBackend(ImageBackend):
    """One ComfyUI. `client_id` names this program to it: events of a job go to the id that queued it."""

    def __init__(
        self, settings: ServerSettings, *, client_id: str | None = None, pace: Pace | None = None
    ) -> None:
        super().__init__(settings)
        self._client_id = client_id or str(uuid4())
        self._pace = pace or Pace()
        self._sessions = Sessions(lambda: Session(self._settings, self._client_id, self._pace))
        self._watches: Watches[JobWatch] = Watches()
        self._catalog = Catalog()
        self._has_catalog = False
        self._version = ""

    def identify(self, client_id: str) -> None:
        """See `ImageBackend`."""
        self._client_id = client_id
        self._sessions.retire()

    async def configure(self, settings: ServerSettings) -> None:
        """Take other settings; jobs that run keep their connection until they are over."""
        self._settings = settings
        await self._sessions.renew()

    async def disconnect(self) -> None:
        """Let go of sockets; jobs on the server go on unwatched."""
        self._is_connected = False
        self._watches.abandon()
        await self._sessions.aclose()

    async def status(self) -> ServerStatus:
        """Version, device and memory."""
        status = (await self._api.system()).status
        self._version = status.version
        return status

    @property
    def capabilities(self) -> Capabilities:
        """All that graphs can do, but for what has no model."""
        missing: dict[str, str] = {}
        if self._has_catalog and not self._catalog.controlnets:
            missing[Task.CONTROL] = "This server has no ControlNet model."
        if self._has_catalog and not self._catalog.upscalers:
            missing[Task.UPSCALE] = "This server has no upscale model."
        return Capabilities(tasks=frozenset(Task), runs_graphs=True, missing=MappingProxyType(missing))

    async def catalog(self) -> Catalog:
        """The lists of the nodes that load things, fresh from the server."""
        api = self._api
        sampler = await api.definition("KSampler")
        embeddings, checkpoints, loras, vaes, upscalers, controlnets = await asyncio.gather(
            api.names("/embeddings"),
            *(_files(api, class_type, *where) for class_type, where in _LOADERS.items()),
        )
        self._catalog = Catalog(
            checkpoints=checkpoints,
            samplers=choices_of(sampler, "sampler_name"),
            schedulers=choices_of(sampler, "scheduler"),
            loras=loras,
            vaes=vaes,
            upscalers=upscalers,
            controlnets=controlnets,
            embeddings=embeddings,
        )
        self._has_catalog = True
        return self._catalog

    async def node_catalog(self) -> NodeCatalog:
        """Every node's definition."""
        if not self._version:
            await self.status()
        return await self._api.node_catalog(self._version)

    async def node_classes(self, class_types: Collection[str]) -> NodeCatalog:
        """These classes' definitions: all of them are megabytes that the server makes anew each time."""
        if len(class_types) > _MOST_CLASSES:
            return await self.node_catalog()
        return await self._api.node_classes(class_types)

    async def workflows(self) -> tuple[ServerWorkflow, ...]:
        """Saved ones, and templates."""
        return await list_workflows(self._api)

    async def workflow(self, name: str) -> bytes:
        """See `ImageBackend`."""
        return await fetch_workflow(self._api, name)

    async def workflow_picture(self, name: str) -> bytes:
        """See `ImageBackend`."""
        return await fetch_picture(self._api, name)

    async def free_memory(self) -> None:
        """Unload every model; the server does it once nothing runs, and loads again by itself."""
        await self._api.free()

    async def run(self, job_id: JobId, request: GenerationRequest) -> AsyncIterator[JobEvent]:
        """See `ImageBackend`."""
        if request.plan is None:
            raise WorkflowError("ComfyUI needs a workflow, and this request has none.")
        async with self._watching(job_id, job_id, request.plan.graph) as watch:
            async for event in watch.run(request.plan):
                yield event

    async def attach(
        self, job_id: JobId, request: GenerationRequest, server_job_id: str | None = None
    ) -> AsyncIterator[JobEvent]:
        """See `ImageBackend`."""
        graph: ApiWorkflow = request.plan.graph if request.plan else {}
        async with self._watching(job_id, server_job_id or job_id, graph) as watch:
            async for event in watch.attach():
                yield event

    async def cancel(self, job_id: JobId) -> None:
        """See `ImageBackend`."""
        watch = self._watches.of(job_id)
        if watch is None:
            await cancel_job(self._api, job_id)
        else:
            await watch.cancel()

    async def fetch(self, output: OutputImage) -> AsyncIterator[bytes]:
        """See `ImageBackend`."""
        if output.data is not None:
            yield output.data
            return
        async for piece in self._api.view(output):
            yield piece

    @property
    def _api(self) -> ComfyUIApi:
        return self._sessions.current.api

    @asynccontextmanager
    async def _watching(self, job_id: JobId, prompt_id: str, graph: ApiWorkflow) -> AsyncGenerator[JobWatch]:
        async with self._sessions.used() as session:
            watch = JobWatch(session, job_id, prompt_id, graph)
            with self._watches.holding(job_id, watch), closing(watch):
                yield watch


async def _files(api: ComfyUIApi, class_type: str, input_name: str, path: str) -> tuple[str, ...]:
    return choices_of(await api.definition(class_type), input_name) or await api.names(path)
