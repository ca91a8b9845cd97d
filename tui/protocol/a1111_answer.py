"""What an A1111 server hands back: pictures, the seeds used, and what it did in place of what was asked."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from tui.domain.json_values import integer_of, list_of, object_of, text_of
from tui.domain.request import MAXIMUM_SEED, GenerationRequest
from tui.domain.text import one_line
from tui.protocol.a1111_lists import Checkpoint, Scheduler, without_hash
from tui.protocol.a1111_progress import decode_picture

_MODEL = re.compile(r"(?:^|, )Model: ([^,\n]+)")
_AUTOMATIC = "automatic"
_WITHOUT_CONTROL = "The server says nothing of ControlNet in the picture: it may have worked without it."
_NO_MAP = "ControlNet failed at the picture: the server worked without it, and its log tells why."


class GenerationAnswer(msgspec.Struct, frozen=True):
    """The answer of txt2img and img2img; the echoed parameters are passed over, their seed lies."""

    images: tuple[str, ...] = ()
    info: Any = ""
    """JSON in a string."""


class UpscaleAnswer(msgspec.Struct, frozen=True):
    """The answer of extra-single-image."""

    image: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """One finished picture; the infotext is inside its file."""

    data: bytes
    seed: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What was really done."""

    seeds: tuple[int | None, ...] = ()
    first: int = 0
    """Where the pictures begin: a grid of them may come before."""

    sampler: str = ""
    schedule: str = ""
    checkpoint: str = ""
    version: str = ""
    has_control: bool = False
    """Whether ControlNet took part."""

    appended: int = 0
    """How many pictures came behind those that were asked for."""

    run: str = ""
    """The second in which it began, as in the progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The server's names for things, to tell a replacement from another spelling."""

    checkpoints: tuple[Checkpoint, ...] = ()
    schedulers: tuple[Scheduler, ...] = ()
    appends_control: bool = False
    """Whether ControlNet always appends a picture of what guided it. Forge names it also when it failed."""


def read_info(info: object) -> Info:
    """What the `info` of an answer says."""
    tree = object_of(info)
    if isinstance(info, str):
        try:
            tree = object_of(msgspec.json.decode(info))
        except (msgspec.DecodeError, RecursionError):
            tree = {}
    alone = integer_of(tree.get("seed"))
    seeds = list_of(tree.get("all_seeds")) or ([] if alone is None else [alone])
    more = object_of(tree.get("extra_generation_params"))
    return Info(
        seeds=tuple(_seed(seed) for seed in seeds),
        first=max(integer_of(tree.get("index_of_first_image")) or 0, 0),
        sampler=_name(tree.get("sampler_name")),
        schedule=_name(more.get("Schedule type")),
        checkpoint=_name(tree.get("sd_model_name")) or _model_in(tree.get("infotexts")),
        version=_name(tree.get("version")).removeprefix("v"),
        has_control=any(
            key.startswith("ControlNet") for key in object_of(tree.get("extra_generation_params"))
        ),
        run=text_of(tree.get("job_timestamp")),
    )


def _model_in(infotexts: object) -> str:
    """SD.Next names the model in the last line of the infotext only."""
    lines = [text_of(infotext).rpartition("\n")[2] for infotext in list_of(infotexts)[:1]]
    found = _MODEL.search(lines[0]) if lines else None
    return _name(found[1]) if found else ""


def read_pictures(answer: GenerationAnswer, info: Info) -> tuple[Picture, ...]:
    """The pictures: without the grid before them and what extensions append, fewer when interrupted."""
    count = len(info.seeds) or len(answer.images)
    encoded = answer.images[info.first : info.first + count]
    seeds = [*info.seeds, *[None] * len(encoded)]
    decoded = (Picture(decode_picture(image), seed) for image, seed in zip(encoded, seeds, strict=False))
    return tuple(picture for picture in decoded if picture.data)


def replacements(request: GenerationRequest, info: Info, known: Known) -> tuple[str, ...]:
    """What the server silently took in place of what was asked for, as sentences."""
    return tuple(
        note
        for note in (
            _other_checkpoint(request.checkpoint, info, known),
            _other_sampler(request, info),
            _other_schedule(request, info, known),
            _without_control(request, info, known),
        )
        if note
    )


def _without_control(request: GenerationRequest, info: Info, known: Known) -> str:
    if not request.control:
        return ""
    if not info.has_control:
        return _WITHOUT_CONTROL
    return _NO_MAP if known.appends_control and not info.appended else ""


def other_size(asked: tuple[int | None, int | None], got: tuple[int, int]) -> str:
    """A sentence when the picture has another size than was asked for."""
    if (asked[0] or got[0], asked[1] or got[1]) == got:
        return ""
    wanted = f"{asked[0] or got[0]}×{asked[1] or got[1]}"
    return f"The server made {got[0]}×{got[1]} in place of {wanted}: it works in whole blocks of pixels."


def _other_checkpoint(asked: str | None, info: Info, known: Known) -> str:
    if not asked or not info.checkpoint:
        return ""
    found = next((item for item in known.checkpoints if item.is_called(asked)), None)
    wanted = found or Checkpoint(without_hash(asked), without_hash(asked))
    if wanted.is_called(info.checkpoint):
        return ""
    return f"The server used the checkpoint “{info.checkpoint}” in place of “{asked}”."


def _other_sampler(request: GenerationRequest, info: Info) -> str:
    asked, got = request.sampler or "", info.sampler
    if not asked or not got or _same(asked, got):
        return ""
    if info.schedule and _same(asked, f"{got} {info.schedule}"):
        return ""  # sampler and scheduler in one name, as they were before 1.9
    return f"The server used the sampler “{got}” in place of “{asked}”."


def _other_schedule(request: GenerationRequest, info: Info, known: Known) -> str:
    asked = request.scheduler or ""
    if not asked or not known.schedulers or not info.sampler:
        return ""
    got = info.schedule or _AUTOMATIC
    wanted = next((item for item in known.schedulers if _is_called(item, asked)), Scheduler(asked, asked))
    if _is_called(wanted, got) or (_same(asked, _AUTOMATIC) and info.schedule):
        return ""  # automatic becomes the sampler's own
    return f"The server used the scheduler “{got}” in place of “{asked}”."


def _is_called(scheduler: Scheduler, name: str) -> bool:
    return _same(scheduler.name, name) or _same(scheduler.label, name)


def _same(one: str, other: str) -> bool:
    return one.casefold().replace("_", " ") == other.casefold().replace("_", " ")


def _seed(value: object) -> int | None:
    seed = integer_of(value)
    return seed if seed is not None and 0 <= seed <= MAXIMUM_SEED else None


def _name(value: object) -> str:
    return one_line(text_of(value), 300)
