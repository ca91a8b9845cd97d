"""Language servers for the contract suite: LM Studio's shapes, a real llama.cpp, and one that is named."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.chat_server import ChatServer, chat_server, chunk
from tests.support.llama_server import LlamaServer, llama_server, until_idle
from tests.support.waiting import until
from tui.backends import registry
from tui.backends.base import TextBackend
from tui.domain.settings import Secret, ServerKind, ServerSettings

LIVE = os.environ.get("LATENTUI_LIVE_LMSTUDIO")
"""The address of a real language server; LATENTUI_LIVE_LMSTUDIO_KEY holds its key."""


@dataclass(frozen=True, slots=True)
class TextPeer:
    """A running language server. `is_idle` returns once it writes no more."""

    settings: ServerSettings
    is_idle: Callable[[], Awaitable[None]] | None = None


def text_peer_names() -> list[str]:
    """A name per server to test."""
    return ["lmstudio", "llama.cpp", *(["live"] if LIVE else [])]


@asynccontextmanager
async def open_text_peer(name: str, folder: Path, *, is_slow: bool = False) -> AsyncGenerator[TextPeer]:
    """The server of that name; a slow one can be left in the middle of its answer."""
    match name:
        case "lmstudio":
            async with chat_server() as server:
                yield _of_chat_server(server, is_slow=is_slow)
        case "llama.cpp":
            async with llama_server(folder, is_slow=is_slow) as server:
                yield _of_llama(server)
        case _:
            key = os.environ.get("LATENTUI_LIVE_LMSTUDIO_KEY")
            yield TextPeer(
                ServerSettings(
                    name="live",
                    kind=ServerKind.LMSTUDIO,
                    url=LIVE or "",
                    is_enabled=True,
                    api_key=Secret(key) if key else None,
                )
            )


def text_backend(settings: ServerSettings) -> TextBackend:
    """A backend for a peer."""
    backend = registry.open_backend(settings)
    assert isinstance(backend, TextBackend)
    return backend


def _of_llama(server: LlamaServer) -> TextPeer:
    return TextPeer(server.settings, lambda: until_idle(server))


def _of_chat_server(server: ChatServer, *, is_slow: bool) -> TextPeer:
    if is_slow:
        server.gate.clear()
        server.chat = (chunk("a fox "), chunk("never comes"))
    return TextPeer(server.settings, lambda: until(server.left.is_set))
