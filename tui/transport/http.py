"""HTTP to one server: bounded answers, and every foreign exception turned into ours."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from tui.domain.errors import AnswerLostError, ServerReplyError, ServerUnreachableError, SettingsError
from tui.domain.settings import ServerSettings
from tui.domain.text import one_line
from tui.transport.errors import (
    decode_json,
    decode_json_as,
    error_of,
    not_an_address,
    too_large,
    unreachable,
)

T = TypeVar("T")

MAXIMUM_JSON = 128 * 1024 * 1024
"""Bytes of a JSON answer that are read at most; `/object_info` of a crowded server is about 10 MB."""

MAXIMUM_FILE = 1024 * 1024 * 1024
"""Bytes of a result file that are read at most."""

MAXIMUM_ERROR = 1024 * 1024
"""Bytes of an error page that are read at most."""

_CONNECT_SECONDS = 5.0
_READ_SECONDS = 30.0
_WHOLE_ANSWER = 10
"""How many times the read timeout a whole JSON answer may take: one that trickles must end too."""

_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
"""Others can hold a thousand times more in one piece than these, before any bound is looked at."""


class HttpClient:
    """Requests to one server, with its credentials, TLS settings and path prefix.

    `label` is how the server is called in errors: "ComfyUI on gpu-box".
    """

    def __init__(self, settings: ServerSettings, *, timeout: float | None = _READ_SECONDS) -> None:
        self.label = label_of(settings)
        self._url = settings.url.rstrip("/")
        self._timeout = timeout
        self._has_address = is_address(settings.url)
        self._client = httpx.AsyncClient(
            headers=_sendable(settings, {"Accept-Encoding": "gzip, deflate", **credential_headers(settings)}),
            auth=_basic_auth(settings),
            verify=tls_context(settings),
            timeout=httpx.Timeout(timeout, connect=_CONNECT_SECONDS),
            trust_env=not is_nearby(settings.url),
            follow_redirects=False,
        )

    @property
    def is_closed(self) -> bool:
        """Whether `aclose` was called."""
        return self._client.is_closed

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get_json(self, path: str, **query: str | int) -> Any:
        """The decoded JSON answer to a GET."""
        return await self.request_json("GET", path, params=query or None)

    async def get_as(self, kind: type[T], path: str, **query: str | int) -> T:
        """The answer to a GET as a value of `kind`; another shape is a `ServerReplyError`."""
        response, body = await self.exchange("GET", path, params=query or None)
        if not response.is_success:
            raise error_of(self.label, response.status_code, body, path)
        return decode_json_as(kind, self.label, body, path)

    async def post_json(self, path: str, body: object, **options: Any) -> Any:
        """The decoded JSON answer to a POST of `body` as JSON; None for an empty answer.

        `timeout` among the options is in seconds, None waits for ever.
        """
        content = msgspec.json.encode(body)
        headers = {"Content-Type": "application/json"}
        return await self.request_json("POST", path, content=content, headers=headers, **options)

    async def request_json(self, method: str, path: str, **options: Any) -> Any:
        """Send, check the status, and decode; raises our errors."""
        response, body = await self.exchange(method, path, **options)
        if not response.is_success:
            raise error_of(self.label, response.status_code, body, path)
        return decode_json(self.label, body, path) if body else None

    async def exchange(self, method: str, path: str, **options: Any) -> tuple[httpx.Response, bytes]:
        """Send and read the whole answer, whatever its status; at most `MAXIMUM_JSON` bytes."""
        seconds: float | None = options.get("timeout", self._timeout)
        try:
            async with asyncio.timeout(None if seconds is None else seconds * _WHOLE_ANSWER):
                return await self._whole(method, path, options)
        except TimeoutError as error:
            raise AnswerLostError(
                f"{self.label} did not finish its answer.", "It may be busy; try again."
            ) from error

    async def stream(self, path: str, **query: str) -> AsyncIterator[bytes]:
        """The bytes of a file in pieces; an answer that is an error raises before the first."""
        async with self.open("GET", path, params=query) as response:
            if not response.is_success:
                body = b"".join([piece async for piece in self.pieces(response, MAXIMUM_ERROR)])
                raise error_of(self.label, response.status_code, body, path)
            async for piece in self.pieces(response, MAXIMUM_FILE):
                yield piece

    async def _whole(self, method: str, path: str, options: dict[str, Any]) -> tuple[httpx.Response, bytes]:
        async with self.open(method, path, **options) as response:
            body = bytearray()
            async for piece in self.pieces(response, MAXIMUM_JSON):
                body += piece
            return response, bytes(body)

    @asynccontextmanager
    async def open(self, method: str, path: str, **options: Any) -> AsyncGenerator[httpx.Response]:
        """An answer whose body is still to be read, by `pieces`; options are httpx's."""
        if not self._has_address:
            raise not_an_address(self.label)
        if self.is_closed:
            raise ServerUnreachableError(f"The connection to {self.label} was closed here.")
        if "timeout" in options:
            options["timeout"] = httpx.Timeout(options["timeout"], connect=_CONNECT_SECONDS)
        try:
            async with self._client.stream(method, self._url + path, **options) as response:
                yield response
                if response.is_server_error:
                    await _hang_up(response)
        except httpx.TransportError as error:
            raise unreachable(self.label, error) from error
        except httpx.InvalidURL as error:
            raise not_an_address(self.label) from error
        except httpx.DecodingError as error:
            raise _unreadable(self.label) from error

    async def pieces(self, response: httpx.Response, limit: int) -> AsyncIterator[bytes]:
        """The body as it arrives, at most `limit` bytes of it."""
        # refused before the first byte when the length is announced, and while reading when it is not
        if response.headers.get("Content-Encoding", "").strip().lower() not in _ENCODINGS:
            raise _unreadable(self.label)
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > limit:
            raise too_large(self.label, limit)
        received = 0
        async for piece in response.aiter_bytes():
            received += len(piece)
            if received > limit:
                raise too_large(self.label, limit)
            yield piece


def label_of(settings: ServerSettings) -> str:
    """ "ComfyUI on gpu-box": how a server is called in sentences; "ComfyUI at gpu-box:8188" where its
    address is all the name it has.
    """
    host = host_of(settings.url) or settings.url
    product = settings.kind.label
    if settings.name == settings.url.partition("://")[2]:
        return f"{product} at {one_line(settings.name.rpartition('@')[2], 60)}"
    name = settings.name if settings.name != settings.kind.value else product
    return f"{one_line(name, 40)} on {one_line(host, 60)}"


def credential_headers(settings: ServerSettings) -> dict[str, str]:
    """The headers that every request and the socket carry."""
    headers = {name: secret.reveal() for name, secret in settings.headers.items()}
    if settings.api_key and settings.api_key.reveal():
        headers.setdefault("Authorization", f"Bearer {settings.api_key.reveal()}")
    return headers


def tls_context(settings: ServerSettings) -> ssl.SSLContext | bool:
    """How the server's certificate is checked."""
    if not settings.url.startswith("https:"):
        return False  # building a context costs 20 ms and nothing would use it
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise SettingsError(
            f"The CA file {settings.ca_file} of {settings.name} cannot be read.",
            "Correct ca_file in the settings.",
        ) from error
    if not settings.verifies_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def host_of(url: str) -> str:
    """The host in a URL; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_address(url: str) -> bool:
    """Whether something can be sent there: http or https, a host, a port that exists."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def is_nearby(url: str) -> bool:
    """Whether a host is loopback or private, where a proxy from the environment would only be in the way."""
    host = host_of(url)
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host


async def _hang_up(response: httpx.Response) -> None:
    """Close the connection of a failed answer: uvicorn closes it too after an unhandled exception (seen on
    Forge), without a word, and the next request would be lost on it."""
    stream = response.extensions.get("network_stream")  # absent where the tests answer without a network
    if stream is not None:
        await stream.aclose()


def _unreadable(label: str) -> ServerReplyError:
    return ServerReplyError(
        f"{label} sent an answer that cannot be read.", "Check the address, and what is in front of it."
    )


def _sendable(settings: ServerSettings, headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not (name.isascii() and value.isascii() and value.isprintable()):
            raise SettingsError(
                f"The key or header {one_line(name, 40)} of {settings.name} cannot be sent: not all ASCII.",
                "Correct it in the settings.",
            )
    return headers


def _basic_auth(settings: ServerSettings) -> httpx.BasicAuth | None:
    if settings.username is None:
        return None
    password = settings.password.reveal() if settings.password else ""
    return httpx.BasicAuth(settings.username, password)
