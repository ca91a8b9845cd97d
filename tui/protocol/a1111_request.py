"""A generation as an A1111 server takes it: the bodies of its POSTs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.domain.request import GenerationRequest, Lora
from tui.protocol.a1111_dialect import NARROW_SEED
from tui.protocol.a1111_lists import LoraFile, Upscaler

DEFAULT_DENOISE = 0.75
"""What the API takes when nothing is said."""

_FILL_WITH_ORIGINAL = 1
_CROP = 1
_BY_FACTOR, _TO_SIZE = 0, 1
_LORA = re.compile(r"<lora:([^:<>]+):(-?\d+(?:\.\d+)?|-?\.\d+)(?::[^<>]*)?>")


@dataclass(frozen=True, slots=True)
class SourcePictures:
    """Pictures in base64, and the size to work at where the request names none."""

    image: str = ""
    mask: str = ""
    size: tuple[int, int] | None = None
    control: tuple[str, ...] = ()
    """One for each of the request's ControlNets."""


def generation_body(
    request: GenerationRequest,
    pictures: SourcePictures,
    *,
    task_id: str = "",
    overrides: Mapping[str, int | str] | None = None,
) -> dict[str, Any]:
    """The body for txt2img, or for img2img when there is a picture to start from."""
    settings: dict[str, Any] = dict(overrides or {})
    if request.checkpoint:
        settings["sd_model_checkpoint"] = request.checkpoint
    body: dict[str, Any] = {
        "prompt": prompt_with_loras(request.prompt, request.loras),
        "negative_prompt": request.negative_prompt,
        "seed": narrow_seed(request.seed),
        "batch_size": request.batch_size,
        "n_iter": 1,
        **_said(
            steps=request.steps,
            cfg_scale=request.cfg_scale,
            sampler_name=request.sampler,
            scheduler=request.scheduler,
            override_settings=settings or None,
            force_task_id=task_id or None,
        ),
        **_size(request, pictures),
        **_control(request, pictures),
    }
    return body | _img2img(request, pictures) if pictures.image else body


def upscale_body(image: str, upscaler: Upscaler, request: GenerationRequest) -> dict[str, Any]:
    """The body for enlarging a picture: to the size asked for, else by the upscaler's own factor."""
    body: dict[str, Any] = {"image": image, "upscaler_1": upscaler.name}
    if request.width and request.height:
        size = {"upscaling_resize_w": request.width, "upscaling_resize_h": request.height}
        return body | size | {"resize_mode": _TO_SIZE, "upscaling_crop": True}
    return body | {"resize_mode": _BY_FACTOR, "upscaling_resize": upscaler.scale}


def prompt_with_loras(prompt: str, loras: tuple[Lora, ...]) -> str:
    """LoRAs are asked for in the text of the prompt."""
    asked = (f"<lora:{lora.name}:{lora.strength:g}>" for lora in loras)
    return " ".join(part for part in (prompt, *asked) if part)


def loras_in(prompt: str) -> tuple[str, tuple[Lora, ...]]:
    """The prompt without its LoRAs, and those, for servers that do not read them there."""
    found = tuple(Lora(match[1], float(match[2])) for match in _LORA.finditer(prompt))
    return (_LORA.sub("", prompt).strip() if found else prompt), found


def narrow_seed(seed: int) -> int:
    """The seed folded into what the generators take."""
    return seed % NARROW_SEED


def expected_steps(request: GenerationRequest) -> frozenset[int]:
    """The numbers of steps that the server may count for this request; empty when any may be."""
    if not request.steps:
        return frozenset()
    if request.init_image is None:
        return frozenset({request.steps})
    share = DEFAULT_DENOISE if request.denoise is None else request.denoise
    shortened = min(int(share * request.steps), request.steps - 1)
    return frozenset({shortened, shortened + 1, request.steps})


def notes_before(request: GenerationRequest, loras: tuple[LoraFile, ...] | None) -> tuple[str, ...]:
    """What will be done differently from what was asked and that no answer tells.

    `loras` are those of the server, None where it does not list them.
    """
    notes: list[str] = []
    if narrow_seed(request.seed) != request.seed:
        notes.append(
            f"The seed {request.seed} is too large for this server; {narrow_seed(request.seed)} is used."
        )
    _, written = loras_in(request.prompt)
    if loras is not None:
        known = {name.casefold() for lora in loras for name in (lora.name, lora.alias) if name}
        notes.extend(
            f"The server has no LoRA “{lora.name}”; it works without it."
            for lora in (*request.loras, *written)
            if lora.name.casefold() not in known
        )
    return tuple(notes)


def _size(request: GenerationRequest, pictures: SourcePictures) -> dict[str, int]:
    width, height = pictures.size or (None, None)
    return _said(width=request.width or width, height=request.height or height)


def _control(request: GenerationRequest, pictures: SourcePictures) -> dict[str, Any]:
    """ControlNet's extension takes its part of a job by the name under which it always runs."""
    units = [
        {
            "enabled": True,
            "image": image,
            "model": unit.model,
            "weight": unit.strength,
            "pixel_perfect": True,  # preprocessors work at the picture's own size
            **_said(module=unit.preprocessor),
        }
        for unit, image in zip(request.control, pictures.control, strict=True)
    ]
    return {"alwayson_scripts": {"controlnet": {"args": units}}} if units else {}


def _img2img(request: GenerationRequest, pictures: SourcePictures) -> dict[str, Any]:
    body: dict[str, Any] = {
        "init_images": [pictures.image],
        "denoising_strength": DEFAULT_DENOISE if request.denoise is None else request.denoise,
        "resize_mode": _CROP,  # the default stretches
        "include_init_images": False,
    }
    if not pictures.mask:
        return body
    return body | {
        "mask": pictures.mask,  # white is repainted, as with us
        # the API's own defaults differ from what the server's page sends
        "mask_blur": 4,
        "inpainting_fill": _FILL_WITH_ORIGINAL,
        "inpaint_full_res": False,
        "inpaint_full_res_padding": 0,  # SD.Next widens the mask by it, also for the whole picture
        "inpainting_mask_invert": 0,
    }


def _said(**fields: Any) -> dict[str, Any]:
    """The fields that have a value; the others are left to the server."""
    return {name: value for name, value in fields.items() if value is not None}
