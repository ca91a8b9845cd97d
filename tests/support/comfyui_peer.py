"""ComfyUI for the tests: the embedded engine, or a real one."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from tests.support.comfyui_recordings import FOLDER
from tests.support.comfyui_recordings import graph as engine_graph
from tui.backends.comfyui_pace import Pace
from tui.demo.server import EmbeddedEngine
from tui.domain.request import GenerationRequest, GraphPlan
from tui.domain.settings import ServerKind, ServerSettings

STEP_SECONDS = 0.02

QUICK = Pace(
    retry_first=0.05,
    retry_most=0.2,
    blind=0.1,
    silent=0.3,
    waiting=0.3,
    position=0.1,
    deaf_from_start=30.0,
    deaf=30.0,
    closing=0.1,
    history=30.0,
    confirming=0.3,
    patience=30.0,
)
"""Looks often, and gives nothing up: a busy machine is no server that went away."""

HASTY = replace(QUICK, history=0.5, patience=1.5)
"""For tests of giving up."""


def runs_of(engine: EmbeddedEngine, prompt_id: str) -> int:
    """How often the engine began this job, by its own log."""
    log = engine.folder / "engine.log.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    return [(line["event"], line["prompt_id"]) for line in lines].count(("start", prompt_id))


class ComfyUIPeer:
    """Graphs that ran on the real server, with the names that this one has."""

    def __init__(self, url: str, *, is_live: bool = False) -> None:
        self._is_live = is_live
        self.settings = ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=url)

    def graph(self, name: str, **values: Any) -> dict[str, Any]:
        """A recorded graph; `values` replace inputs of those names wherever they stand."""
        found = (
            json.loads((FOLDER / "graphs" / f"{name}.json").read_text())
            if self._is_live
            else engine_graph(name)
        )
        for node in found.values():
            inputs = node["inputs"]
            inputs.update({key: value for key, value in values.items() if key in inputs})
        return found

    def request(self, *, seed: int, steps: int = 4) -> GenerationRequest:
        """Text to image, small."""
        graph = self.graph("txt2img", seed=seed, steps=steps, width=64, height=64)
        return GenerationRequest(prompt="a red cat", seed=seed, steps=steps, plan=GraphPlan(graph=graph))

    def rejected_request(self) -> GenerationRequest:
        """A sampler that no server has."""
        graph = self.graph("txt2img", sampler_name="eulr")
        return of_graph(graph)


def of_graph(graph: Mapping[str, Any]) -> GenerationRequest:
    """A request that runs this graph."""
    return GenerationRequest(plan=GraphPlan(graph=graph))


@asynccontextmanager
async def open_peer(url: str | None) -> AsyncGenerator[ComfyUIPeer]:
    """See `tests.support.peers.Opener`."""
    if url:
        yield ComfyUIPeer(url, is_live=True)
        return
    async with EmbeddedEngine(step_delay=STEP_SECONDS) as engine:
        yield ComfyUIPeer(engine.url)
