"""A searchable list that opens right where the choice stands."""

from collections.abc import Callable, Sequence

from textual import on
from textual.geometry import Offset
from textual.widget import Widget

from tui.ui.widgets.search_list import Option, SearchList

_MOST_ROWS = 14
_LEAST_WIDTH = 28


class Popup(SearchList):
    """Lies over the screen below its anchor, and goes away when it is left."""

    DEFAULT_CSS = """
    Popup {
        overlay: screen;
        constrain: inside inside;
        height: auto;
        border-left: outer $accent;
    }
    """

    def __init__(
        self,
        anchor: Widget,
        options: Sequence[Option],
        on_picked: Callable[[str], object],
        *,
        current: str = "",
        takes_other: bool = False,
    ) -> None:
        super().__init__(options, current=current, takes_other=takes_other)
        self._anchor = anchor
        self._on_picked = on_picked
        self._is_open = True

    def on_mount(self) -> None:
        region = self._anchor.region
        widest = max((len(option.text) + len(option.note) + 4 for option in self._options), default=0)
        width = max(region.width, _LEAST_WIDTH, min(widest + 4, 72))
        self.styles.width = min(width, self.screen.size.width)
        rows = min(max(len(self._options), 1), _MOST_ROWS, self.screen.size.height - 4)
        self.listing.styles.height = rows
        self.absolute_offset = Offset(region.x, region.y + 1)

    @classmethod
    def open(
        cls,
        anchor: Widget,
        options: Sequence[Option],
        on_picked: Callable[[str], object],
        *,
        current: str = "",
        takes_other: bool = False,
    ) -> "Popup":
        """Show the list under `anchor` and take the keys until something is picked or left."""
        popup = cls(anchor, options, on_picked, current=current, takes_other=takes_other)
        anchor.screen.mount(popup)
        return popup

    @on(SearchList.Picked)
    def _take(self, event: SearchList.Picked) -> None:
        event.stop()
        self._close(to_anchor=True)
        self._on_picked(event.value)

    @on(SearchList.Dismissed)
    def _leave(self, event: SearchList.Dismissed) -> None:
        event.stop()
        self._close(to_anchor=True)

    def on_descendant_blur(self) -> None:
        self._close(to_anchor=False)

    def _close(self, *, to_anchor: bool) -> None:
        if not self._is_open:
            return
        self._is_open = False
        if to_anchor:
            self._anchor.focus(scroll_visible=False)
        self.remove()
