"""One picture on its way from noise to done."""

from dataclasses import dataclass, field

from PIL import Image, ImageFilter

from tui.demo.painter.brief import Brief
from tui.demo.painter.noise import clouds
from tui.demo.painter.repaint import changed
from tui.demo.painter.scene import paint
from tui.demo.pixels import resized

_WIDEST_BLUR = 0.06  # of the longer side, at the first step
_GLIMPSE_SIDE = 512  # glimpses are made at the size they are sent in, however large the picture is


@dataclass(slots=True, kw_only=True)
class Process:
    """Paints the goal once, then shows the way there."""

    brief: Brief
    size: tuple[int, int]
    start: Image.Image
    uses_start: bool
    """Whether the start is a picture to keep something of, and not an empty latent."""
    denoise: float
    mask: Image.Image | None = None
    _goal: Image.Image | None = field(default=None)
    _small: tuple[Image.Image, Image.Image] | None = field(default=None)

    def finished(self) -> Image.Image:
        """The finished picture; the start remains, to the bit, where the mask is not set."""
        if self._goal is None:
            self._goal = self._paint()
        return self._goal

    def glimpse(self, done: float) -> Image.Image:
        """The picture after this share of the steps, small."""
        if self._small is None:
            goal = self.finished()
            scale = min(1.0, _GLIMPSE_SIDE / max(goal.size))
            size = (max(1, round(goal.width * scale)), max(1, round(goal.height * scale)))
            noise = clouds(self.brief.dice("noise"), size, max(size) / 20, 3, "RGB")
            self._small = (resized(goal, size), noise)
        goal, noise = self._small
        return goal if done >= 1 else self._on_the_way(goal, noise, done)

    def _paint(self) -> Image.Image:
        old = self.start if self.uses_start else None
        goal = paint(self.brief, self.size, old, self.mask)
        if old is not None:
            goal = changed(old, goal, self.denoise, self.brief)
        return goal if self.mask is None else Image.composite(goal, self.start, self.mask)

    def _on_the_way(self, goal: Image.Image, noise: Image.Image, done: float) -> Image.Image:
        left = 1 - done
        blurred = goal.filter(ImageFilter.GaussianBlur(max(goal.size) * _WIDEST_BLUR * left**1.5))
        noisy = Image.blend(blurred, noise, self.denoise * left**1.9 * 0.92)
        if self.mask is None:
            return noisy
        return Image.composite(noisy, goal, resized(self.mask, goal.size))
