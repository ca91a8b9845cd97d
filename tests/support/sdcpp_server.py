"""A small stable-diffusion.cpp server for the tests, true to its recordings: its own queue, no progress."""

import asyncio
import base64
import itertools
from typing import Any

from aiohttp import web

from tests.support.a1111_server import picture

SAMPLERS = ["euler", "euler_a", "heun", "dpm2"]
SCHEDULERS = ["discrete", "karras"]
MODEL = "sd15-random"


class SdCppServer:
    """Its queue and its jobs."""

    def __init__(self, *, step_seconds: float = 0.02, started: int = 0x6B00E3DE) -> None:
        self.step_seconds = step_seconds
        self.started = started
        self.bodies: list[dict[str, Any]] = []
        self.jobs: dict[str, dict[str, Any]] = {}
        self.queue: list[str] = []
        self._numbers = itertools.count()
        self._woken = asyncio.Event()

    def app(self) -> web.Application:
        """Its routes; it has no list of them."""
        app = web.Application(client_max_size=2**26)
        app.router.add_get("/", self._root)
        app.router.add_get("/sdapi/v1/options", self._options)
        app.router.add_get("/sdapi/v1/samplers", self._samplers)
        app.router.add_get("/sdapi/v1/schedulers", self._schedulers)
        app.router.add_get("/sdapi/v1/sd-models", self._models)
        app.router.add_get("/sdapi/v1/loras", self._loras)
        app.router.add_get("/sdcpp/v1/capabilities", self._capabilities)
        app.router.add_post("/sdcpp/v1/img_gen", self._img_gen)
        app.router.add_get("/sdcpp/v1/jobs/{id}", self._job)
        app.router.add_post("/sdcpp/v1/jobs/{id}/cancel", self._cancel)
        app.cleanup_ctx.append(self._worker)
        return app

    async def _worker(self, app: web.Application):
        task = asyncio.create_task(self._work())
        yield
        task.cancel()

    async def _work(self) -> None:
        while True:
            while not self.queue:
                self._woken.clear()
                await self._woken.wait()
            job = self.jobs[self.queue.pop(0)]
            job["status"] = "generating"
            body = job["body"]
            await asyncio.sleep(self.step_seconds * body.get("sample_params", {}).get("sample_steps", 20))
            job["status"] = "completed"
            job["result"] = {"output_format": "png", "images": list(self._images(body))}

    def _images(self, body: dict[str, Any]) -> Any:
        width, height = (-(-body.get(side, 512) // 64) * 64 for side in ("width", "height"))
        for number in range(body.get("batch_count", 1)):
            seed = body["seed"] + number
            infotext = f"{body['prompt']}\nSteps: 2, Seed: {seed}, Size: 64x64, Sampler: euler_a"
            data = picture(seed, (width, height), infotext)
            yield {"index": number, "b64_json": base64.b64encode(data).decode()}

    async def _root(self, request: web.Request) -> web.Response:
        return web.Response(text="Stable Diffusion Server is running", content_type="text/html")

    async def _options(self, request: web.Request) -> web.Response:
        return web.json_response({"samples_format": "png", "sd_model_checkpoint": MODEL})

    async def _samplers(self, request: web.Request) -> web.Response:
        return web.json_response([{"name": name, "aliases": [name]} for name in ["default", *SAMPLERS]])

    async def _schedulers(self, request: web.Request) -> web.Response:
        return web.json_response([{"name": name, "label": name} for name in ["default", *SCHEDULERS]])

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response([{"title": MODEL, "model_name": MODEL, "hash": "8888888888"}])

    async def _loras(self, request: web.Request) -> web.Response:
        return web.json_response([{"name": "ink", "path": "sub/ink.safetensors"}])

    async def _capabilities(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "model": {"name": f"{MODEL}.safetensors", "stem": MODEL},
                "limits": {"max_batch_count": 8, "max_width": 4096, "max_height": 4096},
                "samplers": SAMPLERS,
                "schedulers": SCHEDULERS,
                "loras": [{"name": "ink", "path": "sub/ink.safetensors"}],
            }
        )

    async def _img_gen(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        if body.get("sample_params", {}).get("guidance", {}).get("txt_cfg", 7.0) < 0:
            return web.json_response({"error": "invalid generation parameters"}, status=400)
        number = f"job_{self.started:08x}_{next(self._numbers):08x}"
        self.jobs[number] = {"id": number, "kind": "img_gen", "status": "queued", "body": body}
        self.queue.append(number)
        self._woken.set()
        return web.json_response({"id": number, "kind": "img_gen", "status": "queued"}, status=202)

    async def _job(self, request: web.Request) -> web.Response:
        job = self.jobs.get(request.match_info["id"])
        return web.json_response({"error": "job not found"}, status=404) if job is None else self._told(job)

    async def _cancel(self, request: web.Request) -> web.Response:
        job = self.jobs.get(request.match_info["id"])
        if job is None:
            return web.json_response({"error": "job not found"}, status=404)
        if job["status"] == "generating":
            said = "job is currently generating and cannot be interrupted yet"
            return web.json_response({"error": said}, status=409)
        if job["status"] == "queued":
            self.queue.remove(job["id"])
            job["status"] = "cancelled"
            job["error"] = {"code": "cancelled", "message": "job cancelled by client"}
        return self._told(job)

    def _told(self, job: dict[str, Any]) -> web.Response:
        is_queued = job["status"] == "queued"
        position = self.queue.index(job["id"]) + 1 if is_queued else 0
        told = {key: value for key, value in job.items() if key != "body"}
        return web.json_response({"result": None, "error": None, **told, "queue_position": position})
