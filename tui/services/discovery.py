"""A single look at the addresses where servers listen by default."""

import asyncio
from dataclasses import replace

from tui.backends.registry import kinds, load_backend, open_backend
from tui.domain.errors import LatentuiError
from tui.domain.settings import ServerKind, ServerSettings

LOOK_SECONDS = 2.0


async def discover(known: tuple[ServerSettings, ...]) -> tuple[ServerSettings, ...]:
    """The servers that answer at their default address on this machine, switched on.

    A server that the settings already have at that address keeps its name and everything else.
    """
    looks = [_look(_candidate(kind, known)) for kind in kinds()]
    return tuple(server for server in await asyncio.gather(*looks) if server is not None)


def _candidate(kind: ServerKind, known: tuple[ServerSettings, ...]) -> ServerSettings:
    for server in known:
        if server.kind is kind and server.url.rstrip("/") == kind.default_url:
            return replace(server, is_enabled=True)
    return ServerSettings(name=kind.value, kind=kind, url=kind.default_url, is_enabled=True)


async def _look(server: ServerSettings) -> ServerSettings | None:
    await asyncio.to_thread(load_backend, server.kind)
    try:
        async with asyncio.timeout(LOOK_SECONDS), open_backend(server) as backend:
            await backend.status()
    except (LatentuiError, TimeoutError):
        return None
    return server
