"""The named holes of a workflow: what a person fills, and where in the graph it goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from tui.domain.forms import Media
from tui.domain.json_values import Json
from tui.domain.request import Lora

STANDARD_LABELS = {
    "prompt": "Prompt",
    "negative_prompt": "Negative",
    "init_image": "Picture",
    "mask": "Mask",
    "control_image": "Control picture",
    "controlnet": "ControlNet",
    "preprocessor": "Preprocessor",
    "control_strength": "Control strength",
    "upscaler": "Upscaler",
    "outpaint": "Outpaint to",
    "performance": "Performance",
    "styles": "Styles",
    "checkpoint": "Checkpoint",
    "vae": "VAE",
    "loras": "LoRA",
    "width": "Width",
    "height": "Height",
    "frames": "Frames",
    "steps": "Steps",
    "cfg_scale": "CFG",
    "guidance": "Guidance",
    "sampler": "Sampler",
    "scheduler": "Scheduler",
    "denoise": "Denoise",
    "seed": "Seed",
    "batch_size": "Batch size",
}
"""The names that mean the same in every workflow and on every server, as people read them."""

FOLLOWING_LABELS = {"width": "Width (0: picture’s)", "height": "Height (0: picture’s)"}
"""The same for sizes that follow a picture."""

MULTIPLE = 8
"""Pictures are made in blocks of this many pixels."""


class SlotRole(StrEnum):
    """What kind of thing fills a slot."""

    VALUE = "value"
    """A value of the type that the node declares."""

    SEED = "seed"
    PICTURE = "picture"
    MASK = "mask"
    LORAS = "loras"
    """A chain of any length behind the loader that is its target."""


@dataclass(frozen=True, slots=True)
class Target:
    """An input of a node."""

    node_id: str
    input_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One hole. A value goes to all `targets`; the first one decides type, range and default."""

    name: str
    targets: tuple[Target, ...]
    role: SlotRole = SlotRole.VALUE
    label: str = ""
    group: str = ""
    """The title of the node or the heading it stands under, where there is one."""

    is_advanced: bool = False
    """Whether nothing puts it in front."""

    kind: str = ""
    """The type of its values where the node does not declare it: INT, FLOAT, BOOLEAN, STRING, COMBO."""

    options: Mapping[str, Json] = field(default_factory=lambda: MappingProxyType({}))
    """Narrower limits than the node's own: min, max, step, multiline, options."""

    also: tuple[str, ...] = ()
    """Other names by which a person may mean it: those it has on the canvas."""

    media: Media = "image"
    loras: tuple[Lora, ...] = ()
    """The LoRAs that the chain starts with."""

    keeps_seed: bool = False
    """Whether the seed in the graph is meant: it is not drawn anew."""

    is_required: bool = False
    follows: str = ""
    """The picture slot whose size it takes: a mask is fitted to it, a size of 0 stands for it."""

    prefers: str = ""
    """A word that the choice to start from has in its name, where the server has one."""

    @property
    def first(self) -> Target:
        """The input that decides."""
        return self.targets[0]

    @property
    def shown_label(self) -> str:
        """Its name for people."""
        if self.follows and self.name in FOLLOWING_LABELS:
            return FOLLOWING_LABELS[self.name]
        return self.label or STANDARD_LABELS.get(self.name) or self.first.input_name or self.name
