"""Whether pixels may be drawn over a widget: all of it is in view and nothing lies on it."""

from textual.widget import Widget


def is_clear(widget: Widget) -> bool:
    """Graphics that are not text would be drawn over whatever covers the widget."""
    screen = widget.screen
    if not screen.is_active or not widget.is_on_screen:
        return False
    # the only place that knows what lies on what; a test with a toast pins it
    shown = screen._compositor.visible_widgets  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    if widget not in shown:
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
