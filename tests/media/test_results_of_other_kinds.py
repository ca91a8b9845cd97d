"""What is shown of results that are no still pictures."""

from pathlib import Path

import pytest

from tui.domain.errors import PictureError
from tui.media.images import inspect, open_picture

MEDIA = Path(__file__).parent.parent / "recordings" / "comfyui" / "media"


@pytest.mark.parametrize("name", ["save_animated_webp.webp", "save_animated_png.png"])
def test_an_animation_shows_its_first_frame(name: str) -> None:
    assert open_picture(MEDIA / name).size == (64, 64)
    assert inspect(MEDIA / name).width == 64


@pytest.mark.parametrize("name", ["save_video.mp4", "save_webm.webm"])
def test_a_video_is_called_one(name: str) -> None:
    with pytest.raises(PictureError, match="is a video"):
        open_picture(MEDIA / name)


def test_a_sound_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "song.flac").write_bytes(b"fLaC" + bytes(100))
    with pytest.raises(PictureError, match="is a sound"):
        inspect(tmp_path / "song.flac")
