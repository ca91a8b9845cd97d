"""The nodes that make, encode, decode and reshape latents."""

from dataclasses import replace

from PIL import Image, ImageFilter

from tui.demo.nodes.conditioning import greyed
from tui.demo.nodes.images import centre_cropped, scaled
from tui.demo.nodes.registry import NodeContext, NodeResult, node, result
from tui.demo.nodes.values import Images, Latent, Masks, at, fitted
from tui.demo.pixels import hardened

_MOST_PIXELS = 64_000_000  # in one batch; a real server runs out of memory about there


class TooLargeError(Exception):
    """More pixels than the engine holds."""


@node("EmptyLatentImage", "EmptySD3LatentImage")
def empty_latent(_context: NodeContext, width: int, height: int, batch_size: int) -> NodeResult:
    """Nothing, of a size that is a multiple of 8."""
    size = (width // 8 * 8, height // 8 * 8)
    if size[0] * size[1] * batch_size > _MOST_PIXELS:
        raise TooLargeError(
            f"{batch_size} pictures of {size[0]}x{size[1]} are more than this engine can hold"
        )
    return result(Latent((Image.new("RGB", size),) * batch_size, is_empty=True))


@node("VAEDecode")
def decode(_context: NodeContext, samples: Latent, vae: object) -> NodeResult:
    """The pixels, bit for bit."""
    del vae
    return result(samples.pictures)


@node("VAEDecodeTiled")
def decode_tiled(context: NodeContext, samples: Latent, vae: object, **_tiles: int) -> NodeResult:
    """The same: there is nothing to save memory on."""
    return decode(context, samples, vae)


@node("VAEEncode")
def encode(_context: NodeContext, pixels: Images, vae: object) -> NodeResult:
    """The pixels, bit for bit, cropped to a multiple of 8."""
    del vae
    return result(Latent(tuple(_multiple_of_8(picture) for picture in pixels)))


@node("VAEEncodeTiled")
def encode_tiled(context: NodeContext, pixels: Images, vae: object, **_tiles: int) -> NodeResult:
    """The same: there is nothing to save memory on."""
    return encode(context, pixels, vae)


@node("VAEEncodeForInpaint")
def encode_for_inpaint(
    _context: NodeContext, pixels: Images, vae: object, mask: Masks, grow_mask_by: int
) -> NodeResult:
    """Grey under the mask, and a grown hard mask for the sampler."""
    del vae
    pictures: list[Image.Image] = []
    grown: list[Image.Image] = []
    for index, picture in enumerate(pixels):
        cropped = _multiple_of_8(picture)
        own = _multiple_of_8(fitted(at(mask, index), picture.size))
        pictures.append(greyed(cropped, own))
        wider = own if grow_mask_by == 0 else own.filter(ImageFilter.MaxFilter(grow_mask_by // 2 * 2 + 1))
        grown.append(hardened(wider))
    return result(Latent(tuple(pictures), noise_mask=tuple(grown)))


@node("SetLatentNoiseMask")
def set_noise_mask(_context: NodeContext, samples: Latent, mask: Masks) -> NodeResult:
    """Sample only under the mask; soft values stay soft."""
    fitting = tuple(fitted(at(mask, index), samples.size) for index in range(len(samples.pictures)))
    return result(replace(samples, noise_mask=fitting))


@node("LatentUpscale")
def upscale(
    _context: NodeContext, samples: Latent, upscale_method: str, width: int, height: int, crop: str
) -> NodeResult:
    """To a size; a side of 0 follows the other."""
    if width == height == 0:
        return result(samples)
    own_width, own_height = samples.size
    target = (
        max(64, width or round(own_width * height / own_height)) // 8 * 8,
        max(64, height or round(own_height * width / own_width)) // 8 * 8,
    )
    return result(_resized(samples, upscale_method, target, crop))


@node("LatentUpscaleBy")
def upscale_by(_context: NodeContext, samples: Latent, upscale_method: str, scale_by: float) -> NodeResult:
    """By a factor."""
    width, height = samples.size
    target = (max(8, round(width * scale_by) // 8 * 8), max(8, round(height * scale_by) // 8 * 8))
    return result(_resized(samples, upscale_method, target, "disabled"))


@node("RepeatLatentBatch")
def repeat(_context: NodeContext, samples: Latent, amount: int) -> NodeResult:
    """The same again, `amount` times."""
    masks = None if samples.noise_mask is None else samples.noise_mask * amount
    return result(replace(samples, pictures=samples.pictures * amount, noise_mask=masks))


def _resized(samples: Latent, method: str, size: tuple[int, int], crop: str) -> Latent:
    method = "bicubic" if method == "bislerp" else method
    pictures = samples.pictures
    if crop == "center":
        pictures = tuple(centre_cropped(picture, size) for picture in pictures)
    pictures = tuple(scaled(picture, size, method) for picture in pictures)
    masks = samples.noise_mask and tuple(fitted(mask, size) for mask in samples.noise_mask)
    return Latent(pictures, samples.is_empty, masks)


def _multiple_of_8(picture: Image.Image) -> Image.Image:
    width, height = (max(8, side // 8 * 8) for side in picture.size)
    if (width, height) == picture.size:
        return picture
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    return picture.crop((left, top, left + width, top + height))
