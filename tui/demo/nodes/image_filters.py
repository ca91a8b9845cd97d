"""The nodes that filter pictures: blur, sharpen, edges, enlargement, new borders."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tui.demo.nodes.registry import NodeContext, NodeResult, node, result
from tui.demo.nodes.values import Images
from tui.demo.pixels import mapped, resized

_UPSCALE_FACTOR = 2
_GREY = (127, 127, 127)
_LONGEST_FLOOD = 40  # passes; longer chains of weak edges are left as they are


@node("ImageBlur")
def blur(_context: NodeContext, image: Images, blur_radius: int, sigma: float) -> NodeResult:
    """Gaussian, no wider than the radius allows."""
    return result(tuple(_gaussian(picture, blur_radius, sigma) for picture in image))


@node("ImageSharpen")
def sharpen(
    _context: NodeContext, image: Images, sharpen_radius: int, sigma: float, alpha: float
) -> NodeResult:
    """The picture plus what a blur takes away from it."""
    amount = round(alpha * 100)
    radius = min(sigma, sharpen_radius)
    return result(tuple(picture.filter(ImageFilter.UnsharpMask(radius, amount, 0)) for picture in image))


@node("Canny")
def canny(_context: NodeContext, image: Images, low_threshold: float, high_threshold: float) -> NodeResult:
    """White edges on black: strong ones, and weak ones that touch them."""
    return result(tuple(_edges(picture, low_threshold, high_threshold) for picture in image))


@node("ImageUpscaleWithModel")
def upscale_with_model(context: NodeContext, upscale_model: str, image: Images) -> NodeResult:
    """Twice the size, with crisp edges."""
    del upscale_model
    larger: list[Image.Image] = []
    for index, picture in enumerate(image):
        size = (picture.width * _UPSCALE_FACTOR, picture.height * _UPSCALE_FACTOR)
        enlarged = resized(picture, size, Image.Resampling.LANCZOS)
        larger.append(enlarged.filter(ImageFilter.UnsharpMask(1.6, 60, 2)))
        context.step(index + 1, len(image))
    return result(tuple(larger))


@node("ImagePadForOutpaint")
def pad_for_outpaint(
    _context: NodeContext, image: Images, left: int, top: int, right: int, bottom: int, feathering: int
) -> NodeResult:
    """Grey borders to paint on, and a mask that fades into the old picture."""
    width, height = image[0].size
    size = (width + left + right, height + top + bottom)
    padded: list[Image.Image] = []
    for picture in image:
        canvas = Image.new("RGB", size, _GREY)
        canvas.paste(picture, (left, top))
        padded.append(canvas)
    mask = Image.new("L", size, 255)
    mask.paste(_feathered((width, height), (left, top, right, bottom), feathering), (left, top))
    return result(tuple(padded), (mask,))


def _gaussian(picture: Image.Image, radius: int, sigma: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(min(sigma, radius)))


def _edges(picture: Image.Image, low: float, high: float) -> Image.Image:
    grey = picture.convert("L").filter(ImageFilter.GaussianBlur(1.0))
    strength = ImageChops.lighter(
        _slope(grey, (-1, 0, 1, -2, 0, 2, -1, 0, 1)), _slope(grey, (-1, -2, -1, 0, 0, 0, 1, 2, 1))
    )
    thin = _thinned(strength)
    strong = mapped(thin, [255 if value >= high * 255 else 0 for value in range(256)])
    weak = mapped(thin, [255 if value >= low * 255 else 0 for value in range(256)])
    for _ in range(_LONGEST_FLOOD):
        grown = ImageChops.darker(strong.filter(ImageFilter.MaxFilter(3)), weak)
        if grown.tobytes() == strong.tobytes():
            break
        strong = grown
    ImageDraw.Draw(strong).rectangle((0, 0, strong.width - 1, strong.height - 1), outline=0)
    return strong.convert("RGB")


def _slope(grey: Image.Image, kernel: tuple[int, ...]) -> Image.Image:
    """How steep the brightness is along one way, either sense."""
    rising = grey.filter(ImageFilter.Kernel((3, 3), kernel, 1))
    falling = grey.filter(ImageFilter.Kernel((3, 3), tuple(-value for value in kernel), 1))
    return ImageChops.lighter(rising, falling)


def _thinned(strength: Image.Image) -> Image.Image:
    """Only the ridge of each edge: what is as strong as the strongest neighbour across it."""
    ridges = [
        ImageChops.lighter(ImageChops.offset(strength, dx, dy), ImageChops.offset(strength, -dx, -dy))
        for dx, dy in ((1, 0), (0, 1))
    ]
    kept = [
        ImageChops.subtract(strength, mapped(ImageChops.subtract(ridge, strength), [0] + [255] * 255))
        for ridge in ridges
    ]
    return ImageChops.lighter(*kept)


def _feathered(size: tuple[int, int], borders: tuple[int, int, int, int], feathering: int) -> Image.Image:
    """Quadratic from 255 at a padded side to 0 `feathering` pixels further in."""
    width, height = size
    mask = Image.new("L", size)
    if feathering == 0 or feathering * 2 >= min(size):
        return mask
    left, top, right, bottom = borders
    draw = ImageDraw.Draw(mask)
    # the nearest padded side decides: outlines from the middle outwards
    for distance in range(feathering - 1, -1, -1):
        value = round(255 * ((feathering - distance) / feathering) ** 2)
        lines = (
            (left, (distance, 0, distance, height)),
            (right, (width - distance, 0, width - distance, height)),
            (top, (0, distance, width, distance)),
            (bottom, (0, height - distance, width, height - distance)),
        )
        for padded, line in lines:
            if padded:
                draw.line(line, fill=value)
    return mask
