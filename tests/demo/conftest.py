"""An embedded engine at full speed, with the inputs that the recorded graphs name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.support.engine_client import Listener, listening
from tui.demo.server import EmbeddedEngine


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[EmbeddedEngine]:
    """A running engine with an empty history."""
    async with EmbeddedEngine(tmp_path / "engine", step_delay=0) as running:
        put_inputs(running.folder / "input")
        yield running


@pytest.fixture
async def client(engine: EmbeddedEngine) -> AsyncIterator[Listener]:
    """A client with an open socket that negotiated previews with metadata."""
    async with listening(engine.url) as listener:
        yield listener


def put_inputs(folder: Path) -> None:
    """example.png, mask.png (white disc on black), masked.png (disc transparent), notimg.png."""
    example = Image.linear_gradient("L").resize((128, 128))
    picture = Image.merge("RGB", (example, example.rotate(90), example.rotate(180)))
    picture.save(folder / "example.png")
    mask = Image.new("L", (128, 128))
    ImageDraw.Draw(mask).ellipse((32, 32, 96, 96), fill=255)
    mask.convert("RGB").save(folder / "mask.png")
    picture.putalpha(mask.point([255] + [0] * 255))
    picture.save(folder / "masked.png")
    (folder / "notimg.png").write_bytes(b"not a picture")
