"""The pictures of a request as InvokeAI wants them: PNG, in blocks of 8, masks with black for repaint."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from tui.media.images import inspect, open_picture
from tui.media.masks import fit, invert, load_mask, mask_bytes

Size = tuple[int, int]


def size_of(path: str) -> Size:
    """Width and height as people see it; raises `PictureError`."""
    info = inspect(Path(path))
    return info.width, info.height


def picture_png(path: str, size: Size | None = None) -> bytes:
    """The picture, cut and scaled to `size` where one is given; raises `PictureError`."""
    picture = open_picture(Path(path))
    if size is not None and picture.size != size:
        picture = ImageOps.fit(picture, size, Image.Resampling.LANCZOS)
    return _png(picture)


def mask_png(path: str, picture_size: Size, size: Size) -> bytes:
    """The mask turned into InvokeAI's: white here repaints, there it keeps. Raises `PictureError`.

    It is cut as its picture was, so that both still lie on each other.
    """
    mask, _ = fit(load_mask(Path(path)), picture_size)
    if mask.size != size:
        mask = ImageOps.fit(mask, size, Image.Resampling.BILINEAR)
    return mask_bytes(invert(mask))


def _png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()
