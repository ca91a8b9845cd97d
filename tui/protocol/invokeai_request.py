"""A request in InvokeAI's terms: names found, numbers settled, and what had to be adapted said."""

from dataclasses import dataclass

from tui.domain.request import ControlUnit, GenerationRequest
from tui.domain.tree import integer, number, text
from tui.protocol.invokeai_drawing import MAXIMUM_SEED, NODES_OF_PREPROCESSORS, Control, Drawing
from tui.protocol.invokeai_flux import flux_graph
from tui.protocol.invokeai_graph import OUT, Graph, GraphBuilder
from tui.protocol.invokeai_models import Family, Model, Models
from tui.protocol.invokeai_samplers import sampler_of
from tui.protocol.invokeai_sd import sd_graph

_DEFAULT_STRENGTH = 0.75
_LEAST_SIZE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Habits:
    """What a family is drawn with when nobody says otherwise."""

    size: int
    steps: int
    cfg_scale: float
    multiple: int = 8


_HABITS = {
    Family.SD: _Habits(size=512, steps=30, cfg_scale=7.0),
    Family.SDXL: _Habits(size=1024, steps=30, cfg_scale=5.5),
    Family.FLUX: _Habits(size=1024, steps=25, cfg_scale=4.0, multiple=16),
}


@dataclass(frozen=True, slots=True)
class Settled:
    """A drawing that lacks only its pictures, and notes for the person."""

    drawing: Drawing
    notes: tuple[str, ...] = ()


def settled(request: GenerationRequest, models: Models, picture_size: tuple[int, int] | None) -> Settled:
    """What the request means on a server with these models. Raises InputError.

    `picture_size` counts where the request names no size.
    """
    checkpoint = models.checkpoint(request.checkpoint)
    family = checkpoint.family or Family.SD
    habits = _HABITS[family]
    width, height, size_note = _size(request, checkpoint, habits, picture_size)
    sampler, sampler_note = _sampler(request, checkpoint)
    drawing = Drawing(
        checkpoint=checkpoint,
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        seeds=tuple((request.seed + n) % (MAXIMUM_SEED + 1) for n in range(max(1, request.batch_size))),
        width=width,
        height=height,
        steps=request.steps or integer(checkpoint.default("steps")) or habits.steps,
        cfg_scale=_cfg_scale(request, checkpoint, habits),
        sampler=sampler,
        strength=_DEFAULT_STRENGTH if request.denoise is None else min(max(request.denoise, 0.0), 1.0),
        loras=tuple((models.named("lora", lora.name, checkpoint), lora.strength) for lora in request.loras),
        vae=_vae(request, models, checkpoint),
        companions=_companions(models, family),
        controls=tuple(_control(unit, models, checkpoint) for unit in request.control),
    )
    notes = (size_note, sampler_note, _seed_note(request, drawing), _negative_note(request, family))
    return Settled(drawing, tuple(note for note in notes if note))


def graph_of(drawing: Drawing) -> Graph:
    """The graph that makes the drawing. Raises InputError for what its family cannot do."""
    return flux_graph(drawing) if drawing.checkpoint.family is Family.FLUX else sd_graph(drawing)


def upscaling_graph(upscaler: Model, picture: str) -> Graph:
    """The graph that enlarges a picture by the upscaler's own factor."""
    builder = GraphBuilder()
    fields = {
        "image": {"image_name": picture},
        "image_to_image_model": upscaler.reference(),
        "is_intermediate": False,
        "use_cache": False,
    }
    builder.add(f"{OUT}0", "spandrel_image_to_image", fields)
    return builder.graph()


def enqueueing(graph: Graph, job_id: str) -> dict[str, object]:
    """The body for `enqueue_batch`. Our job id is the destination: by it the job is found again.

    All values are in the graph, where the server checks them. In `batch.data` it does not, and one bad
    value there stops its queue for everybody.
    """
    batch = {"graph": graph, "runs": 1, "origin": "latentui", "destination": job_id}
    return {"prepend": False, "batch": batch}


def _size(
    request: GenerationRequest, checkpoint: Model, habits: _Habits, picture_size: tuple[int, int] | None
) -> tuple[int, int, str]:
    own = (
        integer(checkpoint.default("width")) or habits.size,
        integer(checkpoint.default("height")) or habits.size,
    )
    wanted = (
        request.width or (picture_size or own)[0],
        request.height or (picture_size or own)[1],
    )
    width, height = (_blocks(length, habits.multiple) for length in wanted)
    if (width, height) == wanted:
        return width, height, ""
    shown = f"{wanted[0]}×{wanted[1]}"
    return width, height, f"The size is {width}×{height} instead of {shown}: blocks of {habits.multiple}."


def _blocks(length: int, multiple: int) -> int:
    return max(_LEAST_SIZE, round(length / multiple) * multiple)


def _sampler(request: GenerationRequest, checkpoint: Model) -> tuple[str, str]:
    return sampler_of(request.sampler or text(checkpoint.default("scheduler")) or "euler", request.scheduler)


def _cfg_scale(request: GenerationRequest, checkpoint: Model, habits: _Habits) -> float:
    if request.cfg_scale is not None:
        return request.cfg_scale
    field = "guidance" if checkpoint.family is Family.FLUX else "cfg_scale"
    return number(checkpoint.default(field)) or habits.cfg_scale


def _vae(request: GenerationRequest, models: Models, checkpoint: Model) -> Model | None:
    name = text(request.extras.get("vae")) or text(checkpoint.default("vae"))
    if name:
        return models.named("vae", name, checkpoint)
    return models.companion("vae", "flux") if checkpoint.family is Family.FLUX else None


def _companions(models: Models, family: Family) -> tuple[Model, ...]:
    if family is not Family.FLUX:
        return ()
    return models.companion("t5_encoder", None), models.companion("clip_embed", None)


def _control(unit: ControlUnit, models: Models, checkpoint: Model) -> Control:
    model = models.controlnet(unit.model, checkpoint)
    wanted = unit.preprocessor
    if wanted is None:
        # "canny_image_processor" in the server's own settings; the node is called otherwise since 5.0
        wanted = text(model.default("preprocessor")).removesuffix("_image_processor")
        wanted = wanted if wanted == "canny" else ""  # others would first fetch a model of their own
    return Control(
        model=model, image_name="", weight=unit.strength, processor=NODES_OF_PREPROCESSORS.get(wanted)
    )


def _seed_note(request: GenerationRequest, drawing: Drawing) -> str:
    if 0 <= request.seed <= MAXIMUM_SEED:
        return ""
    return f"InvokeAI’s seeds end at {MAXIMUM_SEED}: {drawing.seeds[0]} is used for {request.seed}."


def _negative_note(request: GenerationRequest, family: Family) -> str:
    is_lost = family is Family.FLUX and request.negative_prompt.strip()
    return "FLUX takes no negative prompt: it is left out." if is_lost else ""
