"""One picture on its way from noise to done."""

from dataclasses import dataclass, field

from PIL import Image, ImageFilter

from tui.demo.painter.brief import Brief
from tui.demo.painter.noise import clouds
from tui.demo.painter.repaint import changed
from tui.demo.painter.scene import paint

_WIDEST_BLUR = 0.06  # of the longer side, at the first step


@dataclass(slots=True, kw_only=True)
class Process:
    """Paints the goal once, then shows the way there."""

    brief: Brief
    size: tuple[int, int]
    start: Image.Image | None
    denoise: float
    mask: Image.Image | None
    _goal: Image.Image | None = field(default=None)
    _noise: Image.Image | None = field(default=None)

    def after(self, done: float) -> Image.Image:
        """The picture after this share of the steps; 1 is the finished one."""
        goal = self._painted_goal()
        shown = goal if done >= 1 else self._on_the_way(goal, done)
        if self.mask is None or self.start is None:
            return shown
        return Image.composite(shown, self.start, self.mask)

    def _painted_goal(self) -> Image.Image:
        if self._goal is None:
            goal = paint(self.brief, self.size, self.start, self.mask)
            self._goal = goal if self.start is None else changed(self.start, goal, self.denoise, self.brief)
        return self._goal

    def _on_the_way(self, goal: Image.Image, done: float) -> Image.Image:
        if self._noise is None:
            self._noise = clouds(self.brief.dice("noise"), self.size, 24, 3, "RGB")
        left = 1 - done
        blurred = goal.filter(ImageFilter.GaussianBlur(max(self.size) * _WIDEST_BLUR * left**1.5))
        return Image.blend(blurred, self._noise, self.denoise * left**1.9 * 0.92)
