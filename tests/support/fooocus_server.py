"""A small Fooocus-API for the tests, over a real socket, true to what the recordings and its source show.

One worker that takes the jobs in turn; one stop flag for everybody, heeded at the end of a step and kept for
the next job when nothing samples; no word about why a job ended. Two dialects: 0.5, which calls a running job
waiting and a stopped one a success, and 0.4.
"""

import asyncio
import base64
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import web

from tests.support.fooocus_bodies import KINDS, STEPS, are_pictures, completed, faults, png
from tests.support.fooocus_recordings import answer

WRONG_HOST = "http://10.99.99.99:8888"
"""What the server believes its address to be: no client can use it."""

DATE = "2026-11-21"
FAILS = "FAILME"


@dataclass
class Task:
    """A job as the server holds it."""

    body: dict[str, Any]
    kind: str
    id: str = field(default_factory=lambda: str(uuid4()))
    progress: int = 0
    status: str | None = None
    preview: str | None = None
    has_begun: bool = False
    is_finished: bool = False
    has_failed: bool = False
    results: list[dict[str, Any]] | None = None


class Stopped(Exception):
    """The stop flag was seen."""


class FooocusServer:
    """The server's own memory."""

    def __init__(
        self,
        dialect: str = "0.5",
        *,
        step_seconds: float = 0.02,
        key: str = "",
        queue_size: int = 100,
        queue_history: int = 0,
    ) -> None:
        self.dialect = dialect
        self.step_seconds = step_seconds
        self.key = key
        self.queue_size = queue_size
        self.queue_history = queue_history
        self.queue: deque[Task] = deque()
        self.history: list[Task] = []
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        """Path and body of every submission that was taken."""

        self.hits: list[str] = []
        """The prompt of the job that was at work at each stop; empty for none."""

        self.stopped: list[str] = []
        """The prompts of jobs that a stop ended."""

        self.url = ""
        self.requests: list[str] = []
        self.names_files = True
        """Whether jobs may name their pictures, which releases before 0.4.1 did not let them."""

        self.gate = asyncio.Event()
        """While it is not set, the worker begins nothing."""

        self.gate.set()
        self._files: dict[str, bytes] = {}
        self.newest: str | None = None
        """The id of the job that was submitted last."""

        self._flag = False

    @property
    def is_poisoned(self) -> bool:
        """Whether a stop waits for the next job that samples."""
        return self._flag

    def app(self) -> web.Application:
        """The routes of this dialect."""
        app = web.Application(middlewares=[self._watch], client_max_size=2**26)
        get, post = app.router.add_get, app.router.add_post
        get("/ping", self._ping)
        get("/openapi.json", self._openapi)
        get("/v1/engines/all-models", self._models)
        get("/v1/engines/styles", self._styles)
        get("/v1/engines/clean_vram", self._clean)
        get("/v1/generation/job-queue", self._job_queue)
        get("/v1/generation/job-history", self._job_history)
        get("/v1/generation/query-job", self._query)
        get("/files/{date}/{name}", self._file)
        post("/v1/generation/stop", self._stop)
        post("/v1/generation/text-to-image", self._generate)
        for route in ("image-upscale-vary", "image-inpaint-outpaint", "image-prompt"):
            post(f"/v2/generation/{route}", self._generate)
        app.cleanup_ctx.append(self._working)
        return app

    def restart(self) -> None:
        """Forget everything, as a server does that was started anew."""
        self.queue.clear()
        self.history.clear()
        self.newest = None
        self._flag = False

    @web.middleware
    async def _watch(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path}")
        is_open = request.path.startswith("/files/") or request.path == "/openapi.json"
        if self.key and not is_open and request.headers.get("X-API-KEY") != self.key:
            return web.json_response({"detail": "Forbidden"}, status=403)
        try:
            return await handler(request)
        except web.HTTPException as error:
            return web.json_response({"detail": error.reason}, status=error.status)

    async def _working(self, _: web.Application) -> AsyncGenerator[None]:
        worker = asyncio.create_task(self._work())
        yield
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker

    async def _work(self) -> None:
        while True:
            await self.gate.wait()
            if not self.queue:
                await asyncio.sleep(0.005)
                continue
            await self._process(self.queue[0])

    async def _process(self, task: Task) -> None:
        task.has_begun = True
        task.results = []
        try:
            await self._make(task)
        except Stopped:
            self.stopped.append(task.body["prompt"])
            task.has_failed = self.dialect == "0.4"
        except ValueError:
            task.has_failed = True
        if not task.has_failed:
            task.progress, task.status = 100, "Finished"
        task.is_finished = True
        if task in self.queue:
            self.queue.remove(task)
            self.history.append(task)
        while self.queue_history and len(self.history) > self.queue_history:
            for result in self.history.pop(0).results or ():
                self._files.pop(result["url"].rpartition("/files/")[2], None)

    async def _make(self, task: Task) -> None:
        body, results = task.body, task.results
        assert results is not None
        width, height = (int(side) for side in body["aspect_ratios_selection"].split("*")[:2])
        for progress, status in (
            (1, "Initializing ..."),
            (3, "Loading models ..."),
            (5, "Encoding positive #1 ..."),
        ):
            task.progress, task.status = progress, status
            await asyncio.sleep(self.step_seconds)
        if FAILS in body["prompt"]:
            raise ValueError
        count, steps = self._amount(body)
        for number in range(count):
            seed = (body["image_seed"] + number) % 2**63
            task.status = f"Preparing task {number + 1}/{count} ..."
            for step in range(steps):
                await asyncio.sleep(self.step_seconds)
                if self._flag:
                    self._flag = False
                    raise Stopped
                done = number * steps + step
                task.progress = int(15.0 + 85.0 * done / (steps * count))
                task.status = f"Step {step}/{steps} in the {number + 1}-th Sampling"
                task.preview = base64.b64encode(png(seed + step, 16, 12)).decode()
            if not steps:
                task.progress = 100
            task.status = f"Saving image {number + 1}/{count} to system ..."
            self._keep(task, number, seed, png(seed, width, height))
            await asyncio.sleep(self.step_seconds)

    def _amount(self, body: dict[str, Any]) -> tuple[int, int]:
        """How many pictures, and steps for each."""
        method = body.get("uov_method", "")
        if "Fast" in method:
            return 1, 0
        steps = body["advanced_params"].get("overwrite_step", -1)
        return body["image_number"], steps if steps > 0 else STEPS[body["performance_selection"]]

    def _keep(self, task: Task, number: int, seed: int, data: bytes) -> None:
        name = f"{task.body.get('save_name') or task.id}-{number}.png"
        self._files[f"{DATE}/{name}"] = data
        assert task.results is not None
        task.results.append(
            {
                "base64": None,
                "url": f"{WRONG_HOST}/files/{DATE}/{name}",
                "seed": str(seed),
                "finish_reason": "SUCCESS",
            }
        )

    async def _ping(self, _: web.Request) -> web.Response:
        return web.json_response("pong")

    async def _openapi(self, _: web.Request) -> web.Response:
        document = answer("openapi")
        if not self.names_files:
            del document["components"]["schemas"]["CommonRequest"]["properties"]["save_name"]
        if self.dialect == "0.4":
            document["paths"].pop("/v2/generation/image-enhance")
        return web.json_response(document)

    async def _models(self, _: web.Request) -> web.Response:
        return web.json_response(answer("all_models"))

    async def _styles(self, _: web.Request) -> web.Response:
        return web.json_response(answer("styles"))

    async def _clean(self, _: web.Request) -> web.Response:
        return web.json_response(answer("clean_vram"))

    async def _job_queue(self, _: web.Request) -> web.Response:
        sizes = {"running_size": len(self.queue), "finished_size": len(self.history)}
        return web.json_response({**sizes, "last_job_id": self.newest})

    async def _job_history(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "queue": [{"job_id": task.id, "is_finished": False} for task in self.queue],
                "history": [{"job_id": task.id, "is_finished": True} for task in self.history],
            }
        )

    async def _query(self, request: web.Request) -> web.Response:
        wanted = request.query["job_id"]
        task = next((task for task in [*self.queue, *self.history] if task.id == wanted), None)
        if task is None:
            return web.json_response(answer("query_job_unknown_404"), status=404)
        return web.json_response(self._told(task, request.query.get("require_step_preview") == "true"))

    async def _file(self, request: web.Request) -> web.Response:
        data = self._files.get(f"{request.match_info['date']}/{request.match_info['name']}")
        if data is None or not request.headers.get("Accept"):
            return web.Response(status=500, text="Internal Server Error")
        return web.Response(body=data, content_type="image/png")

    def stop(self) -> None:
        """What its route does: raise the flag, whoever samples."""
        self._flag = True
        self.hits.append(self.queue[0].body["prompt"] if self.queue and self.queue[0].has_begun else "")

    async def _stop(self, _: web.Request) -> web.Response:
        self.stop()
        return web.json_response({"msg": "success"})

    async def _generate(self, request: web.Request) -> web.Response:
        body: dict[str, Any] = await request.json()
        if detail := faults(request.path, body):
            return web.json_response({"detail": detail, "body": body}, status=422)
        if not are_pictures(body):
            return web.Response(status=500, text="Internal Server Error")
        if len(self.queue) >= self.queue_size:
            return web.json_response(answer("queue_full_async"))
        task = Task(completed(body), KINDS[request.path.rpartition("/")[2]])
        self.bodies.append((request.path, body))
        self.queue.append(task)
        self.newest = task.id
        return web.json_response(self._told(task, has_preview=False))

    def _told(self, task: Task, has_preview: bool) -> dict[str, Any]:
        stage = "RUNNING" if self.dialect == "0.4" and task.has_begun else "WAITING"
        if task.is_finished:
            stage = "ERROR" if task.has_failed else "SUCCESS"
        return {
            "job_id": task.id,
            "job_type": task.kind,
            "job_stage": stage,
            "job_progress": task.progress,
            "job_status": task.status,
            "job_step_preview": task.preview if has_preview else None,
            "job_result": task.results if stage == "SUCCESS" else None,
        }
