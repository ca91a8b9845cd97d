"""Masks: white repaints, black keeps."""

from io import BytesIO

from PIL import Image, ImageChops

from tui.domain.errors import PictureError
from tui.media.images import Source, open_picture

ABSURD = 2.0
"""A mask whose shape differs from the picture's by more than this factor was made for another picture."""

_SIMILAR = 1.02

Size = tuple[int, int]


def load_mask(source: Source) -> Image.Image:
    """The mask in a picture: its transparency where it has any (that is repainted), else its brightness."""
    image = open_picture(source)
    return transparency_of(image) or image.convert("L")


def transparency_of(image: Image.Image) -> Image.Image | None:
    """The mask that repaints what is transparent in the picture; None when all of it is opaque."""
    if image.mode != "RGBA":
        return None
    alpha = image.getchannel("A")
    return None if alpha.getextrema() == (255, 255) else ImageChops.invert(alpha)


def invert(mask: Image.Image) -> Image.Image:
    """The mask that repaints what this one keeps."""
    return ImageChops.invert(mask)


def is_blank(mask: Image.Image) -> bool:
    """Whether the mask repaints nothing at all."""
    return mask.getextrema() == (0, 0)


def fit(mask: Image.Image, size: Size) -> tuple[Image.Image, str]:
    """The mask at the picture's size and, if that changed it, a sentence that says so.

    Raises `PictureError` when the shape is that of another picture.
    """
    if mask.size == size:
        return mask, ""
    factor = _shape_factor(mask.size, size)
    if factor > ABSURD:
        raise PictureError(
            f"The mask is {_shown(mask.size)} and the picture {_shown(size)}: the shapes do not fit.",
            "Use a mask made for this picture.",
        )
    note = f"The mask was resized from {_shown(mask.size)} to the picture's {_shown(size)}"
    stretched = "" if factor < _SIMILAR else ", which stretched it"
    resized = mask.resize(size, Image.Resampling.BILINEAR)  # pyright: ignore[reportUnknownMemberType]  # its signature names numpy
    return resized, f"{note}{stretched}."


def is_plain(picture: Image.Image, mask: Image.Image) -> bool:
    """Whether every server reads `mask` from the picture as it is: opaque, and grey in all channels."""
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema() != (255, 255):
        return False
    channels = picture.split()[:3]
    return all(ImageChops.difference(channel, mask).getbbox() is None for channel in channels)


def mask_bytes(mask: Image.Image) -> bytes:
    """The mask as an 8-bit PNG that every server reads alike."""
    buffer = BytesIO()
    mask.convert("L").save(buffer, format="PNG")
    return buffer.getvalue()


def _shape_factor(one: Size, other: Size) -> float:
    ratio = (one[0] * other[1]) / (one[1] * other[0])
    return max(ratio, 1 / ratio)


def _shown(size: Size) -> str:
    return f"{size[0]}×{size[1]}"
