"""Picture files opened without trust: bounded before they are decoded, upright, in RGB or RGBA."""

import math
import stat
import struct
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from tui.domain.errors import PictureError
from tui.domain.pictures import PictureInfo
from tui.domain.text import one_line
from tui.media.sniff import ENOUGH, media_type

MAXIMUM_PIXELS = 64_000_000
MAXIMUM_BYTES = 256 * 1024 * 1024

Source = Path | bytes

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
"""What is opened at all; some of Pillow's other formats start programs."""

_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    ArithmeticError,
    MemoryError,
    AttributeError,
    struct.error,
)
"""What Pillow raises when a file is not what its header says."""

_ORIENTATION = 0x0112
_SIDEWAYS = range(5, 9)
_STRIP = 64
"""Rows that are flattened at once."""
_ALPHA_MODES = {"RGBA", "LA", "La", "PA", "RGBa"}

# the C library keeps freed blocks of Pillow's usual 16 MB; larger ones go back to the system
Image.core.set_block_size(64 * 1024**2)
# Pillow only warns of a picture between one and two times its limit
warnings.simplefilter("error", Image.DecompressionBombWarning)
# and prints what it thinks of a camera's tags into the middle of the screen
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\..*")


def inspect(source: Source) -> PictureInfo:
    """Size and format from the header alone; raises `PictureError`."""
    with opened(source) as (image, byte_count):
        width, height = image.size
        if _orientation(image) in _SIDEWAYS:
            width, height = height, width
        return PictureInfo(
            width=width,
            height=height,
            format="JPEG" if image.format == "MPO" else image.format or "",
            byte_count=byte_count,
            mode=image.mode,
            frames=getattr(image, "n_frames", 1) if image.format in ("GIF", "WEBP", "PNG") else 1,
        )


def open_picture(source: Source, *, maximum_pixels: int = MAXIMUM_PIXELS) -> Image.Image:
    """The decoded picture, its first frame if animated; raises `PictureError`. Not for the event loop."""
    with opened(source, maximum_pixels) as (image, _):
        image.load()
        return _plain(_upright(image))


def thumbnail(source: Source, box: tuple[int, int], *, maximum_pixels: int = MAXIMUM_PIXELS) -> Image.Image:
    """The picture scaled down to fit `box`; a JPEG is decoded at a fraction of its size."""
    with opened(source, maximum_pixels) as (image, _):
        longest = max(box)
        image.draft("RGB", (longest, longest))
        image.load()
        small = _plain(_upright(image))
        small.thumbnail(box, Image.Resampling.LANCZOS)
        return small


def flat_picture(
    source: Source, ground: tuple[int, int, int], *, maximum_pixels: int = MAXIMUM_PIXELS, kept_pixels: int
) -> Image.Image:
    """The decoded picture in RGB on a ground, halved, or more, where it has more pixels than are to be kept.

    Made strip by strip, it takes little more memory than it is decoded to. Not for the event loop.
    """
    flat, orientation = _flattened(source, ground, maximum_pixels, kept_pixels)
    if orientation != 1:
        flat.getexif()[_ORIENTATION] = orientation
    return _upright(flat, orientation)


def _flattened(
    source: Source, ground: tuple[int, int, int], maximum_pixels: int, kept_pixels: int
) -> tuple[Image.Image, int]:
    with opened(source, maximum_pixels) as (image, _):
        image.load()
        width, height = image.size
        factor = math.ceil(math.sqrt(width * height / kept_pixels))
        white = _white(image)
        flat = Image.new("RGB", (math.ceil(width / factor), math.ceil(height / factor)))
        for top in range(0, height, _STRIP * factor):
            strip = image.crop((0, top, width, min(top + _STRIP * factor, height)))
            part = _on_ground(_plain(strip, white), ground)
            flat.paste(part.reduce(factor) if factor > 1 else part, (0, top // factor))
        return flat, _orientation(image)


def _on_ground(image: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    if image.mode == "RGB":
        return image
    flat = Image.new("RGB", image.size, ground)
    flat.paste(image, mask=image)
    return flat


@contextmanager
def opened(source: Source, maximum_pixels: int = MAXIMUM_PIXELS) -> Generator[tuple[Image.Image, int]]:
    """The picture, checked and not yet decoded, and its length; what fails while it is used is its fault."""
    name = f"“{one_line(source.name, 80)}”" if isinstance(source, Path) else "The picture"
    with _stream(source, name) as (stream, byte_count):
        _check_length(name, byte_count)
        try:
            with Image.open(stream, formats=_FORMATS) as image:
                _check_size(name, image, maximum_pixels)
                yield image, byte_count
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_large(name, maximum_pixels) from error
        except UnidentifiedImageError as error:
            raise _no_picture(name, stream) from error
        except _BROKEN as error:
            raise PictureError(
                f"{name} is broken or cut short.", "Save it again, or use another picture."
            ) from error


def _no_picture(name: str, stream: BinaryIO) -> PictureError:
    stream.seek(0)
    match (media_type(stream.read(ENOUGH)) or "").partition("/")[0]:
        case "video":
            return PictureError(f"{name} is a video, of which nothing is shown here.", "Open it in a player.")
        case "audio":
            return PictureError(f"{name} is a sound.", "Open it in a player.")
        case _:
            return PictureError(f"{name} is not a picture.", "Use a PNG, JPEG or WebP file.")


@contextmanager
def _stream(source: Source, name: str) -> Generator[tuple[BinaryIO, int]]:
    if isinstance(source, bytes):
        yield BytesIO(source), len(source)
        return
    try:
        found = source.stat()
        if not stat.S_ISREG(found.st_mode):
            raise PictureError(f"{name} is not a file.", "Choose a picture file.")
        stream = source.open("rb")
    except FileNotFoundError as error:
        raise PictureError(f"There is no file {name}.", "Check the path.") from error
    except PermissionError as error:
        raise PictureError(f"{name} may not be read.", "Change its permissions, or use a copy.") from error
    except (OSError, ValueError) as error:  # a name too long, a loop of links, a NUL in the path
        raise PictureError(f"{name} cannot be opened.", "Check the path.") from error
    with stream:
        yield stream, found.st_size


def _check_length(name: str, byte_count: int) -> None:
    if byte_count == 0:
        raise PictureError(f"{name} is empty.", "Use another picture.")
    if byte_count > MAXIMUM_BYTES:
        raise PictureError(
            f"{name} is {byte_count // 1024**2} MB long.",
            f"Use a picture of at most {MAXIMUM_BYTES // 1024**2} MB.",
        )


def _check_size(name: str, image: Image.Image, maximum_pixels: int) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise PictureError(f"{name} has no pixels.", "Use another picture.")
    if width * height > maximum_pixels:
        raise _too_large(name, maximum_pixels, f"{width}×{height}")


def _too_large(name: str, maximum_pixels: int, size: str = "") -> PictureError:
    millions = maximum_pixels / 1e6
    return PictureError(
        f"{name} is too large{f': {size} pixels' if size else ''}.",
        f"Scale it down to at most {millions:g} million pixels.",
    )


def _orientation(image: Image.Image) -> int:
    """The rotation flag, without the decoding that Pillow's own `getexif` starts on a PNG."""
    try:
        if image.format == "TIFF":
            return int(image.getexif().get(_ORIENTATION, 1))
        exif = Image.Exif()
        exif.load(image.info.get("exif") or b"")
        return int(exif.get(_ORIENTATION, 1))
    except _BROKEN:
        return 1


def _upright(image: Image.Image, orientation: int | None = None) -> Image.Image:
    if (orientation or _orientation(image)) == 1:
        return image
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:  # damaged EXIF: better sideways than not at all
        return image


def _plain(image: Image.Image, white: float | None = None) -> Image.Image:
    """A copy in RGB, or RGBA where the picture has transparency."""
    if _is_deep(image):
        return _grey(image, white or _white(image)).convert("RGB")
    has_alpha = image.mode in _ALPHA_MODES or "transparency" in image.info
    wanted = "RGBA" if has_alpha else "RGB"
    return image.copy() if image.mode == wanted else image.convert(wanted)


def _is_deep(image: Image.Image) -> bool:
    return image.mode.startswith("I") or image.mode == "F"


def _white(image: Image.Image) -> float:
    """The value that is white."""
    if image.mode not in {"I", "F"}:
        return 65535.0
    lowest, highest = (float(bound) for bound in image.getextrema())  # type: ignore[union-attr, arg-type]  # one band
    is_wide = image.mode == "F" or highest > 65535 or lowest < 0
    return max(highest, 1.0) if is_wide else 65535.0


def _grey(image: Image.Image, white: float) -> Image.Image:
    """Deep grey as 8 bits; Pillow's own conversion would clip everything above 255 to white."""
    floating = image.convert("I").convert("F") if image.mode.startswith("I;") else image.convert("F")
    scaled = floating.point(lambda value: value * (255.0 / white))  # pyright: ignore[reportUnknownMemberType]  # its signature names numpy
    return scaled.convert("L")
