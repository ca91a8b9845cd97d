"""Servers for the tests that can be killed and started again where they were, with what the real ones keep.

Each counts how often it was given a job, or began it: the witness that none ran twice.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from aiohttp import web

from tests.support.a1111_peer import A1111Peer
from tests.support.a1111_server import A1111Server
from tests.support.comfyui_peer import ComfyUIPeer
from tests.support.engine_process import EngineProcess, engine_process
from tests.support.fooocus_peer import FooocusPeer
from tests.support.fooocus_server import FooocusServer
from tests.support.forge_server import ForgeServer
from tests.support.invokeai_items import Item
from tests.support.invokeai_peer import InvokeAIPeer
from tests.support.invokeai_server import InvokeAIServer
from tests.support.peers import Peer, open_peer
from tests.support.sdcpp_server import SdCppServer
from tests.support.sdnext_server import SdNextServer
from tui.domain.job import Job

STEP_SECONDS = 0.02


class Lives(Protocol):
    """What one server is from start to start."""

    def next(self) -> web.Application:
        """The program as it is after a start."""
        ...

    def seeds(self) -> list[int]:
        """The seed of every job it was given, in all its lives."""
        ...


class A1111Lives:
    """Keeps nothing."""

    def __init__(self, start: Callable[[], A1111Server]) -> None:
        self._start = start
        self._servers: list[A1111Server] = []

    def next(self) -> web.Application:
        self._servers.append(self._start())
        return self._servers[-1].app()

    def seeds(self) -> list[int]:
        return [body["seed"] for server in self._servers for body in server.bodies]


class SdCppLives:
    """Keeps nothing; its job ids hold the time of the start, so none comes back."""

    def __init__(self) -> None:
        self._servers: list[SdCppServer] = []

    def next(self) -> web.Application:
        server = SdCppServer(step_seconds=STEP_SECONDS, started=0x6B00E3DE + len(self._servers))
        self._servers.append(server)
        return server.app()

    def seeds(self) -> list[int]:
        return [body["seed"] for server in self._servers for body in server.bodies]


class FooocusLives:
    """Keeps the files of finished jobs, and no job."""

    def __init__(self, dialect: str) -> None:
        self._server = FooocusServer(dialect, step_seconds=STEP_SECONDS)

    def next(self) -> web.Application:
        self._server.restart()
        return self._server.app()

    def seeds(self) -> list[int]:
        return [body["image_seed"] for _, body in self._server.bodies]


class InvokeAILives:
    """Keeps its items: the pending ones go on by themselves, the running one is marked canceled."""

    def __init__(self) -> None:
        self._items: dict[int, Item] = {}
        self._pictures: dict[str, bytes] = {}

    def next(self) -> web.Application:
        server = InvokeAIServer(STEP_SECONDS)
        for item in self._items.values():
            item.status = "canceled" if item.status == "in_progress" else item.status
        server.items, server.pictures = self._items, self._pictures
        app = server.application()

        async def working(_: web.Application) -> AsyncGenerator[None]:
            work = asyncio.create_task(server.worker.work())
            yield
            work.cancel()
            await asyncio.wait((work,))

        app.cleanup_ctx.append(working)
        return app

    def seeds(self) -> list[int]:
        nodes = itertools.chain.from_iterable(item.graph["nodes"].values() for item in self._items.values())
        return [node["seed"] for node in nodes if node["type"] == "noise"]


class MortalServer(Protocol):
    """A running server that a test may kill."""

    peer: Peer

    async def kill(self) -> None:
        """End it without a goodbye to anybody."""
        ...

    async def start(self) -> None:
        """Start it again, at the same address."""
        ...

    def runs(self, job: Job) -> int | None:
        """How often it was given this job, or began it; None of a real one, which does not tell."""
        ...


class AppServer:
    """A server of ours in this process; its death cuts every connection."""

    def __init__(self, lives: Callable[[], Lives], peer: Callable[[str], Peer]) -> None:
        self._lives = lives()
        self._make_peer = peer
        self._runner: web.AppRunner | None = None
        self._port = 0
        self.peer: Peer

    async def start(self) -> None:
        """See `MortalServer`."""
        self._runner = web.AppRunner(self._lives.next(), shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.peer = self._make_peer(f"http://127.0.0.1:{self._port}")

    async def kill(self) -> None:
        """See `MortalServer`."""
        if self._runner is None:
            return
        runner, self._runner = self._runner, None
        for site in list(runner.sites):
            await site.stop()
        assert runner.server
        for connection in list(runner.server.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await runner.cleanup()

    def runs(self, job: Job) -> int:
        """See `MortalServer`."""
        return self._lives.seeds().count(job.request.seed)


class EngineServer:
    """The embedded engine as a process of its own; killed by the kernel."""

    def __init__(self, engine: EngineProcess, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        self.peer: Peer = ComfyUIPeer(engine.url)

    async def kill(self) -> None:
        """See `MortalServer`."""
        await self._engine.kill()

    async def start(self) -> None:
        """See `MortalServer`."""
        await self._engine.start()

    def runs(self, job: Job) -> int:
        """See `MortalServer`. By the engine's own log of what it began."""
        log = self._folder / "engine.log.jsonl"
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return sum(line["event"] == "start" and line["prompt_id"] == job.id for line in lines)


class LiveServer:
    """A real server, which a test leaves alive."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer

    async def kill(self) -> None:
        """Never: it is not ours."""
        raise AssertionError("a real server is not killed")

    async def start(self) -> None:
        """See `MortalServer`."""

    def runs(self, job: Job) -> int | None:
        """See `MortalServer`."""
        return None


@asynccontextmanager
async def mortal_server(name: str, folder: Path) -> AsyncGenerator[MortalServer]:
    """The server behind one of `tests.support.peers.peer_names`, running."""
    if name.endswith(" live"):
        async with open_peer(name) as peer:
            yield LiveServer(peer)
        return
    if name == "comfyui":
        async with engine_process(folder, STEP_SECONDS) as engine:
            yield EngineServer(engine, folder)
        return
    server = AppServer(*APPS[name])
    await server.start()
    try:
        yield server
    finally:
        await server.kill()


APPS: dict[str, tuple[Callable[[], Lives], Callable[[str], Peer]]] = {
    "a1111": (partial(A1111Lives, partial(A1111Server, "ui", step_seconds=STEP_SECONDS)), A1111Peer),
    "a1111 nowebui": (
        partial(A1111Lives, partial(A1111Server, "nowebui", step_seconds=STEP_SECONDS)),
        A1111Peer,
    ),
    "a1111 forge": (partial(A1111Lives, partial(ForgeServer, step_seconds=STEP_SECONDS)), A1111Peer),
    "a1111 sdnext": (partial(A1111Lives, partial(SdNextServer, step_seconds=STEP_SECONDS)), A1111Peer),
    "a1111 sdcpp": (SdCppLives, A1111Peer),
    "invokeai": (InvokeAILives, InvokeAIPeer),
    "fooocus": (partial(FooocusLives, "0.5"), FooocusPeer),
    "fooocus old": (partial(FooocusLives, "0.4"), FooocusPeer),
}
"""What each is from start to start, and requests that suit it."""
