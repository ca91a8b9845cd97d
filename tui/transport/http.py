"""HTTP to one server: bounded answers, and every foreign exception turned into ours."""

import ipaddress
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from tui.domain.errors import ServerReplyError, SettingsError
from tui.domain.settings import ServerSettings
from tui.domain.text import one_line
from tui.transport.errors import decode_json, error_of, too_large, unreachable

MAXIMUM_JSON = 128 * 1024 * 1024
"""Bytes of a JSON answer that are read at most; `/object_info` of a crowded server is about 10 MB."""

MAXIMUM_FILE = 1024 * 1024 * 1024
"""Bytes of a result file that are read at most."""

_CONNECT_SECONDS = 5.0
_READ_SECONDS = 30.0


class HttpClient:
    """Requests to one server, with its credentials, TLS settings and path prefix.

    `label` is how the server is called in errors: "ComfyUI on gpu-box".
    """

    def __init__(self, settings: ServerSettings, *, timeout: float | None = _READ_SECONDS) -> None:
        self.label = label_of(settings)
        self._url = settings.url.rstrip("/")
        self._client = httpx.AsyncClient(
            headers=credential_headers(settings),
            auth=_basic_auth(settings),
            verify=tls_context(settings),
            timeout=httpx.Timeout(timeout, connect=_CONNECT_SECONDS),
            trust_env=not is_nearby(settings.url),
            follow_redirects=False,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get_json(self, path: str, **query: str | int) -> Any:
        """The decoded JSON answer to a GET."""
        return await self.request_json("GET", path, params=query or None)

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
        async with self._open(method, path, **options) as response:
            body = bytearray()
            async for piece in self._pieces(response, MAXIMUM_JSON):
                body += piece
            return response, bytes(body)

    async def stream(self, path: str, **query: str) -> AsyncIterator[bytes]:
        """The bytes of a file in pieces; an answer that is an error raises before the first."""
        async with self._open("GET", path, params=query) as response:
            if not response.is_success:
                body = b"".join([piece async for piece in self._pieces(response, MAXIMUM_JSON)])
                raise error_of(self.label, response.status_code, body, path)
            async for piece in self._pieces(response, MAXIMUM_FILE):
                yield piece

    @asynccontextmanager
    async def _open(self, method: str, path: str, **options: Any) -> AsyncGenerator[httpx.Response]:
        if "timeout" in options:
            options["timeout"] = httpx.Timeout(options["timeout"], connect=_CONNECT_SECONDS)
        try:
            async with self._client.stream(method, self._url + path, **options) as response:
                yield response
        except httpx.TransportError as error:
            raise unreachable(self.label, error) from error
        except (httpx.InvalidURL, httpx.DecodingError, httpx.TooManyRedirects) as error:
            raise ServerReplyError(
                f"{self.label} sent an answer that cannot be read.", "Check the address in the settings."
            ) from error

    async def _pieces(self, response: httpx.Response, limit: int) -> AsyncIterator[bytes]:
        # refused before the first byte when the length is announced, and while reading when it is not
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
    """ "ComfyUI on gpu-box": how a server is called in sentences."""
    host = urlsplit(settings.url).hostname or settings.url
    product = settings.kind.label
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


def is_nearby(url: str) -> bool:
    """Whether a host is loopback or private, where a proxy from the environment would only be in the way."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or "." not in host


def _basic_auth(settings: ServerSettings) -> httpx.BasicAuth | None:
    if settings.username is None:
        return None
    password = settings.password.reveal() if settings.password else ""
    return httpx.BasicAuth(settings.username, password)
