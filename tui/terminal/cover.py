"""Whether a widget is in view, and whether pixels may be drawn over it, by what lies on what."""

from collections.abc import Mapping

from textual.geometry import Region
from textual.widget import Widget


def is_seen(widget: Widget) -> bool:
    """Whether any of it is in view, be it under a modal screen."""
    found = _shown(widget).get(widget)
    return widget.screen.is_current and found is not None and bool(found[0].intersection(found[1]).area)


def is_clear(widget: Widget) -> bool:
    """Whether all of it is in view and nothing lies on it, which pixels would be drawn over."""
    screen, shown = widget.screen, _shown(widget)
    if not screen.is_active or widget not in shown:
        return False
    region, clip = shown[widget]
    if clip.intersection(region) != region or not screen.region.contains_region(region):
        return False
    for other, (place, part) in shown.items():
        if other is widget:
            return True
        if other.visible and place.intersection(part).overlaps(region):
            return False
    return True


def _shown(widget: Widget) -> Mapping[Widget, tuple[Region, Region]]:
    """Region and clip of the widgets in view, the uppermost first.

    Only the compositor knows; it has no public name. A test with a toast pins it.
    """
    return widget.screen._compositor.visible_widgets  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
