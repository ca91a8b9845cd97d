"""The engine behind the routes: its folders, sockets, queue and the worker that empties it."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from tui.demo.events import Preview, status
from tui.demo.executor import Executor
from tui.demo.folders import Folders
from tui.demo.job_queue import JobQueue, QueuedJob
from tui.demo.sockets import SocketHub
from tui.demo.wire import JsonObject, now_ms

DEFAULT_MAX_UPLOAD = 100 * 1024 * 1024


def quiet_logger() -> logging.Logger:
    """A logger that never writes to the terminal the studio lives in."""
    logger = logging.getLogger("latentui.engine")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


class EngineCore:
    """State that every route shares; lives on one event loop."""

    def __init__(self, folders: Folders, step_delay: float, max_upload_size: int) -> None:
        self.folders = folders
        self.max_upload_size = max_upload_size
        self.sockets = SocketHub()
        self.queue = JobQueue(self._queue_changed)
        self.counter = 0
        self._executor = Executor(
            folders=folders,
            step_delay=step_delay,
            listener=_FromThread(asyncio.get_running_loop(), self.sockets),
        )
        self._free_when_idle = False

    @property
    def features(self) -> JsonObject:
        """What `/features` says and what feature flags are answered with."""
        return {
            "supports_preview_metadata": True,
            "supports_model_type_tags": True,
            "max_upload_size": self.max_upload_size,
            "extension": {"manager": {"supports_v4": True}},
            "node_replacements": True,
            "assets": False,
        }

    def free_memory(self) -> None:
        """Forget the cache, at once or after the job that runs."""
        self._free_when_idle = True
        self._free_if_idle()

    def _free_if_idle(self) -> None:
        if self._free_when_idle and self.queue.running is None:
            self._executor.cache.clear()
            self._free_when_idle = False

    def _queue_changed(self) -> None:
        self.sockets.send("status", status(self.queue.remaining), None)

    async def work(self) -> None:
        """Run one job after another, each in a thread."""
        while True:
            await self._run_one(await self.queue.take())

    async def _run_one(self, job: QueuedJob) -> None:
        started = now_ms()
        self._log({"event": "start", "prompt_id": job.prompt_id, "start": started})
        word = "lost"  # unless it comes to an end
        painting = asyncio.create_task(asyncio.to_thread(self._executor.run, job))
        try:
            outcome = await asyncio.shield(painting)
            word = _word(outcome)
        except asyncio.CancelledError:
            job.interrupted.set()
            await painting
            raise
        finally:
            line = {"event": "end", "prompt_id": job.prompt_id, "start": started, "end": now_ms()}
            self._log({**line, "outcome": word})
        self.sockets.last_node = None
        self.queue.finish(job, outcome)
        self._free_if_idle()
        if job.client_id is not None:
            self.sockets.send("executing", {"node": None, "prompt_id": job.prompt_id}, job.client_id)

    def _log(self, line: JsonObject) -> None:
        """The engine's own witness of what it executed."""
        self.folders.make()  # somebody may have tidied up a temporary folder that looked forgotten
        with (self.folders.root / "engine.log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")


def _word(outcome: JsonObject) -> str:
    if outcome["status"]["completed"]:
        return "success"
    last: str = outcome["status"]["messages"][-1][0]
    return "interrupted" if last == "execution_interrupted" else "error"


@dataclass(frozen=True, slots=True)
class _FromThread:
    """Carries messages from the painting thread to the loop, in order."""

    loop: asyncio.AbstractEventLoop
    sockets: SocketHub

    def message(self, kind: str, data: JsonObject, client_id: str | None) -> None:
        self._call(lambda: self._deliver(kind, data, client_id))

    def step(
        self, state: JsonObject, progress: JsonObject, preview: Preview | None, client_id: str | None
    ) -> None:
        self._call(lambda: self.sockets.send_step(state, progress, preview, client_id))

    def _deliver(self, kind: str, data: JsonObject, client_id: str | None) -> None:
        if kind == "executing":
            self.sockets.last_node, self.sockets.last_client = data["node"], client_id
        self.sockets.send(kind, data, client_id)

    def _call(self, delivery: Callable[[], None]) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(delivery)


CORE: web.AppKey[EngineCore] = web.AppKey("core", EngineCore)


def core_of(request: web.Request) -> EngineCore:
    """The engine that a request came to."""
    return request.app[CORE]


def trouble() -> web.Response:
    """What ComfyUI answers when its own code raised."""
    return web.Response(status=500, text="500 Internal Server Error\n\nServer got itself in trouble")
