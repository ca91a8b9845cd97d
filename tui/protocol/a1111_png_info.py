"""The recipe in a picture, as an A1111 server reads it: the values of a form."""

from collections.abc import Callable

from tui.domain.json_values import number_of, object_of, text_of
from tui.domain.request import FieldValue
from tui.domain.text import clean

_KINDS: dict[str, tuple[str, Callable[[str], FieldValue]]] = {
    "prompt": ("Prompt", clean),
    "negative_prompt": ("Negative prompt", clean),
    "checkpoint": ("Model", clean),
    "vae": ("VAE", clean),
    "sampler": ("Sampler", clean),
    "scheduler": ("Schedule type", clean),
    "steps": ("Steps", int),
    "cfg_scale": ("CFG scale", float),
    "seed": ("Seed", int),
    "width": ("Size-1", int),
    "height": ("Size-2", int),
    "denoise": ("Denoising strength", float),
}
"""By field: the server's word, and what its text becomes."""


def read_png_info(answer: object) -> dict[str, FieldValue]:
    """What `/sdapi/v1/png-info` said; empty for a picture that carries nothing.

    It fills in defaults of its own then, which say nothing about the picture.
    """
    tree = object_of(answer)
    if not text_of(tree.get("info")).strip():
        return {}
    said = object_of(tree.get("parameters"))
    found: dict[str, FieldValue] = {}
    for name, (word, read) in _KINDS.items():
        value = said.get(word)
        text = value if isinstance(value, str) else "" if number_of(value) is None else str(value)
        try:
            if text.strip():
                found[name] = read(text.strip())
        except (ValueError, OverflowError):
            continue  # written by a hand, or by another program
    return found
