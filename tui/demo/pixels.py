"""The two Pillow calls whose types need numpy, which is not here, wrapped once."""

from collections.abc import Callable, Sequence

from PIL import Image


def resized(
    picture: Image.Image, size: tuple[int, int], method: Image.Resampling = Image.Resampling.BILINEAR
) -> Image.Image:
    """The picture at another size."""
    return picture.resize(size, method)  # pyright: ignore[reportUnknownMemberType] names numpy's array


def mapped(picture: Image.Image, values: Sequence[int] | Callable[[int], float]) -> Image.Image:
    """Every band of the picture through one table, or through a function of 0 to 255."""
    table = [min(255, max(0, round(values(level)))) for level in range(256)] if callable(values) else values
    tables = list(table) * (len(picture.getbands()) if len(table) == 256 else 1)
    return picture.point(tables)  # pyright: ignore[reportUnknownMemberType] names numpy's array


def hardened(mask: Image.Image) -> Image.Image:
    """A mask with nothing between 0 and 255."""
    return mapped(mask, [0] * 128 + [255] * 128)


def to_8_bits(picture: Image.Image) -> Image.Image:
    """A grey picture of 16 bits with the lower half of each value dropped."""
    whole = picture.convert("I")
    return whole.point(lambda value: value * (1 / 256)).convert("L")  # pyright: ignore[reportUnknownMemberType] names numpy's array
