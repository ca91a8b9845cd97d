"""A real llama.cpp server as a process of its own, with a model that the tests write."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.support.tiny_llm import write_tiny_llm
from tests.support.waiting import until
from tui.domain.settings import Secret, ServerKind, ServerSettings

SLOW = 32768
"""Weights that make a word take some milliseconds, so that there is a middle of an answer to act in."""


class LlamaServer:
    """A running server."""

    def __init__(self, url: str, process: asyncio.subprocess.Process | None, key: str | None) -> None:
        self.url = url
        self._process = process
        self._key = key

    @property
    def settings(self) -> ServerSettings:
        """How a backend reaches it."""
        key = Secret(self._key) if self._key else None
        return ServerSettings(
            name="partner", kind=ServerKind.LMSTUDIO, url=self.url, is_enabled=True, api_key=key
        )

    async def kill(self) -> None:
        """End it as the kernel would: no goodbye to anybody."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def busy_slots(self) -> int:
        """How many answers it is writing."""
        async with httpx.AsyncClient(trust_env=False) as client:
            slots = (await client.get(f"{self.url}/slots")).json()
        return sum(slot["is_processing"] for slot in slots)


@asynccontextmanager
async def llama_server(
    folder: Path, *, key: str | None = None, is_slow: bool = False
) -> AsyncGenerator[LlamaServer]:
    """Serve a model out of `folder`; a slow one never ends its answer by itself."""
    model = folder / ("slow-llm.gguf" if is_slow else "tiny-llm.gguf")
    folder.mkdir(parents=True, exist_ok=True)
    write_tiny_llm(model, work=SLOW if is_slow else 32, ends=not is_slow)
    words = [sys.executable, "-m", "tests.support.llama_program", str(model), *([key] if key else [])]
    process = await asyncio.create_subprocess_exec(
        *words,
        cwd=Path(__file__).parents[2],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout
    server = LlamaServer("", process, key)
    try:
        async with asyncio.timeout(60):
            line = (await process.stdout.readline()).decode()
        assert line, "the llama.cpp server did not start"
        server.url = line.split()[-1]
        yield server
    finally:
        await server.kill()
        model.unlink()


async def until_idle(server: LlamaServer, *, besides: int = 0) -> None:
    """Return once the server writes nothing any more, but for some answers to others."""
    idle = asyncio.Event()

    async def look() -> None:
        while await server.busy_slots() > besides:
            await asyncio.sleep(0.02)
        idle.set()

    task = asyncio.create_task(look())
    try:
        await until(idle.is_set)
    finally:
        task.cancel()
