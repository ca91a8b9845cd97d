"""The values that travel along links: what ComfyUI holds in tensors and models."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from PIL import Image

from tui.demo.pixels import resized

Images: TypeAlias = tuple[Image.Image, ...]
"""A batch of one size, RGB, or RGBA after JoinImageWithAlpha."""

Masks: TypeAlias = tuple[Image.Image, ...]
"""A batch of "L" pictures; 255 = repaint."""


@dataclass(frozen=True, slots=True)
class Model:
    """The painter as a checkpoint and its LoRAs make it."""

    checkpoint: str
    loras: tuple[tuple[str, float], ...] = ()

    def with_lora(self, name: str, strength: float) -> "Model":
        """The same painter with one more habit; at strength 0 the same as before."""
        return self if strength == 0 else replace(self, loras=(*self.loras, (name, strength)))


@dataclass(frozen=True, slots=True)
class Control:
    """A picture whose edges the painter follows."""

    image: Image.Image
    strength: float
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, slots=True)
class Conditioning:
    """What the painter is asked for."""

    texts: tuple[str, ...]
    controls: tuple[Control, ...] = ()

    def with_control(self, control: Control) -> "Conditioning":
        """The same wish along one more control picture."""
        return self if control.strength == 0 else replace(self, controls=(*self.controls, control))


@dataclass(frozen=True, slots=True)
class Latent:
    """Pixels in the place of a latent: this engine's encoder and decoder lose nothing."""

    pictures: Images
    is_empty: bool = False
    noise_mask: Masks | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pictures[0].size


def at(batch: tuple[Image.Image, ...], index: int) -> Image.Image:
    """The picture for one of a batch; shorter batches repeat."""
    return batch[index % len(batch)]


def fitted(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A mask at another size, bilinear as ComfyUI does."""
    return mask if mask.size == size else resized(mask, size)
