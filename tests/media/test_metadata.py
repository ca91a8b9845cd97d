"""Texts in picture files, as ComfyUI, A1111 and hostile hands write them."""

import json
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from tui.domain.errors import PictureError
from tui.media import metadata
from tui.media.metadata import read_texts

RECORDED = Path(__file__).parent.parent / "recordings" / "comfyui" / "txt2img_with_metadata.png"


def test_a_picture_of_comfyui_gives_its_graph_and_canvas() -> None:
    texts = read_texts(RECORDED)
    assert json.loads(texts["prompt"])["3"]["class_type"] == "KSampler"
    assert set(texts) == {"prompt", "workflow"}


def png_with(info: PngImagePlugin.PngInfo) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (4, 4)).save(buffer, format="PNG", pnginfo=info)
    return buffer.getvalue()


def test_all_three_kinds_of_png_text_are_read() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "a fox\nSteps: 20")
    info.add_text("packed", "z" * 5000, zip=True)
    info.add_itxt("prompt", '{"text": "日本語"}', zip=True)
    texts = read_texts(png_with(info))
    assert texts["parameters"] == "a fox\nSteps: 20"
    assert texts["packed"] == "z" * 5000
    assert json.loads(texts["prompt"]) == {"text": "日本語"}


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_text_after_the_pixels_and_utf8_in_a_latin_chunk_are_read() -> None:
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b"x" * 9000) + chunk(b"tEXt", "prompt\0Füchse".encode())
    assert read_texts(data) == {"prompt": "Füchse"}


def test_unpacking_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "MAXIMUM_TEXT", 100_000)
    packed = zlib.compress(b"a" * 50_000_000)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"zTXt", b"prompt\0\0" + packed) + chunk(b"IEND", b"")
    assert len(read_texts(data).get("prompt", "")) <= 100_000


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 0xFFFFFFFF, b"tEXt") + b"prompt\0x",
        b"\x89PNG\r\n\x1a\n" + chunk(b"iTXt", b"prompt\0\x01\0") + chunk(b"zTXt", b"x\0\0broken"),
        b"RIFF\xff\xff\xff\xffWEBPEXIF\xff\xff\xff\x7f" + b"x" * 50,
        b"\xff\xd8\xff\xe1\x00\x02\xff\xe1\x00\x00",
        b"\xff\xd8\xff\xe1\x00\x20Exif\0\0MM\0*\xff\xff\xff\xff" + b"y" * 40,
        b"just text",
    ],
)
def test_broken_files_have_no_texts_and_raise_nothing(data: bytes) -> None:
    assert not any(read_texts(data).values())


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
def test_the_camera_tags_in_which_comfyui_hides_its_graph_are_read(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0110] = 'prompt:{"1": {}}'
    exif[0x010F] = 'workflow:{"nodes": []}'
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, format=kind, exif=exif)
    assert read_texts(buffer.getvalue()) == {"prompt": '{"1": {}}', "workflow": '{"nodes": []}'}


def test_the_user_comment_of_a1111_is_its_parameters() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + "ein Füchslein".encode("utf-16-be")
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, format="JPEG", exif=exif)
    assert read_texts(buffer.getvalue()) == {"parameters": "ein Füchslein"}


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="cannot be read"):
        read_texts(tmp_path / "no.png")
