"""What a server is, is found out by asking; what is wrong with it is said."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
import respx

from tests.support.a1111_peer import QUICK, A1111Peer, at
from tests.support.a1111_recordings import body_of, exchange
from tests.support.a1111_server import LOADED, A1111Server, serving
from tests.support.job_events import follow
from tests.support.sdcpp_server import SdCppServer
from tui.backends.a1111 import A1111Backend
from tui.domain.errors import (
    ServerError,
    ServerRefusedError,
    ServerReplyError,
    ServerStartingError,
    ServerUnreachableError,
)
from tui.domain.events import JobCompleted, PreviewReceived
from tui.domain.request import Task
from tui.domain.server import ServerStatus
from tui.domain.settings import Secret

URL = "http://gpu-box:7860"


def recorded(path: str) -> httpx.Response:
    _, response = exchange(path)
    return httpx.Response(response["status"], content=body_of(response))


async def waited(backend: A1111Backend) -> AsyncIterator[float]:
    """How long each look was told to wait, until one is answered."""
    while True:
        try:
            await backend.connect()
        except ServerStartingError as error:
            yield error.seconds
            await asyncio.sleep(error.seconds / 2)
        else:
            return


async def started(backend: A1111Backend) -> ServerStatus:
    """The status of a server that may still have to be left in peace."""
    async for _ in waited(backend):
        pass
    return await backend.connect()


NOT_FOUND = httpx.Response(404, json={"detail": "Not Found"})


@pytest.mark.parametrize(
    ("routes", "kind", "sentence"),
    [
        (
            {"/internal/ping": httpx.Response(200, json={})},
            ServerReplyError,
            "A1111 on gpu-box runs without its API. Start it with --api.",
        ),
        (
            {},
            ServerReplyError,
            (
                "A1111 on gpu-box does not speak A1111's API. Is it A1111, Forge, SD.Next or "
                "stable-diffusion.cpp, and is this its port? A1111 needs --api."
            ),
        ),
        (
            {"/sdapi/v1/options": httpx.Response(200, json={"error": "Unexpected endpoint or method."})},
            ServerReplyError,
            (
                "A1111 on gpu-box does not speak A1111's API. Is it A1111, Forge, SD.Next or "
                "stable-diffusion.cpp, and is this its port? A1111 needs --api."
            ),
        ),
        (
            {"/sdapi/v1/options": httpx.Response(200, html="<html>hello</html>")},
            ServerReplyError,
            (
                "A1111 on gpu-box answered /sdapi/v1/options with a web page. "
                "Check that the address leads to the server itself, with its path prefix."
            ),
        ),
        (
            {"/sdapi/v1/options": recorded("a1111/auth_missing_401")},
            ServerRefusedError,
            (
                "A1111 on gpu-box wants a user name and password. "
                "Set username and password in its settings; it runs with --api-auth, or SD.Next with --auth."
            ),
        ),
        (
            {"/sdapi/v1/options": recorded("a1111/auth_wrong_401")},
            ServerRefusedError,
            ("A1111 on gpu-box does not accept the user name and password. Correct them in the settings."),
        ),
    ],
)
async def test_what_is_not_usable_is_said(
    routes: Mapping[str, httpx.Response], kind: type[ServerError], sentence: str
) -> None:
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        for path, response in routes.items():
            router.get(path).mock(return_value=response)
        router.route().mock(return_value=NOT_FOUND)
        async with A1111Backend(at(URL)) as backend:
            with pytest.raises(kind) as caught:
                await backend.connect()
    assert caught.value.sentence == sentence


async def test_a_server_whose_options_somebody_broke_is_usable_and_says_so() -> None:
    with respx.mock(base_url=URL) as router:
        router.get("/sdapi/v1/options").mock(return_value=recorded("a1111/options_get_500_after_wrong_type"))
        router.get("/openapi.json").mock(return_value=recorded("a1111/openapi_paths"))
        router.get("/sdapi/v1/memory").mock(return_value=recorded("a1111/memory_cpu"))
        router.get("/sdapi/v1/cmd-flags").mock(return_value=httpx.Response(200, json={}))
        router.get("/controlnet/model_list").mock(return_value=NOT_FOUND)
        async with A1111Backend(at(URL)) as backend:
            status = await backend.connect()
    assert status.note == "its settings hold a wrong value, and it cannot list them"
    assert status.memory_total == 25276514304


async def test_an_unlisted_server_is_asked_route_by_route() -> None:
    with respx.mock(base_url=URL, assert_all_called=False) as router:
        router.get("/sdapi/v1/options").mock(return_value=httpx.Response(200, json={"samples_format": "png"}))
        router.get("/sdapi/v1/progress").mock(return_value=recorded("a1111/progress_idle"))
        router.get("/sdapi/v1/interrupt").mock(return_value=httpx.Response(405))
        router.route().mock(return_value=httpx.Response(404))
        async with A1111Backend(at(URL)) as backend:
            status = await backend.connect()
            able = backend.capabilities
    assert status.product == "A1111-like server"
    assert (able.has_step_progress, able.can_cancel_running) == (True, True)
    assert Task.UPSCALE not in able.tasks


@pytest.mark.parametrize(
    ("dialect", "product", "version"),
    [("ui", "A1111", "1.10.1"), ("nowebui", "A1111", ""), ("sdnext", "SD.Next", "2026-07-01 abc1234")],
)
async def test_a_dialect_is_told_by_what_it_has(dialect: str, product: str, version: str) -> None:
    async with serving(A1111Server(dialect).app()) as url, A1111Backend(at(url)) as backend:
        status = await backend.connect()
    assert (status.product, status.version) == (product, version)
    assert (status.model, status.device) == ("tiny_a.safetensors", "no CUDA")


async def test_a_look_at_a_known_server_asks_two_things() -> None:
    server = A1111Server()
    async with serving(server.app()) as url, A1111Backend(at(url)) as backend:
        await backend.connect()
        server.requests.clear()
        await backend.connect()
    assert sorted(server.requests) == ["GET /sdapi/v1/memory", "GET /sdapi/v1/options"]


async def test_a_server_that_comes_back_as_another_one_is_found_anew(unused_tcp_port: int) -> None:
    async with A1111Backend(at(f"http://127.0.0.1:{unused_tcp_port}"), pace=QUICK) as backend:
        async with serving(A1111Server("ui").app(), unused_tcp_port):
            assert (await backend.connect()).product == "A1111"
        with pytest.raises(ServerUnreachableError):
            await backend.connect()
        async with serving(SdCppServer().app(), unused_tcp_port):
            assert (await started(backend)).product == "stable-diffusion.cpp"
            assert not backend.capabilities.has_step_progress


async def test_a_server_that_has_just_begun_to_listen_is_left_in_peace(unused_tcp_port: int) -> None:
    """A request between its page and its API would end a real one."""
    server = A1111Server()
    pace = replace(QUICK, starting=3.0)
    async with A1111Backend(at(f"http://127.0.0.1:{unused_tcp_port}"), pace=pace) as backend:
        for _ in range(2):
            with pytest.raises(ServerUnreachableError, match="refused"):
                await backend.connect()
        async with serving(server.app(), unused_tcp_port):
            with pytest.raises(ServerStartingError, match="is starting") as told:
                await backend.connect()
            assert 0 < told.value.seconds <= pace.starting
            with pytest.raises(ServerStartingError):
                await backend.catalog()  # nothing else is asked of it either
            assert server.requests == []
            assert (await started(backend)).product == "A1111"
            server.requests.clear()
            await backend.connect()
            assert server.requests


async def test_a_look_that_came_too_early_does_not_begin_the_wait_anew(unused_tcp_port: int) -> None:
    async with A1111Backend(at(f"http://127.0.0.1:{unused_tcp_port}"), pace=QUICK) as backend:
        with pytest.raises(ServerUnreachableError):
            await backend.connect()
        async with serving(A1111Server().app(), unused_tcp_port):
            waits = [seconds async for seconds in waited(backend)]
        assert waits == sorted(waits, reverse=True)


async def test_stable_diffusion_cpp_is_found_and_lists_what_it_has() -> None:
    async with serving(SdCppServer().app()) as url, A1111Backend(at(url)) as backend:
        status = await backend.connect()
        catalog = await backend.catalog()
    assert (status.product, status.model) == ("stable-diffusion.cpp", "sd15-random")
    assert catalog.samplers[:2] == ("default", "euler")
    assert catalog.loras == ("ink",)


async def test_credentials_are_sent_from_the_first_request_on() -> None:
    server = A1111Server(auth="user:pw")
    async with serving(server.app()) as url:
        async with A1111Backend(at(url, username="user", password=Secret("pw"))) as backend:
            await backend.connect()
            job = follow(backend, A1111Peer(url).request(seed=1))
            await job.over()
            assert isinstance(job.last, JobCompleted)
        async with A1111Backend(at(url, username="user", password=Secret("wrong"))) as stranger:
            with pytest.raises(ServerRefusedError, match="does not accept"):
                await stranger.connect()


async def test_the_catalog_is_the_servers_with_the_loaded_checkpoint_first() -> None:
    async with serving(A1111Server().app()) as url, A1111Backend(at(url)) as backend:
        catalog = await backend.catalog()
    assert catalog.checkpoints == ("tiny_a.safetensors", "tiny_b.safetensors")
    assert catalog.schedulers == ("automatic", "karras", "exponential")
    assert catalog.upscalers == ("Lanczos", "DAT x2")
    assert catalog.embeddings == ("moody",)


@pytest.fixture
async def previewing() -> AsyncIterator[tuple[A1111Server, A1111Backend]]:
    server = A1111Server()
    async with serving(server.app()) as url, A1111Backend(at(url), pace=QUICK) as backend:
        yield server, backend


async def test_early_previews_are_asked_for_and_the_option_is_as_before(
    previewing: tuple[A1111Server, A1111Backend],
) -> None:
    server, backend = previewing
    before = dict(server.options)
    request = A1111Peer(backend.settings.url).request(seed=1, steps=9, checkpoint="tiny_b.safetensors")
    job = follow(backend, request)
    await job.over()
    assert job.of(PreviewReceived)  # the server's own setting is every ten steps
    assert server.bodies[0]["override_settings"] == {
        "show_progress_every_n_steps": 1,
        "sd_model_checkpoint": "tiny_b.safetensors",
    }
    assert server.options == before
    assert server.options["sd_model_checkpoint"] == LOADED
    assert not any(request == "POST /sdapi/v1/options" for request in server.requests)


@pytest.mark.parametrize(
    "change", [{"freeze": True}, {"missing": "show_progress_every_n_steps"}], ids=["frozen", "never saved"]
)
async def test_an_option_that_would_not_be_restored_is_left_alone(
    previewing: tuple[A1111Server, A1111Backend], change: dict[str, Any]
) -> None:
    server, backend = previewing
    server.flags["freeze_settings"] = change.get("freeze", False)
    server.options.pop(change.get("missing", ""), None)
    before = dict(server.options)
    job = follow(backend, A1111Peer(backend.settings.url).request(seed=1))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert "override_settings" not in server.bodies[0]
    assert server.options == before


async def test_without_its_page_the_version_is_learnt_from_the_first_picture() -> None:
    async with (
        serving(A1111Server("nowebui").app()) as url,
        A1111Backend(at(url), pace=QUICK) as backend,
    ):
        assert (await backend.connect()).version == ""
        await follow(backend, A1111Peer(url).request(seed=1)).over()
        assert (await backend.connect()).version == "1.10.1"


def test_before_it_was_asked_it_offers_what_most_have() -> None:
    able = A1111Backend(at(URL)).capabilities
    assert set(able.missing) == {Task.CONTROL}
    assert able.has_step_progress
    assert able.can_cancel_running
