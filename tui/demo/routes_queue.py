"""`/queue`, `/history`, `/interrupt` and `/free`: what waits, what was, and stopping it."""

from json import JSONDecodeError
from typing import Any

from aiohttp import web

from tui.demo.core import core_of, trouble
from tui.demo.wire import as_object

routes = web.RouteTableDef()


@routes.get("/queue")
async def queue(request: web.Request) -> web.Response:
    """Running and waiting jobs; the waiting ones in heap order."""
    core = core_of(request)
    running = [] if core.queue.running is None else [core.queue.running.as_item()]
    pending = [job.as_item() for job in core.queue.pending]
    return web.json_response({"queue_running": running, "queue_pending": pending})


@routes.post("/queue")
async def change_queue(request: web.Request) -> web.Response:
    """Drop waiting jobs, silently whatever the ids."""
    posted: Any = await request.json()
    if posted.get("clear"):
        core_of(request).queue.clear()
    for prompt_id in posted.get("delete", ()):
        core_of(request).queue.delete(prompt_id)
    return web.Response()


@routes.post("/interrupt")
async def interrupt(request: web.Request) -> web.Response:
    """Stop the named job if it runs; without a name whatever runs."""
    try:
        posted = as_object(await request.json()) or {}
    except (JSONDecodeError, UnicodeDecodeError):
        posted = {}
    core_of(request).queue.interrupt(posted.get("prompt_id"))
    return web.Response()


@routes.post("/free")
async def free(request: web.Request) -> web.Response:
    """There are no weights to unload; the cache is real."""
    posted: Any = await request.json()
    if posted.get("free_memory"):
        core_of(request).free_memory()
    return web.Response()


@routes.get("/history")
async def history(request: web.Request) -> web.Response:
    """Oldest first; `max_items` keeps the newest, `offset` counts from the oldest."""
    entries = list(core_of(request).queue.history.items())
    try:
        most = int(request.query["max_items"]) if "max_items" in request.query else None
        offset = int(request.query.get("offset", -1))
    except ValueError:
        return trouble()
    if most is not None and offset < 0:
        offset = max(0, len(entries) - most)
    start = max(0, offset)
    end = None if most is None else start + most
    return web.json_response(dict(entries[start:end]))


@routes.get("/history/{prompt_id}")
async def history_of(request: web.Request) -> web.Response:
    """One entry, or nothing for a job that is unknown, waiting, running or deleted."""
    prompt_id = request.match_info["prompt_id"]
    entry = core_of(request).queue.history.get(prompt_id)
    return web.json_response({} if entry is None else {prompt_id: entry})


@routes.post("/history")
async def change_history(request: web.Request) -> web.Response:
    """Forget entries."""
    posted: Any = await request.json()
    entries = core_of(request).queue.history
    if posted.get("clear"):
        entries.clear()
    for prompt_id in posted.get("delete", ()):
        entries.pop(prompt_id, None)
    return web.Response()
