"""Looking at picture files."""

from pathlib import Path

import pytest
from PIL import Image

from tui.domain.errors import PictureError
from tui.services.pictures import PicturesService


async def test_a_picture_is_inspected(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20)).save(tmp_path / "a.png")
    info = await PicturesService().inspect(tmp_path / "a.png")
    assert (info.width, info.height, info.format) == (30, 20, "PNG")


async def test_what_is_no_picture_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("hello")
    with pytest.raises(PictureError, match="not a picture"):
        await PicturesService().inspect(str(tmp_path / "a.png"))
