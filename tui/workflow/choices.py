"""Choices of a server: as texts, the nearest to one that is missing, and why there are none."""

from typing import Final

from tui.domain.text import clean, nearest_of, one_line
from tui.workflow.input_specs import DYNAMIC_COMBO, InputSpec, dynamic_choices
from tui.workflow.javascript import javascript_text

FOLDERS: Final = {
    "checkpoint": ("checkpoint", "models/checkpoints"),
    "controlnet": ("ControlNet model", "models/controlnet"),
    "upscaler": ("upscaling model", "models/upscale_models"),
    "loras": ("LoRA", "models/loras"),
}
"""What fills these slots, and where it lies on a ComfyUI server."""

_MODEL_ENDINGS = (".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".gguf", ".onnx", ".pkl")
_MOST_LOOKS = 50
_LONGEST = 200


def choice_texts(spec: InputSpec) -> tuple[str, ...]:
    """The choices of a combo as they are shown and typed."""
    if spec.type == DYNAMIC_COMBO:
        return tuple(clean(choice.key) for choice in dynamic_choices(spec))
    return tuple(clean(javascript_text(choice)) for choice in spec.choices)


def lacks(name: str, label: str) -> str:
    """Why a choice without choices cannot be filled, and what to do."""
    if name not in FOLDERS:
        return f"This server has nothing to choose from for “{label}”."
    thing, folder = FOLDERS[name]
    return f"This server has no {thing}. Put one into its {folder} folder and look again."


def is_model_file(value: str) -> bool:
    """Whether a value names a file of weights."""
    return value.casefold().endswith(_MODEL_ENDINGS)


class NearestChoices:
    """The choices most like a missing value. A hostile workflow cannot make it look for ever."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}

    def of(self, value: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        """At most three, best first."""
        key = (value, choices)
        if key not in self._known:
            if len(self._known) >= _MOST_LOOKS or len(value) > _LONGEST:
                return ()
            self._known[key] = _nearest(value, choices)
        return self._known[key]


def _nearest(value: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    """By the file's name first: authors keep their models in other folders."""
    name = value.replace("\\", "/").rpartition("/")[2]
    by_name = {choice.replace("\\", "/").rpartition("/")[2]: choice for choice in choices}
    found = [by_name[like] for like in nearest_of(name, tuple(by_name))]
    return tuple(dict.fromkeys((*found, *nearest_of(value, choices))))[:3]


def not_here(label: str, value: str, nearest: tuple[str, ...]) -> str:
    """A note on a value that the server does not have."""
    like = f" Nearest: {', '.join(nearest)}." if nearest else ""
    return f"{label} “{one_line(value, 100)}” is not on this server.{like}"
