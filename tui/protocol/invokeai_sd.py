"""The graphs for Stable Diffusion 1, 2 and SDXL."""

from dataclasses import dataclass

from tui.protocol.invokeai_drawing import Control, Drawing
from tui.protocol.invokeai_graph import DENOISE, NOISE, OUT, Graph, GraphBuilder, Output
from tui.protocol.invokeai_metadata import add_metadata
from tui.protocol.invokeai_models import Family

_RESULT = {"is_intermediate": False, "use_cache": False}  # cached, an equal job ends without a new picture
_INTERMEDIATE = {"is_intermediate": True}  # else it turns up in the gallery


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The parts of a checkpoint, with every LoRA applied."""

    unet: Output
    vae: Output
    clips: dict[str, Output]
    """One text encoder, or SDXL's two, by the field that takes it."""


def sd_graph(drawing: Drawing) -> Graph:
    """Text, picture or inpainting; SD or SDXL; one branch of sampling per seed."""
    builder = GraphBuilder()
    loaded = _loaded(builder, drawing)
    shared = {
        "unet": loaded.unet,
        "positive_conditioning": _conditioning(builder, drawing, "positive", drawing.prompt, loaded),
        "negative_conditioning": _conditioning(builder, drawing, "negative", drawing.negative_prompt, loaded),
    }
    if drawing.controls:
        shared["control"] = _control(builder, drawing.controls)
    if drawing.picture is not None:
        source = {"image": {"image_name": drawing.picture}}
        shared["latents"] = Output(builder.add("encode", "i2l", source, vae=loaded.vae), "latents")
    if drawing.mask is not None:
        shared["denoise_mask"] = _mask(builder, drawing, loaded)
    for number, seed in enumerate(drawing.seeds):
        latents = _sampled(builder, drawing, number, seed, shared)
        _add_result(builder, drawing, number, latents, loaded.vae)
        add_metadata(builder, drawing, number)
    return builder.graph()


def _loaded(builder: GraphBuilder, drawing: Drawing) -> _Loaded:
    is_xl = drawing.checkpoint.family is Family.SDXL
    kind = "sdxl_model_loader" if is_xl else "main_model_loader"
    node = builder.add("checkpoint", kind, {"model": drawing.checkpoint.reference()})
    vae = Output(node, "vae")
    if drawing.vae:
        vae = Output(builder.add("vae", "vae_loader", {"vae_model": drawing.vae.reference()}), "vae")
    for number, (lora, weight) in enumerate(drawing.loras):
        parts = {field: Output(node, field) for field in _parts(is_xl)}
        fields = {"lora": lora.reference(), "weight": weight}
        node = builder.add(f"lora_{number}", "sdxl_lora_loader" if is_xl else "lora_loader", fields, **parts)
    clips = {field: Output(node, field) for field in _parts(is_xl) if field != "unet"}
    return _Loaded(Output(node, "unet"), vae, clips)


def _parts(is_xl: bool) -> tuple[str, ...]:
    return ("unet", "clip", "clip2") if is_xl else ("unet", "clip")


def _conditioning(
    builder: GraphBuilder, drawing: Drawing, node_id: str, prompt: str, loaded: _Loaded
) -> Output:
    if drawing.checkpoint.family is Family.SDXL:
        fields = {
            "prompt": prompt,
            "style": prompt,
            "original_width": drawing.width,
            "original_height": drawing.height,
            "target_width": drawing.width,
            "target_height": drawing.height,
        }
        return Output(builder.add(node_id, "sdxl_compel_prompt", fields, **loaded.clips), "conditioning")
    return Output(builder.add(node_id, "compel", {"prompt": prompt}, **loaded.clips), "conditioning")


def _control(builder: GraphBuilder, controls: tuple[Control, ...]) -> Output:
    outputs = [_one_control(builder, number, control) for number, control in enumerate(controls)]
    if len(outputs) == 1:
        return outputs[0]
    collected = builder.add("controls", "collect")
    for output in outputs:
        builder.link(output, collected, "item")
    return Output(collected, "collection")


def _one_control(builder: GraphBuilder, number: int, control: Control) -> Output:
    picture = {"image": {"image_name": control.image_name}}
    fields = {
        "control_model": control.model.reference(),
        "control_weight": control.weight,
        "control_mode": "balanced",
        "resize_mode": "crop_resize",  # a guide of another shape is cropped, not stretched
    }
    node_id = f"control_{number}"
    if control.processor is None:
        builder.add(node_id, "controlnet", {**fields, **picture})
    else:
        guide = builder.add(f"guide_{number}", control.processor, {**picture, **_INTERMEDIATE})
        builder.add(node_id, "controlnet", fields, image=Output(guide, "image"))
    return Output(node_id, "control")


def _mask(builder: GraphBuilder, drawing: Drawing, loaded: _Loaded) -> Output:
    # as the UI does: it softens the seam, and checkpoints made for inpainting take no other
    fields = {
        "mask": {"image_name": drawing.mask},
        "image": {"image_name": drawing.picture},
        "edge_radius": 16,
        "coherence_mode": "Gaussian Blur",
        "minimum_denoise": 0.0,
    }
    node = builder.add("mask", "create_gradient_mask", fields, vae=loaded.vae, unet=loaded.unet)
    return Output(node, "denoise_mask")


def _sampled(
    builder: GraphBuilder, drawing: Drawing, number: int, seed: int, shared: dict[str, Output]
) -> Output:
    noise = builder.add(
        f"{NOISE}{number}", "noise", {"seed": seed, "width": drawing.width, "height": drawing.height}
    )
    fields = {
        "steps": drawing.steps,
        "cfg_scale": drawing.cfg_scale,
        "scheduler": drawing.sampler,
        "denoising_start": round(1 - drawing.strength, 4) if drawing.picture else 0.0,
        "denoising_end": 1.0,
    }
    node = builder.add(
        f"{DENOISE}{number}", "denoise_latents", fields, noise=Output(noise, "noise"), **shared
    )
    return Output(node, "latents")


def _add_result(builder: GraphBuilder, drawing: Drawing, number: int, latents: Output, vae: Output) -> None:
    node_id = f"{OUT}{number}"
    if drawing.mask is None:
        builder.add(node_id, "l2i", _RESULT, latents=latents, vae=vae)
        return
    decoded = builder.add(
        f"decode_{number}", "l2i", {**_INTERMEDIATE, "use_cache": False}, latents=latents, vae=vae
    )
    # by the mask itself, not by the gradient's wider one: what was not to be repainted stays to the last bit
    fields = {
        **_RESULT,
        "source_image": {"image_name": drawing.picture},
        "mask": {"image_name": drawing.mask},
        "mask_blur": 0,
    }
    builder.add(node_id, "canvas_paste_back", fields, target_image=Output(decoded, "image"))
