"""Services that do nothing but remember and tell, for tests of the screens."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from tests.support.fake_prompts import FakePrompts
from tests.support.fake_queue import FakeQueue, FakeTransfers
from tui.domain.errors import InputError, LatentuiError, PictureError, SettingsError
from tui.domain.events import JobChanged, OutputSaved, PreviewReceived, ServiceEvent
from tui.domain.forms import (
    ChoiceField,
    Form,
    IntegerField,
    LorasField,
    NumberField,
    PictureField,
    SeedField,
    TextField,
    ToggleField,
    WorkflowSummary,
)
from tui.domain.job import Job, JobId, JobStatus, SavedOutput, new_job_id
from tui.domain.pictures import PictureInfo
from tui.domain.request import FieldValue, GenerationRequest, Lora, Task
from tui.domain.server import Capabilities, Connection, ConnectionState, ServerStatus
from tui.domain.settings import ServerKind, ServerSettings, Settings
from tui.domain.workflow import Needs
from tui.services.broadcast import Broadcast
from tui.storage.paths import Paths

if TYPE_CHECKING:
    from tui.services.bundle import Services

CHECKPOINTS = ("dreamshaper_8.safetensors", "sd_xl_base_1.0.safetensors", "v1-5-pruned.safetensors")
SAMPLERS = ("euler", "euler_ancestral", "dpmpp_2m", "ddim")
TEXT_TO_IMAGE = Form(
    workflow="txt2img_default",
    title="Text to image",
    task=Task.TEXT_TO_IMAGE,
    fields=(
        TextField(name="prompt", label="Prompt", is_required=True, is_multiline=True),
        TextField(name="negative_prompt", label="Negative", is_multiline=True),
        ChoiceField(name="checkpoint", label="Checkpoint", choices=CHECKPOINTS, default=CHECKPOINTS[0]),
        IntegerField(name="width", label="Width", default=512, minimum=16, maximum=16384, step=8),
        IntegerField(name="height", label="Height", default=512, minimum=16, maximum=16384, step=8),
        IntegerField(name="steps", label="Steps", default=20, minimum=1, maximum=150),
        NumberField(name="cfg_scale", label="CFG", default=7.0, minimum=0.0, maximum=100.0, step=0.1),
        SeedField(name="seed", label="Seed"),
        ChoiceField(name="sampler", label="Sampler", choices=SAMPLERS, default="euler"),
        ChoiceField(name="scheduler", label="Scheduler", choices=("normal", "karras"), default="normal"),
        IntegerField(name="batch_size", label="Batch size", default=1, minimum=1, maximum=64),
        LorasField(name="loras", label="LoRAs", choices=("ink.safetensors", "film.safetensors")),
    ),
)
IMAGE_TO_IMAGE = replace(
    TEXT_TO_IMAGE,
    workflow="img2img_default",
    title="Image to image",
    task=Task.IMAGE_TO_IMAGE,
    fields=(
        *TEXT_TO_IMAGE.fields[:2],
        PictureField(name="init_image", label="Picture", is_required=True),
        PictureField(name="mask", label="Mask", is_mask=True),
        *(item for item in TEXT_TO_IMAGE.fields[2:] if item.name not in {"width", "height"}),
        NumberField(name="denoise", label="Denoise", default=0.75),
        ToggleField(name="tiling", label="Tiling"),
        ChoiceField(
            name="controlnet",
            label="ControlNet",
            unavailable="This server has no ControlNet model; ComfyUI has.",
        ),
    ),
)
FORMS = {form.workflow: form for form in (TEXT_TO_IMAGE, IMAGE_TO_IMAGE)}


class FakeSettings:
    """Settings in memory."""

    def __init__(self, paths: Paths, servers: tuple[ServerSettings, ...]) -> None:
        self.paths = paths
        self.path = paths.settings_file
        self.problem: SettingsError | None = None
        self.current = Settings(servers=servers, pictures_folder=str(paths.pictures))
        self._broadcast: Broadcast[Settings] = Broadcast()

    def events(self) -> AsyncIterator[Settings]:
        return self._broadcast.subscribe()

    async def put_server(self, server: ServerSettings) -> None:
        others = [other for other in self.current.servers if other.name != server.name]
        self._set(replace(self.current, servers=(*others, server)))

    async def remove_server(self, name: str) -> None:
        self._set(replace(self.current, servers=tuple(s for s in self.current.servers if s.name != name)))

    async def change(self, **values: Any) -> None:
        self._set(replace(self.current, **values))

    def _set(self, settings: Settings) -> None:
        self.current = settings
        self._broadcast.publish(settings)


class FakeState:
    """State in memory."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self.stored: dict[str, Any] = dict(stored)

    def load(self) -> dict[str, Any]:
        return dict(self.stored)

    async def save(self, state: Mapping[str, Any]) -> None:
        self.stored = dict(state)


class FakeConnections:
    """Connections that are as they are told."""

    def __init__(self, connections: tuple[Connection, ...]) -> None:
        self.connections = connections
        self.found: tuple[ServerSettings, ...] = ()
        self.checked: list[str] = []
        self._broadcast: Broadcast[Connection] = Broadcast()

    def events(self) -> AsyncIterator[Connection]:
        return self._broadcast.subscribe()

    def connection(self, name: str) -> Connection:
        return next(state for state in self.connections if state.server == name)

    def tell(self, connection: Connection) -> None:
        """Say that a server is like this now."""
        others = tuple(state for state in self.connections if state.server != connection.server)
        self.connections = (*others, connection)
        self._broadcast.publish(connection)

    def add(self, server: ServerSettings) -> None:
        self.tell(connected(server.name, server.kind))

    def check_soon(self, name: str) -> None:
        self.checked.append(name)

    async def check(self, name: str) -> Connection:
        self.checked.append(name)
        return self.connection(name)

    async def discover(self) -> tuple[ServerSettings, ...]:
        return self.found


class FakeWorkflows:
    """The two forms above, and the request that their values make."""

    def __init__(self) -> None:
        self.forms: dict[str, Form] = dict(FORMS)
        self.error: LatentuiError | None = None
        self.asked: list[dict[str, FieldValue]] = []

    async def list(self, server: str | None = None) -> tuple[WorkflowSummary, ...]:
        return tuple(
            WorkflowSummary(name=form.workflow, title=form.title, task=form.task)
            for form in self.forms.values()
        )

    async def form(self, server: str, workflow: str, values: Mapping[str, FieldValue] | None = None) -> Form:
        if self.error is not None:
            raise self.error
        if workflow not in self.forms:
            raise InputError(f"There is no workflow {workflow}.")
        return self.forms[workflow]

    async def carries(self, path: str) -> bool:
        return False

    async def needs(self, server: str, workflow: str) -> Needs:
        return Needs()

    async def thumbnail(self, server: str, workflow: str) -> str | None:
        return None

    async def request(
        self, server: str, workflow: str, values: Mapping[str, FieldValue]
    ) -> GenerationRequest:
        self.asked.append(dict(values))
        if not values.get("prompt"):
            raise InputError("There is no prompt.", "Say what you want to see.")
        seed = values.get("seed")
        return GenerationRequest(
            workflow=workflow,
            prompt=str(values["prompt"]),
            negative_prompt=str(values.get("negative_prompt", "")),
            steps=cast("int", values.get("steps")),
            seed=471 if seed is None else cast("int", seed),
            loras=cast("tuple[Lora, ...]", values.get("loras") or ()),
        )

    def values_of(self, request: GenerationRequest) -> dict[str, FieldValue]:
        return {"prompt": request.prompt, "seed": request.seed, "steps": request.steps}


class FakePictures:
    """Every file is a picture of 512×512, but those called bad."""

    def __init__(self) -> None:
        self.thumbnails: list[str] = []
        """The names of those that were read, in order."""

    async def inspect(self, path: str | Path) -> PictureInfo:
        if "bad" in Path(path).name:
            raise PictureError(f"{Path(path).name} is not a picture.", "Take a PNG or a JPEG.")
        return PictureInfo(
            width=512, height=512, format="PNG", byte_count=Path(path).stat().st_size, mode="RGB"
        )

    can_make_posters = False

    async def poster(self, path: str | Path, media_type: str) -> None:
        """None."""

    async def thumbnail(self, path: str | Path, side: int = 384) -> bytes:
        await self.inspect(path)
        self.thumbnails.append(Path(path).name)
        return Path(path).read_bytes()


class FakeGeneration(FakeQueue):
    """A queue that moves only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: tuple[Job, ...] = ()
        self.cancelled: list[JobId] = []
        self.error: LatentuiError | None = None
        self.problem: LatentuiError | None = None
        self.at_risk: tuple[Job, ...] = ()
        self._broadcast: Broadcast[ServiceEvent] = Broadcast()

    def events(self) -> AsyncIterator[ServiceEvent]:
        return self._broadcast.subscribe()

    async def submit(
        self,
        server: str,
        request: GenerationRequest,
        *,
        job_id: JobId | None = None,
        wait_for_server: bool = False,
    ) -> Job:
        if self.error is not None:
            raise self.error
        waiting = sum(job.status is JobStatus.PENDING for job in self.jobs)
        job = Job(
            id=job_id or new_job_id(),
            server=server,
            request=request,
            created_at=time.time(),
            queue_position=waiting,
            is_with_server=True,
        )
        self.put(job)
        return job

    async def cancel(self, job_id: JobId) -> None:
        self.cancelled.append(job_id)
        self.put(replace(self.job(job_id), status=JobStatus.CANCELLED, ended_at=time.time()))

    async def retry(self, job_id: JobId) -> Job:
        job = self.job(job_id)
        return await self.submit(job.server, job.request)

    def job(self, job_id: JobId) -> Job:
        return next(job for job in self.jobs if job.id == job_id)

    def put(self, job: Job) -> None:
        """Let a job be like this now."""
        known = [other.id for other in self.jobs]
        self.jobs = (
            tuple(job if other.id == job.id else other for other in self.jobs)
            if job.id in known
            else (job, *self.jobs)
        )
        self._broadcast.publish(JobChanged(job))

    def tell(self, event: ServiceEvent) -> None:
        """Say that this happened."""
        self._broadcast.publish(event)

    def preview(self, job: Job, data: bytes) -> None:
        """Send a glimpse."""
        self.tell(PreviewReceived(job_id=job.id, data=data, media_type="image/png"))

    def finish(self, job: Job, path: Path) -> None:
        """Let the job end with a picture."""
        output = SavedOutput(path=str(path), media_type="image/png", seed=job.request.seed)
        self.tell(OutputSaved(job.id, output))
        started = job.started_at or time.time() - 4.1
        ended = started + 4.1
        done = replace(job, status=JobStatus.COMPLETED, outputs=(output,), started_at=started, ended_at=ended)
        self.put(done)


class FakeCatalog:
    """Remembers what it was asked to forget."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []
        self.others_there: dict[str, Capabilities] = {}
        self.recipe_of_all: dict[str, FieldValue] = {}
        """What every picture was made with."""

    async def recipe(self, server: str, picture: Path) -> Mapping[str, FieldValue]:
        return self.recipe_of_all

    def capabilities(self, server: str) -> Capabilities:
        return Capabilities(tasks=frozenset(Task), runs_graphs=True)

    def others(self, server: str) -> Mapping[str, Capabilities]:
        return self.others_there

    def forget(self, server: str) -> None:
        self.forgotten.append(server)


class FakeHooks:
    """No command is ever run; it fails when it is told to."""

    def __init__(self) -> None:
        self._broadcast: Broadcast[InputError] = Broadcast()

    def failures(self) -> AsyncIterator[InputError]:
        return self._broadcast.subscribe()

    def fail(self, error: InputError) -> None:
        self._broadcast.publish(error)


class FakeHandover:
    """Servers make room for each other until they are told not to."""

    def __init__(self) -> None:
        self._broadcast: Broadcast[LatentuiError] = Broadcast()

    def problems(self) -> AsyncIterator[LatentuiError]:
        return self._broadcast.subscribe()

    def fail(self, error: LatentuiError) -> None:
        self._broadcast.publish(error)


class FakeEngine:
    """An engine that starts at once."""

    def __init__(self) -> None:
        self.is_running = False

    async def start(self) -> ServerSettings:
        self.is_running = True
        return ServerSettings(
            name="embedded engine", kind=ServerKind.COMFYUI, url="http://127.0.0.1:1", is_enabled=True
        )

    async def stop(self) -> None:
        self.is_running = False


class FakeResults:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder


def connected(name: str = "gpu-box", kind: str = "comfyui") -> Connection:
    """A server that answers."""
    status = ServerStatus(
        product="ComfyUI", version="0.33.0", memory_total=24 * 1024**3, memory_free=19 * 1024**3
    )
    return Connection(
        server=name, kind=kind, state=ConnectionState.CONNECTED, status=status, latency=0.009, reached_at=1.0
    )


@dataclass
class FakeServices:
    """The bundle of fakes, with the same names as the real one."""

    settings: FakeSettings
    state: FakeState
    connections: FakeConnections
    workflows: FakeWorkflows = field(default_factory=FakeWorkflows)
    pictures: FakePictures = field(default_factory=FakePictures)
    generation: FakeGeneration = field(default_factory=FakeGeneration)
    engine: FakeEngine = field(default_factory=FakeEngine)
    catalog: FakeCatalog = field(default_factory=FakeCatalog)
    prompts: FakePrompts = field(default_factory=FakePrompts)
    results: FakeResults = field(default_factory=lambda: FakeResults(Path()))
    hooks: FakeHooks = field(default_factory=FakeHooks)
    handover: FakeHandover = field(default_factory=FakeHandover)
    is_open: bool = False
    transfers: FakeTransfers = field(init=False)

    def __post_init__(self) -> None:
        self.transfers = FakeTransfers(self.generation)

    @property
    def factory(self) -> Callable[[], AbstractAsyncContextManager["Services"]]:
        """What the application takes to open its services."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator["Services"]:
            self.is_open = True
            await asyncio.sleep(0)
            # the screens use no more of each service than the fakes have
            try:
                yield cast("Services", self)
            finally:
                self.is_open = False

        return opened


def fake_services(
    folder: Path, *connections: Connection, state: Mapping[str, Any] | None = None
) -> FakeServices:
    """Fakes with these servers; paths under `folder`."""
    paths = Paths(**{name: folder / name for name in ("config", "data", "state", "cache", "pictures")})
    servers = tuple(
        ServerSettings(name=c.server, kind=ServerKind(c.kind), url="http://127.0.0.1:9", is_enabled=True)
        for c in connections
    )
    return FakeServices(
        settings=FakeSettings(paths, servers),
        state=FakeState(state or {}),
        connections=FakeConnections(connections),
        results=FakeResults(paths.pictures),
    )
