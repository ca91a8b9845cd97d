"""A small InvokeAI for the tests: its routes, queue and socket.io, true to the recordings.

What it knows was seen on the real server: `item_ids`, one worker, items that are cancelled at the
next step, events to subscribers only, 200 with a web page for every unknown GET, 422 bodies as recorded.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import socketio
from aiohttp import BodyPartReader, web

from tests.support.invokeai_items import Item
from tests.support.invokeai_recordings import exchange
from tests.support.invokeai_worker import Worker

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

OPEN_PATHS = ("/api/v1/app/version", "/api/v1/auth/login", "/api/v1/auth/status")
SAMPLERS = ("euler", "euler_a", "ddim", "dpmpp_2m", "dpmpp_2m_k")


class InvokeAIServer:
    """The server, and what a test may do to it or look at."""

    def __init__(self, step_delay: float = 0.02) -> None:
        self.step_delay = step_delay
        self.url = ""
        self.models: list[dict[str, Any]] = exchange("models").json["models"]
        self.items: dict[int, Item] = {}
        self.pictures: dict[str, bytes] = {}
        self.uploads: list[str] = []
        self.requests: list[str] = []
        self.is_paused = False
        self.users: dict[str, str] = {}
        """Passwords by e-mail address; with any, everybody has to log in."""

        self.tokens: set[str] = set()
        self.refreshes_tokens = False
        self.subscriptions = 0
        self.sio: Any = socketio.AsyncServer(async_mode="aiohttp")  # it ships no types
        self.worker = Worker(self)
        self.sio.on("connect", self._connect)
        self.sio.on("subscribe_queue", self._subscribe)

    def add(self, graph: dict[str, Any], destination: str | None = None, **fields: Any) -> Item:
        """Enqueue as another client would, past HTTP."""
        number = max(self.items, default=0) + 1
        item = Item(number, graph, destination, **fields)
        self.items[number] = item
        self.worker.wake()
        return item

    def item_for(self, destination: str) -> Item:
        """The item of one of our jobs."""
        (item,) = [item for item in self.items.values() if item.destination == destination]
        return item

    def count(self, request: str) -> int:
        """How many requests began so."""
        return sum(seen.startswith(request) for seen in self.requests)

    async def cancel(self, item: Item) -> None:
        """As its routes do."""
        if not item.is_over:
            item.status = "canceled"
            await self.worker.tell_status(item)

    async def resume(self) -> None:
        """As the route does."""
        self.is_paused = False
        self.worker.wake()

    def application(self) -> web.Application:
        """The routes."""
        queue = "/api/v1/queue/default"
        app = web.Application(middlewares=[self._guarded], client_max_size=64 * 2**20)
        self.sio.attach(app, socketio_path="/ws/socket.io")
        app.add_routes(
            [
                web.get("/api/v1/app/version", _recorded("version")),
                web.get("/api/v1/app/generation_device_options", _device),
                web.post("/api/v1/auth/login", self._log_in),
                web.get("/api/v2/models/", self._models),
                web.post("/api/v2/models/empty_model_cache", _recorded("empty_model_cache")),
                web.post("/api/v1/images/upload", self._upload),
                web.get("/api/v1/images/i/{name}/full", self._full),
                web.post(f"{queue}/enqueue_batch", self._enqueue),
                web.get(f"{queue}/status", self._status),
                web.get(f"{queue}/next", self._next),
                web.get(f"{queue}/list_all", self._list_all),
                web.get(f"{queue}/i/{{item_id}}", self._item),
                web.put(f"{queue}/i/{{item_id}}/cancel", self._cancel_item),
                web.put(f"{queue}/cancel_by_destination", self._cancel_by_destination),
                web.get("/{path:.*}", _recorded("unknown_get_path_200_html")),
                web.post("/{path:.*}", _recorded("unknown_post_path_405")),
            ]
        )
        return app

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/ws/"):
            return await handler(request)
        self.requests.append(f"{request.method} {request.path_qs}")
        if self.users and request.path not in OPEN_PATHS:
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            if not given:
                return _answer("auth_required_401")
            if given not in self.tokens:
                return _answer("auth_bad_token_401")
        response = await handler(request)
        if (
            self.refreshes_tokens
            and self.users
            and request.method != "GET"
            and request.path not in OPEN_PATHS
        ):
            self.tokens = {str(uuid4())}
            response.headers["X-Refreshed-Token"] = next(iter(self.tokens))
        return response

    async def _log_in(self, request: web.Request) -> web.Response:
        if not self.users:
            return web.json_response({"detail": "Multiuser mode is disabled"}, status=403)
        given = await request.json()
        if self.users.get(given["email"]) != given["password"]:
            return _answer("auth_login_wrong_401")
        token = str(uuid4())
        self.tokens.add(token)
        return web.json_response({**exchange("auth_login").json, "token": token})

    async def _connect(self, sid: str, environ: object, auth: dict[str, Any] | None) -> bool:
        return not self.users or (auth or {}).get("token") in self.tokens

    async def _subscribe(self, sid: str, data: dict[str, Any]) -> None:
        await self.sio.enter_room(sid, data["queue_id"])
        self.subscriptions += 1

    async def _models(self, request: web.Request) -> web.Response:
        return web.json_response({"models": self.models})

    async def _upload(self, request: web.Request) -> web.Response:
        if not {"image_category", "is_intermediate"} <= request.query.keys():
            return _answer("upload_missing_params_422")
        part = await (await request.multipart()).next()
        assert isinstance(part, BodyPartReader)
        if not part.headers.get("Content-Type", "").startswith("image/"):
            return _answer("upload_not_image_415")
        data = bytes(await part.read())
        if not data.startswith(b"\x89PNG"):
            return _answer("upload_undecodable_415")
        name = f"{uuid4()}.png"
        self.pictures[name] = data
        self.uploads.append(name)
        return web.json_response({**exchange("upload_png_201").json, "image_name": name}, status=201)

    async def _full(self, request: web.Request) -> web.Response:
        data = self.pictures.get(request.match_info["name"])
        return web.Response(body=data, content_type="image/png") if data else _answer("image_missing_404")

    async def _enqueue(self, request: web.Request) -> web.Response:
        batch = (await request.json())["batch"]
        if batch.get("data"):
            return web.json_response({"detail": "values belong into the graph"}, status=500)
        for node in batch["graph"]["nodes"].values():
            if node["type"] == "denoise_latents" and node["scheduler"] not in SAMPLERS:
                return _answer("error_422_unknown_scheduler")
            if node["type"] == "noise" and node["width"] % 8:
                return _answer("error_422_width_not_multiple_of_8")
        item = self.add(batch["graph"], batch.get("destination"), origin=batch.get("origin"))
        await self.worker.tell(
            "batch_enqueued", {"queue_id": "default", "batch_id": item.batch_id, "origin": item.origin}
        )
        return web.json_response(
            {"queue_id": "default", "enqueued": 1, "requested": 1, "priority": 0, "item_ids": [item.item_id]}
        )

    async def _status(self, request: web.Request) -> web.Response:
        recorded = exchange("queue_status_idle").json
        for status in ("pending", "in_progress", "completed", "failed", "canceled"):
            recorded["queue"][status] = sum(item.status == status for item in self.items.values())
        is_processing = recorded["queue"]["in_progress"] > 0
        recorded["processor"] = {"is_started": not self.is_paused, "is_processing": is_processing}
        return web.json_response(recorded)

    async def _next(self, request: web.Request) -> web.Response:
        waiting = self.worker.next_item()
        if waiting and waiting.is_unreadable:
            return _unreadable("getting next queue item")
        return web.json_response(waiting.shown() if waiting else None)

    async def _list_all(self, request: web.Request) -> web.Response:
        wanted = request.query.get("destination")
        found = [item for item in self.items.values() if wanted in (None, item.destination)]
        if any(item.is_unreadable for item in found):
            return _unreadable("listing all queue items")
        return web.json_response([item.shown() for item in found])

    async def _item(self, request: web.Request) -> web.Response:
        item = self.items.get(int(request.match_info["item_id"]))
        if item is None:
            return _answer("queue_item_unknown_404")
        return _unreadable("fetching queue item") if item.is_unreadable else web.json_response(item.shown())

    async def _cancel_item(self, request: web.Request) -> web.Response:
        item = self.items.get(int(request.match_info["item_id"]))
        if item is None:
            return _answer("cancel_unknown_item_404")
        await self.cancel(item)
        return web.json_response(item.shown())

    async def _cancel_by_destination(self, request: web.Request) -> web.Response:
        destination = request.query["destination"]
        found = [i for i in self.items.values() if i.destination == destination and not i.is_over]
        waiting = [item for item in found if item.status == "pending"]
        for item in found:
            if item.status == "in_progress":
                await self.cancel(item)
            item.status = "canceled"
        if waiting:  # those that wait get no event of their own
            ids = [item.item_id for item in waiting]
            await self.worker.tell("queue_items_canceled", {"queue_id": "default", "canceled_item_ids": ids})
        return web.json_response({"canceled": len(found)})


def _answer(name: str) -> web.Response:
    recorded = exchange(name)
    return web.Response(
        body=recorded.body,
        status=recorded.status,
        headers={"Content-Type": recorded.content_type},
    )


def _recorded(name: str) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        return _answer(name)

    return handle


async def _device(request: web.Request) -> web.Response:
    return web.json_response([{"device": "cpu", "name": "CPU"}])


def _unreadable(doing: str) -> web.Response:
    words = f"Unexpected error while {doing}: not all arguments converted during string formatting"
    return web.json_response({"detail": words}, status=500, dumps=json.dumps)


@asynccontextmanager
async def invokeai_server(step_delay: float = 0.02, port: int = 0) -> AsyncGenerator[InvokeAIServer]:
    """A running one."""
    server = InvokeAIServer(step_delay)
    runner = web.AppRunner(server.application(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    server.url = "http://{}:{}".format(*runner.addresses[0][:2])
    working = asyncio.create_task(server.worker.work())
    try:
        yield server
    finally:
        working.cancel()
        await asyncio.wait((working,))
        await runner.cleanup()
