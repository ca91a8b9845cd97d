"""A small A1111 for the tests, over a real socket, true to what the recordings and its source show.

One lock, first come first served; one state for everybody; an interrupt hits whatever runs; an override of
an option that was never saved stays; a task that breaks stays "active". Three dialects: with its page (tasks
are told apart), without it, and SD.Next.
"""

import asyncio
import base64
import itertools
import json
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

from aiohttp import BasicAuth, web
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.support.a1111_recordings import FOLDER, answer

SAMPLERS = {"DPM++ 2M": "karras", "Euler a": None, "Euler": None, "Heun": None}
SCHEDULERS = {"automatic": "Automatic", "karras": "Karras", "exponential": "Exponential"}
CHECKPOINTS = ("tiny_b", "tiny_a")
LOADED = "tiny_a.safetensors [0123456789]"


class A1111Server:
    """The server's own memory; `dialect` is "ui", "nowebui", "sdnext" or "forge" (as `ForgeServer`)."""

    def __init__(self, dialect: str = "ui", *, step_seconds: float = 0.02, auth: str = "") -> None:
        self.dialect = dialect
        self.step_seconds = step_seconds
        self.auth = auth
        self.url = ""
        self.options: dict[str, Any] = {
            "sd_model_checkpoint": LOADED,
            "show_progress_every_n_steps": 10.0,
            "live_previews_enable": True,
            "show_progress_type": "Approx NN",
        }
        """What was saved; numbers are told as floats, and defaults of the program as they are."""

        self.flags: dict[str, Any] = {"freeze_settings": False}
        self.bodies: list[dict[str, Any]] = []
        """What was posted to txt2img, img2img and extra-single-image, in order of arrival."""

        self.hits: list[str] = []
        """The prompt that was being worked on at each interrupt; empty for none."""

        self.finished: list[str] = []
        """Prompts in the order in which they ended, stopped ones among them."""

        self.slips_in: dict[str, Any] | None = None
        """Somebody else's txt2img that arrives just before the next one."""

        self.scripts: tuple[str, ...] = ()
        """The extensions that take part in a job."""

        self.unready: set[str] = set()
        """Paths that are not there yet, since the server still starts."""

        self._listed: dict[str, Any] = {}
        self.requests: list[str] = []
        self.state: dict[str, Any] = {}
        self._run_ids = itertools.count(1)
        self._reset_state(job="", job_count=0)
        self._lock = asyncio.Lock()
        self._running_prompt = ""
        self._current_task: str | None = None
        self._pending: list[str] = []
        self._others: set[asyncio.Future[web.Response]] = set()
        self._finished_tasks: deque[str] = deque(maxlen=16)
        self._preview = b""
        self._preview_id = 0
        self._previewed_step = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs and nobody waits."""
        return not self._lock.locked() and not self._pending

    def app(self) -> web.Application:
        """The routes of this dialect."""
        app = web.Application(middlewares=[self._watch], client_max_size=2**26)
        routes = {
            "GET /sdapi/v1/options": self._get_options,
            "GET /sdapi/v1/progress": self._get_progress,
            "GET /sdapi/v1/memory": self._get_memory,
            "GET /sdapi/v1/cmd-flags": self._get_flags,
            "GET /sdapi/v1/samplers": self._get_samplers,
            "GET /sdapi/v1/schedulers": self._get_schedulers,
            "GET /sdapi/v1/sd-models": self._get_models,
            "GET /sdapi/v1/loras": self._get_loras,
            "GET /sdapi/v1/upscalers": self._get_upscalers,
            "GET /sdapi/v1/sd-vae": self._get_vaes,
            "GET /sdapi/v1/embeddings": self._get_embeddings,
            "POST /sdapi/v1/txt2img": self._txt2img,
            "POST /sdapi/v1/img2img": self._img2img,
            "POST /sdapi/v1/extra-single-image": self._extras,
            "POST /sdapi/v1/interrupt": self._interrupt,
            "POST /sdapi/v1/options": self._set_options,
            "POST /sdapi/v1/png-info": self._png_info,
            "GET /openapi.json": self._openapi,
        }
        if self.dialect in {"ui", "forge"}:
            routes["POST /internal/progress"] = self._task_progress
            routes["GET /internal/ping"] = self._ping
            routes["GET /"] = self._page
        if self.dialect == "sdnext":
            routes["GET /sdapi/v1/version"] = self._version
        for route, handler in routes.items():
            method, path = route.split()
            app.router.add_route(method, path, handler)
        return app

    @web.middleware
    async def _watch(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.requests.append(f"{request.method} {request.path}")
        if self.auth and request.path.startswith("/sdapi"):
            header = request.headers.get("Authorization")
            if header is None:
                return _raised(401, "Not authenticated")
            given = BasicAuth.decode(header)
            if f"{given.login}:{given.password}" != self.auth:
                return _raised(401, "Incorrect username or password")
        try:
            if request.path in self.unready:
                raise web.HTTPNotFound
            return await handler(request)
        except web.HTTPNotFound:
            return web.json_response({"detail": "Not Found"}, status=404)
        except web.HTTPMethodNotAllowed:
            return web.json_response({"detail": "Method Not Allowed"}, status=405)

    async def _openapi(self, request: web.Request) -> web.Response:
        paths = {resource.canonical for resource in request.app.router.resources()} - self.unready
        self._listed = self._listed or {path: {} for path in paths}  # made once, when first asked for
        return web.json_response({"openapi": "3.0.2", "paths": self._listed})

    async def _ping(self, request: web.Request) -> web.Response:
        return web.json_response({})

    async def _version(self, request: web.Request) -> web.Response:
        return web.json_response({"app": "sd.next", "updated": "2026-07-01", "commit": "abc1234"})

    async def _get_options(self, request: web.Request) -> web.Response:
        return web.json_response({"show_progress_every_n_steps": 10, "sd_vae": "Automatic", **self.options})

    async def _set_options(self, request: web.Request) -> web.Response:
        self.options |= await request.json()
        return web.json_response(None)

    async def _png_info(self, request: web.Request) -> web.Response:
        data = base64.b64decode((await request.json())["image"])
        with Image.open(BytesIO(data)) as image:
            name = "png_info" if image.info.get("parameters") else "png_info_no_metadata"
        return web.json_response(answer(f"a1111/{name}"))

    async def _page(self, request: web.Request) -> web.Response:
        return web.Response(text=(FOLDER / "a1111" / "page_foot.html").read_text(), content_type="text/html")

    async def _get_flags(self, request: web.Request) -> web.Response:
        return web.json_response(self.flags)

    async def _get_memory(self, request: web.Request) -> web.Response:
        ram = {"free": 2e9, "used": 1e9, "total": 3e9}
        return web.json_response({"ram": ram, "cuda": {"error": "unavailable"}})

    async def _get_samplers(self, request: web.Request) -> web.Response:
        return web.json_response(
            [
                {"name": name, "aliases": [], "options": {"scheduler": schedule} if schedule else {}}
                for name, schedule in SAMPLERS.items()
            ]
        )

    async def _get_schedulers(self, request: web.Request) -> web.Response:
        return web.json_response([{"name": name, "label": label} for name, label in SCHEDULERS.items()])

    async def _get_models(self, request: web.Request) -> web.Response:
        return web.json_response(
            [
                {"title": f"{name}.safetensors", "model_name": name, "hash": None, "sha256": None}
                for name in CHECKPOINTS
            ]
        )

    async def _get_loras(self, request: web.Request) -> web.Response:
        return web.json_response([{"name": "ink", "alias": "ink_alias", "path": "/srv/ink.safetensors"}])

    async def _get_upscalers(self, request: web.Request) -> web.Response:
        return web.json_response(
            [
                {"name": "None", "model_path": None, "scale": 4.0},
                {"name": "Lanczos", "model_path": None, "scale": 4.0},
                {"name": "DAT x2", "model_path": "https://example.org/DAT_x2.pth", "scale": 2.0},
            ]
        )

    async def _get_vaes(self, request: web.Request) -> web.Response:
        return web.json_response([{"model_name": "tiny_vae.safetensors", "filename": "/srv/tiny_vae"}])

    async def _get_embeddings(self, request: web.Request) -> web.Response:
        loaded: Any = ["moody"] if self.dialect == "sdnext" else {"moody": {"vectors": 1}}
        return web.json_response({"loaded": loaded, "skipped": {}})

    async def _interrupt(self, request: web.Request) -> web.Response:
        self.hits.append(self._running_prompt)
        self.state["interrupted"] = True
        return web.Response(status=204) if self.dialect == "sdnext" else web.json_response({})

    async def _get_progress(self, request: web.Request) -> web.Response:
        self._set_preview()
        skips = request.query.get("skip_current_image") == "true"
        picture = base64.b64encode(self._preview).decode() if self._preview and not skips else None
        is_idle = self.state["job_count"] == 0
        done = self.state["sampling_step"] / max(self.state["sampling_steps"], 1)
        answer = {
            "progress": 0.0 if is_idle else 0.01 + done,
            "eta_relative": 0.0,
            "state": {key: value for key, value in self.state.items() if key != "id"},
            "current_image": None if is_idle else picture,
            "textinfo": None,
        }
        if self.dialect == "sdnext":
            answer = {"id": self.state["id"], **answer}
        return web.json_response(answer)

    async def _task_progress(self, request: web.Request) -> web.Response:
        asked = await request.json()
        task = asked["id_task"]
        answer: dict[str, Any] = {
            "active": task == self._current_task,
            "queued": task in self._pending,
            "completed": task in self._finished_tasks,
            "progress": None,
            "eta": None,
            "live_preview": None,
            "id_live_preview": -1,
            "textinfo": "Waiting...",
        }
        if answer["queued"]:
            answer["textinfo"] = f"In queue: {self._pending.index(task) + 1}/{len(self._pending)}"
        if answer["active"]:
            self._set_preview()
            answer["progress"] = self.state["sampling_step"] / max(self.state["sampling_steps"], 1)
            answer["textinfo"] = None
            answer["id_live_preview"] = asked["id_live_preview"]
            if self._preview and self._preview_id != asked["id_live_preview"]:
                encoded = base64.b64encode(self._preview).decode()
                answer["live_preview"] = f"data:image/png;base64,{encoded}"
                answer["id_live_preview"] = self._preview_id
        return web.json_response(answer)

    async def _txt2img(self, request: web.Request) -> web.Response:
        return await self._generate(await request.json(), "txt2img")

    async def _img2img(self, request: web.Request) -> web.Response:
        body = await request.json()
        if body.get("init_images") is None:
            if self.dialect == "sdnext":
                return web.json_response({"error": "Init image is none"}, status=400)
            return _raised(404, "Init image not found")
        return await self._generate(body, "img2img")

    async def _generate(self, body: dict[str, Any], kind: str) -> web.Response:
        if self.slips_in is not None:
            other, self.slips_in = self.slips_in, None
            self._others.add(asyncio.ensure_future(self._generate(other, "txt2img")))
            await asyncio.sleep(0)
        self.bodies.append(body)
        if "controlnet" in body.get("alwayson_scripts", {}) and "controlnet" not in self.scripts:
            return _raised(422, "Script 'controlnet' not found")
        sampler, schedule = self._sampler(body)
        if sampler is None:
            return _raised(404, "Sampler not found")
        task = body.get("force_task_id") or f"task({kind})"
        # a server does not notice that its client has gone
        work = asyncio.ensure_future(self._work(body, kind, task, sampler, schedule))
        return await asyncio.shield(work)

    def _sampler(self, body: dict[str, Any]) -> tuple[str | None, str]:
        asked = body.get("sampler_name") or "Euler"
        if asked not in SAMPLERS:
            return (None, "") if self.dialect == "sdnext" else ("DPM++ 2M", "Karras")
        schedule = (body.get("scheduler") or "").casefold()
        return asked, SCHEDULERS.get(schedule, "Automatic")

    async def _work(
        self, body: dict[str, Any], kind: str, task: str, sampler: str, schedule: str
    ) -> web.Response:
        self._pending.append(task)
        async with self._lock:
            job = f"scripts_{kind}" if self.dialect != "sdnext" else f"API-{kind[:3].upper()}"
            self._reset_state(job=job, job_count=-1)
            self._pending.remove(task)
            self._current_task = task
            stored = {
                key: self.options[key] for key in body.get("override_settings") or {} if key in self.options
            }
            try:
                return await self._paint(body, kind, task, sampler, schedule)
            finally:
                self.options.update(stored)
                self.state.update(job="", job_count=0, sampling_step=0)
                self._running_prompt = ""
                self.finished.append(body.get("prompt", ""))

    async def _paint(
        self, body: dict[str, Any], kind: str, task: str, sampler: str, schedule: str
    ) -> web.Response:
        self._running_prompt = body.get("prompt", "")
        overrides = body.get("override_settings") or {}
        checkpoint = _checkpoint(overrides.get("sd_model_checkpoint"))
        numbers = {key: float(value) for key, value in overrides.items() if isinstance(value, int)}
        self.options.update(numbers)
        if "sd_vae" in overrides:
            self.options["sd_vae"] = overrides["sd_vae"]
        steps = body.get("steps", 50)
        if steps == 0:  # the task stays "active", as on the real server
            return self._broke("ZeroDivisionError", "integer division or modulo by zero")
        total = steps if kind == "txt2img" else int(steps * body.get("denoising_strength", 0.75)) + 1
        await asyncio.sleep(self.step_seconds)
        self.state.update(job_count=1)
        await asyncio.sleep(self.step_seconds)
        self.state.update(sampling_steps=total)
        for step in range(total):
            if self.state["interrupted"]:
                break
            self.state["sampling_step"] = step
            await asyncio.sleep(self.step_seconds)
        if self.state["interrupted"] and self.dialect == "sdnext":
            return self._broke("AttributeError", "'NoneType' object has no attribute 'images'")
        self._finished_tasks.append(task)
        self._current_task = None
        return web.json_response(self._answer(body, sampler, schedule, checkpoint))

    def _answer(self, body: dict[str, Any], sampler: str, schedule: str, checkpoint: str) -> dict[str, Any]:
        width, height = (body.get(side, 512) // 8 * 8 for side in ("width", "height"))
        count = body.get("batch_size", 1)
        seeds = [body.get("seed", 0) + number for number in range(count)]
        infotexts = [
            f"{body.get('prompt', '')}\nSteps: {body.get('steps')}, Sampler: {sampler}, Seed: {seed}"
            for seed in seeds
        ]
        pictures = [picture(seed, (width, height), text) for seed, text in zip(seeds, infotexts, strict=True)]
        has_grid = bool(body.get("save_images")) and count > 1
        if has_grid:
            pictures.insert(0, picture(0, (width * 2, height), "a grid"))
        info = {
            "seed": seeds[0],
            "all_seeds": seeds,
            "width": body.get("width", 512),
            "height": body.get("height", 512),
            "sampler_name": sampler,
            "sd_model_name": checkpoint,
            "extra_generation_params": {} if schedule == "Automatic" else {"Schedule type": schedule},
            "index_of_first_image": int(has_grid),
            "infotexts": infotexts,
            "job_timestamp": self.state["job_timestamp"],
            "version": "1.10.1",
        }
        images = [base64.b64encode(data).decode() for data in pictures]
        return {"images": images, "parameters": {"seed": -1}, "info": json.dumps(info)}

    async def _extras(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        return await asyncio.shield(asyncio.ensure_future(self._enlarge(body)))

    async def _enlarge(self, body: dict[str, Any]) -> web.Response:
        async with self._lock:
            self._reset_state(job="extras", job_count=1)  # no task begins: the last one stays as it was
            self._running_prompt = "an enlargement"
            await asyncio.sleep(self.step_seconds * 5)
            self.state.update(job="", job_count=0)
            self._running_prompt = ""
        with Image.open(BytesIO(base64.b64decode(body["image"]))) as source:
            factor = body.get("upscaling_resize", 2)
            size = (int(source.width * factor), int(source.height * factor))
        return web.json_response({"html_info": "", "image": base64.b64encode(picture(1, size)).decode()})

    def _broke(self, error: str, said: str) -> web.Response:
        return web.json_response({"error": error, "detail": "", "body": "", "errors": said}, status=500)

    def _reset_state(self, **values: Any) -> None:
        number = next(self._run_ids)
        self.state = {
            "skipped": False,
            "interrupted": False,
            "job_timestamp": f"20261121{number:06}",
            "job_no": 0,
            "sampling_step": 0,
            "sampling_steps": self.state.get("sampling_steps", 0),  # stale until sampling begins
            "id": f"run-{number}",
            **values,
        }
        self._preview, self._preview_id, self._previewed_step = b"", 0, 0

    def _set_preview(self) -> None:
        step = self.state["sampling_step"]
        interval = self.options.get("show_progress_every_n_steps", 10)
        interval = 1 if self.dialect == "sdnext" else interval
        if self.state["job_count"] > 0 and step - self._previewed_step >= interval:
            self._preview, self._previewed_step = picture(step, (8, 8)), step
            self._preview_id += 1


def picture(seed: int, size: tuple[int, int], infotext: str = "") -> bytes:
    """A PNG in a colour that the seed decides."""
    texts = PngInfo()
    if infotext:
        texts.add_text("parameters", infotext)
    buffer = BytesIO()
    colour = (seed * 37 % 256, seed * 91 % 256, seed * 53 % 256)
    Image.new("RGB", size, colour).save(buffer, format="PNG", pnginfo=texts)
    return buffer.getvalue()


@asynccontextmanager
async def serving(app: web.Application, port: int = 0) -> AsyncGenerator[str]:
    """The address at which `app` is served for a while; at a free port unless one is named."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


def _checkpoint(asked: str | None) -> str:
    name = (asked or "").removesuffix(".safetensors")
    return name if name in CHECKPOINTS else "tiny_a"


def _raised(status: int, detail: str) -> web.Response:
    return web.json_response(
        {"error": "HTTPException", "detail": detail, "body": "", "errors": ""}, status=status
    )
