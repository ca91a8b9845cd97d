"""A socket that says exactly what a test wants, HTTP or not."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(handle: Handler, **options: Any) -> AsyncGenerator[str]:
    """A socket that does what `handle` says; its host and port."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
        except OSError:
            pass  # the client left, as it should
        finally:
            writer.close()

    listening = await asyncio.start_server(accept, "127.0.0.1", 0, **options)
    async with listening:
        yield "{}:{}".format(*listening.sockets[0].getsockname()[:2])


def answering(raw: bytes) -> Handler:
    """Answer every request with these bytes, and close."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()

    return handle
