"""What the widget is given, as an RGB picture or a sentence."""

from PIL import Image

from tui.domain.errors import PictureError
from tui.media.images import flat_picture

MAXIMUM_PIXELS = 36_000_000
"""What decoding takes, with the file and what is kept, stays below 256 MB."""
MAXIMUM_BYTES = 64_000_000
KEPT_PIXELS = 17_000_000
"""No terminal shows more at once; a larger picture is halved, which is seen only from close by."""
_GROUND = (128, 128, 128)
"""What shows through transparency."""


def load(source: bytes | Image.Image) -> Image.Image:
    """Decode within bounds and flatten; raises `PictureError`. Not for the event loop."""
    if isinstance(source, bytes):
        if len(source) > MAXIMUM_BYTES:
            raise PictureError(
                f"The picture is {len(source) // 1_000_000} MB long.",
                f"Pictures of at most {MAXIMUM_BYTES // 1_000_000} MB are shown.",
            )
        return flat_picture(source, _GROUND, maximum_pixels=MAXIMUM_PIXELS, kept_pixels=KEPT_PIXELS)
    try:
        return _flat(source)
    except (OSError, ValueError) as error:
        raise PictureError("The picture cannot be decoded.", "Use another picture.") from error


def _flat(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    flat = Image.new("RGB", layer.size, _GROUND)
    flat.paste(layer, mask=layer)
    return flat
