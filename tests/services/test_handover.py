"""Language and image servers on one machine let go of their models for each other, when that is wanted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.a1111_recordings import answer
from tests.support.chat_server import ChatServer, chat_server, saying
from tests.support.comfyui_recordings import exchange as comfyui_exchange
from tests.support.waiting import until
from tui.demo.server import EmbeddedEngine
from tui.domain.job import JobStatus
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import Services, open_services
from tui.services.handover import host_of
from tui.services.prompts import HelpRequest, PromptHelp, ProposalReady
from tui.storage.settings_file import read_settings

EXPAND = HelpRequest(help=PromptHelp.EXPAND, prompt="a fox")


class ImageServer:
    """Remembers what was posted to it; A1111's shapes where it is asked for them."""

    def __init__(self) -> None:
        self.posts: list[str] = []
        self.refusal = 0
        self.settings = ServerSettings(name="", kind=ServerKind.COMFYUI, url="")

    async def handle(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            self.posts.append(request.path)
            return web.json_response({}, status=self.refusal or 200)
        match request.path:
            case "/system_stats" if self.settings.kind is ServerKind.COMFYUI:
                return web.json_response(comfyui_exchange("system_stats")[1]["body"])
            case "/sdapi/v1/progress":
                return web.json_response(answer("a1111/progress_idle"))
            case "/openapi.json":
                return web.json_response(answer("a1111/openapi_paths"))
            case "/sdapi/v1/options":
                return web.json_response(answer("a1111/options_trimmed"))
            case _:
                return web.json_response({"detail": "Not Found"}, status=404)


@pytest.fixture(params=[ServerKind.COMFYUI, ServerKind.A1111])
async def images(request: pytest.FixtureRequest) -> AsyncIterator[ImageServer]:
    """An image server of each kind that can let go."""
    server = ImageServer()
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://localhost:{runner.addresses[0][1]}"
    server.settings = ServerSettings(name="images", kind=request.param, url=url, is_enabled=True)
    yield server
    await runner.cleanup()


@pytest.fixture
async def partner() -> AsyncIterator[ChatServer]:
    async with chat_server() as server:
        yield server


@pytest.fixture
async def services(partner: ChatServer) -> AsyncIterator[Services]:
    """With the language server switched on, and the option."""
    async with open_services() as opened:
        await opened.settings.put_server(partner.settings)
        await opened.settings.change(hand_over_memory=True)
        yield opened


async def helped(services: Services) -> ProposalReady:
    """What the partner proposed."""
    last = [event async for event in services.prompts.help(EXPAND)][-1]
    assert isinstance(last, ProposalReady)
    return last


async def finished(services: Services, engine: EmbeddedEngine) -> JobStatus:
    """How a job on the engine ended."""
    services.connections.add(
        ServerSettings(name="engine", kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
    )
    values = {"prompt": "a fox", "width": 64, "height": 64, "steps": 2}
    request = await services.workflows.request("engine", "txt2img_default", values)
    job = await services.generation.submit("engine", request, wait_for_server=True)
    return (await services.generation.wait(job.id)).status


async def test_a_job_unloads_the_language_model_beside_it(services: Services, partner: ChatServer) -> None:
    async with EmbeddedEngine(step_delay=0) as engine:
        assert await finished(services, engine) is JobStatus.COMPLETED
    assert partner.unloads == [("/api/v1/models/unload", {"instance_id": "p/some-llm"})]


async def test_by_default_nothing_is_unloaded(services: Services, partner: ChatServer) -> None:
    await services.settings.change(hand_over_memory=None)
    assert not services.settings.current.hand_over_memory
    async with EmbeddedEngine(step_delay=0) as engine:
        assert await finished(services, engine) is JobStatus.COMPLETED
    assert partner.unloads == []


async def test_a_job_waits_for_the_answer_that_is_being_written(
    services: Services, partner: ChatServer
) -> None:
    partner.gate.clear()
    partner.chat = saying("a fox ", "in deep snow")
    async with EmbeddedEngine(step_delay=0) as engine, aclosing(services.prompts.help(EXPAND)) as events:
        await anext(events)
        job = asyncio.create_task(finished(services, engine))
        await until(lambda: services.generation.jobs)
        assert partner.unloads == []
        partner.gate.set()
        assert [event async for event in events]
        assert await job is JobStatus.COMPLETED
    assert len(partner.unloads) == 1


async def test_a_language_server_that_does_not_let_go_fails_no_job(
    services: Services, partner: ChatServer
) -> None:
    await services.settings.put_server(replace(partner.settings, url=f"{partner.url}/nowhere"))
    async with EmbeddedEngine(step_delay=0) as engine:
        assert await finished(services, engine) is JobStatus.COMPLETED


async def test_an_answer_frees_the_image_server_beside_it(services: Services, images: ImageServer) -> None:
    services.connections.add(images.settings)
    await helped(services)
    freed = {ServerKind.COMFYUI: "/free", ServerKind.A1111: "/sdapi/v1/unload-checkpoint"}
    assert images.posts == [freed[images.settings.kind]]
    assert services.handover.problem is None


async def test_a1111_gets_its_checkpoint_back_at_the_end(partner: ChatServer, images: ImageServer) -> None:
    async with open_services() as services:
        await services.settings.put_server(partner.settings)
        await services.settings.change(hand_over_memory=True)
        services.connections.add(images.settings)
        await helped(services)
    reloads = images.posts.count("/sdapi/v1/reload-checkpoint")
    assert reloads == (1 if images.settings.kind is ServerKind.A1111 else 0)


async def test_an_image_server_elsewhere_keeps_its_models(services: Services, images: ImageServer) -> None:
    services.connections.add(replace(images.settings, url="http://gpu-box.invalid:8188"))
    await helped(services)
    assert images.posts == []


async def test_a_server_that_does_not_let_go_is_told_of_once(services: Services, images: ImageServer) -> None:
    images.refusal = 500
    services.connections.add(images.settings)
    problems = services.handover.problems()
    for _ in range(2):
        await helped(services)
    told = await anext(problems)
    assert told.title == "Memory was not handed over."
    assert "images on localhost" in told.advice
    assert services.handover.problem is told
    images.refusal = 503
    await helped(services)
    assert "503" in (await anext(problems)).advice
    images.refusal = 0
    await helped(services)
    assert services.handover.problem is None


def test_the_names_of_this_machine_are_one() -> None:
    assert (
        host_of("http://localhost:1234/v1") == host_of("http://127.0.0.1:8188") == host_of("http://[::1]:1")
    )
    assert host_of("http://GPU-box:1") == host_of("https://gpu-box/comfy")
    assert host_of("http://gpu-box:1") != host_of("http://localhost:1")


def test_the_option_is_read_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("hand_over_memory = true\n")
    assert read_settings(path, tmp_path).hand_over_memory
