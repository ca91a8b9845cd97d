"""Server-sent events from one server, bounded, with foreign exceptions turned into ours."""

import codecs
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import httpx
import msgspec
from httpx_sse import EventSource, ServerSentEvent

from tui.transport.http import MAXIMUM_JSON, HttpClient

MAXIMUM_STREAM = 32 * 1024 * 1024
"""Bytes of one stream that are read at most."""


@dataclass(frozen=True, slots=True)
class EventStream:
    """An open answer: events where it is a stream, one body where the server did not stream."""

    status: int
    is_stream: bool
    events: AsyncIterator[ServerSentEvent]
    body: bytes


@asynccontextmanager
async def open_events(
    http: HttpClient, path: str, body: object, *, first_byte_seconds: float
) -> AsyncGenerator[EventStream]:
    """POST `body` and read the events of the answer; closing the context closes the connection.

    An answer that is no event stream is read whole into `body`, whatever its status.
    """
    headers = {"Content-Type": "application/json", "Accept": "text/event-stream", "Cache-Control": "no-store"}
    content = msgspec.json.encode(body)
    async with http.open(
        "POST", path, content=content, headers=headers, timeout=first_byte_seconds
    ) as response:
        is_stream = "text/event-stream" in response.headers.get("content-type", "")
        bounded = _Bounded(http, response)
        # EventSource reads `headers` and `aiter_text()` of what it is given, no more
        source = EventSource(cast("httpx.Response", bounded))
        whole = b"" if is_stream else b"".join([p async for p in http.pieces(response, MAXIMUM_JSON)])
        yield EventStream(response.status_code, is_stream, source.aiter_sse(), whole)


class _Bounded:
    def __init__(self, http: HttpClient, response: httpx.Response) -> None:
        self._http = http
        self._response = response
        self.headers = response.headers

    async def aiter_text(self) -> AsyncIterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        async for piece in self._http.pieces(self._response, MAXIMUM_STREAM):
            if text := decoder.decode(piece):
                yield text
