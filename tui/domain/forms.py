"""A form as values: the fields of a workflow or task, with their ranges and choices.

Standard field names are the design's words: prompt, negative_prompt, checkpoint, width, height, steps,
cfg_scale, seed, sampler, scheduler, denoise, batch_size, loras, init_image, mask, control_image, controlnet,
control_strength, upscaler. Other names belong to the workflow ("KSampler.steps").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from tui.domain.request import Lora, Task

Source = Literal["template", "mine", "server", "recent"]
"""Where a workflow in a list comes from."""

Media = Literal["image", "video", "audio"]
"""What kind of file a field takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    label: str
    group: str = ""
    """The node or heading it stands under, where there is one."""

    is_advanced: bool = False
    """Whether it is one key away: neither the author, nor the person, nor its meaning puts it in front."""

    is_hidden: bool = False
    """Whether the person does not want to see it."""

    is_required: bool = False
    unavailable: str = ""
    """Why this server cannot fill it, as a sentence; empty when it can."""

    note: str = ""
    """What is wrong with the value it starts with, as a sentence; the person can correct it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField(_Field):
    """Free text."""

    default: str = ""
    is_multiline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerField(_Field):
    """A whole number within a range. `step` is what an arrow key changes, no more."""

    default: int = 0
    minimum: int = 0
    maximum: int = 2**31 - 1
    step: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberField(_Field):
    """A number within a range."""

    default: float = 0.0
    minimum: float = 0.0
    maximum: float = 1.0
    step: float = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedField(_Field):
    """A seed: a number, or random, which is resolved before submitting."""

    default: int | None = None
    """None: random. A picture's own seed, when it is opened."""

    maximum: int = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceField(_Field):
    """One of the server's own list. A typed value that is not in it is allowed and said."""

    choices: tuple[str, ...] = ()
    default: str = ""
    nearest: tuple[str, ...] = ()
    """The choices most like a default that is not among them, best first."""

    brings_fields: bool = False
    """Whether other fields come and go with what is chosen: the form is to be asked for anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToggleField(_Field):
    """Yes or no."""

    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureField(_Field):
    """A picture of the person's, or the name of one that lies on the server."""

    is_mask: bool = False
    media: Media = "image"
    choices: tuple[str, ...] = ()
    """The files on the server; the name of one is a value too."""

    default: str = ""
    """The file on the server that the workflow names, taken where no picture is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LorasField(_Field):
    """Any number of LoRAs with their strengths."""

    choices: tuple[str, ...] = ()
    default: tuple[Lora, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PicksField(_Field):
    """Any number of the server's own list. The value is one text: "left, top"."""

    choices: tuple[str, ...] = ()
    default: str = ""
    alone: str = ""
    """The choice that excludes the others: none at all."""

    when_empty: str = "none"
    """What it means when nothing is picked, in a few words."""


def picked(value: str) -> tuple[str, ...]:
    """The choices that the value of a `PicksField` names, each once."""
    return tuple(dict.fromkeys(word.strip() for word in value.split(",") if word.strip()))


def joined(picks: Iterable[str]) -> str:
    """The value of a `PicksField` that names these."""
    return ", ".join(picks)


Field = (
    TextField
    | IntegerField
    | NumberField
    | SeedField
    | ChoiceField
    | ToggleField
    | PictureField
    | LorasField
    | PicksField
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The fields of one workflow on one server, in the order in which a person reads them."""

    workflow: str
    title: str
    task: Task
    fields: tuple[Field, ...]
    problems: tuple[str, ...] = ()
    """What this server lacks for it, said before submitting: with these it cannot run."""

    notes: tuple[str, ...] = ()
    """What a person should know about how the workflow was read."""

    elsewhere: str = ""
    """What other servers that are connected have for it, as a line."""

    brings_values: bool = False
    """Whether the fields start with values that were meant: of a shared workflow, or of a picture opened."""

    def field(self, name: str) -> Field | None:
        """The field of that name, if the form has it."""
        return next((field for field in self.fields if field.name == name), None)

    def labelled(self, label: str) -> tuple[Field, ...]:
        """The fields that people know by this label; case does not count."""
        folded = label.casefold()
        return tuple(field for field in self.fields if field.label.casefold() == folded)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowSummary:
    """A workflow in a list, before it is opened."""

    name: str
    title: str
    description: str = ""
    task: Task = Task.CUSTOM
    is_builtin: bool = True
    path: str | None = None
    source: Source = "template"
    category: str = ""
    """The heading under which the server's own lists keep it."""

    picture: str | None = None
    """A picture of what it makes, on this disk."""

    has_picture: bool = False
    """Whether there is one to ask for, here or on the server."""

    is_pinned: bool = False
    """Whether the person wants it at the top of the lists."""
