"""What the painter is told: everything its picture depends on."""

import hashlib
import random
from dataclasses import dataclass, replace

from PIL import Image


@dataclass(frozen=True, slots=True)
class ControlPicture:
    """A picture whose lines are followed with so much zeal."""

    image: Image.Image
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """The same brief gives the same picture, bit for bit."""

    prompt: str
    negative_prompt: str
    seed: int
    steps: int
    cfg: float
    method: str
    checkpoint: str
    loras: tuple[tuple[str, float], ...] = ()
    controls: tuple[ControlPicture, ...] = ()
    index: int = 0

    def for_picture(self, index: int) -> "Brief":
        """The brief for one picture of a batch."""
        return replace(self, index=index)

    def dice(self, purpose: str) -> random.Random:
        """Chance for one purpose: composition, noise, texture; the same for the same brief."""
        words = (self.prompt, self.checkpoint, self.loras, self.seed, self.index, purpose)
        return random.Random(hashlib.sha256(repr(words).encode()).digest())  # noqa: S311 no secret

    def fine_dice(self, purpose: str) -> random.Random:
        """Chance that also hangs on steps, cfg, method and the negative prompt."""
        words = (self.steps, self.cfg, self.method, self.negative_prompt)
        return self.dice(f"{purpose}{words!r}")
