"""Who receives what: strangers, reconnections, cut connections, a client that comes back."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.support import comfyui_recordings as recordings
from tests.support.engine_client import Listener, listening
from tui.demo.server import EmbeddedEngine


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[EmbeddedEngine]:
    """An engine whose jobs take a moment."""
    async with EmbeddedEngine(tmp_path / "slow", step_delay=0.05) as engine:
        yield engine


def _kinds(client: Listener) -> set[str]:
    return {message["type"] for message in client.received if isinstance(message, dict)}


async def test_a_job_without_client_reaches_everybody_as_recorded(engine: EmbeddedEngine) -> None:
    body = recordings.submitted("ws_job_without_client_id")[0]
    recorded = recordings.received("ws_job_without_client_id", socket="a")
    async with listening(engine.url) as client, listening(engine.url, flags=False) as other:
        answer = await client.post("/prompt", body)
        await client.until(lambda: len(client.messages("status")) == 4)

        for bystander in (client, other):
            assert [frame[3] for frame in bystander.frames()] == [1, 1, 1]
        assert _kinds(client) == {message["type"] for message in recorded if isinstance(message, dict)}
        assert len(client.received) == len(recorded)
        entry = (await client.get(f"/history/{answer['prompt_id']}"))[answer["prompt_id"]]
        assert entry["outputs"]["9"]["images"]


async def test_a_bystander_hears_only_the_status(engine: EmbeddedEngine) -> None:
    async with listening(engine.url) as client, listening(engine.url) as bystander:
        await client.run(recordings.graph("txt2img"))
        await bystander.until(lambda: len(bystander.messages("status")) == 4)

        assert _kinds(bystander) == {"status", "feature_flags"}
        assert bystander.frames() == []


async def test_a_client_that_comes_back_is_told_the_running_node(slow: EmbeddedEngine) -> None:
    client_id = str(uuid.uuid4())
    async with listening(slow.url, client_id=client_id) as client:
        prompt_id = await client.submit(_long())
        await client.until_message("progress")
    async with listening(slow.url, client_id=client_id) as client:
        await client.until_message("progress")

        kinds = [message["type"] for message in client.received if isinstance(message, dict)]
        assert kinds[:3] == ["status", "executing", "feature_flags"]
        assert client.messages("executing")[0] == {"node": "3"}
        assert client.messages("status")[0]["sid"] == client_id
        await client.post("/interrupt", {"prompt_id": prompt_id})
        await client.until_over(prompt_id)


async def test_after_the_end_a_client_that_comes_back_hears_only_the_status(client: Listener) -> None:
    await client.run(recordings.graph("invert"))
    async with listening(client.url, client_id=client.client_id) as again:
        assert _kinds(again) == {"status", "feature_flags"}


async def test_the_newer_of_two_sockets_gets_everything_and_outlives_the_older(
    engine: EmbeddedEngine,
) -> None:
    client_id = str(uuid.uuid4())
    async with (
        listening(engine.url, client_id=client_id) as older,
        listening(engine.url, client_id=client_id) as newer,
    ):
        await newer.run(recordings.graph("invert"))
        assert older.messages("executing") == []
        await older.socket.close()
        await newer.run(recordings.graph("txt2img"))


async def test_dropped_sockets_leave_the_job_running(slow: EmbeddedEngine) -> None:
    graph = _long()
    graph["3"]["inputs"]["steps"] = 10
    async with listening(slow.url) as client:
        prompt_id = await client.submit(graph)
        await client.until_message("progress")
        slow.drop_sockets()
        await client.until(lambda: client.is_closed)
        assert client.socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
        async with asyncio.timeout(20):
            while not (history := await client.get(f"/history/{prompt_id}")):
                await asyncio.sleep(0.02)
        assert history[prompt_id]["status"]["completed"]


async def test_a_reader_that_stalls_holds_up_nobody(engine: EmbeddedEngine) -> None:
    stalled = socket.create_connection(("127.0.0.1", int(engine.url.rsplit(":", 1)[1])))
    stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    stalled.sendall(
        b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n\r\n"
    )
    flood = _long()
    flood["3"]["inputs"]["steps"] = 150
    with stalled:
        async with listening(engine.url) as client:
            await client.post("/prompt", {"prompt": flood})  # no client: its frames go to everybody
            await client.run(recordings.graph("invert"))
            assert sum(len(frame) for frame in client.frames()) > 4_000_000


async def test_the_socket_answers_under_both_paths_and_makes_an_id(engine: EmbeddedEngine) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{engine.url}/api/ws") as socket:
        first = await socket.receive_json()

    assert len(first["data"]["sid"]) == 32


def _long() -> dict[str, dict[str, dict[str, object]]]:
    graph = recordings.graph("txt2img")
    graph["5"]["inputs"] |= {"width": 64, "height": 64}
    graph["3"]["inputs"]["steps"] = 9999
    return graph
