"""The node classes in the shape of ComfyUI's `/object_info`."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tui.demo.folders import MODELS, Folders
from tui.demo.wire import JsonObject

_MODEL_INPUTS = {
    "ckpt_name": "checkpoints",
    "lora_name": "loras",
    "vae_name": "vae",
    "control_net_name": "controlnet",
    "model_name": "upscale_models",
}
IMAGE_CLASSES = ("LoadImage", "LoadImageMask")
"""The classes whose `image` is a file of the input folder."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input of a class."""

    name: str
    is_required: bool
    kind: str | list[Any]
    """A type, or in the old spelling of a combo the choices themselves."""
    options: JsonObject

    @property
    def choices(self) -> list[Any] | None:
        """What may be chosen, in either spelling of a combo; None when it is no choice."""
        if isinstance(self.kind, list):
            return self.kind
        return self.options.get("options", []) if self.kind == "COMBO" else None

    def told(self) -> JsonObject:
        """How errors name it."""
        return {"input_name": self.name, "input_config": [self.kind, self.options]}

    def is_image_file(self, class_type: str) -> bool:
        """Whether it names a picture in the input folder."""
        return class_type in IMAGE_CLASSES and self.name == "image"


@cache
def definitions() -> dict[str, JsonObject]:
    """Every class as ComfyUI 0.33 declares it; the lists of files are still empty."""
    text = files("tui.demo").joinpath("node_definitions.json").read_text("utf-8")
    loaded: dict[str, JsonObject] = json.loads(text)
    return {name: {**definition, "name": name, "description": ""} for name, definition in loaded.items()}


def object_info(folders: Folders, class_type: str | None = None) -> dict[str, JsonObject]:
    """All definitions, or that of one class, with the files of this moment; `{}` for an unknown class."""
    wanted = definitions() if class_type is None else {class_type: definitions().get(class_type)}
    return {name: _with_files(name, info, folders) for name, info in wanted.items() if info is not None}


def is_output_node(class_type: str) -> bool:
    """Whether a graph may end in this class."""
    return bool(definitions()[class_type]["output_node"])


def output_types(class_type: str) -> tuple[str, ...]:
    """What the class returns, slot by slot."""
    return tuple(definitions()[class_type]["output"])


def input_specs(class_type: str, folders: Folders) -> list[InputSpec]:
    """What the class takes, in the order of its form."""
    sections = _with_files(class_type, definitions()[class_type], folders)["input"]
    return [
        InputSpec(name, section == "required", spec[0], spec[1] if len(spec) > 1 else {})
        for section in ("required", "optional")
        for name, spec in sections.get(section, {}).items()
    ]


def _with_files(name: str, info: JsonObject, folders: Folders) -> JsonObject:
    required: JsonObject = info["input"]["required"]
    filled: JsonObject = {}
    for key, spec in required.items():
        if key in _MODEL_INPUTS and spec[0] in ("COMBO", []):
            filled[key] = _with_choices(spec, list(MODELS[_MODEL_INPUTS[key]]))
        elif key == "image" and name in IMAGE_CLASSES:
            filled[key] = _with_choices(spec, folders.input_images())
    if not filled:
        return info
    return {**info, "input": {**info["input"], "required": {**required, **filled}}}


def _with_choices(spec: list[Any], choices: list[str]) -> list[Any]:
    if spec[0] == "COMBO":
        return ["COMBO", {**spec[1], "options": choices}]
    return [choices, *spec[1:]]
