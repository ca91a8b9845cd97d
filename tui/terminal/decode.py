"""Bytes from anywhere into an RGB picture of bounded size, or a sentence."""

import struct
import warnings
from io import BytesIO

from PIL import Image

MAX_PIXELS = 64_000_000
_DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    MemoryError,
    Image.DecompressionBombError,
)
"""What Pillow raises on data that is not, or no longer, a picture (its PNG reader raises SyntaxError)."""


class UnshowableError(Exception):
    """This cannot be shown as a picture; the text is a sentence for people."""


def decode(data: bytes, longest: int | None = None) -> Image.Image:
    """Decode to RGB; `longest` lets a JPEG be read at a fraction of its size, no smaller than that side."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(data))
        _bound(image)
        if longest is not None:
            image.draft("RGB", (longest, longest))
        image.load()
        return flatten(image)
    except _DAMAGE as error:
        raise UnshowableError("This picture is damaged or of an unknown kind.") from error


def _bound(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise UnshowableError(f"This picture is too large to show ({image.width} × {image.height} pixels).")
    if image.width * image.height < 1:
        raise UnshowableError("This picture is empty.")


def flatten(image: Image.Image) -> Image.Image:
    """Any picture as RGB, transparency over mid-grey."""
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I;16") or image.mode in {"I", "F"}:
        return _from_deep_grey(image)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (128, 128, 128, 255))
        return Image.alpha_composite(ground, layer).convert("RGB")
    return image.convert("RGB")


def _from_deep_grey(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits: 16-bit values keep their high byte, others are cut to 0..255."""
    deep = image.convert("F")
    _, highest = deep.getextrema()
    scale = 1 / 257 if isinstance(highest, float) and highest > 255 else 1.0
    # Pillow's signature names a numpy type that is unknown without numpy
    shallow = deep.point(lambda value: value * scale + 0.0)  # pyright: ignore[reportUnknownMemberType]
    return shallow.convert("L").convert("RGB")
