"""The nodes that load models: here only names, each with a meaning to the painter."""

from tui.demo.nodes.registry import NodeContext, NodeResult, node, result
from tui.demo.nodes.values import Model


@node("CheckpointLoaderSimple")
def load_checkpoint(_context: NodeContext, ckpt_name: str) -> NodeResult:
    """Model, CLIP and VAE are one painter."""
    model = Model(ckpt_name)
    return result(model, model, ckpt_name)


@node("VAELoader")
def load_vae(_context: NodeContext, vae_name: str) -> NodeResult:
    """Its name only: the pixels are the latent."""
    return result(vae_name)


@node("LoraLoader")
def load_lora(
    _context: NodeContext,
    model: Model,
    clip: Model,
    lora_name: str,
    strength_model: float,
    strength_clip: float,
) -> NodeResult:
    """A habit for the hand and for the ear."""
    return result(model.with_lora(lora_name, strength_model), clip.with_lora(lora_name, strength_clip))


@node("LoraLoaderModelOnly")
def load_lora_model_only(
    _context: NodeContext, model: Model, lora_name: str, strength_model: float
) -> NodeResult:
    """A habit for the hand."""
    return result(model.with_lora(lora_name, strength_model))


@node("ControlNetLoader")
def load_control_net(_context: NodeContext, control_net_name: str) -> NodeResult:
    """Its name only."""
    return result(control_net_name)


@node("UpscaleModelLoader")
def load_upscale_model(_context: NodeContext, model_name: str) -> NodeResult:
    """Its name only."""
    return result(model_name)
