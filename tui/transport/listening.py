"""Whether anybody listens at an address, without saying a word to it."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}
_SECONDS = 1.0


async def is_listening(url: str) -> bool:
    """Whether a connection to the server of `url` can be opened; it is closed at once."""
    parts = urlsplit(url)
    port = parts.port or _PORTS.get(parts.scheme, 80)
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
