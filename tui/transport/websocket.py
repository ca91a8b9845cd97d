"""One WebSocket to a server: frames in, foreign exceptions turned into ours."""

import base64
import ssl
from collections.abc import AsyncIterator
from typing import Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from tui.domain.errors import ServerError, ServerRefusedError, ServerUnreachableError
from tui.domain.settings import ServerSettings
from tui.transport.errors import not_an_address
from tui.transport.http import credential_headers, is_address, is_nearby, label_of, tls_context

MAXIMUM_FRAME = 64 * 1024 * 1024
"""Bytes: SaveImageWebsocket sends finished pictures as frames; the library's default is 1 MiB."""

_OPEN_SECONDS = 15.0
"""A server that is slow to answer still gets its socket; nothing waits for it."""


class WebSocketConnection:
    """An open socket. Iterate over it for frames; the iteration ends by an error when it breaks."""

    def __init__(self, label: str, socket: ClientConnection) -> None:
        self._label = label
        self._socket = socket

    @classmethod
    async def open(cls, settings: ServerSettings, path: str) -> Self:
        """Connect to `path` of the server, with its credentials."""
        label = label_of(settings)
        if not is_address(settings.url):
            raise not_an_address(label)
        scheme, _, rest = settings.url.rstrip("/").partition("://")
        url = f"{'wss' if scheme == 'https' else 'ws'}://{rest}{path}"
        context = tls_context(settings)
        try:
            socket = await connect(
                url,
                ssl=context if isinstance(context, ssl.SSLContext) else None,
                additional_headers=_headers(settings),
                proxy=None if is_nearby(settings.url) else True,
                open_timeout=_OPEN_SECONDS,
                close_timeout=2,
                compression=None,  # previews are JPEG: deflating them is work for nothing on both sides
                max_size=MAXIMUM_FRAME,
                ping_interval=20,
                ping_timeout=60,
            )
        except InvalidHandshake as error:
            raise _handshake_error(label, error) from error
        except (OSError, TimeoutError, InvalidURI) as error:
            raise ServerUnreachableError(
                f"{label} does not open a WebSocket.", "Does a proxy in between allow WebSockets?"
            ) from error
        return cls(label, socket)

    async def send(self, text: str) -> None:
        """Send one text frame."""
        try:
            await self._socket.send(text)
        except ConnectionClosed as error:
            raise self._broken() from error

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        try:
            while True:
                yield await self._socket.recv()
        except ConnectionClosed as error:
            raise self._broken() from error

    async def aclose(self) -> None:
        """Close, and wait until it is closed: a server may mix up an old socket and the next."""
        await self._socket.close()

    def _broken(self) -> ServerUnreachableError:
        return ServerUnreachableError(
            f"The connection to {self._label} broke off.", "It is opened again by itself."
        )


def _headers(settings: ServerSettings) -> dict[str, str]:
    headers = credential_headers(settings)
    if settings.username is not None:
        password = settings.password.reveal() if settings.password else ""
        token = base64.b64encode(f"{settings.username}:{password}".encode()).decode()
        headers["Authorization"] = f"Basic {token}"
    return headers


def _handshake_error(label: str, error: InvalidHandshake) -> ServerError:
    if isinstance(error, InvalidStatus) and error.response.status_code in {401, 403}:
        return ServerRefusedError(
            f"{label} refused the WebSocket.", "Check its key or password in the settings."
        )
    return ServerUnreachableError(
        f"{label} does not open a WebSocket.", "Does a proxy in between allow WebSockets?"
    )
