"""Fooocus-API for the tests: small servers of our own in both dialects, or a real one."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from tests.support.fooocus_server import FooocusServer
from tests.support.serving import serving
from tui.backends.fooocus_pace import Pace
from tui.domain.request import GenerationRequest
from tui.domain.settings import ServerKind, ServerSettings

STEP_SECONDS = 0.1
"""Slow enough for a backend that looks now and then to see some of them."""

QUICK = Pace(
    running=0.01,
    waiting=0.02,
    stopping=0.005,
    position=0.1,
    confirming=0.2,
    patience=30.0,
)
"""Looks often, and gives nothing up: a busy machine is no server that went away."""

HASTY = replace(QUICK, patience=0.5)
"""For tests of giving up."""


class FooocusPeer:
    """Small requests."""

    def __init__(self, url: str) -> None:
        self.settings = at(url)

    def request(self, *, seed: int, steps: int = 4, **fields: Any) -> GenerationRequest:
        """Text to image, small."""
        return small(seed=seed, steps=steps, **fields)

    def rejected_request(self) -> GenerationRequest:
        """A model that the server does not have, and would replace."""
        return small(checkpoint="no-such-model.safetensors")


def at(url: str, **fields: Any) -> ServerSettings:
    """Settings for a server at this address."""
    return replace(ServerSettings(name="fooocus", kind=ServerKind.FOOOCUS, url=url), **fields)


def small(**fields: Any) -> GenerationRequest:
    """A request for a small picture."""
    usual = GenerationRequest(prompt="a red cat", seed=1, steps=4, width=64, height=64)
    return replace(usual, **fields)


@asynccontextmanager
async def open_peer(url: str | None) -> AsyncGenerator[FooocusPeer]:
    """As it is today. See `tests.support.peers.Opener`."""
    if url:
        yield FooocusPeer(url)
        return
    async with serving(FooocusServer(step_seconds=STEP_SECONDS).app()) as served:
        yield FooocusPeer(served)


@asynccontextmanager
async def open_old(url: str | None) -> AsyncGenerator[FooocusPeer]:
    """0.4."""
    if url:
        yield FooocusPeer(url)
        return
    async with serving(FooocusServer("0.4", step_seconds=STEP_SECONDS).app()) as served:
        yield FooocusPeer(served)
