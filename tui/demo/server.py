"""Starting and stopping the embedded engine."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from tui.demo.app import build_app
from tui.demo.core import DEFAULT_MAX_UPLOAD, EngineCore, quiet_logger
from tui.demo.folders import Folders

DEFAULT_STEP_DELAY = 0.15
"""Seconds between steps: 20 of them are a picture worth watching."""


class EmbeddedEngine:
    """The engine as an async context manager; `url` is known once it is entered.

    With `folder` its pictures outlive it; without, everything is temporary.
    `engine.log.jsonl` in the folder says which jobs ran, when, and how they ended.
    """

    def __init__(
        self,
        folder: Path | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        step_delay: float = DEFAULT_STEP_DELAY,
        max_upload_size: int = DEFAULT_MAX_UPLOAD,
    ) -> None:
        self._folder = folder
        self._port = port
        self._host = host
        self._step_delay = step_delay
        self._max_upload_size = max_upload_size
        self._temporary: Path | None = None
        self._core: EngineCore | None = None
        self._runner: web.AppRunner | None = None
        self._worker: asyncio.Task[None] | None = None
        self.url = ""
        """Where it answers, without a trailing slash."""

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self._running_core().folders.root

    async def __aenter__(self) -> Self:
        folders = await asyncio.to_thread(self._make_folders)
        self._core = EngineCore(folders, self._step_delay, self._max_upload_size)
        self._runner = web.AppRunner(
            build_app(self._core),
            access_log=None,
            logger=quiet_logger(),
            handle_signals=False,
            shutdown_timeout=0.5,
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._close()
            raise
        self._worker = asyncio.create_task(self._core.work())
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._close()

    def drop_sockets(self) -> None:
        """Cut every WebSocket without a goodbye, as a network would; jobs go on."""
        self._running_core().sockets.drop_all()

    def _running_core(self) -> EngineCore:
        if self._core is None:
            raise RuntimeError("the engine is not running")
        return self._core

    def _make_folders(self) -> Folders:
        if self._folder is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="latentui-engine-"))
        folders = Folders(self._folder or self._temporary or Path())
        shutil.rmtree(folders.of_type("temp"), ignore_errors=True)
        folders.make()
        return folders

    async def _close(self) -> None:
        """As sudden for clients as a killed server: nobody is told that the running job was stopped."""
        for site in () if self._runner is None else tuple(self._runner.sites):
            await site.stop()
        if self._core is not None:
            self._core.sockets.drop_all()
        if self._worker is not None:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker
        if self._runner is not None:
            await self._runner.cleanup()
        if self._temporary is not None:
            await asyncio.to_thread(shutil.rmtree, self._temporary, ignore_errors=True)


async def serve(
    port: int,
    folder: Path | None = None,
    host: str = "127.0.0.1",
    step_delay: float = DEFAULT_STEP_DELAY,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Run the engine until cancelled; `ready` is told its address."""
    async with EmbeddedEngine(folder, port, host, step_delay) as engine:
        if ready is not None:
            ready(engine.url)
        await asyncio.Event().wait()
