"""The models of an InvokeAI server: which of them can be drawn with, and how a name finds its model."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec

from tui.domain.errors import InputError
from tui.domain.json_values import object_of, text_of
from tui.domain.server import Catalog
from tui.domain.text import clean, nearest, one_line
from tui.protocol.invokeai_samplers import SAMPLERS


class Family(StrEnum):
    """Models that are drawn with by the same graph."""

    SD = "Stable Diffusion 1 or 2"
    SDXL = "SDXL"
    FLUX = "FLUX"


FAMILIES = {"sd-1": Family.SD, "sd-2": Family.SD, "sdxl": Family.SDXL, "flux": Family.FLUX}
"""By InvokeAI's `base`. Other bases have graphs of their own, which are not drawn here."""

_TITLES = {"sd-1": "SD 1", "sd-2": "SD 2", "sd-3": "SD 3", "sdxl": "SDXL", "flux": "FLUX", "flux2": "FLUX.2"}
"""How people call a `base`."""

_KINDS = {
    "main": "checkpoint",
    "lora": "LoRA",
    "vae": "VAE",
    "controlnet": "ControlNet",
    "spandrel_image_to_image": "upscaler",
    "t5_encoder": "T5 encoder",
    "clip_embed": "CLIP encoder",
}


class Model(msgspec.Struct, frozen=True):
    """One entry of `/api/v2/models/`. What is `Any` differs by kind, and must not spoil the list."""

    key: str
    name: str
    base: str
    type: str
    hash: Any = None
    variant: Any = None
    default_settings: Any = None

    @property
    def family(self) -> Family | None:
        """Which graph draws with it; None: none that is known here."""
        return FAMILIES.get(self.base)

    @property
    def is_for_inpainting(self) -> bool:
        """Whether it was trained to inpaint, and does little else well."""
        return self.variant == "inpaint"

    @property
    def title(self) -> str:
        """Its name, safe to show."""
        return one_line(self.name, 80)

    def reference(self) -> dict[str, str]:
        """How a graph names it: all of it, or the server refuses."""
        return {
            "key": self.key,
            "hash": text_of(self.hash),
            "name": self.name,
            "base": self.base,
            "type": self.type,
        }

    def default(self, field: str) -> object:
        """What its owner set in the server's model manager, if anything."""
        return object_of(self.default_settings).get(field)


class ModelList(msgspec.Struct, frozen=True):
    """The answer of `/api/v2/models/`."""

    models: tuple[Model, ...]


class Models:
    """All of them, found by the names that a person sees.

    Two of one kind may have the same name: then the base is added, and the beginning of the key.
    """

    def __init__(self, models: Iterable[Model]) -> None:
        self._shown = {kind: _labelled(kind, models) for kind in _KINDS}

    def catalog(self) -> Catalog:
        """The names of what can be drawn with; what suits most first."""
        drawable = {name: model for name, model in self._shown["main"].items() if model.family}
        return Catalog(
            checkpoints=tuple(sorted(drawable, key=lambda name: drawable[name].is_for_inpainting)),
            samplers=SAMPLERS,
            loras=tuple(self._shown["lora"]),
            vaes=tuple(self._shown["vae"]),
            upscalers=tuple(self._shown["spandrel_image_to_image"]),
            controlnets=tuple(self._shown["controlnet"]),
        )

    def checkpoint(self, name: str | None) -> Model:
        """The checkpoint of that name, or the first. Raises InputError."""
        if name:
            model = self._named("main", name)
        else:
            model = next(iter(self._drawable()), None)
            if model is None:
                raise InputError(
                    "InvokeAI has no checkpoint to draw with.",
                    f"Install one in its model manager: {', '.join(Family)}.",
                )
        if model.family is None:
            raise InputError(
                f"{model.title} is a {_title(model.base)} model.",
                f"Here InvokeAI draws with {', '.join(Family)}.",
            )
        return model

    def named(self, kind: str, name: str, checkpoint: Model) -> Model:
        """A "lora", "vae" or "controlnet" that works with the checkpoint. Raises InputError."""
        fitting = [m for m in self._shown[kind].values() if m.name == name and m.base == checkpoint.base]
        model = fitting[0] if fitting else self._named(kind, name)
        if model.base not in (checkpoint.base, "any"):
            raise InputError(
                f"The {_KINDS[kind]} {model.title} is made for {_title(model.base)},"
                f" and {checkpoint.title} is {_title(checkpoint.base)}.",
                "Choose two that belong together.",
            )
        return model

    def controlnet(self, name: str | None, checkpoint: Model) -> Model:
        """The ControlNet of that name, or the first for the checkpoint. Raises InputError."""
        return (
            self.named("controlnet", name, checkpoint) if name else self._for("controlnet", checkpoint.base)
        )

    def upscaler(self, name: str | None) -> Model:
        """The upscaler of that name, or the first. Raises InputError."""
        kind = "spandrel_image_to_image"
        return self._named(kind, name) if name else self._for(kind, None)

    def companion(self, kind: str, base: str | None) -> Model:
        """Any model of a kind that a checkpoint cannot do without. Raises InputError."""
        return self._for(kind, base)

    def _drawable(self) -> list[Model]:
        models = [model for model in self._shown["main"].values() if model.family]
        return sorted(models, key=lambda model: model.is_for_inpainting)

    def _for(self, kind: str, base: str | None) -> Model:
        for model in self._shown[kind].values():
            if base is None or model.base == base:
                return model
        suffix = f" for {_title(base)}" if base else ""
        raise InputError(f"InvokeAI has no {_KINDS[kind]}{suffix}.", "Install one in its model manager.")

    def _named(self, kind: str, name: str) -> Model:
        shown = self._shown[kind]
        for label, model in shown.items():
            if name in (label, model.name, model.key):
                return model
        like = nearest(name, tuple(shown))
        raise InputError(
            f"InvokeAI has no {_KINDS[kind]} “{one_line(name, 80)}”.",
            f"Did you mean “{like}”?" if like else "Choose one from its list.",
        )


def _title(base: str) -> str:
    return _TITLES.get(base, one_line(base, 30))


def _labelled(kind: str, models: Iterable[Model]) -> dict[str, Model]:
    found = sorted((model for model in models if model.type == kind), key=lambda model: model.name.casefold())
    names = [model.name for model in found]
    labels: dict[str, Model] = {}
    for model in found:
        label = clean(model.name)
        if names.count(model.name) > 1:
            label = f"{label} ({model.base})"
        labels[label if label not in labels else f"{label} {model.key[:8]}"] = model
    return labels
