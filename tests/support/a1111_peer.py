"""A1111 and its dialects for the tests: small servers of our own, or real ones."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from tests.support.a1111_server import A1111Server, serving
from tests.support.sdcpp_server import SdCppServer
from tui.backends.a1111_pace import Pace
from tui.domain.request import GenerationRequest
from tui.domain.settings import Secret, ServerKind, ServerSettings

QUICK = Pace(
    first_look=0.02,
    running=0.02,
    waiting=0.02,
    stopping=0.01,
    limited=0.02,
    confirming=0.3,
    handing_over=0.5,
    patience=0.5,
)


class A1111Peer:
    """Small requests for a server that speaks the API."""

    def __init__(self, url: str, *, rejects_sampler: bool = False) -> None:
        self.settings = _with_login(ServerSettings(name="a1111", kind=ServerKind.A1111, url=url))
        self._rejects_sampler = rejects_sampler

    def request(self, *, seed: int, steps: int = 4, **fields: Any) -> GenerationRequest:
        """Text to image, small."""
        small = GenerationRequest(prompt="a red cat", seed=seed, steps=steps, width=64, height=64)
        return replace(small, **fields)

    def rejected_request(self) -> GenerationRequest:
        """No steps at all; SD.Next refuses samplers it does not have."""
        request = self.request(seed=1, steps=0)
        return replace(request, steps=4, sampler="eulr") if self._rejects_sampler else request


def at(url: str, **fields: Any) -> ServerSettings:
    """Settings for a server at this address."""
    return replace(ServerSettings(name="a1111", kind=ServerKind.A1111, url=url), **fields)


@asynccontextmanager
async def open_peer(url: str | None) -> AsyncGenerator[A1111Peer]:
    """With its page: it tells tasks apart. See `tests.support.peers.Opener`."""
    if url:
        yield A1111Peer(url)
        return
    async with serving(A1111Server("ui").app()) as served:
        yield A1111Peer(served)


@asynccontextmanager
async def open_nowebui(url: str | None) -> AsyncGenerator[A1111Peer]:
    """Without its page: one progress for everybody."""
    if url:
        yield A1111Peer(url)
        return
    async with serving(A1111Server("nowebui").app()) as served:
        yield A1111Peer(served)


@asynccontextmanager
async def open_sdnext(url: str | None) -> AsyncGenerator[A1111Peer]:
    """SD.Next."""
    if url:
        yield A1111Peer(url, rejects_sampler=True)
        return
    async with serving(A1111Server("sdnext").app()) as served:
        yield A1111Peer(served, rejects_sampler=True)


@asynccontextmanager
async def open_sdcpp(url: str | None) -> AsyncGenerator[A1111Peer]:
    """stable-diffusion.cpp."""
    if url:
        yield A1111Peer(url)
        return
    async with serving(SdCppServer().app()) as served:
        yield A1111Peer(served)


def _with_login(settings: ServerSettings) -> ServerSettings:
    """`LATENTUI_LIVE_A1111_LOGIN` holds user:password of a live server that wants them."""
    user, colon, password = os.environ.get("LATENTUI_LIVE_A1111_LOGIN", "").partition(":")
    return replace(settings, username=user, password=Secret(password)) if colon else settings
