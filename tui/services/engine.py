"""The embedded engine as a process beside the studio, reached only by its address."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from types import TracebackType
from typing import Self

from tui.domain.errors import ServerUnreachableError
from tui.domain.settings import ServerKind, ServerSettings

ENGINE_NAME = "embedded engine"
"""How the engine is called wherever a server's name is shown: it is no model and does not pretend to be."""

_START_SECONDS = 20.0
_STOP_SECONDS = 3.0


class EngineService:
    """Starts the engine when asked, once, and ends it with the program. It also ends when we are killed."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._url: str | None = None
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def is_running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> ServerSettings:
        """The engine as a server, started when it is not running yet."""
        async with self._starting:
            if not self.is_running or self._url is None:
                self._url = await self._launch()
            return ServerSettings(name=ENGINE_NAME, kind=ServerKind.COMFYUI, url=self._url, is_enabled=True)

    async def stop(self) -> None:
        """End the process."""
        process, self._process, self._url = self._process, None, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _launch(self) -> str:
        # its standard input is our pipe: when we die it closes, and the engine ends with it
        command = (sys.executable, "-m", "tui", "engine", "--port", "0", "--until-stdin-closes")
        self._process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, start_new_session=True
        )
        assert self._process.stdout is not None  # noqa: S101 - asked for a pipe one line above
        try:
            async with asyncio.timeout(_START_SECONDS):
                line = await self._process.stdout.readline()
        except TimeoutError:
            line = b""
        url = line.decode("utf-8", "replace").strip()
        if not url.startswith("http://"):
            await self.stop()
            raise ServerUnreachableError(
                "The embedded engine did not start.", "Run `latentui engine` by itself to see why."
            )
        return url
