"""What InvokeAI is to draw, with every name found and every number settled."""

from dataclasses import dataclass

from tui.protocol.invokeai_models import Model

MAXIMUM_SEED = 2**32 - 1
"""The server takes larger ones modulo this plus one, and -1 is not random there."""

NODES_OF_PREPROCESSORS = {
    "canny": "canny_edge_detection",
    "hed": "hed_edge_detection",
    "lineart": "lineart_edge_detection",
    "lineart_anime": "lineart_anime_edge_detection",
    "pidi": "pidi_edge_detection",
    "mlsd": "mlsd_detection",
    "depth": "depth_anything_depth_estimation",
    "openpose": "dw_openpose_detection",
    "normal": "normal_map",
    "shuffle": "content_shuffle",
}
"""Nodes that need nothing but a picture. All but canny fetch a model of their own the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A picture that guides: its name on the server, and what is made of it first."""

    model: Model
    image_name: str
    weight: float = 1.0
    processor: str | None = None
    """A node of `NODES_OF_PREPROCESSORS`; None: the picture is guidance already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """One or more pictures from one prompt."""

    checkpoint: Model
    prompt: str = ""
    negative_prompt: str = ""
    seeds: tuple[int, ...] = (0,)
    """One per picture."""

    width: int
    height: int
    steps: int
    cfg_scale: float
    sampler: str
    strength: float = 1.0
    """How much of the picture is made anew, 0..1."""

    loras: tuple[tuple[Model, float], ...] = ()
    vae: Model | None = None
    companions: tuple[Model, ...] = ()
    """FLUX: T5 encoder and CLIP encoder."""

    picture: str | None = None
    """Its name on the server; width and height are its own."""

    mask: str | None = None
    """Its name on the server, of the same size; there black is repainted and white kept."""

    controls: tuple[Control, ...] = ()
