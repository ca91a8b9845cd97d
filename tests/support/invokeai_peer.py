"""InvokeAI for the contract suite: the tests' own, or a real one."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from tests.support.invokeai_recordings import graph as recorded_graph
from tests.support.invokeai_server import invokeai_server
from tui.backends.invokeai_pace import Pace
from tui.domain.request import GenerationRequest
from tui.domain.settings import ServerKind, ServerSettings

QUICK = Pace(
    retry_first=0.05,
    retry_most=0.2,
    first_look=0.05,
    waiting=0.1,
    silent=0.3,
    blind=0.1,
    stuck=0.2,
    confirming=0.3,
    patience=30.0,
)
"""Looks often, and gives nothing up: a busy machine is no server that went away."""

HASTY = replace(QUICK, patience=1.5)
"""For tests of giving up."""


class InvokeAIPeer:
    """Requests that both take."""

    def __init__(self, url: str) -> None:
        self.settings = settings_of(url)

    def request(self, *, seed: int, steps: int = 4) -> GenerationRequest:
        """Text to image, small."""
        return small(seed=seed, steps=steps)

    def rejected_request(self) -> GenerationRequest:
        """A sampler that no server has."""
        return small(seed=1, sampler="eulr")


def settings_of(url: str, **fields: object) -> ServerSettings:
    """The settings of a server at an address."""
    return ServerSettings(name="invokeai", kind=ServerKind.INVOKEAI, url=url, **fields)  # pyright: ignore[reportArgumentType]  # the callers' fields are checked there


def small(*, seed: int = 1, steps: int = 4, sampler: str = "euler", **fields: object) -> GenerationRequest:
    """A request for a picture of 64×64."""
    return GenerationRequest(
        prompt="a red cat",
        seed=seed,
        steps=steps,
        sampler=sampler,
        width=64,
        height=64,
        **fields,  # pyright: ignore[reportArgumentType]  # as above
    )


def stranger_graph() -> dict[str, Any]:
    """What another client would run: many steps."""
    graph = recorded_graph("txt2img_sd15")
    graph["nodes"]["m"]["model"]["key"] = "7b937b4b-e122-48b1-82be-842e56d608cc"
    graph["nodes"]["d"]["steps"] = 30
    return graph


@asynccontextmanager
async def open_peer(url: str | None) -> AsyncGenerator[InvokeAIPeer]:
    """See `tests.support.peers.Opener`."""
    if url:
        yield InvokeAIPeer(url)
        return
    async with invokeai_server() as server:
        yield InvokeAIPeer(server.url)
