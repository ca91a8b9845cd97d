"""A1111 and its dialects for the tests: small servers of our own, or real ones."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from tests.support.a1111_server import A1111Server, serving
from tests.support.forge_server import ForgeServer
from tests.support.sdcpp_server import SdCppServer
from tests.support.sdnext_server import SdNextServer
from tui.backends.a1111_pace import Pace
from tui.domain.request import GenerationRequest
from tui.domain.settings import Secret, ServerKind, ServerSettings

STEP_SECONDS = 0.05
"""So that a job of a few steps is still at them when it is first looked at, at the usual pace."""

QUICK = Pace(
    starting=0.3,
    first_look=0.02,
    eager=0.02,
    running=0.02,
    waiting=0.02,
    stopping=0.01,
    limited=0.02,
    limited_stopping=0.02,
    gap=0.02,
    confirming=0.3,
    silence=30.0,
    patience=30.0,
)
"""Looks often, and gives nothing up: a busy machine is no server that went away."""

HASTY = replace(QUICK, silence=0.5, patience=0.5)
"""For tests of giving up."""


class A1111Peer:
    """Small requests for a server that speaks the API, and what it refuses of one."""

    def __init__(self, url: str, *, most_steps: int = 1000, **refused: Any) -> None:
        self.settings = _with_login(ServerSettings(name="a1111", kind=ServerKind.A1111, url=url))
        self._most_steps = most_steps
        self._refused = refused or {"steps": 0}

    def request(self, *, seed: int, steps: int = 4, **fields: Any) -> GenerationRequest:
        """Text to image, small."""
        steps = min(steps, self._most_steps)
        small = GenerationRequest(prompt="a red cat", seed=seed, steps=steps, width=64, height=64)
        return replace(small, **fields)

    def rejected_request(self) -> GenerationRequest:
        """A job that this dialect refuses."""
        return replace(self.request(seed=1), **self._refused)


def at(url: str, **fields: Any) -> ServerSettings:
    """Settings for a server at this address."""
    return replace(ServerSettings(name="a1111", kind=ServerKind.A1111, url=url), **fields)


@asynccontextmanager
async def open_peer(url: str | None) -> AsyncGenerator[A1111Peer]:
    """With its page: it tells tasks apart. See `tests.support.peers.Opener`."""
    if url:
        yield A1111Peer(url)
        return
    async with serving(A1111Server("ui", step_seconds=STEP_SECONDS).app()) as served:
        yield A1111Peer(served)


@asynccontextmanager
async def open_nowebui(url: str | None) -> AsyncGenerator[A1111Peer]:
    """Without its page: one progress for everybody."""
    if url:
        yield A1111Peer(url)
        return
    async with serving(A1111Server("nowebui", step_seconds=STEP_SECONDS).app()) as served:
        yield A1111Peer(served)


@asynccontextmanager
async def open_forge(url: str | None) -> AsyncGenerator[A1111Peer]:
    """Forge, with its page."""
    if url:
        yield A1111Peer(url)
        return
    async with serving(ForgeServer(step_seconds=STEP_SECONDS).app()) as served:
        yield A1111Peer(served)


@asynccontextmanager
async def open_sdnext(url: str | None) -> AsyncGenerator[A1111Peer]:
    """SD.Next."""
    if url:
        yield A1111Peer(url, sampler="eulr")
        return
    async with serving(SdNextServer(step_seconds=STEP_SECONDS).app()) as served:
        yield A1111Peer(served, sampler="eulr")


@asynccontextmanager
async def open_sdcpp(url: str | None) -> AsyncGenerator[A1111Peer]:
    """stable-diffusion.cpp. A real one cannot be interrupted, and would hold up the tests that follow."""
    if url:
        yield A1111Peer(url, most_steps=6, cfg_scale=-1.0)
        return
    async with serving(SdCppServer().app()) as served:
        yield A1111Peer(served, cfg_scale=-1.0)


def _with_login(settings: ServerSettings) -> ServerSettings:
    """`LATENTUI_LIVE_A1111_LOGIN` holds user:password of a live server that wants them."""
    user, colon, password = os.environ.get("LATENTUI_LIVE_A1111_LOGIN", "").partition(":")
    return replace(settings, username=user, password=Secret(password)) if colon else settings
