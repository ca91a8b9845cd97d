"""Stills of videos: a program that stands in for ffmpeg, and ffmpeg itself where it is installed."""

import asyncio
import os
import shutil
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from tests.support.scripted import png
from tui.domain.errors import PictureError
from tui.media.animation import MOST_FRAMES, frames_of
from tui.services import posters
from tui.services.pictures import PicturesService
from tui.services.posters import poster_of


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    return tmp_path / "clip.mp4"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Puts a script called ffmpeg first on the path."""

    def write(script: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "ffmpeg"
        program.write_text(f"#!{sys.executable}\nimport sys, time\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return program

    return write


async def test_the_still_and_the_length_come_from_what_the_program_says(stand_in, clip, tmp_path):
    (tmp_path / "still.png").write_bytes(png())
    stand_in(
        "sys.stderr.write('  Duration: 00:01:02.50, start: 0.0, bitrate: 1 kb/s')\n"
        f"sys.stdout.buffer.write(open({str(tmp_path / 'still.png')!r}, 'rb').read())"
    )
    poster = await poster_of(clip, "video/mp4")
    assert poster is not None
    assert (poster.png, poster.seconds) == (png(), 62.5)


async def test_the_program_is_told_what_kind_of_file_it_is_and_follows_no_address(stand_in, clip, tmp_path):
    stand_in(f"open({str(tmp_path / 'told')!r}, 'w').write('\\n'.join(sys.argv[1:]))")
    assert await poster_of(clip, "video/webm") is None
    told = (tmp_path / "told").read_text().split("\n")
    assert told[told.index("-f") + 1] == "matroska"
    assert told[told.index("-protocol_whitelist") + 1] == "file,pipe"
    assert told[told.index("-i") + 1] == f"file:{clip}"


async def test_a_program_that_does_not_end_is_ended(stand_in, clip, tmp_path, monkeypatch):
    stand_in(f"import os\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)")
    monkeypatch.setattr(posters, "PATIENCE", 1.0)
    before = time.monotonic()
    assert await poster_of(clip, "video/mp4") is None
    assert time.monotonic() - before < 60
    written = tmp_path / "pid"
    if written.exists():  # a slow machine may not have come so far
        with pytest.raises(ProcessLookupError):
            os.kill(int(written.read_text()), 0)


async def test_a_look_that_is_given_up_ends_the_program(stand_in, clip, tmp_path):
    stand_in(f"import os\nopen({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)")
    looking = asyncio.create_task(poster_of(clip, "video/mp4"))
    async with asyncio.timeout(60):
        while not (written := tmp_path / "pid").exists() or not written.read_text():
            await asyncio.sleep(0.01)
    looking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await looking
    with pytest.raises(ProcessLookupError):
        os.kill(int(written.read_text()), 0)


@pytest.mark.parametrize(
    "script", ["sys.exit(1)", "sys.stderr.write('x' * 10_000_000)", "sys.stdout.write('x' * 40_000_000)"]
)
async def test_a_program_that_makes_nothing_of_it_is_no_poster(stand_in, clip, script):
    stand_in(script)
    assert await poster_of(clip, "video/mp4") is None


async def test_without_the_program_there_is_no_poster(clip, monkeypatch):
    monkeypatch.setenv("PATH", str(clip.parent))
    service = PicturesService()
    assert await service.poster(clip, "video/mp4") is None
    assert not service.can_make_posters


async def test_a_still_is_taken_once(stand_in, clip, tmp_path):
    count = tmp_path / "count"
    stand_in(f"open({str(count)!r}, 'a').write('x')\nsys.stdout.write('png')")
    service = PicturesService()
    for _ in range(3):
        assert await service.poster(clip, "video/mp4") is not None
    assert count.read_text() == "x"


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
async def test_the_real_program_takes_a_still(tmp_path):
    clip = tmp_path / "real.mp4"
    source = "testsrc=size=320x240:rate=10:duration=1.5"
    making = await asyncio.create_subprocess_exec(
        "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", source, "-pix_fmt", "yuv420p", str(clip)
    )
    assert await making.wait() == 0
    poster = await poster_of(clip, "video/mp4")
    assert poster is not None
    assert poster.png.startswith(b"\x89PNG")
    assert poster.seconds == 1.5


def animated(path: Path, count: int, kind: str) -> Path:
    colours = ("red", "lime", "blue", "white", "black")
    frames = [Image.new("RGB", (40, 20), colours[number % 5]) for number in range(count)]
    frames[0].save(path, kind, save_all=True, append_images=frames[1:], duration=80, loop=0)
    return path


@pytest.mark.parametrize(("name", "kind"), [("a.gif", "GIF"), ("a.webp", "WEBP"), ("a.png", "PNG")])
def test_the_frames_of_an_animated_picture_come_with_their_time(tmp_path, name, kind):
    frames = frames_of(animated(tmp_path / name, 3, kind))
    assert [round(frame.seconds, 2) for frame in frames] == [0.08] * 3
    assert len({frame.data for frame in frames}) == 3


def test_a_long_animation_is_cut(tmp_path):
    assert len(frames_of(animated(tmp_path / "a.gif", MOST_FRAMES + 20, "GIF"))) == MOST_FRAMES


def test_what_is_no_picture_has_no_frames(clip):
    with pytest.raises(PictureError):
        frames_of(clip)
