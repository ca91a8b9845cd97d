"""One of a few things, picked from a list that can be searched."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from tui.ui.plain import plain
from tui.ui.screens.sheet import Sheet
from tui.ui.widgets.search_list import Option, SearchList


class PickSheet(Sheet[str]):
    """Type to find, Enter takes it, Esc gives nothing."""

    DEFAULT_CSS = """
    PickSheet > .panel { max-width: 72; & SearchList { height: 12; max-height: 60%; } }
    """

    def __init__(self, question: str, options: Sequence[Option], *, takes_other: bool = False) -> None:
        super().__init__()
        self._takes_other = takes_other
        self._question = question
        self._options = options

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Static(plain(self._question), classes="title")
            yield SearchList(self._options, takes_other=self._takes_other)

    @on(SearchList.Picked)
    def _take(self, event: SearchList.Picked) -> None:
        self.dismiss(event.value)

    @on(SearchList.Dismissed)
    def _leave(self) -> None:
        self.dismiss(None)
