"""The recipe that InvokeAI writes into a picture, so that its own screens can recall it."""

from tui.protocol.invokeai_drawing import Drawing
from tui.protocol.invokeai_graph import OUT, GraphBuilder, Output
from tui.protocol.invokeai_models import Family

_PREFIXES = {Family.SD: "", Family.SDXL: "sdxl_", Family.FLUX: "flux_"}


def add_metadata(builder: GraphBuilder, drawing: Drawing, number: int) -> None:
    """Hang the recipe of picture `number` on its result."""
    family = drawing.checkpoint.family or Family.SD
    fields: dict[str, object] = {
        "generation_mode": _PREFIXES[family] + _mode(drawing),
        "positive_prompt": drawing.prompt,
        "negative_prompt": drawing.negative_prompt,
        "width": drawing.width,
        "height": drawing.height,
        "seed": drawing.seeds[number],
        "steps": drawing.steps,
        "cfg_scale": drawing.cfg_scale,
        "scheduler": drawing.sampler,
        "model": drawing.checkpoint.reference(),
        "app": "latentui",
    }
    if drawing.loras:
        fields["loras"] = [{"model": lora.reference(), "weight": weight} for lora, weight in drawing.loras]
    if drawing.vae:
        fields["vae"] = drawing.vae.reference()
    if drawing.picture:
        fields |= {"strength": drawing.strength, "init_image": drawing.picture}
    node = builder.add(f"recipe_{number}", "core_metadata", fields)
    builder.link(Output(node, "metadata"), f"{OUT}{number}", "metadata")


def _mode(drawing: Drawing) -> str:
    if drawing.mask:
        return "inpaint"
    return "img2img" if drawing.picture else "txt2img"
