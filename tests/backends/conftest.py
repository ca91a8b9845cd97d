"""An embedded engine behind a proxy that can misbehave, and backends that look at it often."""

from collections.abc import AsyncIterator

import pytest

from tests.support.comfyui_peer import HASTY, QUICK, ComfyUIPeer
from tests.support.fault_proxy import FaultProxy, fault_proxy
from tui.backends.comfyui import ComfyUIBackend
from tui.demo.server import EmbeddedEngine


@pytest.fixture
async def engine() -> AsyncIterator[EmbeddedEngine]:
    """A running engine: twenty steps a second."""
    async with EmbeddedEngine(step_delay=0.05) as running:
        yield running


@pytest.fixture
async def proxy(engine: EmbeddedEngine) -> AsyncIterator[FaultProxy]:
    """What the backend takes for the engine."""
    async with fault_proxy(engine.url) as running:
        yield running


@pytest.fixture
def comfyui(proxy: FaultProxy) -> ComfyUIPeer:
    """Graphs for it."""
    return ComfyUIPeer(proxy.url)


@pytest.fixture
async def backend(comfyui: ComfyUIPeer) -> AsyncIterator[ComfyUIBackend]:
    """A backend that gives nothing up."""
    async with ComfyUIBackend(comfyui.settings, pace=QUICK) as opened:
        yield opened


@pytest.fixture
async def hasty(comfyui: ComfyUIPeer) -> AsyncIterator[ComfyUIBackend]:
    """A backend that is not patient."""
    async with ComfyUIBackend(comfyui.settings, pace=HASTY) as opened:
        yield opened
