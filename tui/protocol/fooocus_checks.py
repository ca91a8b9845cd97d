"""What Fooocus-API would drop or replace without a word, said beforehand: refused, or noted."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui.domain.errors import InputError
from tui.domain.request import FieldValue, GenerationRequest, Lora, Task
from tui.domain.text import nearest, one_line
from tui.protocol.fooocus_offer import SAMPLERS, SCHEDULERS, Offer

MOST_PICTURES = 32
SUBTLE, STRONG = 0.5, 0.85
"""What its two ways to vary a picture amount to (worker.py apply_vary)."""

SIDES = ("left", "right", "top", "bottom")
_FAST = frozenset({"Extreme Speed", "Lightning", "Hyper-SD"})
"""Modes that set sampler, scheduler and CFG themselves (worker.py set_lcm_defaults and its like)."""

_SMALLEST = 960 * 960
"""Pixels up to which a picture is enlarged before it is varied (worker.py apply_vary)."""

_BLOCK = 8
_STRONGEST_LORA = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the server has."""

    checkpoints: tuple[str, ...] = ()
    loras: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


def check(request: GenerationRequest, names: Names) -> None:
    """Raises `InputError`."""
    if not 1 <= request.batch_size <= MOST_PICTURES:
        raise InputError(
            f"Fooocus makes 1 to {MOST_PICTURES} pictures at once, not {request.batch_size}.",
            "Ask for fewer.",
        )
    if request.checkpoint and names.checkpoints:
        _known("checkpoint", request.checkpoint, names.checkpoints)
    for lora in request.loras:
        if names.loras:
            _known("LoRA", lora.name, names.loras)
        _check_strength(lora)


def sides(request: GenerationRequest) -> tuple[str, ...]:
    """Where the picture is to be widened; raises `InputError` for what is no side."""
    found: list[str] = []
    for word in _words(request.extras.get("outpaint")):
        if word.casefold() not in SIDES:
            raise InputError(
                f"“{one_line(word, 40)}” is no side of a picture.", "Use left, right, top and bottom."
            )
        found.append(word.capitalize())
    return tuple(dict.fromkeys(found))


def styles_of(request: GenerationRequest, names: Names) -> tuple[str, ...] | None:
    """The styles by the server's spelling; None for its own choice. "none" is none at all."""
    words = _words(request.extras.get("styles"))
    if not words:
        return None
    return () if words == ("none",) else tuple(_known_style(word, names) for word in words)


def size_of(request: GenerationRequest, offer: Offer) -> tuple[int, int]:
    """Width and height in whole blocks."""
    width, height = request.width or offer.size[0], request.height or offer.size[1]
    return _whole(width), _whole(height)


def _whole(length: int) -> int:
    return max(_BLOCK, round(length / _BLOCK) * _BLOCK)


def _check_strength(lora: Lora) -> None:
    if abs(lora.strength) > _STRONGEST_LORA:
        raise InputError(
            f"The LoRA {one_line(lora.name, 60)} cannot be as strong as {lora.strength:g}.",
            "Fooocus takes -2 to 2.",
        )


def _known(what: str, name: str, names: tuple[str, ...]) -> str:
    """The name, if the server has it: it would take its default instead, and not say so."""
    if name in names:
        return name
    like = nearest(name, names)
    raise InputError(
        f"This server has no {what} “{one_line(name, 80)}”.",
        f"Did you mean “{like}”?" if like else "Choose one from its list.",
    )


def _known_style(style: str, names: Names) -> str:
    if not names.styles:
        return style
    folded = {name.casefold(): name for name in names.styles}
    return _known("style", folded.get(style.casefold(), style), names.styles)


def _words(value: FieldValue) -> tuple[str, ...]:
    if not isinstance(value, str):
        return ()
    return tuple(word.strip() for word in value.split(",") if word.strip())


def notes_on(request: GenerationRequest, picture_size: tuple[int, int], offer: Offer) -> Iterator[str]:
    """What becomes of a request otherwise than was asked, as far as can be known."""
    wanted = (request.width, request.height)
    size = size_of(request, offer)
    if request.task in {Task.TEXT_TO_IMAGE, Task.CONTROL} and all(wanted) and size != wanted:
        yield f"Fooocus makes pictures in blocks of 8 pixels: this one measures {size[0]}×{size[1]}."
    if request.sampler and request.sampler not in {*SAMPLERS, offer.sampler}:
        yield _unsure("sampler", request.sampler, offer.sampler)
    if request.scheduler and request.scheduler not in {*SCHEDULERS, offer.scheduler}:
        yield _unsure("scheduler", request.scheduler, offer.scheduler)
    if len(request.loras) > offer.most_loras:
        left_out = ", ".join(one_line(lora.name, 60) for lora in request.loras[offer.most_loras :])
        yield f"Fooocus uses {offer.most_loras} LoRAs at most and leaves out {left_out}."
    yield from _mode_notes(request, offer)
    if request.task is Task.IMAGE_TO_IMAGE:
        yield from _vary_notes(request, picture_size, offer)


def _unsure(what: str, name: str, usual: str) -> str:
    return f"Fooocus may not know the {what} {one_line(name, 60)}: then it takes {usual}."


def _mode_notes(request: GenerationRequest, offer: Offer) -> Iterator[str]:
    mode = request.extras.get("performance")
    if mode not in _FAST:
        return
    usual = {None, offer.sampler, offer.scheduler, offer.cfg_scale}
    if {request.sampler, request.scheduler, request.cfg_scale} - usual:
        yield f"“{mode}” sets sampler, scheduler and CFG itself: yours are not used."


def _vary_notes(request: GenerationRequest, picture_size: tuple[int, int], offer: Offer) -> Iterator[str]:
    if 0 < picture_size[0] * picture_size[1] <= _SMALLEST:
        yield "Fooocus enlarges small pictures to about 1024×1024 before it varies them."
    if request.denoise not in {None, SUBTLE, STRONG} and not offer.takes_vary_strength:
        yield f"This Fooocus-API varies pictures at {SUBTLE:g} or {STRONG:g} only."
