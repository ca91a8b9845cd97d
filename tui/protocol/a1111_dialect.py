"""Which dialect of the A1111 API a server speaks, and what it can do in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from tui.domain.json_values import object_of, text_of
from tui.domain.request import Task
from tui.domain.server import Capabilities
from tui.domain.text import one_line
from tui.protocol.a1111_lists import Options

TXT2IMG = "/sdapi/v1/txt2img"
IMG2IMG = "/sdapi/v1/img2img"
UPSCALE = "/sdapi/v1/extra-single-image"
OPTIONS = "/sdapi/v1/options"
PROGRESS = "/sdapi/v1/progress"
INTERRUPT = "/sdapi/v1/interrupt"
MEMORY = "/sdapi/v1/memory"
VERSION = "/sdapi/v1/version"
CHECKPOINT = "/sdapi/v1/checkpoint"
MODULES = "/sdapi/v1/sd-modules"
FLAGS = "/sdapi/v1/cmd-flags"
TASK_PROGRESS = "/internal/progress"
PING = "/internal/ping"
NATIVE = "/sdcpp/v1/capabilities"

VAES = "/sdapi/v1/sd-vae"
CONTROLNETS = "/controlnet/model_list"
"""Of the ControlNet extension, which Forge and reForge bring along."""

PREPROCESSORS = "/controlnet/module_list"
LORAS = "/sdapi/v1/loras"
SCHEDULERS = "/sdapi/v1/schedulers"

USUAL = frozenset({PROGRESS, INTERRUPT, MEMORY, UPSCALE, FLAGS, LORAS, SCHEDULERS})
"""What A1111, Forge, reForge and SD.Next have once they have started."""

_ON_PAGE = re.compile(r"version: (?:<|\\u003c)a .{0,300}?(?:>|\\u003e)([^<\\\s]{1,100})")
"""Its link stands there as HTML in JSON in a script, with or without escapes."""

NARROW_SEED = 2**32
"""One more than the largest seed that A1111's generators take whole."""

_BASE = frozenset(
    {"prompt", "negative_prompt", "width", "height", "steps", "cfg_scale", "seed", "sampler", "batch_size"}
)
_PICTURES = frozenset({"init_image", "mask", "denoise"})
_CONTROL = frozenset({"control_image", "controlnet", "preprocessor", "control_strength"})
_NO_CONTROL = "This {name} has no ControlNet extension."
_NO_CONTROL_MODEL = "This server has no ControlNet model."
_ONE_MODEL = "stable-diffusion.cpp runs the one model it was started with."


class Family(StrEnum):
    """Whose program it is, as far as that changes what may be sent."""

    A1111 = "A1111"
    FORGE = "Forge"
    SDNEXT = "SD.Next"
    SDCPP = "stable-diffusion.cpp"
    OTHER = "A1111-like server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What a server was found to be by asking it, never by its name."""

    family: Family
    version: str = ""
    paths: frozenset[str] = frozenset()
    has_tasks: bool = False
    """Whether it tells tasks apart: progress, waiting and running by the id we give."""

    is_frozen: bool = False
    """Whether it refuses to change options, also for one job."""

    @property
    def has_progress(self) -> bool:
        """Whether it tells how far it is."""
        return PROGRESS in self.paths

    @property
    def can_interrupt(self) -> bool:
        """Whether it can be told to stop."""
        return INTERRUPT in self.paths

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing that may still come while the server starts."""
        return self.is_native or self.paths >= USUAL

    @property
    def is_native(self) -> bool:
        """Whether jobs go by stable-diffusion.cpp's own queue."""
        return self.family is Family.SDCPP

    @property
    def has_schedulers(self) -> bool:
        """Whether a schedule can be chosen. SD.Next lists something else under that name."""
        return self.family is not Family.SDNEXT and SCHEDULERS in self.paths

    @property
    def is_limited(self) -> bool:
        """Whether it refuses who asks often."""
        return self.family is Family.SDNEXT

    @property
    def has_control(self) -> bool:
        """Whether ControlNet's extension is there."""
        return not self.is_native and CONTROLNETS in self.paths

    @property
    def has_vaes(self) -> bool:
        """Whether a job can choose its VAE so that the next one has what it had before."""
        return self.family is Family.A1111 and not self.is_frozen and VAES in self.paths

    @property
    def has_gaps(self) -> bool:
        """Whether it seems idle for moments between the parts of one job."""
        return self.family is Family.SDNEXT

    @property
    def has_memory(self) -> bool:
        """Whether it tells its memory."""
        return MEMORY in self.paths


def classify(
    paths: frozenset[str], *, has_tasks: bool = False, version: object = None, is_frozen: bool = False
) -> Dialect:
    """The dialect of a server that has these paths; `version` is SD.Next's answer about itself."""
    return Dialect(
        family=_family(paths),
        version=_version(version),
        paths=paths,
        has_tasks=has_tasks and TXT2IMG in paths,
        is_frozen=is_frozen,
    )


def capabilities(dialect: Dialect, options: Options, *, lacks_controlnets: bool = False) -> Capabilities:
    """What can be asked of a server of this dialect, and in words what cannot."""
    missing = _missing(dialect)
    if lacks_controlnets:
        missing.setdefault(Task.CONTROL, _NO_CONTROL_MODEL)
    tasks = set(Task) - {Task.CUSTOM} - set(missing)
    offered = {"checkpoint", "scheduler", "loras", "upscaler"} - set(missing)
    offered |= {"vae"} if dialect.has_vaes else set()
    offered |= _CONTROL if Task.CONTROL in tasks else set()
    return Capabilities(
        tasks=frozenset(tasks),
        fields=_BASE | _PICTURES | offered,
        has_step_progress=dialect.has_progress,
        has_previews=dialect.has_progress and options.has_previews and options.preview_interval != -1,
        can_cancel_running=dialect.can_interrupt,
        can_cancel_waiting=True,
        keeps_results=dialect.is_native,
        missing=MappingProxyType(missing),
    )


def _missing(dialect: Dialect) -> dict[str, str]:
    name = dialect.family.value
    missing: dict[str, str] = {}
    if not dialect.has_control:
        missing[Task.CONTROL] = _NO_CONTROL.format(name=name)
    if dialect.is_frozen:
        missing["checkpoint"] = "The server runs with frozen settings: a job cannot choose its checkpoint."
    if dialect.is_native:
        missing["checkpoint"] = _ONE_MODEL
    elif LORAS not in dialect.paths:
        missing["loras"] = "The server's Lora extension is switched off."
    if UPSCALE not in dialect.paths:
        missing[Task.UPSCALE] = f"{name} does not enlarge finished pictures."
        missing["upscaler"] = missing[Task.UPSCALE]
    if not dialect.has_schedulers:
        missing["scheduler"] = f"{name} has no choice of schedulers; its samplers bring their own."
    return missing


def _family(paths: frozenset[str]) -> Family:
    if NATIVE in paths:
        return Family.SDCPP
    if VERSION in paths:
        return Family.SDNEXT
    if MODULES in paths:
        return Family.FORGE
    return Family.A1111 if FLAGS in paths else Family.OTHER


def version_on_page(page: str) -> str:
    """The version at the foot of A1111's and Forge's page; empty where it does not stand there."""
    found = _ON_PAGE.search(page)
    return one_line(found[1], 60).removeprefix("v") if found else ""


def _version(answer: object) -> str:
    tree: Mapping[str, object] = object_of(answer)
    words = (text_of(tree.get(key)) for key in ("updated", "commit", "hash"))
    known = dict.fromkeys(word for word in words if word and word != "unknown")  # SD.Next without its git
    return one_line(" ".join(known), 60)
