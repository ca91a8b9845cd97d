"""Servers for the contract suite: one per line of the registry, and real ones that the environment names.

A new image backend adds one line to `OPENERS`: a function that yields a `Peer` around a server of the tests'
own; and one line more for each dialect that works differently. The suite then runs over it, and over a real
server when `LATENTUI_LIVE_<KIND>` holds its address.
"""

import os
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from typing import Protocol

from tui.backends import registry
from tui.backends.base import ImageBackend
from tui.domain.request import GenerationRequest
from tui.domain.settings import ServerKind, ServerSettings


class Peer(Protocol):
    """A running server, and requests that suit it."""

    @property
    def settings(self) -> ServerSettings:
        """How a backend reaches it."""
        ...

    def request(self, *, seed: int, steps: int = 4) -> GenerationRequest:
        """A job that makes at least one picture; with 200 steps it is still running a second later."""
        ...

    def rejected_request(self) -> GenerationRequest:
        """A job that the server refuses, or that fails at once."""
        ...


Opener = Callable[[str | None], AbstractAsyncContextManager[Peer]]
"""Opens a peer: around the server at an address, or around one of its own when there is none."""

OPENERS: dict[str, str] = {
    ServerKind.COMFYUI: "tests.support.comfyui_peer:open_peer",
    ServerKind.A1111: "tests.support.a1111_peer:open_peer",
    ServerKind.INVOKEAI: "tests.support.invokeai_peer:open_peer",
    ServerKind.FOOOCUS: "tests.support.fooocus_peer:open_peer",
    "a1111 nowebui": "tests.support.a1111_peer:open_nowebui",
    "a1111 forge": "tests.support.a1111_peer:open_forge",
    "a1111 sdnext": "tests.support.a1111_peer:open_sdnext",
    "a1111 sdcpp": "tests.support.a1111_peer:open_sdcpp",
    "fooocus old": "tests.support.fooocus_peer:open_old",
}


def peer_names() -> list[str]:
    """A name per server to test: "comfyui", and "comfyui live" where an address is given."""
    kinds = [kind for kind in registry.kinds() if _makes_pictures(kind)]
    dialects = [name for name in OPENERS if name not in kinds and name.split()[0] in kinds]
    names = [*kinds, *dialects]
    return [*names, *(f"{name} live" for name in names if _live_url(name))]


@asynccontextmanager
async def open_peer(name: str) -> AsyncGenerator[Peer]:
    """The peer of that name, running."""
    server = name.removesuffix(" live")
    assert server in OPENERS, f"tests/support/peers.py has no peer for {server}"
    module, _, function = OPENERS[server].partition(":")
    opener: Opener = getattr(import_module(module), function)
    async with opener(_live_url(server) if name != server else None) as peer:
        yield peer


def image_backend(settings: ServerSettings) -> ImageBackend:
    """A backend for a peer."""
    backend = registry.open_backend(settings)
    assert isinstance(backend, ImageBackend)
    return backend


def _live_url(name: str) -> str | None:
    """LATENTUI_LIVE_COMFYUI and so on; LATENTUI_LIVE_SDCPP for "a1111 sdcpp"."""
    return os.environ.get(f"LATENTUI_LIVE_{name.split()[-1].upper()}")


def _makes_pictures(kind: ServerKind) -> bool:
    return issubclass(registry.load_backend(kind), ImageBackend)
