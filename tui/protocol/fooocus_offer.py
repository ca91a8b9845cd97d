"""What one Fooocus-API offers: read from its own OpenAPI document, since its releases differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.domain.json_values import list_of, number_of, object_of, objects_in, text_of
from tui.domain.request import FieldValue
from tui.domain.text import clean

TEXT_TO_IMAGE = "/v1/generation/text-to-image"
VARY = "/v2/generation/image-upscale-vary"
INPAINT = "/v2/generation/image-inpaint-outpaint"
PROMPTED = "/v2/generation/image-prompt"
_OLD_INPAINT = "/v2/generation/image-inpait-outpaint"
"""As releases before 0.3.31 spell it."""

_QUERY_JOB = "/v1/generation/query-job"
_ENHANCE = "/v2/generation/image-enhance"
"""Came with 0.5."""

_CUSTOM = "Upscale (Custom)"
"""Needs a factor of its own."""

SAMPLERS = (
    "dpmpp_2m_sde_gpu",
    "euler",
    "euler_ancestral",
    "heun",
    "heunpp2",
    "dpm_2",
    "dpm_2_ancestral",
    "lms",
    "dpm_fast",
    "dpm_adaptive",
    "dpmpp_2s_ancestral",
    "dpmpp_sde",
    "dpmpp_sde_gpu",
    "dpmpp_2m",
    "dpmpp_2m_sde",
    "dpmpp_3m_sde",
    "dpmpp_3m_sde_gpu",
    "ddpm",
    "lcm",
    "tcd",
    "restart",
    "ddim",
    "uni_pc",
    "uni_pc_bh2",
)
"""No route lists them: from Fooocus 2.5.5, modules/flags.py."""

SCHEDULERS = (
    "karras",
    "normal",
    "exponential",
    "sgm_uniform",
    "simple",
    "ddim_uniform",
    "lcm",
    "turbo",
    "align_your_steps",
    "tcd",
    "edm_playground_v2.5",
)
"""The same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """The choices, defaults and spellings of one release; as 0.5 has them where it does not tell."""

    version: str = ""
    inpaint_path: str = INPAINT
    preview_parameter: str = "require_step_preview"
    performances: tuple[str, ...] = ("Speed", "Quality", "Extreme Speed", "Lightning", "Hyper-SD")
    controls: tuple[str, ...] = ("PyraCanny", "CPDS", "ImagePrompt", "FaceSwap")
    upscalers: tuple[str, ...] = ("Upscale (2x)", "Upscale (1.5x)", "Upscale (Fast 2x)")
    names_files: bool = True
    """Whether a job can name its pictures, so that they show whose they are."""

    takes_vary_strength: bool = True
    most_loras: int = 5
    """How many a job may use; more are dropped without a word."""

    checkpoint: str = ""
    sampler: str = SAMPLERS[0]
    scheduler: str = SCHEDULERS[0]
    cfg_scale: float = 4.0
    size: tuple[int, int] = (1152, 896)

    @property
    def defaults(self) -> dict[str, FieldValue]:
        """What it takes for a field that is left alone, in our words."""
        return {
            "cfg_scale": self.cfg_scale,
            "width": self.size[0],
            "height": self.size[1],
            "sampler": self.sampler,
            "scheduler": self.scheduler,
            "performance": self.performances[0],
        }


def read_offer(document: object) -> Offer:
    """The offer that an OpenAPI document describes; what is missing in it is as in `Offer`."""
    tree = object_of(document)
    paths, schemas = object_of(tree.get("paths")), _schemas(tree)
    if not paths:
        return Offer()
    usual = Offer()
    common, advanced = (_properties(schemas, name) for name in ("CommonRequest", "AdvancedParams"))
    if not common:  # before 0.4.1 text to image had a model of its own
        common = _properties(schemas, "Text2ImgRequest")
    performances = _choices(schemas, "PerformanceSelection")
    upscalers = tuple(
        name
        for name in _choices(schemas, "UpscaleOrVaryMethod")
        if name.startswith("Upscale") and name != _CUSTOM
    )
    return Offer(
        version="0.5" if _ENHANCE in paths else "0.4",
        inpaint_path=INPAINT if INPAINT in paths or _OLD_INPAINT not in paths else _OLD_INPAINT,
        preview_parameter=_preview_parameter(paths) or usual.preview_parameter,
        performances=_from(performances, _default(common, "performance_selection")) or usual.performances,
        controls=_from(_choices(schemas, "ControlNetType"), usual.controls[0]) or usual.controls,
        upscalers=_from(upscalers, usual.upscalers[0]) or usual.upscalers,
        names_files="save_name" in common,
        takes_vary_strength="overwrite_vary_strength" in advanced,
        most_loras=len(list_of(object_of(common.get("loras")).get("default"))) or usual.most_loras,
        checkpoint=clean(_default(common, "base_model_name")),
        sampler=clean(_default(advanced, "sampler_name")) or usual.sampler,
        scheduler=clean(_default(advanced, "scheduler_name")) or usual.scheduler,
        cfg_scale=number_of(object_of(common.get("guidance_scale")).get("default")) or usual.cfg_scale,
        size=read_size(_default(common, "aspect_ratios_selection")) or usual.size,
    )


def read_size(said: str) -> tuple[int, int] | None:
    """The width and height in "1152*896"."""
    width, _, height = said.partition(" ")[0].replace("×", "*").partition("*")
    if not (width.isdecimal() and height.isdecimal()):
        return None
    return int(width), int(height)


def read_names(value: object) -> tuple[str, ...]:
    """A list of names."""
    return tuple(clean(name) for name in list_of(value) if isinstance(name, str))


def in_front(names: tuple[str, ...], first: str) -> tuple[str, ...]:
    """The names, `first` before the others; added where it is not among them."""
    return (first, *(name for name in names if name != first)) if first else names


def is_web_page(config: object) -> bool:
    """Whether `/config` is that of Fooocus' own page; others are made with gradio too (webui.py title)."""
    tree = object_of(config)
    return "components" in tree and text_of(tree.get("title")).startswith("Fooocus")


def _schemas(tree: Mapping[str, Any]) -> dict[str, Any]:
    return object_of(object_of(tree.get("components")).get("schemas"))


def _properties(schemas: dict[str, Any], name: str) -> dict[str, Any]:
    return object_of(object_of(schemas.get(name)).get("properties"))


def _choices(schemas: dict[str, Any], name: str) -> tuple[str, ...]:
    return read_names(object_of(schemas.get(name)).get("enum"))


def _default(properties: dict[str, Any], name: str) -> str:
    return text_of(object_of(properties.get(name)).get("default"))


def _from(names: tuple[str, ...], first: str) -> tuple[str, ...]:
    return in_front(names, first) if first in names else names


def _preview_parameter(paths: dict[str, Any]) -> str:
    """ "require_step_preview", which one release spelt otherwise."""
    operation = object_of(object_of(paths.get(_QUERY_JOB)).get("get"))
    names = (text_of(item.get("name")) for item in objects_in(operation.get("parameters")))
    return next((clean(name) for name in names if name.startswith("require_step")), "")
