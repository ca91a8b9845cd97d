"""The nodes that make, convert and combine masks."""

from PIL import Image, ImageChops

from tui.demo.nodes.images import opened
from tui.demo.nodes.registry import NodeContext, NodeResult, node, result
from tui.demo.nodes.values import Images, Masks, at
from tui.demo.pixels import hardened, mapped

_BANDS = {"red": "R", "green": "G", "blue": "B", "alpha": "A"}


@node("LoadImageMask")
def load_mask(context: NodeContext, image: str, channel: str) -> NodeResult:
    """A colour channel as it is, or what is transparent; a missing channel is all zeros."""
    picture = opened(context, image)
    bands = picture.getbands()
    if picture.mode not in ("RGB", "RGBA"):
        picture = picture.convert("RGBA" if "A" in bands else "RGB")
    if _BANDS[channel] not in picture.getbands():
        return result((Image.new("L", (64, 64)),))
    mask = picture.getchannel(_BANDS[channel])
    return result((ImageChops.invert(mask) if channel == "alpha" else mask,))


@node("SolidMask")
def solid(_context: NodeContext, value: float, width: int, height: int) -> NodeResult:
    """One value."""
    return result((Image.new("L", (width, height), round(value * 255)),))


@node("MaskToImage")
def to_image(_context: NodeContext, mask: Masks) -> NodeResult:
    """The mask as a grey picture."""
    return result(tuple(picture.convert("RGB") for picture in mask))


@node("ImageToMask")
def from_image(_context: NodeContext, image: Images, channel: str) -> NodeResult:
    """One channel of a picture."""
    return result(tuple(picture.convert("RGBA").getchannel(_BANDS[channel]) for picture in image))


@node("InvertMask")
def invert(_context: NodeContext, mask: Masks) -> NodeResult:
    """The other part."""
    return result(tuple(ImageChops.invert(picture) for picture in mask))


@node("ThresholdMask")
def threshold(_context: NodeContext, mask: Masks, value: float) -> NodeResult:
    """All or nothing: set where it is more than `value`."""
    table = [255 if level / 255 > value else 0 for level in range(256)]
    return result(tuple(mapped(picture, table) for picture in mask))


@node("CropMask")
def crop(_context: NodeContext, mask: Masks, x: int, y: int, width: int, height: int) -> NodeResult:
    """A part; what lies outside is cut off."""
    left, top = min(x, mask[0].width - 1), min(y, mask[0].height - 1)
    right, bottom = min(left + width, mask[0].width), min(top + height, mask[0].height)
    return result(tuple(picture.crop((left, top, right, bottom)) for picture in mask))


@node("MaskComposite")
def composite(
    _context: NodeContext, destination: Masks, source: Masks, x: int, y: int, operation: str
) -> NodeResult:
    """The source laid over the destination at a place, by arithmetic or logic."""
    return result(
        tuple(
            _composite(under, at(source, index), (x, y), operation) for index, under in enumerate(destination)
        )
    )


def _composite(under: Image.Image, over: Image.Image, place: tuple[int, int], operation: str) -> Image.Image:
    right, bottom = min(under.width, place[0] + over.width), min(under.height, place[1] + over.height)
    if right <= place[0] or bottom <= place[1]:
        return under
    box = (*place, right, bottom)
    below = under.crop(box)
    above = over.crop((0, 0, right - place[0], bottom - place[1]))
    done = under.copy()
    done.paste(_combined(below, above, operation), box)
    return done


def _combined(below: Image.Image, above: Image.Image, operation: str) -> Image.Image:
    match operation:
        case "multiply":
            return ImageChops.multiply(below, above)
        case "add":
            return ImageChops.add(below, above)
        case "subtract":
            return ImageChops.subtract(below, above)
        case _:
            logic = {
                "and": ImageChops.logical_and,
                "or": ImageChops.logical_or,
                "xor": ImageChops.logical_xor,
            }
            return logic[operation](_bits(below), _bits(above)).convert("L")


def _bits(mask: Image.Image) -> Image.Image:
    return hardened(mask).convert("1")
