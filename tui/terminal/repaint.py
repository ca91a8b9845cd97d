"""Has Textual draw only the widgets, and only the rows, that changed.

For two changes far apart its compositor asks every widget between them for all of its lines, which holds the
event loop for some milliseconds, and then writes only what changed. Textual has no place for this; its
screens read `Compositor` from their own module, which is replaced here. A test tells when that fails.
"""

from collections.abc import Iterable, Iterator

from textual import screen
from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip

_COMPOSITOR = "Compositor"


def install() -> None:
    """From now on screens repaint sparingly."""
    setattr(screen, _COMPOSITOR, SparingCompositor)


class SparingCompositor(Compositor):
    """Textual's compositor, which passes over what has nothing to do with a partial update."""

    def __init__(self) -> None:
        super().__init__()
        self._changed: tuple[Region, ...] = ()

    def render_partial_update(self) -> ChopsUpdate | None:
        """What changed since the last update."""
        self._changed = tuple(self._dirty_regions)
        try:
            return super().render_partial_update()
        finally:
            self._changed = ()

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        """Widgets with their lines; in a partial update only those that lie on what changed.

        Whatever covers a changed cell overlaps its region, so what is passed over is never written.
        """
        return self._touched() if self._changed else super()._get_renders(crop)

    def _touched(self) -> Iterator[tuple[Region, Region, list[Strip]]]:
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            overlaps = seen.overlaps
            touched = [changed for changed in self._changed if overlaps(changed)]
            if touched:
                band = seen.intersection(Region.from_union(touched))
                rows = Region(seen.x, band.y, seen.width, band.height)
                yield region, rows, widget.render_lines(rows.translate((-region.x, -region.y)))
