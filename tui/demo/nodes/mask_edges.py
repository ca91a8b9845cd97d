"""The nodes that move and soften the edge of a mask."""

from PIL import Image, ImageChops, ImageFilter, ImageOps

from tui.demo.nodes.registry import NodeContext, NodeResult, node, result
from tui.demo.nodes.values import Masks
from tui.demo.pixels import resized


@node("GrowMask")
def grow(_context: NodeContext, mask: Masks, expand: int, tapered_corners: bool) -> NodeResult:
    """Wider by so many pixels, or narrower when negative; tapered corners grow as a diamond."""
    return result(tuple(_grown(picture, expand, tapered_corners) for picture in mask))


@node("FeatherMask")
def feather(_context: NodeContext, mask: Masks, left: int, top: int, right: int, bottom: int) -> NodeResult:
    """Faded towards the sides of the picture."""
    return result(tuple(_feathered(picture, (left, top, right, bottom)) for picture in mask))


def _grown(mask: Image.Image, expand: int, tapered: bool) -> Image.Image:
    for _ in range(min(abs(expand), max(mask.size))):
        mask = _one_wider(mask, expand > 0, tapered)
    return mask


def _one_wider(mask: Image.Image, growing: bool, tapered: bool) -> Image.Image:
    if not tapered:
        return mask.filter(ImageFilter.MaxFilter(3) if growing else ImageFilter.MinFilter(3))
    pick = ImageChops.lighter if growing else ImageChops.darker
    framed = ImageOps.expand(mask, 1, 0 if growing else 255)
    for dx, dy in ((0, 1), (2, 1), (1, 0), (1, 2)):
        mask = pick(mask, framed.crop((dx, dy, dx + mask.width, dy + mask.height)))
    return mask


def _feathered(mask: Image.Image, sides: tuple[int, int, int, int]) -> Image.Image:
    left, top, right, bottom = sides
    across = resized(_ramp(mask.width, left, right), mask.size, Image.Resampling.NEAREST)
    down = _ramp(mask.height, top, bottom).transpose(Image.Transpose.ROTATE_270)
    return ImageChops.multiply(
        ImageChops.multiply(mask, across), resized(down, mask.size, Image.Resampling.NEAREST)
    )


def _ramp(length: int, first: int, last: int) -> Image.Image:
    """One row: rising over the `first` pixels, falling over the `last`."""
    first, last = min(first, length), min(last, length)
    values = bytearray(b"\xff" * length)
    for index in range(first):
        values[index] = round(values[index] * (index + 1) / first)
    for index in range(last):
        values[-index - 1] = round(values[-index - 1] * (index + 1) / last)
    return Image.frombytes("L", (length, 1), bytes(values))
