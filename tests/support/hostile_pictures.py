"""Damaged, odd and hostile pictures, made anew: nothing large lies in the repository."""

import io
import struct
import zlib
from collections.abc import Callable

from PIL import Image


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def _noise(mode: str = "RGB", side: int = 512) -> Image.Image:
    return Image.effect_noise((side, side), 80).convert(mode)


def _png_of(width: int, height: int) -> bytes:
    """A PNG of so many pixels whose rows are all alike, of a few KB."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(1)
    row = bytes(width // 8 + 2)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _truncated(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _sideways() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return _saved(_noise(), "JPEG", exif=exif)


def _sixteen_bits() -> bytes:
    return _saved(Image.new("I;16", (512, 512), 30_000), "PNG")


def _moving() -> bytes:
    frames = [_noise("P", 64) for _ in range(20)]
    return _saved(frames[0], "GIF", save_all=True, append_images=frames[1:])


def _flooded_text() -> bytes:
    """A text chunk that unpacks to 200 MB."""
    data = _saved(_noise(), "PNG")
    packer = zlib.compressobj(9)
    text = (
        b"parameters\0\0" + b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    )
    body = b"zTXt" + text
    return data[:33] + struct.pack(">I", len(text)) + body + struct.pack(">I", zlib.crc32(body)) + data[33:]


PICTURES: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "not a picture": lambda: b"\x00\x01 not a picture at all " * 50,
    "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n%%EndComments\n",
    "truncated JPEG": lambda: _truncated(_saved(_noise(), "JPEG")),
    "truncated PNG": lambda: _truncated(_saved(_noise(), "PNG")),
    "PNG of a head alone": lambda: _saved(_noise(), "PNG")[:33],
    "more than 178.9 million pixels": lambda: _png_of(20_000, 10_000),
    "144 million pixels": lambda: _png_of(12_000, 12_000),
    "36 million pixels uncompressed": lambda: _saved(Image.new("RGB", (6000, 6000)), "BMP"),
    "text that unpacks to 200 MB": _flooded_text,
    "36 million pixels": lambda: _png_of(6_000, 6_000),
    "36 million pixels with transparency": lambda: _saved(
        Image.new("RGBA", (6000, 6000), (9, 9, 9, 99)), "PNG", compress_level=1
    ),
    "20 million pixels uncompressed": lambda: _saved(Image.new("RGB", (5000, 4000)), "BMP"),
    "CMYK": lambda: _saved(_noise("CMYK"), "JPEG"),
    "4000 by 1": lambda: _saved(Image.new("RGB", (4000, 1), "red"), "PNG"),
    "1 by 4000": lambda: _saved(Image.new("RGB", (1, 4000), "red"), "PNG"),
    "1 by 1": lambda: _saved(Image.new("RGB", (1, 1), "red"), "PNG"),
    "16 bits": _sixteen_bits,
    "RGBA": lambda: _saved(_noise("RGBA"), "PNG"),
    "grey with transparency": lambda: _saved(_noise("LA"), "PNG"),
    "a palette": lambda: _saved(_noise("P"), "PNG"),
    "black and white": lambda: _saved(_noise("1"), "PNG"),
    "sideways": _sideways,
    "moving": _moving,
}
REFUSED = frozenset(list(PICTURES)[:10])
"""Those that can only be a sentence."""
