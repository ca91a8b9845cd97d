"""The nodes that load, cut and combine pictures."""

from math import sqrt

from PIL import Image, ImageChops, ImageOps

from tui.demo.nodes.registry import NodeContext, NodeResult, node, result
from tui.demo.nodes.values import Images, Masks, at, fitted
from tui.demo.pixels import resized, to_8_bits

_METHODS = {
    "nearest-exact": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "area": Image.Resampling.BOX,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
_NO_MASK_SIZE = (64, 64)  # what LoadImage gives for a picture without alpha


def opened(context: NodeContext, name: str) -> Image.Image:
    """An input picture, upright, with 8 bits a channel."""
    with Image.open(context.folders.annotated(name)) as picture:
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I"):
        return to_8_bits(upright)
    if upright.mode == "P" and "transparency" in upright.info:
        return upright.convert("RGBA")
    return upright


def scaled(picture: Image.Image, size: tuple[int, int], method: str) -> Image.Image:
    """The picture at another size; colour and alpha apart, so that nothing bleeds."""
    return picture if picture.size == size else resized(picture, size, _METHODS[method])


def centre_cropped(picture: Image.Image, shape: tuple[int, int]) -> Image.Image:
    """The middle of the picture in the shape of another size."""
    width, height = picture.size
    wanted = shape[0] / shape[1]
    if width / height > wanted:
        margin = round((width - height * wanted) / 2)
        return picture.crop((margin, 0, width - margin, height))
    margin = round((height - width / wanted) / 2)
    return picture.crop((0, margin, width, height - margin))


@node("LoadImage")
def load_image(context: NodeContext, image: str) -> NodeResult:
    """RGB with the colours under transparency kept; the mask is what is transparent."""
    picture = opened(context, image)
    mask = Image.new("L", _NO_MASK_SIZE)
    if "A" in picture.getbands():
        mask = ImageChops.invert(picture.getchannel("A"))
    return result((picture.convert("RGB"),), (mask,))


@node("EmptyImage")
def empty_image(_context: NodeContext, width: int, height: int, batch_size: int, color: int) -> NodeResult:
    """One colour."""
    rgb = (color >> 16 & 255, color >> 8 & 255, color & 255)
    return result((Image.new("RGB", (width, height), rgb),) * batch_size)


@node("ImageScale")
def scale(
    _context: NodeContext, image: Images, upscale_method: str, width: int, height: int, crop: str
) -> NodeResult:
    """To a size; a side of 0 follows the other."""
    if width == height == 0:
        return result(image)
    own_width, own_height = image[0].size
    size = (
        width or max(1, round(own_width * height / own_height)),
        height or max(1, round(own_height * width / own_width)),
    )
    pictures = tuple(centre_cropped(picture, size) for picture in image) if crop == "center" else image
    return result(tuple(scaled(picture, size, upscale_method) for picture in pictures))


@node("ImageScaleBy")
def scale_by(_context: NodeContext, image: Images, upscale_method: str, scale_by: float) -> NodeResult:
    """By a factor."""
    size = (max(1, round(image[0].width * scale_by)), max(1, round(image[0].height * scale_by)))
    return result(tuple(scaled(picture, size, upscale_method) for picture in image))


@node("ImageScaleToTotalPixels")
def scale_to_total(
    _context: NodeContext, image: Images, upscale_method: str, megapixels: float, resolution_steps: int
) -> NodeResult:
    """To about so many pixels, each side a multiple of `resolution_steps`."""
    width, height = image[0].size
    factor = sqrt(megapixels * 1024 * 1024 / (width * height))
    step = resolution_steps
    size = (
        max(step, round(width * factor / step) * step),
        max(step, round(height * factor / step) * step),
    )
    return result(tuple(scaled(picture, size, upscale_method) for picture in image))


@node("ImageInvert")
def invert(_context: NodeContext, image: Images) -> NodeResult:
    """The negative."""
    return result(tuple(ImageChops.invert(picture) for picture in image))


@node("ImageCrop")
def crop(_context: NodeContext, image: Images, width: int, height: int, x: int, y: int) -> NodeResult:
    """A part; what lies outside is cut off."""
    left, top = min(x, image[0].width - 1), min(y, image[0].height - 1)
    right, bottom = min(left + width, image[0].width), min(top + height, image[0].height)
    return result(tuple(picture.crop((left, top, right, bottom)) for picture in image))


@node("ImageBatch")
def batch(_context: NodeContext, image1: Images, image2: Images) -> NodeResult:
    """Both batches as one, of the first one's size."""
    size = image1[0].size
    fitting = tuple(
        scaled(centre_cropped(picture, size), size, "bilinear") if picture.size != size else picture
        for picture in image2
    )
    return result(image1 + fitting)


@node("RepeatImageBatch")
def repeat(_context: NodeContext, image: Images, amount: int) -> NodeResult:
    """The same again, `amount` times."""
    return result(image * amount)


@node("ImageCompositeMasked")
def composite_masked(
    _context: NodeContext,
    destination: Images,
    source: Images,
    x: int,
    y: int,
    resize_source: bool,
    mask: Masks | None = None,
) -> NodeResult:
    """The source over the destination where the mask is set; everything else stays to the bit."""
    done: list[Image.Image] = []
    for index, under in enumerate(destination):
        over = at(source, index)
        if resize_source:
            over = scaled(over, under.size, "bilinear")
        own_mask = Image.new("L", over.size, 255) if mask is None else fitted(at(mask, index), over.size)
        composed = under.copy()
        composed.paste(over.convert(under.mode), (x, y), own_mask)
        done.append(composed)
    return result(tuple(done))


@node("JoinImageWithAlpha")
def join_alpha(_context: NodeContext, image: Images, alpha: Masks) -> NodeResult:
    """RGBA; set in the mask = transparent."""
    joined: list[Image.Image] = []
    for index in range(max(len(image), len(alpha))):
        picture = at(image, index).convert("RGB")
        picture.putalpha(ImageChops.invert(fitted(at(alpha, index), picture.size)))
        joined.append(picture)
    return result(tuple(joined))


@node("SplitImageWithAlpha")
def split_alpha(_context: NodeContext, image: Images) -> NodeResult:
    """RGB and the mask of what is transparent."""
    masks = tuple(ImageChops.invert(picture.convert("RGBA").getchannel("A")) for picture in image)
    return result(tuple(picture.convert("RGB") for picture in image), masks)


@node("GetImageSize")
def image_size(_context: NodeContext, image: Images) -> NodeResult:
    """Width, height and how many."""
    return NodeResult(
        (*image[0].size, len(image)),
        {"text": [f"width: {image[0].width}, height: {image[0].height}\n batch size: {len(image)}"]},
    )
