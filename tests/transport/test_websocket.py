"""Opening a socket, and how it can fail."""

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import MappingProxyType
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from tests.support.fault_proxy import reply
from tests.support.raw_server import answering, server
from tui.domain.errors import ServerError, ServerRefusedError, ServerUnreachableError
from tui.domain.settings import Secret, ServerKind, ServerSettings
from tui.transport import websocket
from tui.transport.websocket import WebSocketConnection

SECRET = "hunter2-topsecret"


def settings(address: str, **fields: Any) -> ServerSettings:
    return ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=f"http://{address}", **fields)


@asynccontextmanager
async def echo(requests: list[Request]) -> AsyncGenerator[str]:
    """A server that says back what it hears, and notes who asked."""

    async def handle(socket: ServerConnection) -> None:
        async for frame in socket:
            await socket.send(frame)
            if frame == "leave":
                return

    async def note(_socket: ServerConnection, request: Request) -> Response | None:
        requests.append(request)

    async with serve(handle, "127.0.0.1", 0, process_request=note) as listening:
        yield "{}:{}".format(*next(iter(listening.sockets)).getsockname()[:2])


async def failure(where: ServerSettings) -> ServerError:
    with pytest.raises(ServerError) as caught:
        await WebSocketConnection.open(where, "/ws?clientId=a")
    return caught.value


async def test_frames_come_back_until_the_server_leaves() -> None:
    requests: list[Request] = []
    async with echo(requests) as address:
        socket = await WebSocketConnection.open(settings(f"{address}/prefix/"), "/ws?clientId=a")
        await socket.send("héllo")
        await socket.send("leave")
        frames = aiter(socket)
        assert [await anext(frames), await anext(frames)] == ["héllo", "leave"]
        with pytest.raises(ServerUnreachableError, match="broke off"):
            await anext(frames)
        with pytest.raises(ServerUnreachableError):
            await socket.send("too late")
        await socket.aclose()
    assert requests[0].path == "/prefix/ws?clientId=a"


async def test_credentials_go_with_the_handshake() -> None:
    given: list[dict[str, Any]] = [
        {"api_key": Secret(SECRET)},
        {"username": "me", "password": Secret(SECRET)},
        {"headers": MappingProxyType({"X-Key": Secret(SECRET)})},
    ]
    requests: list[Request] = []
    async with echo(requests) as address:
        for fields in given:
            socket = await WebSocketConnection.open(settings(address, **fields), "/ws")
            await socket.aclose()
    basic = base64.b64encode(f"me:{SECRET}".encode()).decode()
    assert requests[0].headers["Authorization"] == f"Bearer {SECRET}"
    assert requests[1].headers["Authorization"] == f"Basic {basic}"
    assert requests[2].headers["X-Key"] == SECRET


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
async def test_a_refused_handshake_asks_for_credentials_and_shows_none(status: str) -> None:
    async with server(answering(reply(status))) as address:
        error = await failure(settings(address, api_key=Secret(SECRET)))
    assert type(error) is ServerRefusedError
    assert SECRET not in f"{error!r}{error}{error.__cause__!r}"


@pytest.mark.parametrize(
    "raw", [reply("200 OK", "<html>"), reply("404 Not Found"), reply("502 Bad Gateway"), b"SSH-2.0\r\n", b""]
)
async def test_what_is_no_socket_may_be_a_proxy(raw: bytes) -> None:
    async with server(answering(raw)) as address:
        error = await failure(settings(address))
    assert type(error) is ServerUnreachableError
    assert "does not open a WebSocket" in error.title


async def test_nobody_there_is_said(unused_tcp_port: int) -> None:
    error = await failure(settings(f"127.0.0.1:{unused_tcp_port}"))
    assert isinstance(error, ServerUnreachableError)


@pytest.mark.parametrize("address", ["127.0.0.1:99999", "[::1", ""])
async def test_what_is_no_address_is_said(address: str) -> None:
    error = await failure(settings(address))
    assert "not a web address" in error.title


async def test_a_frame_beyond_the_bound_ends_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "MAXIMUM_FRAME", 1000)
    async with echo([]) as address:
        socket = await WebSocketConnection.open(settings(address), "/ws")
        await socket.send("x" * 2000)
        with pytest.raises(ServerUnreachableError):
            await anext(aiter(socket))
        await socket.aclose()
