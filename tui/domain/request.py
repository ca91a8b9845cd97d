"""What a person asks for: one generation, complete and repeatable."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

MAXIMUM_SEED = 2**63 - 1
"""ComfyUI takes 2^64-1, Fooocus 2^63-1; narrower seed fields are folded in their backend."""


class Task(StrEnum):
    """What kind of picture-making a request is."""

    TEXT_TO_IMAGE = "txt2img"
    IMAGE_TO_IMAGE = "img2img"
    INPAINT = "inpaint"
    CONTROL = "control"
    UPSCALE = "upscale"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Lora:
    """A low-rank adaptation by its name on the server, and how strongly it works."""

    name: str
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class PictureInput:
    """A picture file of the person's, by absolute path; read when the job is sent."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlUnit:
    """One ControlNet: the picture that guides, the model, and how strongly."""

    image: PictureInput
    model: str | None = None
    preprocessor: str | None = None
    strength: float = 1.0


FieldValue = str | int | float | bool | PictureInput | tuple[Lora, ...] | None
"""What a form field can hold."""

ApiWorkflow = Mapping[str, Any]
"""A ComfyUI graph as the server takes it: `{node id: {"class_type", "inputs", "_meta"?}}`."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture that goes to the server first; its name there becomes this input of the graph."""

    node_id: str
    input_name: str
    picture: PictureInput


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphPlan:
    """A filled ComfyUI graph, the pictures to upload for it, and the canvas it came from."""

    graph: ApiWorkflow
    uploads: tuple[Upload, ...] = ()
    canvas: Mapping[str, Any] | None = None
    """The canvas JSON to embed in the results, where the workflow had one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationRequest:
    """One generation. None means: the server's own default. Units: pixels, steps, 0..1 for `denoise`."""

    task: Task = Task.TEXT_TO_IMAGE
    workflow: str = "txt2img_default"
    """The template, task or workflow file this was filled from: shown, journalled, and used to ask again."""

    prompt: str = ""
    negative_prompt: str = ""
    checkpoint: str | None = None
    sampler: str | None = None
    scheduler: str | None = None
    steps: int | None = None
    cfg_scale: float | None = None
    seed: int = 0
    """Concrete: random is resolved before a request is made."""

    width: int | None = None
    height: int | None = None
    denoise: float | None = None
    batch_size: int = 1
    loras: tuple[Lora, ...] = ()
    init_image: PictureInput | None = None
    mask: PictureInput | None = None
    """White = repaint."""

    control: tuple[ControlUnit, ...] = ()
    extras: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    """Values of fields that have no name of their own here, by field name."""

    plan: GraphPlan | None = None
    """Set for servers that run graphs."""

    notes: tuple[str, ...] = ()
    """What was adapted on the way, for the person to know: "the mask was resized to 512×512"."""
