"""A request in InvokeAI's terms: names found, numbers settled, and what had to be adapted said."""

from dataclasses import dataclass, replace
from types import MappingProxyType

from tui.domain.errors import InputError
from tui.domain.json_values import integer_of, number_of, text_of
from tui.domain.request import ControlUnit, FieldValue, GenerationRequest
from tui.domain.server import Catalog
from tui.domain.text import one_line
from tui.protocol.invokeai_drawing import MAXIMUM_SEED, NODES_OF_PREPROCESSORS, Control, Drawing
from tui.protocol.invokeai_flux import FLUX_SAMPLERS, flux_graph
from tui.protocol.invokeai_graph import OUT, Graph, GraphBuilder
from tui.protocol.invokeai_models import Family, Model, Models
from tui.protocol.invokeai_samplers import sampler_of
from tui.protocol.invokeai_sd import sd_graph

_DEFAULT_STRENGTH = 0.75
_LEAST_SIZE = 64
_AUTOMATIC = "automatic"
_AS_IT_IS = "none"


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


def catalog_of(models: Models) -> Catalog:
    """The names of all models, with the values that suit the first checkpoint."""
    defaults: dict[str, FieldValue] = {"denoise": _DEFAULT_STRENGTH}
    catalog = models.catalog()
    if catalog.checkpoints:
        checkpoint = models.checkpoint(None)
        habits = _HABITS[checkpoint.family or Family.SD]
        width, height = _own_size(checkpoint, habits)
        defaults |= {
            "width": width,
            "height": height,
            "steps": _own_steps(checkpoint, habits),
            "cfg_scale": _own_cfg_scale(checkpoint, habits),
            "sampler": _own_sampler(checkpoint),
        }
    choices = {
        "preprocessor": (_AUTOMATIC, _AS_IT_IS, *NODES_OF_PREPROCESSORS),
        "vae": (_AUTOMATIC, *catalog.vaes),
    }
    return replace(catalog, choices=MappingProxyType(choices), defaults=MappingProxyType(defaults))


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
        steps=request.steps or _own_steps(checkpoint, habits),
        cfg_scale=_own_cfg_scale(checkpoint, habits) if request.cfg_scale is None else request.cfg_scale,
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
    natural = picture_size or _own_size(checkpoint, habits)
    wanted = (request.width or natural[0], request.height or natural[1])
    width, height = (_blocks(length, habits.multiple) for length in wanted)
    if (width, height) == wanted:
        return width, height, ""
    shown = f"{wanted[0]}×{wanted[1]}"
    return width, height, f"The size is {width}×{height} instead of {shown}: blocks of {habits.multiple}."


def _blocks(length: int, multiple: int) -> int:
    return max(_LEAST_SIZE, round(length / multiple) * multiple)


def _sampler(request: GenerationRequest, checkpoint: Model) -> tuple[str, str]:
    word, note = sampler_of(request.sampler or _own_sampler(checkpoint), request.scheduler)
    if checkpoint.family is Family.FLUX and word not in FLUX_SAMPLERS:
        return FLUX_SAMPLERS[0], f"FLUX samples with euler, heun or lcm: {FLUX_SAMPLERS[0]} is used."
    return word, note


def _own_sampler(checkpoint: Model) -> str:
    return text_of(checkpoint.default("scheduler")) or "euler"


def _own_size(checkpoint: Model, habits: _Habits) -> tuple[int, int]:
    width, height = integer_of(checkpoint.default("width")), integer_of(checkpoint.default("height"))
    return width or habits.size, height or habits.size


def _own_steps(checkpoint: Model, habits: _Habits) -> int:
    return integer_of(checkpoint.default("steps")) or habits.steps


def _own_cfg_scale(checkpoint: Model, habits: _Habits) -> float:
    field = "guidance" if checkpoint.family is Family.FLUX else "cfg_scale"
    return number_of(checkpoint.default(field)) or habits.cfg_scale


def _vae(request: GenerationRequest, models: Models, checkpoint: Model) -> Model | None:
    wanted = text_of(request.extras.get("vae"))
    name = text_of(checkpoint.default("vae")) if wanted in ("", _AUTOMATIC) else wanted
    if name:
        return models.named("vae", name, checkpoint)
    return models.companion("vae", "flux") if checkpoint.family is Family.FLUX else None


def _companions(models: Models, family: Family) -> tuple[Model, ...]:
    if family is not Family.FLUX:
        return ()
    return models.companion("t5_encoder", None), models.companion("clip_embed", None)


def _control(unit: ControlUnit, models: Models, checkpoint: Model) -> Control:
    model = models.controlnet(unit.model, checkpoint)
    return Control(
        model=model, image_name="", weight=unit.strength, processor=_processor(unit.preprocessor, model)
    )


def _processor(wanted: str | None, model: Model) -> str | None:
    """The node that makes a guide of a picture; None where the picture is one already."""
    if wanted in (None, "", _AUTOMATIC):
        # "canny_image_processor" in the server's own settings; the node is called otherwise since 5.0
        own = text_of(model.default("preprocessor")).removesuffix("_image_processor")
        return NODES_OF_PREPROCESSORS["canny"] if own == "canny" else None  # the others fetch a model first
    if wanted == _AS_IT_IS:
        return None
    node = NODES_OF_PREPROCESSORS.get(wanted.lower().removesuffix("_image_processor"))
    if node is None:
        raise InputError(
            f"InvokeAI has no preprocessor “{one_line(wanted, 40)}”.",
            f"It has {', '.join(NODES_OF_PREPROCESSORS)}; “{_AS_IT_IS}” takes the picture as it is.",
        )
    return node


def _seed_note(request: GenerationRequest, drawing: Drawing) -> str:
    if 0 <= request.seed <= MAXIMUM_SEED:
        return ""
    return f"InvokeAI’s seeds end at {MAXIMUM_SEED}: {drawing.seeds[0]} is used for {request.seed}."


def _negative_note(request: GenerationRequest, family: Family) -> str:
    is_lost = family is Family.FLUX and request.negative_prompt.strip()
    return "FLUX takes no negative prompt: it is left out." if is_lost else ""
