"""The texts that image makers write into picture files, read without decoding a pixel."""

import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from tui.domain.errors import PictureError
from tui.domain.text import one_line
from tui.media.video_metadata import mp4_texts, webm_texts

MAXIMUM_TEXT = 64 * 1024 * 1024
"""Bytes of text in one file, unpacked; a workflow with pictures inside can be several megabytes."""

_MAXIMUM_CHUNKS = 100_000
_MATROSKA = b"\x1a\x45\xdf\xa3"
_PNG = b"\x89PNG\r\n\x1a\n"
_EXIF_PREFIX = b"Exif\0\0"
_EXIF_FOLDER = 0x8769
_USER_COMMENT = 0x9286
_DESCRIPTION = 0x010E
_KEYED = ("prompt", "workflow", "parameters")


def read_texts(source: Path | bytes) -> dict[str, str]:
    """The texts of a picture or video by keyword: "prompt" and "workflow" (ComfyUI), "parameters" (A1111).

    Other files have none. Raises `PictureError` when the file cannot be read at all.
    """
    if isinstance(source, bytes):
        return _texts(BytesIO(source))
    try:
        with source.open("rb") as stream:
            return _texts(stream)
    except (OSError, ValueError) as error:
        raise PictureError(f"“{one_line(source.name, 80)}” cannot be read.", "Check the path.") from error


def _texts(stream: BinaryIO) -> dict[str, str]:
    head = stream.read(12)
    if head.startswith(_PNG):
        stream.seek(len(_PNG))
        return _png_texts(stream)
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return _exif_texts(next(_webp_exif(stream), b""))
    if head.startswith(b"\xff\xd8"):
        stream.seek(2)
        return _exif_texts(next(_jpeg_exif(stream), b""))
    if head[4:8] == b"ftyp":
        return mp4_texts(stream)
    if head.startswith(_MATROSKA):
        return webm_texts(stream)
    return {}


def _png_texts(stream: BinaryIO) -> dict[str, str]:
    texts: dict[str, str] = {}
    left = MAXIMUM_TEXT
    for kind, data in _png_text_chunks(stream):
        key, text = _png_text(kind, data, left)
        left -= len(text)
        if left < 0:
            break
        if key:
            texts.setdefault(key, text)
    return texts


def _png_text_chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    for _ in range(_MAXIMUM_CHUNKS):
        header = stream.read(8)
        if len(header) < 8:
            return
        length, kind = struct.unpack(">I4s", header)
        if kind == b"IEND":
            return
        if kind in (b"tEXt", b"zTXt", b"iTXt", b"comf") and length <= MAXIMUM_TEXT:
            data = stream.read(length)
            if len(data) == length:
                yield kind, data
            stream.seek(4, 1)
        else:
            stream.seek(length + 4, 1)


def _png_text(kind: bytes, data: bytes, limit: int) -> tuple[str, str]:
    """Keyword and text of a chunk; both empty when it is broken."""
    keyword, _, rest = data.partition(b"\0")
    key = keyword.decode("latin-1")
    if kind in (b"tEXt", b"comf"):  # "comf": ComfyUI's animated PNGs
        return key, _decoded(rest)
    if kind == b"zTXt":
        return key, _decoded(_unpacked(rest[1:], limit))
    is_packed, parts = rest[:1] == b"\x01", rest[2:].split(b"\0", 2)
    if len(parts) < 3:
        return "", ""
    return key, _decoded(_unpacked(parts[2], limit) if is_packed else parts[2])


def _unpacked(data: bytes, limit: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, max(limit, 1))
    except zlib.error:
        return b""


def _decoded(data: bytes) -> str:
    """UTF-8, which many write where PNG says Latin-1."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _webp_exif(stream: BinaryIO) -> Iterator[bytes]:
    for _ in range(_MAXIMUM_CHUNKS):
        header = stream.read(8)
        if len(header) < 8:
            return
        kind, length = struct.unpack("<4sI", header)
        if kind == b"EXIF" and length <= MAXIMUM_TEXT:
            yield stream.read(length)
            return
        stream.seek(length + length % 2, 1)


def _jpeg_exif(stream: BinaryIO) -> Iterator[bytes]:
    for _ in range(_MAXIMUM_CHUNKS):
        header = stream.read(4)
        if len(header) < 4 or header[0] != 0xFF or header[1] in (0xDA, 0xD9):
            return
        length = struct.unpack(">H", header[2:])[0] - 2
        data = stream.read(max(length, 0))
        if header[1] == 0xE1 and data.startswith(_EXIF_PREFIX):
            yield data
            return


def _exif_texts(data: bytes) -> dict[str, str]:
    """ComfyUI writes `prompt:{…}` and `workflow:{…}` into camera tags; A1111 a text into the user comment."""
    if not data:
        return {}
    exif = Image.Exif()
    texts: dict[str, str] = {}
    try:
        exif.load(data)
        for value in exif.values():
            key, colon, text = str(value).partition(":")
            if colon and key.lower() in _KEYED:
                texts.setdefault(key.lower(), text)
        comment = exif.get_ifd(_EXIF_FOLDER).get(_USER_COMMENT) or exif.get(_DESCRIPTION)
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error):
        return texts
    if comment and (text := _comment(comment)):
        texts.setdefault("parameters", text)
    return texts


def _comment(value: object) -> str:
    if isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        return ""
    code, text = value[:8], value[8:]
    if code == b"UNICODE\0":
        return text.decode("utf-16-be" if text[:1] == b"\0" else "utf-16-le", "replace").strip("\0")
    return _decoded(text if code in (b"ASCII\0\0\0", b"\0" * 8) else value).strip("\0")
