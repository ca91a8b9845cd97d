"""A request in the words of Fooocus-API, and what is to be told about it before it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.domain.errors import InputError
from tui.domain.request import ControlUnit, GenerationRequest, Task
from tui.protocol.fooocus_checks import (
    STRONG,
    SUBTLE,
    Names,
    check,
    notes_on,
    sides,
    size_of,
    styles_of,
)
from tui.protocol.fooocus_offer import PROMPTED, TEXT_TO_IMAGE, VARY, Offer

_SEEDS = 2**63
_LEAST = 0.01
"""Stands for 0, by which the server means its own default."""


@dataclass(frozen=True, slots=True)
class SourcePictures:
    """The pictures of a request, as base64, and the size of the one to work on."""

    image: str = ""
    mask: str = ""
    controls: tuple[str, ...] = ()
    size: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A job, ready to be posted."""

    path: str
    body: Mapping[str, Any]
    notes: tuple[str, ...] = ()


def submission(
    request: GenerationRequest, pictures: SourcePictures, offer: Offer, names: Names, file_name: str
) -> Submission:
    """The POST for a request. Raises `InputError` for what the server would replace without a word."""
    check(request, names)
    path, particular = _particular(request, pictures, offer)
    common = _common(request, offer, names) | ({"save_name": file_name} if offer.names_files else {})
    if pictures.controls:
        particular["image_prompts"] = [
            _image_prompt(unit, picture, offer)
            for unit, picture in zip(request.control, pictures.controls, strict=True)
        ]
    advanced = _advanced(request, offer)
    body = {**common, **particular, **({"advanced_params": advanced} if advanced else {})}
    return Submission(path=path, body=body, notes=tuple(notes_on(request, pictures.size, offer)))


def pictures_of(request: GenerationRequest) -> int:
    """How many pictures a job makes."""
    return 1 if request.task is Task.UPSCALE else request.batch_size


def _common(request: GenerationRequest, offer: Offer, names: Names) -> dict[str, Any]:
    body: dict[str, Any] = {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt,
        "image_number": pictures_of(request),
        "image_seed": request.seed % _SEEDS,
        "aspect_ratios_selection": "{}*{}".format(*size_of(request, offer)),
        "async_process": True,
    }
    if request.checkpoint:
        body["base_model_name"] = request.checkpoint
    if request.cfg_scale is not None:
        body["guidance_scale"] = request.cfg_scale
    if request.loras:
        body["loras"] = [
            {"enabled": True, "model_name": lora.name, "weight": lora.strength} for lora in request.loras
        ]
    if performance := request.extras.get("performance"):
        body["performance_selection"] = performance
    styles = styles_of(request, names)
    if styles is not None:
        body["style_selections"] = list(styles)
    return body


def _particular(
    request: GenerationRequest, pictures: SourcePictures, offer: Offer
) -> tuple[str, dict[str, Any]]:
    match request.task:
        case Task.IMAGE_TO_IMAGE:
            denoise = SUBTLE if request.denoise is None else request.denoise
            # each way is best at its own strength, and servers that take a strength override it
            method = "Vary (Subtle)" if denoise < (SUBTLE + STRONG) / 2 else "Vary (Strong)"
            return VARY, {"input_image": pictures.image, "uov_method": method}
        case Task.UPSCALE:
            method = request.extras.get("upscaler") or offer.upscalers[0]
            return VARY, {"input_image": pictures.image, "uov_method": method}
        case Task.INPAINT:
            return offer.inpaint_path, {
                "input_image": pictures.image,
                "input_mask": pictures.mask or None,
                "outpaint_selections": list(sides(request)),
            }
        case Task.CONTROL:
            return PROMPTED, {}
        case Task.TEXT_TO_IMAGE:
            return TEXT_TO_IMAGE, {}
        case Task.CUSTOM:
            raise InputError("Fooocus runs no workflows.", "Choose one of its tasks.")


def _advanced(request: GenerationRequest, offer: Offer) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if request.sampler:
        params["sampler_name"] = request.sampler
    if request.scheduler:
        params["scheduler_name"] = request.scheduler
    if request.steps:
        params["overwrite_step"] = request.steps
    if request.denoise is not None:
        if request.task is Task.INPAINT and not sides(request):  # what is new must be painted wholly
            params["inpaint_strength"] = request.denoise
        elif request.task is Task.IMAGE_TO_IMAGE and offer.takes_vary_strength:
            params["overwrite_vary_strength"] = max(request.denoise, _LEAST)
    return params


def _image_prompt(unit: ControlUnit, picture: str, offer: Offer) -> dict[str, Any]:
    return {
        "cn_img": picture,
        "cn_type": unit.model or offer.controls[0],
        "cn_weight": max(unit.strength, _LEAST),
        "cn_stop": 0,  # the default for its kind
    }
