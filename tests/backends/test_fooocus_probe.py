"""What is found out about an address that is said to be Fooocus'."""

import httpx
import pytest
from aiohttp import web

from tests.support.fooocus_peer import QUICK, at, small
from tests.support.fooocus_server import FooocusServer
from tests.support.job_events import fetched, follow
from tests.support.serving import serving
from tui.backends.fooocus import FooocusBackend
from tui.domain.errors import NotFoundError, ServerError


async def test_a_path_prefix_is_kept_for_everything() -> None:
    server = FooocusServer(step_seconds=0.01)
    outer = web.Application()
    async with serving(server.app()) as inner:
        outer.add_subapp("/behind/proxy", _passing_on(inner))
        async with serving(outer) as url, FooocusBackend(at(f"{url}/behind/proxy"), pace=QUICK) as backend:
            assert (await backend.connect()).version == "0.5"
            job = follow(backend, small())
            await job.over()
            assert await fetched(backend, job.outputs[0])


PAGES = {
    "Fooocus 2.5.5": "is Fooocus' own web page, without an API.",
    "Stable Diffusion": "is not Fooocus-API.",
}


@pytest.mark.parametrize("title", PAGES)
async def test_another_web_page_is_told_apart_and_how_to_get_the_api(title: str) -> None:
    async def config(_: web.Request) -> web.Response:
        return web.json_response({"version": "3.41.2", "title": title, "components": [], "dependencies": []})

    app = web.Application()
    app.router.add_get("/config", config)
    async with serving(app) as url, FooocusBackend(at(url), pace=QUICK) as backend:
        with pytest.raises(ServerError) as caught:
            await backend.connect()
    assert PAGES[title] in caught.value.title
    assert "github.com/mrhan1993/Fooocus-API" in caught.value.advice
    assert "8888" in caught.value.advice


async def test_a_server_that_is_something_else_is_not_asked_to_generate() -> None:
    async with serving(web.Application()) as url, FooocusBackend(at(url), pace=QUICK) as backend:
        job = follow(backend, small())
        with pytest.raises(NotFoundError):
            await job.over()


def _passing_on(target: str) -> web.Application:
    """A reverse proxy's path."""

    async def pass_on(request: web.Request) -> web.Response:
        async with httpx.AsyncClient(trust_env=False) as client:
            path = request.path_qs.removeprefix("/behind/proxy")
            answer = await client.request(
                request.method,
                target + path,
                content=await request.read(),
                headers={"Accept": request.headers["Accept"]},
            )
        return web.Response(
            status=answer.status_code, body=answer.content, content_type="application/octet-stream"
        )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", pass_on)
    return app
