"""The same thing by another server's name: checkpoints, LoRAs, samplers and noise schedules."""

import re
from collections.abc import Mapping

from tui.domain.forms import ChoiceField, Form
from tui.domain.request import FieldValue

_HASH = re.compile(r"\s*\[[0-9a-f]{6,64}\]$")
_ENDING = re.compile(r"\.(safetensors|sft|ckpt|pth?|bin|gguf)$")
_ANCESTRAL = re.compile(r"[ _-]a$")
_SYNONYMS = {
    # InvokeAI's words, after diffusers'; ComfyUI's and A1111's agree but for their spelling
    "kdpm2": "dpm2",
    "kdpm2ancestral": "dpm2ancestral",
    "dpmpp2s": "dpmpp2sancestral",
    "dpmpp3m": "dpmpp3msde",
    "pndm": "plms",
    "unipcbh2": "unipc",
    "ddimuniform": "ddim",
}
_KARRAS = "karras"
_KARRAS_ENDINGS = (" karras", "_karras", "_k")
"""How one word says sampler and schedule: A1111 before 1.9, and InvokeAI."""

_PLAIN = frozenset({"normal", "simple", "automatic", "uniform"})
"""Schedules that a sampler without a choice of them has anyway."""


def alike(wanted: str, choices: tuple[str, ...]) -> str | None:
    """The choice that names the same thing: servers differ in folders, endings, hashes and separators.

    "DPM++ 2M" is dpmpp_2m, "Euler a" euler_ancestral, "fox.safetensors [1a2b3c4d5e]" a fox.
    """
    if wanted in choices:
        return wanted
    key = _key(wanted)
    return next((choice for choice in choices if key and _key(choice) == key), None)


def paired(form: Form, values: Mapping[str, FieldValue]) -> Mapping[str, FieldValue]:
    """`values` with sampler and schedule as the form divides them: in two fields, or in one word."""
    sampler, scheduler, field = values.get("sampler"), values.get("scheduler"), form.field("sampler")
    if not isinstance(sampler, str) or not isinstance(field, ChoiceField) or field.unavailable:
        return values
    plain = _without_karras(sampler)
    if _has(form, "scheduler"):
        is_one_word = plain is not None and alike(sampler, field.choices) is None
        return {**values, "sampler": plain, "scheduler": _KARRAS} if is_one_word else values
    joined = _joined(sampler, field.choices) if scheduler == _KARRAS and plain is None else None
    if joined is None and scheduler not in _PLAIN:
        return values
    rest = {name: value for name, value in values.items() if name != "scheduler"}
    return {**rest, "sampler": joined or sampler}


def _has(form: Form, name: str) -> bool:
    field = form.field(name)
    return field is not None and not field.unavailable


def _joined(sampler: str, choices: tuple[str, ...]) -> str | None:
    """The choice that is this sampler with Karras' schedule."""
    for choice in choices:
        plain = _without_karras(choice)
        if plain is not None and alike(sampler, (plain,)):
            return choice
    return None


def _without_karras(sampler: str) -> str | None:
    folded = sampler.casefold()
    ending = next((ending for ending in _KARRAS_ENDINGS if folded.endswith(ending)), None)
    return sampler[: -len(ending)] if ending else None


def _key(name: str) -> str:
    plain = _HASH.sub("", name.casefold().replace("\\", "/").rpartition("/")[2])
    plain = _ENDING.sub("", plain).replace("++", "pp")
    key = "".join(filter(str.isalnum, _ANCESTRAL.sub(" ancestral", plain)))
    return _SYNONYMS.get(key, key)
