"""Servers with a queue let go of their models while nothing is in it, and where they can."""

from aiohttp import web

from tests.support.fooocus_peer import QUICK as FOOOCUS_PACE
from tests.support.fooocus_peer import at
from tests.support.fooocus_peer import small as small_fooocus
from tests.support.fooocus_server import FooocusServer
from tests.support.invokeai_peer import QUICK as INVOKEAI_PACE
from tests.support.invokeai_peer import settings_of
from tests.support.invokeai_peer import small as small_invokeai
from tests.support.invokeai_recordings import exchange
from tests.support.invokeai_server import invokeai_server
from tests.support.job_events import follow
from tests.support.serving import serving
from tui.backends.fooocus import FooocusBackend
from tui.backends.invokeai import InvokeAIBackend
from tui.domain.events import JobStarted

EMPTY_CACHE = "POST /api/v2/models/empty_model_cache"
CLEAN = "GET /v1/engines/clean_vram"


async def test_invokeai_empties_its_cache_while_no_item_runs() -> None:
    async with (
        invokeai_server() as server,
        InvokeAIBackend(settings_of(server.url), pace=INVOKEAI_PACE) as backend,
    ):
        job = follow(backend, small_invokeai(steps=900))
        await job.until(JobStarted)
        await backend.free_memory()
        assert EMPTY_CACHE not in server.requests
        await backend.cancel(job.id)
        await job.over()
        await backend.free_memory()
        assert server.requests.count(EMPTY_CACHE) == 1


async def test_an_invokeai_without_the_route_is_left_as_it_is() -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(f"{request.method} {request.path}")
        found = exchange("unknown_post_path_405" if request.method == "POST" else "queue_status_idle")
        return web.Response(status=found.status, body=found.body, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with serving(app) as url, InvokeAIBackend(settings_of(url), pace=INVOKEAI_PACE) as backend:
        await backend.free_memory()
    assert asked[-1] == EMPTY_CACHE


async def test_fooocus_unloads_its_models_while_its_queue_is_empty() -> None:
    server = FooocusServer(step_seconds=0.05)
    async with serving(server.app()) as url, FooocusBackend(at(url), pace=FOOOCUS_PACE) as backend:
        job = follow(backend, small_fooocus(steps=400))
        await job.until(JobStarted)
        await backend.free_memory()
        assert CLEAN not in server.requests
        await backend.cancel(job.id)
        await job.over()
        await backend.free_memory()
        assert server.requests.count(CLEAN) == 1
