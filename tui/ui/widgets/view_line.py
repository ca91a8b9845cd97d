"""Which jobs are listed, how many there are of each sort, and how the queue stands."""

from collections.abc import Mapping, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widgets import Static

from tui.domain.job import JobStatus
from tui.ui.job_pages import VIEWS, View
from tui.ui.plain import plain

WIDE = 100
"""Columns of the screen that leave room for the keys of the views."""


class ViewTabs(Static):
    """The views with their numbers; a click chooses one."""

    shown: reactive[int] = reactive(0)
    counts: reactive[Mapping[JobStatus, int]] = reactive(dict, layout=True)
    has_keys: reactive[bool] = reactive(True, layout=True)

    def render(self) -> Content:
        """The chosen one stands out."""
        return Content("  ").join(self._tab(index, view) for index, view in enumerate(VIEWS))

    def _tab(self, index: int, view: View) -> Content:
        word = "$accent bold" if index == self.shown else "$label"
        count = f" {sum(self.counts.get(status, 0) for status in view.statuses)}" if self.counts else ""
        key = f"{index + 1} " if self.has_keys else ""
        tab = plain((key, "$faint"), (view.name, word), (count, "$foreground" if count else ""))
        return tab.stylize(Style.from_meta({"view": index}))

    async def on_click(self, event: events.Click) -> None:
        index = event.style.meta.get("view")
        if isinstance(index, int):
            await self.run_action(f"screen.view({index})")


class ViewLine(Horizontal):
    """The views on the left; what is paused, sought and still to come on the right."""

    DEFAULT_CSS = """
    ViewLine {
        height: 1; background: $surface;
        & > ViewTabs { width: auto; padding: 0 1; }
        & > .state {
            width: 1fr; padding: 0 1; text-align: right; color: $label;
            text-wrap: nowrap; text-overflow: ellipsis;
        }
    }
    """
    shown: reactive[int] = reactive(0)
    counts: reactive[Mapping[JobStatus, int]] = reactive(dict)
    state: reactive[Sequence[tuple[str, str]]] = reactive(())
    """Pieces of text with their styles."""

    def compose(self) -> ComposeResult:
        yield ViewTabs().data_bind(ViewLine.shown, ViewLine.counts)
        yield Static("", classes="state", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        self.query_one(ViewTabs).has_keys = event.size.width >= WIDE

    def watch_state(self, state: Sequence[tuple[str, str]]) -> None:
        self.query_one(".state", Static).update(plain(*state))
