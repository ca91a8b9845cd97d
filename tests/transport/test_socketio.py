"""A socket.io connection: events in order, and every fault of the library as one of ours."""

import asyncio
import signal
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import socketio
from aiohttp import web

from tests.support.fault_proxy import Answer, FaultProxy, Stall, fault_proxy, reply
from tests.support.waiting import first, until
from tui.domain.errors import ServerUnreachableError
from tui.domain.settings import Secret, ServerKind, ServerSettings
from tui.transport.socketio import MAXIMUM_WAITING, SocketIoConnection

PATH = "/ws/socket.io"


class Echo:
    """A server that remembers who came and sends back what it is told to."""

    def __init__(self, path: str) -> None:
        self.sio: Any = socketio.AsyncServer(async_mode="aiohttp")  # it ships no types
        self.app = web.Application()
        self.sio.attach(self.app, socketio_path=path)
        self.sio.on("connect", self._connect)
        self.sio.on("say", self._say)
        self.auths: list[object] = []
        self.headers: list[str] = []
        self.transports: list[str] = []
        self.refuses = False
        self.url = ""

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object) -> bool:
        self.auths.append(auth)
        self.headers.append(environ.get("HTTP_X_KEY", ""))
        self.transports.append(environ["QUERY_STRING"])
        return not self.refuses

    async def _say(self, sid: str, count: int) -> None:
        for number in range(count):
            await self.sio.emit("number", {"number": number}, to=sid)


@asynccontextmanager
async def echo(path: str = PATH) -> AsyncGenerator[Echo]:
    server = Echo(path)
    runner = web.AppRunner(server.app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield server
    finally:
        await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[Echo]:
    async with echo() as running:
        yield running


@pytest.fixture
async def proxy(server: Echo) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(server.url) as running:
        yield running


def settings(url: str, **headers: str) -> ServerSettings:
    secrets = {name.replace("_", "-"): Secret(value) for name, value in headers.items()}
    return ServerSettings(name="gpu-box", kind=ServerKind.INVOKEAI, url=url, headers=secrets)


async def test_events_come_in_order(server: Echo) -> None:
    connection = await SocketIoConnection.open(settings(server.url), PATH)
    await connection.send("say", 500)
    numbers: list[int] = []
    async for event, payload in connection:
        assert event == "number"
        numbers.append(payload["number"])
        if len(numbers) == 500:
            break
    assert numbers == list(range(500))
    await connection.aclose()


async def test_it_speaks_by_websocket_alone_with_token_and_headers(server: Echo) -> None:
    connection = await SocketIoConnection.open(settings(server.url, X_Key="k"), PATH, "token")
    await connection.aclose()
    assert server.auths == [{"token": "token"}]
    assert server.headers == ["k"]
    assert all("transport=websocket" in query for query in server.transports)


async def test_a_path_prefix_is_kept() -> None:
    async with echo("/studio/ws/socket.io") as server:
        connection = await SocketIoConnection.open(settings(f"{server.url}/studio"), PATH)
        await connection.aclose()
        assert len(server.auths) == 1


async def test_a_broken_connection_ends_the_iteration_in_words(server: Echo, proxy: FaultProxy) -> None:
    connection = await SocketIoConnection.open(settings(proxy.url), PATH)
    await connection.send("say", 1)
    await first(aiter(connection), lambda event: event[0] == "number")
    await proxy.drop_websockets()
    with pytest.raises(ServerUnreachableError, match="broke off"):
        await first(aiter(connection), lambda _: False)
    with pytest.raises(ServerUnreachableError, match="broke off"):
        await connection.send("say", 1)
    await connection.aclose()


async def test_a_refused_namespace_is_said(server: Echo) -> None:
    server.refuses = True
    with pytest.raises(ServerUnreachableError, match="does not open a WebSocket"):
        await SocketIoConnection.open(settings(server.url), PATH)


@pytest.mark.parametrize(
    "raw",
    [
        reply("403 Forbidden"),
        reply("200 OK", "<html>", "text/html"),
        reply("500 Oops", "{}"),
        b"nonsense\r\n\r\n",
    ],
)
async def test_what_is_no_socket_is_said(proxy: FaultProxy, raw: bytes) -> None:
    proxy.on("GET", "/ws", Answer(raw))
    with pytest.raises(ServerUnreachableError, match="does not open a WebSocket"):
        await SocketIoConnection.open(settings(proxy.url), PATH)


@pytest.mark.parametrize("url", ["ftp://x", "nonsense", "http://"])
async def test_an_address_that_is_none_is_said(url: str) -> None:
    with pytest.raises(ServerUnreachableError, match="is not a web address"):
        await SocketIoConnection.open(settings(url), PATH)


async def test_a_port_where_nobody_listens_is_said() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    with pytest.raises(ServerUnreachableError):
        await SocketIoConnection.open(settings(f"http://127.0.0.1:{port}"), PATH)


async def test_a_server_that_never_answers_is_given_up(
    proxy: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.transport.socketio._OPEN_SECONDS", 0.2)
    proxy.on("GET", "/ws", Stall())
    with pytest.raises(ServerUnreachableError, match="does not open a WebSocket"):
        await SocketIoConnection.open(settings(proxy.url), PATH)


async def test_a_slow_reader_loses_the_oldest_and_holds_up_nobody(server: Echo) -> None:
    connection = await SocketIoConnection.open(settings(server.url), PATH)
    await connection.send("say", MAXIMUM_WAITING + 100)
    await until(lambda: connection._events and connection._events[-1][1]["number"] == MAXIMUM_WAITING + 99)
    assert len(connection._events) == MAXIMUM_WAITING
    assert connection._events[0][1]["number"] == 100
    await connection.aclose()


async def test_interrupting_stays_the_programs_own(server: Echo) -> None:
    before = signal.getsignal(signal.SIGINT)
    connection = await SocketIoConnection.open(settings(server.url), PATH)
    assert signal.getsignal(signal.SIGINT) is before
    await connection.aclose()


async def test_giving_up_while_it_opens_leaves_nothing_behind(proxy: FaultProxy) -> None:
    proxy.delay = 5.0
    opening = asyncio.create_task(SocketIoConnection.open(settings(proxy.url), PATH))
    await until(lambda: proxy.sockets_opened)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
