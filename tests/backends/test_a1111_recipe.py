"""What a picture was made with, read out of it by the server."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.a1111_peer import at
from tests.support.a1111_recordings import answer
from tests.support.a1111_server import A1111Server, picture, serving
from tests.support.sdcpp_server import SdCppServer
from tests.support.studio import picture_file
from tui.backends.a1111 import A1111Backend
from tui.domain.errors import PictureError
from tui.protocol.a1111_png_info import read_png_info

RECIPE = {
    "prompt": "x",
    "sampler": "Euler",
    "scheduler": "Automatic",
    "checkpoint": "tiny-random-a",
    "steps": 2,
    "cfg_scale": 7.0,
    "seed": 5,
    "width": 64,
    "height": 64,
}


async def test_a_picture_tells_the_values_that_made_it(tmp_path: Path) -> None:
    made = tmp_path / "made.png"
    made.write_bytes(picture(5, (64, 64), "x\nSteps: 2"))
    async with serving(A1111Server().app()) as url, A1111Backend(at(url)) as backend:
        assert await backend.recipe(made) == RECIPE
        assert await backend.recipe(picture_file(tmp_path / "plain.png")) == {}


async def test_a_server_that_cannot_read_them_tells_none(tmp_path: Path) -> None:
    async with serving(SdCppServer().app()) as url, A1111Backend(at(url)) as backend:
        assert await backend.recipe(picture_file(tmp_path / "plain.png")) == {}


async def test_a_file_that_is_no_picture_is_not_sent(tmp_path: Path) -> None:
    file, server = tmp_path / "words.png", A1111Server()
    file.write_text("words")
    async with serving(server.app()) as url, A1111Backend(at(url)) as backend:
        with pytest.raises(PictureError):
            await backend.recipe(file)
    assert server.requests == []


@pytest.mark.parametrize(
    ("body", "values"),
    [
        (answer("a1111/png_info"), RECIPE),
        (answer("a1111/png_info_no_metadata"), {}),
        (
            {"info": "x", "parameters": {"Prompt": "a\x1b[2Jfox", "Steps": "many", "Seed": 7}},
            {"prompt": "a[2Jfox", "seed": 7},
        ),
        ({"info": "x", "parameters": {"Steps": "9" * 5000, "CFG scale": []}}, {}),
        ({"info": "x"}, {}),
        ("nonsense", {}),
    ],
)
def test_what_makes_no_sense_is_left_out(body: Any, values: dict[str, object]) -> None:
    assert read_png_info(body) == values
