"""Opening pictures that nobody promised to be pictures."""

import os
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tui.domain.errors import PictureError
from tui.media.images import inspect, open_picture, thumbnail


def png(image: Image.Image, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format="PNG", **options)
    return buffer.getvalue()


def jpeg(image: Image.Image, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, format="JPEG", **options)
    return buffer.getvalue()


def noise(width: int, height: int) -> Image.Image:
    return Image.effect_noise((width, height), 90).convert("RGB")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def test_inspecting_reads_size_format_and_length(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(noise(30, 20)))
    info = inspect(path)
    assert (info.width, info.height, info.format, info.mode) == (30, 20, "PNG", "RGB")
    assert info.byte_count == path.stat().st_size


def test_inspecting_does_not_decode(tmp_path: Path) -> None:
    path = tmp_path / "cut.png"
    path.write_bytes(png(noise(300, 200))[:2000])
    assert inspect(path).width == 300


def test_a_sideways_photo_is_measured_and_opened_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg(noise(40, 20), exif=exif))
    info = inspect(path)
    assert (info.width, info.height) == (20, 40)
    assert open_picture(path).size == (20, 40)
    assert thumbnail(path, (10, 10)).size == (5, 10)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
def test_damaged_exif_does_not_hide_the_picture() -> None:
    data = jpeg(noise(16, 8), exif=b"Exif\0\0MM\0*\0\0\xff\xff" + b"\xff" * 40)
    assert open_picture(data).size == (16, 8)


@pytest.mark.parametrize(
    ("size", "words"),
    [((100_000, 100_000), "too large"), ((9_000, 9_000), "9000×9000"), ((0, 5), "not a picture")],
)
def test_a_huge_header_is_refused_before_decoding(size: tuple[int, int], words: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(*size))
    for attempt in (inspect, open_picture):
        with pytest.raises(PictureError, match=words):
            attempt(path)


def test_a_smaller_limit_holds() -> None:
    with pytest.raises(PictureError, match="20×20"):
        open_picture(png(noise(20, 20)), maximum_pixels=399)
    assert open_picture(png(noise(20, 20)), maximum_pixels=400).size == (20, 20)


@pytest.mark.parametrize("whole", [png(noise(200, 200)), jpeg(noise(200, 200))], ids=["png", "jpeg"])
def test_a_cut_file_is_said_to_be_cut(whole: bytes) -> None:
    with pytest.raises(PictureError, match="broken or cut short"):
        open_picture(whole[: len(whole) // 2])


@pytest.mark.parametrize("length", range(1, 60, 7))
def test_a_file_cut_anywhere_in_its_head_is_a_sentence(length: int) -> None:
    with pytest.raises(PictureError):
        open_picture(png(noise(20, 20))[:length])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"a letter to a friend\n" * 40, "not a picture"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (b"<html><body>502</body></html>", "not a picture"),
    ],
)
def test_what_is_no_picture_is_said_so(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "thing.png"
    path.write_bytes(content)
    with pytest.raises(PictureError, match=words) as caught:
        inspect(path)
    assert caught.value.advice


def test_paths_that_cannot_be_opened_are_sentences(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, words in (
        (tmp_path / "no.png", "no file"),
        (tmp_path, "is not a file"),
        (pipe, "is not a file"),
        (Path("/dev/zero"), "is not a file"),
        (tmp_path / ("x" * 5000), "cannot be opened"),
        (tmp_path / "a\0b", "cannot be opened"),
    ):
        with pytest.raises(PictureError, match=words):
            inspect(path)


def test_a_very_wide_picture_opens_and_shrinks() -> None:
    wide = png(noise(4000, 1))
    assert open_picture(wide).size == (4000, 1)
    assert thumbnail(wide, (80, 40)).size == (80, 1)


def test_deep_grey_keeps_its_brightness() -> None:
    deep = Image.new("I;16", (2, 1))
    deep.putpixel((0, 0), 32768)
    deep.putpixel((1, 0), 65535)
    picture = open_picture(png(deep))
    assert picture.mode == "RGB"
    assert [picture.getpixel((x, 0)) for x in (0, 1)] == [(127, 127, 127), (255, 255, 255)]


@pytest.mark.parametrize(
    ("image", "mode"),
    [
        (Image.new("L", (4, 4), 9), "RGB"),
        (Image.new("1", (4, 4), 1), "RGB"),
        (Image.new("LA", (4, 4), (9, 100)), "RGBA"),
        (noise(4, 4).convert("P"), "RGB"),
        (Image.new("RGBA", (4, 4), (1, 2, 3, 4)), "RGBA"),
    ],
    ids=lambda value: getattr(value, "mode", value),
)
def test_odd_modes_come_out_as_rgb_or_rgba(image: Image.Image, mode: str) -> None:
    assert open_picture(png(image)).mode == mode


def test_a_palette_with_a_transparent_colour_keeps_its_transparency() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((1, 0), 1)
    picture = open_picture(png(image, transparency=0))
    assert picture.mode == "RGBA"
    assert [picture.getpixel((x, 0)) for x in (0, 1)] == [(255, 0, 0, 0), (0, 255, 0, 255)]


def test_print_colours_become_screen_colours() -> None:
    picture = open_picture(jpeg(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), quality=95))
    red, green, blue = picture.getpixel((4, 4))  # type: ignore[misc]  # an RGB pixel
    assert picture.mode == "RGB"
    assert red > 200
    assert max(green, blue) < 60


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("red", "blue", "lime")]
    path = tmp_path / "a.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert inspect(path).frames == 3
    assert open_picture(path).convert("RGB").getpixel((3, 3)) == (255, 0, 0)


def test_a_thumbnail_is_never_larger_than_the_picture() -> None:
    assert thumbnail(png(noise(20, 10)), (200, 200)).size == (20, 10)
    assert thumbnail(jpeg(noise(2000, 1000)), (100, 100)).size == (100, 50)
