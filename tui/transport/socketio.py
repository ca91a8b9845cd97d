"""One socket.io connection to a server: events in, foreign exceptions turned into ours."""

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any, Protocol, Self, cast
from urllib.parse import urlsplit

import aiohttp
import socketio
from socketio.exceptions import SocketIOError

from tui.domain.errors import ServerUnreachableError
from tui.domain.settings import ServerSettings
from tui.transport.errors import not_an_address
from tui.transport.http import credential_headers, is_address, is_nearby, label_of, tls_context

MAXIMUM_WAITING = 4096
"""Events kept for a reader that is slow; then the oldest are dropped, and the server is asked anyway."""

_OPEN_SECONDS = 15.0
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())  # the library would give itself one that writes over the screen

Event = tuple[str, Any]
"""Name and payload."""


_Keeper = Callable[[aiohttp.ClientSession, SimpleNamespace, aiohttp.TraceRequestEndParams], Awaitable[None]]


class _Client(Protocol):
    """The part of `socketio.AsyncClient` that is used; the library ships no types."""

    def on(self, event: str, handler: object) -> object: ...

    async def connect(self, url: str, **options: Any) -> None: ...

    async def emit(self, event: str, data: object) -> None: ...

    async def disconnect(self) -> None: ...


class SocketIoConnection:
    """An open connection. Iterate over it for events; the iteration ends by an error when it breaks."""

    def __init__(self, settings: ServerSettings) -> None:
        self._label = label_of(settings)
        self._handshake: aiohttp.ClientResponse | None = None
        self._session = _session(settings, self._keep)
        self._client = client = _client(self._session)
        self._events: deque[Event] = deque(maxlen=MAXIMUM_WAITING)
        self._woken = asyncio.Event()
        self._is_open = True
        client.on("*", self._receive)
        client.on("disconnect", self._lose)

    @classmethod
    async def open(cls, settings: ServerSettings, path: str, token: str = "") -> Self:
        """Connect to `path` of the server by WebSocket alone; `token` goes into the connect packet."""
        if not is_address(settings.url):
            raise not_an_address(label_of(settings))
        parts = urlsplit(settings.url)
        connection = cls(settings)
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                await connection._client.connect(
                    f"{parts.scheme}://{parts.netloc}",
                    headers=credential_headers(settings),
                    auth={"token": token} if token else None,
                    transports=["websocket"],  # long polling ends in 500 behind a recent starlette
                    socketio_path=f"{parts.path.rstrip('/')}{path}",
                    wait_timeout=_OPEN_SECONDS,
                )
        except (SocketIOError, aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            await connection.aclose()
            raise ServerUnreachableError(
                f"{connection._label} does not open a WebSocket.", "Does a proxy in between allow WebSockets?"
            ) from error
        except asyncio.CancelledError:
            await connection.aclose()
            raise
        return connection

    async def send(self, event: str, payload: object) -> None:
        """Send one event."""
        try:
            await self._client.emit(event, payload)
        except (SocketIOError, aiohttp.ClientError, OSError) as error:
            raise self._broken() from error

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            while self._events:
                yield self._events.popleft()
            if not self._is_open:
                raise self._broken()
            self._woken.clear()
            await self._woken.wait()

    async def aclose(self) -> None:
        """Close, and let go of what is open."""
        self._lose()
        try:
            await self._client.disconnect()
        except (SocketIOError, aiohttp.ClientError, OSError) as error:
            _log.debug("closing: %s", error)
        if self._handshake is not None:
            self._handshake.close()  # the library forgets it where a connection breaks instead of closing
        await self._session.close()

    async def _keep(self, _session: object, _context: object, ended: aiohttp.TraceRequestEndParams) -> None:
        self._handshake = ended.response

    def _receive(self, event: str, payload: object = None, *_: object) -> None:
        self._events.append((event, payload))
        self._woken.set()

    def _lose(self, *_: object) -> None:
        self._is_open = False
        self._woken.set()

    def _broken(self) -> ServerUnreachableError:
        return ServerUnreachableError(
            f"The connection to {self._label} broke off.", "It is opened again by itself."
        )


def _client(session: aiohttp.ClientSession) -> _Client:
    options: dict[str, Any] = {  # its parameters have the types of their defaults, says pyright
        "reconnection": False,  # whoever listens decides, and has to subscribe anew
        "logger": _log,
        "engineio_logger": _log,
        "http_session": session,
        "handle_sigint": False,  # Ctrl+C belongs to the program
    }
    client: object = socketio.AsyncClient(**options)
    return cast("_Client", client)  # it ships no types: the protocol above is what it has


def _session(settings: ServerSettings, keep: _Keeper) -> aiohttp.ClientSession:
    context = tls_context(settings)
    connector = aiohttp.TCPConnector(ssl=context if isinstance(context, ssl.SSLContext) else True)
    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(keep)
    return aiohttp.ClientSession(
        connector=connector, trust_env=not is_nearby(settings.url), trace_configs=[trace]
    )
