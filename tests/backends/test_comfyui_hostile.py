"""A server that means harm gets words, not effects."""

import asyncio
import json
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.support.comfyui_peer import ComfyUIPeer
from tests.support.fault_proxy import Answer, Elsewhere, Endless, FaultProxy, reply
from tests.support.job_events import Followed, fetched, follow
from tests.support.waiting import until
from tui.backends.comfyui import ComfyUIBackend
from tui.domain.errors import RequestRejectedError, ServerError, ServerReplyError
from tui.domain.events import JobCompleted, JobFailed, JobOutcomeUnknown, JobProgressed
from tui.domain.job import OutputImage, new_job_id
from tui.transport import http, websocket

EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202egnp[bold red]x[/]\r\x00"
HARMFUL = set("\x1b\x07\x9b\u202e\r\x00")
KEPT = "]52;c;ZXZpbA==[2J31mgnp[bold red]x[/]"


def harmless(text: str) -> bool:
    return not HARMFUL & set(text)


def answer(value: Any) -> Answer:
    return Answer(reply("200 OK", json.dumps(value)))


async def test_what_the_server_is_called_is_stripped(backend: ComfyUIBackend, proxy: FaultProxy) -> None:
    devices = [{"name": EVIL, "type": EVIL}]
    proxy.on("GET", "/system_stats", answer({"system": {"comfyui_version": EVIL}, "devices": devices}))
    status = await backend.connect()
    assert harmless(status.version)
    assert harmless(status.device)


async def test_names_lose_their_commands_and_keep_their_markup(
    backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    node = {"input": {"required": {"ckpt_name": [[EVIL], {}], "sampler_name": [[EVIL], {}]}}}
    proxy.on("GET", "/object_info/CheckpointLoaderSimple", answer({"CheckpointLoaderSimple": node}))
    proxy.on("GET", "/embeddings", answer([EVIL]))
    catalog = await backend.catalog()
    assert catalog.checkpoints == catalog.embeddings == (KEPT,)


@pytest.mark.parametrize("ascii_only", [True, False])
async def test_node_definitions_are_stripped(
    backend: ComfyUIBackend, proxy: FaultProxy, ascii_only: bool
) -> None:
    node = {
        "display_name": EVIL,
        "input": {"required": {EVIL: [[EVIL], {"tooltip": EVIL}]}},
        "output": [None, 1],
    }
    body = json.dumps({EVIL: node}, ensure_ascii=ascii_only)
    proxy.on("GET", "/object_info", Answer(reply("200 OK", body)))
    catalog = await backend.node_catalog()
    assert harmless(repr(catalog.definitions))
    assert "\\x" not in repr(catalog.definitions)
    assert catalog.definitions[KEPT]["input"]["required"][KEPT] == [[KEPT], {"tooltip": KEPT}]


async def test_definitions_are_decoded_once_while_they_stay_the_same(backend: ComfyUIBackend) -> None:
    first = await backend.node_catalog()
    assert (await backend.node_catalog()) is first
    assert first.version.startswith("0.33.0")


async def test_a_refusal_cannot_command_the_terminal(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.on(
        "POST", "/prompt", Answer(reply("400 Bad Request", json.dumps({"error": EVIL, "node_errors": {}})))
    )
    job = follow(backend, comfyui.request(seed=1))
    with pytest.raises(RequestRejectedError) as caught:
        await job.over()
    assert harmless(caught.value.sentence)
    assert "[bold red]" in caught.value.sentence


async def ended(backend: ComfyUIBackend, proxy: FaultProxy, entry: Any) -> Followed:
    """A job whose history is as the hostile server says."""
    job_id = new_job_id()
    proxy.on("GET", f"/history/{job_id}", answer({job_id: entry}))
    job = Followed(backend.attach(job_id, ComfyUIPeer(proxy.url).request(seed=1)), job_id)
    await job.over()
    return job


@pytest.mark.parametrize(
    "name",
    ["../../../etc/passwd", "..\\..\\x.png", "/etc/passwd", "C:\\x.png", "a/../../b.png", f"{EVIL}.png"],
)
async def test_a_file_name_is_never_a_path(backend: ComfyUIBackend, proxy: FaultProxy, name: str) -> None:
    image = {"filename": name, "subfolder": "", "type": "output"}
    job = await ended(backend, proxy, {"outputs": {"9": {"images": [image]}}, "status": None})
    assert isinstance(job.last, JobCompleted)
    [output] = job.outputs
    assert "/" not in output.filename
    assert "\\" not in output.filename
    assert ".." not in output.filename
    assert harmless(output.filename)


async def test_a_failure_in_foul_language_is_stripped(backend: ComfyUIBackend, proxy: FaultProxy) -> None:
    error = {"node_id": "3", "node_type": EVIL, "exception_message": EVIL * 1000, "exception_type": EVIL}
    status = {"status_str": "error", "messages": [["execution_error", error]]}
    job = await ended(backend, proxy, {"outputs": {}, "status": status})
    assert isinstance(job.last, JobFailed)
    assert harmless(job.last.title)
    assert len(job.last.title) < 500


@pytest.mark.parametrize(
    "entry", [{"outputs": []}, {"outputs": {}, "status": 7}, [], "x", {"status": {"messages": [[1]]}}, None]
)
async def test_a_history_of_another_shape_leaves_the_outcome_unknown(
    hasty: ComfyUIBackend, proxy: FaultProxy, entry: Any
) -> None:
    job_id = new_job_id()
    proxy.on("GET", f"/history/{job_id}", answer({job_id: entry}), times=1000)
    job = Followed(hasty.attach(job_id, ComfyUIPeer(proxy.url).request(seed=1)), job_id)
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown)


async def test_two_gigabytes_announced_are_not_read(backend: ComfyUIBackend, proxy: FaultProxy) -> None:
    raw = reply("200 OK", b"", "image/png").replace(b"Content-Length: 0", b"Content-Length: 2147483648")
    proxy.on("GET", "/view", Answer(raw))
    with pytest.raises(ServerReplyError, match="more than 1024 MB"):
        await fetched(backend, OutputImage(filename="x.png"))


async def test_an_endless_picture_is_cut(
    backend: ComfyUIBackend, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAXIMUM_FILE", 2**20)
    proxy.on("GET", "/view", Endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536))
    with pytest.raises(ServerReplyError, match="more than 1 MB"):
        await fetched(backend, OutputImage(filename="x.png"))


async def test_a_bomb_instead_of_definitions_is_not_unpacked(
    backend: ComfyUIBackend, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAXIMUM_JSON", 2**20)
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(b" " * 100 * 2**20) + packer.flush()
    proxy.on("GET", "/object_info", Answer(reply("200 OK", bomb, Content_Encoding="gzip")))
    with pytest.raises(ServerReplyError, match="more than 1 MB"):
        await backend.node_catalog()


async def test_an_endless_queue_does_not_keep_a_job_for_ever(
    comfyui: ComfyUIPeer, hasty: ComfyUIBackend, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAXIMUM_JSON", 2**20)
    proxy.on("GET", "/ws", Answer(reply("404 Not Found")), times=1000)
    proxy.on("GET", "/queue", Endless(b"HTTP/1.1 200 OK\r\n\r\n", b" " * 65536), times=1000)
    job = follow(hasty, comfyui.request(seed=2))
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown)


@pytest.mark.parametrize("body", ["{}", "[]", "null", '{"prompt_id": 7}', "<html>", "", '{"prompt_id": "a"'])
async def test_a_nonsense_receipt_is_no_job(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy, body: str
) -> None:
    proxy.on("POST", "/prompt", Answer(reply("200 OK", body)))
    job = follow(backend, comfyui.request(seed=3))
    with pytest.raises(ServerError):
        await job.over()
    assert proxy.count("POST /prompt") == 1


@asynccontextmanager
async def talking(talk: Callable[[ServerConnection], Awaitable[None]]) -> AsyncGenerator[Elsewhere]:
    """A WebSocket server that says what it likes, and then listens until the client leaves."""

    async def handle(socket: ServerConnection) -> None:
        await talk(socket)
        await socket.wait_closed()

    async with serve(handle, "127.0.0.1", 0) as server:
        yield Elsewhere(next(iter(server.sockets)).getsockname()[1])


NONSENSE: tuple[str | bytes, ...] = (
    "", "{}", "[]", "null", "[" * 50_000, "\x1b[2J", '{"type":null}', '{"type":"status","data":7}',
    '{"type":"feature_flags","data":{"supports_preview_metadata":"perhaps"}}',
    '{"type":"executing","data":{"node":["a"],"prompt_id":{}}}',
    '{"type":"progress","data":{"value":1e400,"max":-1,"prompt_id":"x"}}',
    b"", b"\0", b"\0\0\0\1", b"\0\0\0\4\xff\xff\xff\xffx", b"\xff" * 100, b"\0\0\0\3\0\0\0\1\xff\xff",
)  # fmt: skip


async def test_a_job_is_made_although_the_socket_talks_nonsense(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    async def talk(socket: ServerConnection) -> None:
        for frame in NONSENSE:
            await socket.send(frame)

    async with talking(talk) as elsewhere:
        proxy.on("GET", "/ws", elsewhere, times=1000)
        job = follow(backend, comfyui.request(seed=4))
        await job.over()
        assert isinstance(job.last, JobCompleted)
        assert len(job.outputs) == 1


async def test_a_frame_without_end_costs_the_socket_and_not_the_job(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "MAXIMUM_FRAME", 2**16)

    async def talk(socket: ServerConnection) -> None:
        await socket.send(b"\0\0\0\1" + b"x" * 2**20)

    async with talking(talk) as elsewhere:
        proxy.on("GET", "/ws", elsewhere)
        job = follow(backend, comfyui.request(seed=5, steps=20))
        await job.until(JobProgressed)
        await job.over()
        assert isinstance(job.last, JobCompleted)


async def test_lies_about_a_job_do_not_end_it(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    job_id = new_job_id()

    def about(kind: str, **data: Any) -> str:
        return json.dumps({"type": kind, "data": {"prompt_id": job_id, **data}})

    async def talk(socket: ServerConnection) -> None:
        while not proxy.count("POST /prompt"):
            await asyncio.sleep(0.01)
        await socket.send(about("executing", node=EVIL, display_node=EVIL))
        await socket.send(about("progress", node=EVIL, value=-5, max=3))
        await socket.send(about("progress", node="3", value=9, max=3))
        await socket.send(about("execution_success"))
        await socket.send(about("executing", node=None))

    async with talking(talk) as elsewhere:
        proxy.on("GET", "/ws", elsewhere, times=1000)
        job = follow(backend, comfyui.request(seed=6, steps=40), job_id)
        await job.over()
        assert isinstance(job.last, JobCompleted)
        assert len(job.outputs) == 1
        assert all(harmless(event.activity) for event in job.of(JobProgressed))
        assert all(0 <= event.step <= event.total for event in job.of(JobProgressed))


async def test_a_flood_of_progress_leaves_the_loop_free(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    job_id = new_job_id()

    sent, is_enough = 0, asyncio.Event()

    async def talk(socket: ServerConnection) -> None:
        nonlocal sent
        data = {"prompt_id": job_id, "node": "3", "value": 1, "max": 9}
        flood = json.dumps({"type": "progress", "data": data})
        while not is_enough.is_set():
            for _ in range(100):
                await socket.send(flood)
            sent += 100
            await asyncio.sleep(0.01)

    async with talking(talk) as elsewhere:
        proxy.on("GET", "/ws", elsewhere, times=1000)
        job = follow(backend, comfyui.request(seed=7), job_id)
        await until(lambda: sent > 5000, seconds=60)
        assert (await backend.status()).product, "the server is asked and answers amid the flood"
        is_enough.set()
        await job.over()
        assert isinstance(job.last, JobCompleted)
        assert len(job.of(JobProgressed)) < sent / 2, "of progress only the latest is told"
