"""What the widget is given, as an RGB picture or a sentence."""

from PIL import Image

from tui.domain.errors import PictureError
from tui.media.images import open_picture

MAXIMUM_PIXELS = 36_000_000
"""Two copies of the largest picture, which decoding takes, stay below 256 MB."""
_GROUND = (128, 128, 128, 255)
"""What shows through transparency."""


def load(source: bytes | Image.Image) -> Image.Image:
    """Decode within bounds and flatten; raises `PictureError`. Not for the event loop."""
    image = open_picture(source, maximum_pixels=MAXIMUM_PIXELS) if isinstance(source, bytes) else source
    try:
        return _flat(image)
    except (OSError, ValueError) as error:
        raise PictureError("The picture cannot be decoded.", "Use another picture.") from error


def _flat(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, _GROUND), layer).convert("RGB")
