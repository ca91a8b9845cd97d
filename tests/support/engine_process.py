"""The embedded engine as a process of its own, for tests that kill it."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path


class EngineProcess:
    """An engine that can be killed and started again at the same address."""

    def __init__(self, folder: Path, step_delay: float) -> None:
        self._folder = folder
        self._step_delay = step_delay
        self._process: asyncio.subprocess.Process | None = None
        self._port = "0"
        self.url = ""

    async def start(self) -> None:
        """Start, and wait until it answers."""
        arguments = ["-m", "tui", "engine", "--port", self._port, "--folder", str(self._folder)]
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            "--step-delay",
            str(self._step_delay),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self._process.stdout
        async with asyncio.timeout(30):
            line = (await self._process.stdout.readline()).decode()
        self.url = next(word for word in line.split() if word.startswith("http://")).rstrip("/")
        self._port = self.url.rpartition(":")[2]

    async def kill(self) -> None:
        """End it as the kernel would: no goodbye to anybody."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()


@asynccontextmanager
async def engine_process(folder: Path, step_delay: float = 0.05) -> AsyncGenerator[EngineProcess]:
    """A running engine process."""
    engine = EngineProcess(folder, step_delay)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.kill()
