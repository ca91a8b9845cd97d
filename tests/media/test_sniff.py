"""Kinds of files by their first bytes."""

import wave
from io import BytesIO

import pytest
from PIL import Image

from tui.media.sniff import SUFFIXES, media_type


def picture(kind: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, format=kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp", "bmp", "tiff"])
def test_pictures_are_known(kind: str) -> None:
    assert media_type(picture(kind)) == f"image/{kind}"


def sound() -> bytes:
    buffer = BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 10)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (sound(), "audio/wav"),
        (b"\0\0\0\x20ftypisom\0\0\2\0", "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", "video/quicktime"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", "audio/mp4"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webm", "video/webm"),
        (b"\x1a\x45\xdf\xa3\x9fB\x82\x88matroska", "video/x-matroska"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"OggS\0\2", "audio/ogg"),
        (b"ID3\4\0\0\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\0\0", "audio/mpeg"),
        (b"a prompt\nof two lines", "text/plain"),
        ("Füchse".encode()[:2], "text/plain"),
        (b"", None),
        (b"\0\1\2\3", None),
        (b"\xff\xfe\0\0", None),
        (b"text with \x07 a bell", None),
        (b"BMan is not a bitmap \xff\xff\xff\xff\xff", None),
    ],
)
def test_other_files_are_known_by_their_beginning(head: bytes, kind: str | None) -> None:
    assert media_type(head) == kind
    assert kind is None or kind in SUFFIXES
