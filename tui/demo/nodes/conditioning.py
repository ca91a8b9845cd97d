"""The nodes between a text and the sampler."""

from PIL import Image

from tui.demo.nodes.registry import NodeContext, NodeResult, node, result
from tui.demo.nodes.values import Conditioning, Control, Images, Latent, Masks, Model, at, fitted
from tui.demo.pixels import hardened

_GREY = (127, 127, 127)


@node("CLIPTextEncode")
def encode_text(_context: NodeContext, text: str, clip: Model) -> NodeResult:
    """The words, as they are; a LoRA on the ear is heard as one word more."""
    habits = tuple(name for name, _strength in clip.loras)
    return result(Conditioning((text, *habits)))


@node("CLIPSetLastLayer")
def set_last_layer(_context: NodeContext, clip: Model, stop_at_clip_layer: int) -> NodeResult:
    """There are no layers: the wish passes through."""
    del stop_at_clip_layer
    return result(clip)


@node("ConditioningCombine")
def combine(_context: NodeContext, conditioning_1: Conditioning, conditioning_2: Conditioning) -> NodeResult:
    """Both wishes at once."""
    texts = conditioning_1.texts + conditioning_2.texts
    return result(Conditioning(texts, conditioning_1.controls + conditioning_2.controls))


@node("ControlNetApply")
def apply_control_net(
    _context: NodeContext, conditioning: Conditioning, control_net: str, image: Images, strength: float
) -> NodeResult:
    """The old node: one conditioning, all the way."""
    del control_net
    return result(conditioning.with_control(Control(image[0], strength)))


@node("ControlNetApplyAdvanced")
def apply_control_net_advanced(
    _context: NodeContext,
    positive: Conditioning,
    negative: Conditioning,
    control_net: str,
    image: Images,
    strength: float,
    start_percent: float,
    end_percent: float,
    vae: object = None,
) -> NodeResult:
    """Both conditionings, for a part of the steps."""
    del control_net, vae
    control = Control(image[0], strength, start_percent, end_percent)
    return result(positive.with_control(control), negative.with_control(control))


@node("InpaintModelConditioning")
def inpaint_model_conditioning(
    _context: NodeContext,
    positive: Conditioning,
    negative: Conditioning,
    vae: object,
    pixels: Images,
    mask: Masks,
    noise_mask: bool,
) -> NodeResult:
    """The picture as latent; the mask limits the sampler when `noise_mask` says so."""
    del vae
    fitting = tuple(fitted(at(mask, index), picture.size) for index, picture in enumerate(pixels))
    latent = Latent(pixels, noise_mask=fitting if noise_mask else None)
    return result(positive, negative, latent)


def greyed(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """The picture with mid-grey where the mask is at least half set."""
    hard = hardened(mask)
    return Image.composite(Image.new("RGB", picture.size, _GREY), picture, hard)
