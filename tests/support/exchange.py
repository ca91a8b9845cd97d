"""One exchange with a server of the test's own."""

from typing import Any

import pytest

from tui.domain.errors import ServerError
from tui.domain.settings import ServerKind, ServerSettings
from tui.transport.http import HttpClient


def settings(where: str, **fields: Any) -> ServerSettings:
    """For a server at this host and port, or address."""
    url = where if "://" in where else f"http://{where}"
    return ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=url, **fields)


async def failure(where: ServerSettings, timeout: float = 5.0) -> ServerError:
    """What a request there fails with."""
    client = HttpClient(where, timeout=timeout)
    try:
        with pytest.raises(ServerError) as caught:
            await client.get_json("/queue")
    finally:
        await client.aclose()
    return caught.value
