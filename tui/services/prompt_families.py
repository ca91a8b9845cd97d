"""How a prompt is best written for each family of image models, guessed from the checkpoint's name."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptFamily:
    """A family's way with words. `style` completes the sentence "Write it as …"."""

    name: str
    style: str
    words: int
    """How long a prompt may grow."""

    uses_negative: bool


TAGS = PromptFamily(
    name="SD 1.5",
    style="short comma-separated phrases, the subject first, then medium, light, colour and detail",
    words=50,
    uses_negative=True,
)
MIXED = PromptFamily(
    name="SDXL",
    style="one clear sentence about the subject, then a few comma-separated phrases for style and light",
    words=60,
    uses_negative=True,
)
BOORU = PromptFamily(
    name="Pony and Illustrious",
    style="comma-separated booru tags in lower case, from the most to the least important",
    words=60,
    uses_negative=True,
)
PROSE = PromptFamily(
    name="SD 3 and Qwen-Image",
    style="plain descriptive sentences, with any words that should be readable in the picture in quotes",
    words=120,
    uses_negative=True,
)
GUIDED_PROSE = PromptFamily(
    name="FLUX and Z-Image",
    style="plain descriptive sentences, with any words that should be readable in the picture in quotes",
    words=150,
    uses_negative=False,
)

_BY_NAME = (
    (r"flux|z[-_ ]?image|chroma|schnell|krea", GUIDED_PROSE),
    (r"sd[-_ ]?3|stable-diffusion-3|qwen|hidream|cosmos|lumina", PROSE),
    (r"pony|illustrious|noob|animagine|booru", BOORU),
    (r"xl|playground", MIXED),
)


def family_of(checkpoint: str | None) -> PromptFamily:
    """The family that a checkpoint's name gives away; SD 1.5's way is understood by the most."""
    name = (checkpoint or "").lower()
    return next((family for pattern, family in _BY_NAME if re.search(pattern, name)), TAGS)
