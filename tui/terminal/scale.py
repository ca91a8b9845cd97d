"""Resizing, with a type."""

from PIL import Image


def resized(
    image: Image.Image, size: tuple[int, int], box: tuple[float, float, float, float] | None = None
) -> Image.Image:
    """The picture, or the part of it in the box, at a size: smooth, and quick from far larger ones."""
    if image.size == size and box is None:
        return image
    # Pillow's signature names a numpy type that is unknown without numpy
    return image.resize(  # pyright: ignore[reportUnknownMemberType]
        size, Image.Resampling.BILINEAR, box=box, reducing_gap=2.0
    )
