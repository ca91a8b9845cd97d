"""A program of ours with a journal that the next one finds; in this process, or in one that is to be killed.

As a program of its own it submits the job that it is given, says when the journal has it where it should be,
and goes on until it is killed.
"""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import msgspec

from tests.support.scripted import FixedSettings
from tui.backends.base import Backend
from tui.backends.registry import load_backend, open_backend
from tui.domain.job import JobId
from tui.domain.request import GenerationRequest
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.connections import ConnectionsService
from tui.services.generation import GenerationService
from tui.services.results import ResultsService
from tui.storage.encoding import request_from_json, request_to_json
from tui.storage.entries import Phase

SECONDS = 60


class Orders(msgspec.Struct, kw_only=True):
    """What a program of its own is told."""

    kind: ServerKind
    url: str
    folder: str
    request: str
    phase: Phase


def quick_backend(settings: ServerSettings) -> Backend:
    """A backend with the pace of its own tests; for a real server, its usual one."""
    if settings.url in [url for name, url in os.environ.items() if name.startswith("LATENTUI_LIVE_")]:
        return open_backend(settings)
    quick = import_module(f"tests.support.{settings.kind}_peer").QUICK
    make = load_backend(settings.kind)
    return make(settings, pace=quick)  # pyright: ignore[reportCallIssue]  # every image backend takes one


@asynccontextmanager
async def program(settings: ServerSettings, folder: Path) -> AsyncGenerator[GenerationService]:
    """Its services, on the journal and the pictures in `folder`."""
    source = FixedSettings(str(folder / "pictures"), replace(settings, is_enabled=True))
    async with (
        ConnectionsService(source, opener=quick_backend) as connections,
        GenerationService(source, connections, ResultsService(source), folder / "j.sqlite3") as generation,
    ):
        yield generation


async def submit(
    generation: GenerationService, server: str, request: GenerationRequest, phase: Phase
) -> JobId:
    """Submit a job as the studio does, and return when the journal has it in this phase."""
    job = await generation.submit(server, request, wait_for_server=True)
    async with asyncio.timeout(SECONDS):
        while phase not in [change.phase for change in await generation.log(job.id)]:
            await asyncio.sleep(0.01)
    return job.id


async def submit_and_be_killed(
    settings: ServerSettings, folder: Path, request: GenerationRequest, phase: Phase
) -> JobId:
    """The same in a process of its own, which SIGKILL then ends."""
    orders = Orders(
        kind=settings.kind,
        url=settings.url,
        folder=str(folder),
        request=request_to_json(request),
        phase=phase,
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, msgspec.json.encode(orders).decode(), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        async with asyncio.timeout(SECONDS):
            line = (await process.stdout.readline()).decode()
    finally:
        process.kill()
        await process.communicate()
    assert line, "the program ended by itself"
    return JobId(line.strip())


async def run(orders: Orders) -> None:
    """Do as told, and wait for the end."""
    settings = ServerSettings(name=orders.kind, kind=orders.kind, url=orders.url)
    async with program(settings, Path(orders.folder)) as generation:
        request = request_from_json(orders.request)
        print(await submit(generation, orders.kind, request, orders.phase), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(msgspec.json.decode(sys.argv[1], type=Orders)))
