"""A scripted image server for tests of the services: what it does with each job is said by the test."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from tui.backends.base import Backend, ImageBackend
from tui.domain.errors import AnswerLostError, LatentuiError, ServerUnreachableError
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobEvent,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
    OutputReceived,
)
from tui.domain.job import JobId, OutputImage
from tui.domain.request import GenerationRequest, Task
from tui.domain.server import Capabilities, Catalog, ServerStatus
from tui.domain.settings import ServerKind, ServerSettings, Settings
from tui.domain.workflow import NodeCatalog
from tui.services.broadcast import Broadcast


def png(colour: int = 0) -> bytes:
    """A whole PNG of one pixel."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixel = zlib.compress(bytes([0, colour]))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


class ScriptedServer:
    """The server's own memory: it outlives backends, as a real server outlives its clients."""

    def __init__(self) -> None:
        self.is_up = True
        self.version = "1"
        self.looks = 0
        self.catalogs = 0
        self.runs: list[JobId] = []
        self.attaches: list[JobId] = []
        self.cancels: list[JobId] = []
        self.finished: set[JobId] = set()
        self.stopped: set[JobId] = set()
        self.gates: dict[JobId, asyncio.Event] = {}
        self.hand_over = asyncio.Event()
        """Cleared by a test that wants jobs to hang while they are handed over."""

        self.hand_over.set()
        self.is_gated = False
        self.steps = 3
        self.outputs = 1
        self.temporary = 0
        self.is_buggy = False
        self.loses_answer = False
        self.is_bursting = False
        self.stumbles = 0
        self.keeps_results = True
        self.requests: dict[JobId, GenerationRequest] = {}
        self.body: Callable[[OutputImage], bytes] = lambda output: png(len(output.filename) % 256)
        self.rejects: LatentuiError | None = None
        self.fetch_faults: list[LatentuiError] = []
        self.stall: asyncio.Event | None = None

    def gate(self, job_id: JobId) -> asyncio.Event:
        """What a gated job waits for before it ends."""
        return self.gates.setdefault(job_id, asyncio.Event())

    def break_off(self) -> None:
        """Go down, and leave those who watch without a word of what became of their jobs."""
        self.is_up = False
        for gate in self.gates.values():
            gate.set()
        self.gates.clear()

    def check(self) -> None:
        if not self.is_up:
            raise ServerUnreachableError("The scripted server is down.", "Bring it up.")

    async def story(self, job_id: JobId) -> AsyncIterator[JobEvent]:
        yield JobQueued(job_id, 0)
        yield JobStarted(job_id)
        for step in range(1, self.steps + 1):
            yield JobProgressed(job_id=job_id, step=step, total=self.steps, activity="painting")
            if not self.is_bursting:
                await asyncio.sleep(0)
        if self.is_gated:
            await self.gate(job_id).wait()
        if not self.is_up:
            yield JobOutcomeUnknown(job_id, "The scripted server went away.")
            return
        if self.is_buggy:
            raise ZeroDivisionError
        if job_id in self.stopped:
            yield JobCancelled(job_id)
            return
        self.finished.add(job_id)
        for number in range(self.temporary):
            glimpse = OutputImage(filename=f"t{number}.png", folder="temp", is_temporary=True)
            yield OutputReceived(job_id, glimpse)
        for number in range(self.outputs):
            yield OutputReceived(job_id, OutputImage(filename=f"{job_id}_{number}.png", seed=number))
        yield JobCompleted(job_id)


class ScriptedBackend(ImageBackend):
    """Speaks to a ScriptedServer."""

    def __init__(self, settings: ServerSettings, server: ScriptedServer) -> None:
        super().__init__(settings)
        self.server = server

    async def disconnect(self) -> None:
        self._is_connected = False

    async def status(self) -> ServerStatus:
        self.server.looks += 1
        if self.server.stumbles:
            self.server.stumbles -= 1
            raise ZeroDivisionError
        if self.server.stall is not None:
            await self.server.stall.wait()
        self.server.check()
        return ServerStatus(product="Scripted", version=self.server.version)

    @property
    def capabilities(self) -> Capabilities:
        tasks = frozenset({Task.TEXT_TO_IMAGE})
        return Capabilities(tasks=tasks, keeps_results=self.server.keeps_results)

    async def catalog(self) -> Catalog:
        self.server.catalogs += 1
        await asyncio.sleep(0)
        self.server.check()
        return Catalog(checkpoints=(f"model-{self.server.catalogs}",))

    async def node_catalog(self) -> NodeCatalog | None:
        self.server.check()
        return NodeCatalog({}, self.server.version)

    async def run(self, job_id: JobId, request: GenerationRequest) -> AsyncIterator[JobEvent]:
        await self.server.hand_over.wait()
        self.server.check()
        if self.server.rejects is not None:
            raise self.server.rejects
        self.server.runs.append(job_id)
        self.server.requests[job_id] = request
        if self.server.loses_answer:
            raise AnswerLostError("The answer was lost.")
        async for event in self.server.story(job_id):
            yield event

    async def attach(
        self, job_id: JobId, request: GenerationRequest, server_job_id: str | None = None
    ) -> AsyncIterator[JobEvent]:
        self.server.check()
        self.server.attaches.append(job_id)
        if job_id not in self.server.runs:
            yield JobOutcomeUnknown(job_id, "The server does not know this job.")
            return
        async for event in self.server.story(job_id):
            yield event

    async def cancel(self, job_id: JobId) -> None:
        self.server.check()
        self.server.cancels.append(job_id)
        if job_id in self.server.runs:
            self.server.stopped.add(job_id)
            self.server.gate(job_id).set()

    async def fetch(self, output: OutputImage) -> AsyncIterator[bytes]:
        if self.server.fetch_faults:
            raise self.server.fetch_faults.pop(0)
        body = self.server.body(output)
        half = len(body) // 2
        yield body[:half]
        yield body[half:]


class FixedSettings:
    """Settings that a test sets."""

    def __init__(self, pictures: str, *servers: ServerSettings, **values: Any) -> None:
        self._broadcast: Broadcast[Settings] = Broadcast()
        self._current = Settings(servers=servers, pictures_folder=pictures, **values)

    @property
    def current(self) -> Settings:
        return self._current

    def events(self) -> AsyncIterator[Settings]:
        return self._broadcast.subscribe()

    def change(self, **values: Any) -> None:
        self._current = replace(self._current, **values)
        self._broadcast.publish(self._current)


def server_settings(name: str = "paint", **values: Any) -> ServerSettings:
    """An enabled server at an address where nothing listens."""
    fields: dict[str, Any] = {"kind": ServerKind.COMFYUI, "url": "http://127.0.0.1:9", "is_enabled": True}
    return ServerSettings(name=name, **(fields | values))


class ScriptedFleet:
    """Scripted servers by name, and the opener that leads to them."""

    def __init__(self) -> None:
        self.servers: dict[str, ScriptedServer] = {}
        self.opened: list[ScriptedBackend] = []

    def __getitem__(self, name: str) -> ScriptedServer:
        return self.servers.setdefault(name, ScriptedServer())

    def open(self, settings: ServerSettings) -> Backend:
        backend = ScriptedBackend(settings, self[settings.name])
        self.opened.append(backend)
        return backend
