"""The graph for FLUX."""

from tui.domain.errors import InputError
from tui.protocol.invokeai_drawing import Drawing
from tui.protocol.invokeai_graph import DENOISE, OUT, Graph, GraphBuilder, Output
from tui.protocol.invokeai_metadata import add_metadata

FLUX_SAMPLERS = ("euler", "heun", "lcm")
_STRENGTH_EXPONENT = 0.2  # the UI's: without it small strengths do nothing and large ones everything


def flux_graph(drawing: Drawing) -> Graph:
    """Text or picture. Raises InputError for what FLUX is not asked to do here."""
    if drawing.mask is not None or drawing.controls:
        what = "inpaint" if drawing.mask is not None else "use a ControlNet"
        raise InputError(f"With FLUX, InvokeAI cannot {what} from here.", "Choose an SD or SDXL checkpoint.")
    builder = GraphBuilder()
    loader = _loader(builder, drawing)
    transformer, clip = _adapted(builder, drawing, loader)
    prompt = builder.add(
        "positive",
        "flux_text_encoder",
        {"prompt": drawing.prompt},
        clip=clip,
        t5_encoder=Output(loader, "t5_encoder"),
        t5_max_seq_len=Output(loader, "max_seq_len"),
    )
    shared = {"transformer": transformer, "positive_text_conditioning": Output(prompt, "conditioning")}
    vae = Output(loader, "vae")
    if drawing.picture is not None:
        source = {"image": {"image_name": drawing.picture}}
        shared["latents"] = Output(builder.add("encode", "flux_vae_encode", source, vae=vae), "latents")
    for number, seed in enumerate(drawing.seeds):
        latents = builder.add(f"{DENOISE}{number}", "flux_denoise", _sampling(drawing, seed), **shared)
        result = {"is_intermediate": False, "use_cache": False}
        builder.add(f"{OUT}{number}", "flux_vae_decode", result, latents=Output(latents, "latents"), vae=vae)
        add_metadata(builder, drawing, number)
    return builder.graph()


def _loader(builder: GraphBuilder, drawing: Drawing) -> str:
    t5_encoder, clip = drawing.companions
    fields = {
        "model": drawing.checkpoint.reference(),
        "t5_encoder_model": t5_encoder.reference(),
        "clip_embed_model": clip.reference(),
        "vae_model": drawing.vae.reference() if drawing.vae else None,
    }
    return builder.add("checkpoint", "flux_model_loader", fields)


def _adapted(builder: GraphBuilder, drawing: Drawing, node: str) -> tuple[Output, Output]:
    for number, (lora, weight) in enumerate(drawing.loras):
        parts = {field: Output(node, field) for field in ("transformer", "clip")}
        fields = {"lora": lora.reference(), "weight": weight}
        node = builder.add(f"lora_{number}", "flux_lora_loader", fields, **parts)
    return Output(node, "transformer"), Output(node, "clip")


def _sampling(drawing: Drawing, seed: int) -> dict[str, object]:
    start = 1 - drawing.strength**_STRENGTH_EXPONENT if drawing.picture else 0.0
    return {
        "seed": seed,
        "width": drawing.width,
        "height": drawing.height,
        "num_steps": drawing.steps,
        "guidance": drawing.cfg_scale,
        "scheduler": drawing.sampler,
        "denoising_start": round(start, 4),
    }
