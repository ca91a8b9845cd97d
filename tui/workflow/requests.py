"""Between the values of a form and the request that is sent: the same facts under the design's names."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from tui.domain.request import (
    ControlUnit,
    FieldValue,
    GenerationRequest,
    GraphPlan,
    PictureInput,
    Task,
)

_SAME_NAME = (
    "prompt",
    "negative_prompt",
    "checkpoint",
    "sampler",
    "scheduler",
    "steps",
    "cfg_scale",
    "width",
    "height",
    "denoise",
    "batch_size",
    "loras",
    "init_image",
    "mask",
    "seed",
)
_PICTURES = ("init_image", "mask")
"""Held as files; the name of one that lies on the server goes to `extras`."""

_CONTROL = {
    "control_image": "image",
    "controlnet": "model",
    "preprocessor": "preprocessor",
    "control_strength": "strength",
}


def request_of(
    *,
    task: Task,
    workflow: str,
    values: Mapping[str, FieldValue],
    plan: GraphPlan | None = None,
    notes: Sequence[str] = (),
) -> GenerationRequest:
    """The request that checked `values` make. What has no name of its own goes to `extras`."""
    on_server = {name for name in _PICTURES if isinstance(values.get(name), str)}
    names = [name for name in _SAME_NAME if name not in on_server]
    named = {name: values[name] for name in names if values.get(name) not in (None, "")}
    control, used = _control(values)
    extras = {name: value for name, value in values.items() if name not in (*names, *used)}
    return GenerationRequest(
        task=task,
        workflow=workflow,
        control=control,
        extras=MappingProxyType(extras),
        plan=plan,
        notes=tuple(notes),
        **cast("dict[str, Any]", named),  # each field holds what the field of its name accepts
    )


def values_of(request: GenerationRequest) -> dict[str, FieldValue]:
    """The values that make this request again, its seed included."""
    values: dict[str, FieldValue] = {name: getattr(request, name) for name in _SAME_NAME}
    for unit in request.control[:1]:
        values |= {name: getattr(unit, attribute) for name, attribute in _CONTROL.items()}
    return {**values, **request.extras}


def _control(values: Mapping[str, FieldValue]) -> tuple[tuple[ControlUnit, ...], set[str]]:
    image = values.get("control_image")
    if not isinstance(image, PictureInput):
        return (), set()
    strength = values.get("control_strength")
    unit = ControlUnit(
        image=image,
        model=_text(values.get("controlnet")),
        preprocessor=_text(values.get("preprocessor")),
        strength=1.0 if strength is None else float(cast("float", strength)),  # a number field
    )
    return (unit,), set(_CONTROL)


def _text(value: FieldValue) -> str | None:
    return value if isinstance(value, str) and value else None
