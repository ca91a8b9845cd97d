"""What the person is at: prompt, values and choice of server, as a value that can be kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, cast

from tui.domain.forms import (
    ChoiceField,
    Field,
    Form,
    IntegerField,
    LorasField,
    NumberField,
    PicksField,
    PictureField,
    SeedField,
    TextField,
    ToggleField,
    joined,
    picked,
)
from tui.domain.request import FieldValue, Lora, PictureInput
from tui.services.names import alike

RECENT = 50
"""How many prompts and folders are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything in the studio that is back after a restart."""

    server: str = ""
    workflow: str = "txt2img_default"
    values: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    """By field name, of every form seen: what one form calls `steps` the next one does too."""

    aside: Mapping[str, FieldValue] = field(default_factory=lambda: MappingProxyType({}))
    """What was meant where the present server holds something else in its place, or nothing."""

    workflow_aside: str = ""
    """The person's workflow that the present server cannot run, while another one stands in for it."""

    last_seed: int | None = None
    folder: str = ""
    recent_folders: tuple[str, ...] = ()
    recent_prompts: tuple[str, ...] = ()
    """Newest first."""

    def with_values(self, values: Mapping[str, FieldValue]) -> "Draft":
        """The same with these values changed, as they are meant from now on."""
        aside = {name: value for name, value in self.aside.items() if name not in values}
        return replace(
            self, values=MappingProxyType({**self.values, **values}), aside=MappingProxyType(aside)
        )

    def carried(self, values: Mapping[str, FieldValue], aside: Mapping[str, FieldValue]) -> "Draft":
        """The same with what a server's form makes of it; what was meant stays known."""
        return replace(
            self, values=MappingProxyType({**self.values, **values}), aside=MappingProxyType({**aside})
        )

    def with_server(self, name: str) -> "Draft":
        """The same on another server."""
        return replace(self, server=name)

    def with_workflow(self, name: str) -> "Draft":
        """The same with another workflow."""
        return replace(self, workflow=name, workflow_aside="")

    def with_stand_in(self, name: str) -> "Draft":
        """The same with another workflow, until the one it had can run again."""
        return replace(self, workflow=name, workflow_aside=self.workflow)

    def with_prompt_sent(self, prompt: str, seed: int) -> "Draft":
        """The same after a request went out."""
        recent = _to_front(prompt, self.recent_prompts) if prompt.strip() else self.recent_prompts
        return replace(self, recent_prompts=recent, last_seed=seed)

    def with_folder(self, folder: str) -> "Draft":
        """The same with the folder a picture was picked from."""
        return replace(self, folder=folder, recent_folders=_to_front(folder, self.recent_folders))


def _to_front(item: str, items: tuple[str, ...]) -> tuple[str, ...]:
    return (item, *(other for other in items if other != item))[:RECENT]


def starting_values(form: Form, values: Mapping[str, FieldValue]) -> dict[str, FieldValue]:
    """A value for every field of the form: the person's where it fits the field, else the form's own."""
    return {item.name: _start_of(item, values) for item in form.fields}


def _start_of(item: Field, values: Mapping[str, FieldValue]) -> FieldValue:
    if item.name not in values:
        return default_of(item)
    value = _spelled(item, values[item.name])
    return value if _fits(item, value) else default_of(item)


def _spelled(item: Field, value: FieldValue) -> FieldValue:
    """The same choice as this server writes it."""
    match item, value:
        case ChoiceField(), str():
            return alike(value, item.choices) or value
        case LorasField(), tuple():
            return tuple(Lora(alike(lora.name, item.choices) or lora.name, lora.strength) for lora in value)
        case PicksField(), str():
            return joined(alike(word, item.choices) or word for word in picked(value))
        case _:
            return value


def default_of(item: Field) -> FieldValue:
    """What a field holds before anybody touched it. None: random for a seed, nothing for a picture."""
    match item:
        case PictureField():
            return item.default or None
        case _:
            return item.default


def _fits(item: Field, value: FieldValue) -> bool:
    match item:
        case TextField():
            return isinstance(value, str)
        case ChoiceField():
            return isinstance(value, str) and (not item.choices or value in item.choices)
        case IntegerField():
            return type(value) is int and item.minimum <= value <= item.maximum
        case NumberField():
            return type(value) in {int, float} and item.minimum <= cast("float", value) <= item.maximum
        case ToggleField():
            return isinstance(value, bool)
        case SeedField():
            return value is None or type(value) is int
        case PictureField():
            is_there = isinstance(value, str) and (value in item.choices or value.endswith("]"))
            return value is None or isinstance(value, PictureInput) or is_there
        case LorasField():
            return isinstance(value, tuple) and all(lora.name in item.choices for lora in value)
        case PicksField():
            return isinstance(value, str) and all(word in item.choices for word in picked(value))


def to_mapping(draft: Draft) -> dict[str, Any]:
    """The draft as JSON can hold it."""
    return {
        "server": draft.server,
        "workflow": draft.workflow,
        "workflow_aside": draft.workflow_aside,
        "values": {name: _to_json(value) for name, value in draft.values.items()},
        "aside": {name: _to_json(value) for name, value in draft.aside.items()},
        "last_seed": draft.last_seed,
        "folder": draft.folder,
        "recent_folders": list(draft.recent_folders),
        "recent_prompts": list(draft.recent_prompts),
    }


def from_mapping(stored: Mapping[str, Any]) -> Draft:
    """What `to_mapping` wrote; whatever in it makes no sense is left out."""
    blank = Draft()
    seed = stored.get("last_seed")
    return Draft(
        server=_text(stored.get("server"), blank.server),
        workflow=_text(stored.get("workflow"), blank.workflow),
        workflow_aside=_text(stored.get("workflow_aside"), blank.workflow_aside),
        values=MappingProxyType(_values(stored.get("values"))),
        aside=MappingProxyType(_values(stored.get("aside"))),
        last_seed=seed if type(seed) is int else None,
        folder=_text(stored.get("folder"), blank.folder),
        recent_folders=_texts(stored.get("recent_folders")),
        recent_prompts=_texts(stored.get("recent_prompts")),
    )


def _to_json(value: FieldValue) -> object:
    match value:
        case PictureInput():
            return {"picture": value.path}
        case tuple():
            return {"loras": [[lora.name, lora.strength] for lora in value]}
        case _:
            return value


def _values(stored: object) -> dict[str, FieldValue]:
    found: dict[str, FieldValue] = {}
    if not isinstance(stored, Mapping):
        return found
    for name, value in cast("Mapping[object, object]", stored).items():
        if isinstance(value, str | int | float | bool) or value is None:
            found[str(name)] = value
        elif isinstance(value, Mapping):
            found[str(name)] = _structured(cast("Mapping[object, object]", value))
    return found


def _structured(stored: Mapping[object, object]) -> FieldValue:
    path, pairs = stored.get("picture"), stored.get("loras")
    if isinstance(path, str):
        return PictureInput(path)
    if isinstance(pairs, list):
        return tuple(lora for lora in map(_lora, cast("list[object]", pairs)) if lora)
    return None


def _lora(stored: object) -> Lora | None:
    match stored:
        case [str(name), int(strength) | float(strength)]:
            return Lora(name, float(strength))
        case _:
            return None


def _text(stored: object, default: str) -> str:
    return stored if isinstance(stored, str) else default


def _texts(stored: object) -> tuple[str, ...]:
    items = cast("list[object]", stored) if isinstance(stored, list) else []
    return tuple(item for item in items if isinstance(item, str))[:RECENT]
