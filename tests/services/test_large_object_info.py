"""A server that declares thousands of nodes: decoded once, off the event loop, until it changes."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tests.support.engine_canvas import txt2img_canvas
from tests.support.node_definitions import object_info
from tui.backends import comfyui_api
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import Services, open_services
from tui.storage.paths import Paths

SERVER = "large"
MEGABYTES = 5


def large_info() -> bytes:
    """The recorded classes, and as many copies of a sampler as make it large."""
    info = object_info()
    sampler = info["KSampler"]
    count = MEGABYTES * 1_000_000 // len(json.dumps(sampler)) + 1
    return json.dumps({**info, **{f"KSampler{number}": sampler for number in range(count)}}).encode()


class LargeServer:
    """Answers what a form needs, and counts."""

    def __init__(self) -> None:
        self.body = large_info()
        self.asked = 0
        app = web.Application()
        app.router.add_get("/system_stats", self._system)
        app.router.add_get("/object_info", self._info)
        self.runner = web.AppRunner(app)

    async def _system(self, _: web.Request) -> web.Response:
        return web.json_response({"system": {"comfyui_version": "1"}, "devices": []})

    async def _info(self, _: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(body=self.body, content_type="application/json")


@pytest.fixture
async def large() -> AsyncIterator[LargeServer]:
    server = LargeServer()
    await server.runner.setup()
    site = web.TCPSite(server.runner, "127.0.0.1", 0)
    await site.start()
    yield server
    await server.runner.cleanup()


@pytest.fixture
async def services(large: LargeServer, tmp_path: Path) -> AsyncIterator[Services]:
    paths = Paths(**{name: tmp_path / name for name in ("config", "data", "state", "cache", "pictures")})
    [(host, port)] = large.runner.addresses
    url = f"http://{host}:{port}"
    async with open_services(paths, watches=False) as opened:
        opened.connections.add(ServerSettings(name=SERVER, kind=ServerKind.COMFYUI, url=url, is_enabled=True))
        yield opened


@pytest.fixture
async def decoding(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """The threads in which definitions were decoded, while the event loop ran on."""
    threads: list[threading.Thread] = []
    decode, loop = comfyui_api.decode_definitions, asyncio.get_running_loop()

    def noted(body: bytes) -> dict[str, Any]:
        threads.append(threading.current_thread())
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(60)
        return decode(body)

    monkeypatch.setattr(comfyui_api, "decode_definitions", noted)
    return threads


async def test_a_form_on_a_large_server_does_not_hold_the_loop(
    services: Services, large: LargeServer, tmp_path: Path, decoding: list[threading.Thread]
) -> None:
    path = tmp_path / "canvas.json"
    path.write_text(json.dumps(txt2img_canvas("tiny_sd15.safetensors")))
    assert await services.workflows.form(SERVER, str(path))
    assert large.asked == 1
    assert len(decoding) == 1
    assert threading.main_thread() not in decoding


async def test_it_is_decoded_once_and_again_only_when_it_says_something_else(
    services: Services, large: LargeServer, decoding: list[threading.Thread]
) -> None:
    first = await services.catalog.node_catalog(SERVER)
    assert await services.catalog.node_catalog(SERVER) is first
    assert large.asked == 1
    services.catalog.forget(SERVER)
    assert await services.catalog.node_catalog(SERVER) is first  # asked again, and nothing had changed
    assert len(decoding) == 1
    large.body = json.dumps(object_info()).encode()
    services.catalog.forget(SERVER)
    changed = await services.catalog.node_catalog(SERVER)
    assert changed is not None
    assert first is not None
    assert len(changed.definitions) < len(first.definitions)
    assert changed.version != first.version
