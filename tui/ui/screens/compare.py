"""Two pictures, side by side or one in the other's place, looked at in the same way."""

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.widgets import Static

from tui.domain.text import one_line
from tui.terminal.picture import Picture
from tui.ui.access import app_of
from tui.ui.finished import Result, differences
from tui.ui.gesture import gesture
from tui.ui.hints import hint
from tui.ui.looks import look_at
from tui.ui.picture_deeds import do
from tui.ui.plain import plain
from tui.ui.screens.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

BOTH, LEFT, RIGHT = "both", "left", "right"


class Half(Vertical):
    """One of the two, with its name and what sets it apart."""

    DEFAULT_CSS = """
    Half {
        width: 1fr; padding: 0 1;
        & > .name { height: 1; width: 1fr; text-align: center; color: $foreground;
            text-wrap: nowrap; text-overflow: ellipsis; }
        & > .apart { height: 1; width: 1fr; text-align: center; color: $label;
            text-wrap: nowrap; text-overflow: ellipsis; }
    }
    """

    def __init__(self, result: Result, apart: str, *, id: str) -> None:
        super().__init__(id=id)
        self.result = result
        self._apart = apart

    def compose(self) -> ComposeResult:
        yield Picture()
        yield Static(plain(one_line(self.result.name)), classes="name")
        yield Static(plain(one_line(self._apart)), classes="apart")

    @property
    def picture(self) -> Picture:
        """The widget."""
        return self.query_one(Picture)

    async def on_mount(self) -> None:
        services = app_of(self).services
        if services is not None:
            look = await look_at(services, self.result.output, self.result.job)
            self._fill(look.caption, look.picture)

    def _fill(self, words: str, data: bytes | None) -> None:
        if data is None:
            self.picture.say(words)
        else:
            self.picture.show(data)
            self.query_one(".name", Static).update(plain(words))


class CompareScreen(Place):
    """The older one on the left."""

    CSS = """
    CompareScreen {
        #halves { height: 1fr; margin: 1 0 0 0; }
        &.-left #right, &.-right #left { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "flip", "One in the other's place", id="compare.flip", show=False),
        Binding("c", "both", "Side by side", id="compare.both", show=False),
        Binding("plus,equals_sign", "zoom('in')", "Closer", id="compare.closer", show=False),
        Binding("minus", "zoom('out')", "Farther", id="compare.farther", show=False),
        Binding("0", "zoom('fit')", "Whole picture", id="compare.fit", show=False),
        Binding("1", "zoom('pixels')", "Pixel by pixel", id="compare.pixels", show=False),
        Binding("h,left", "pan(-1, 0)", "Left", id="compare.left", show=False),
        Binding("l,right", "pan(1, 0)", "Right", id="compare.right", show=False),
        Binding("k,up", "pan(0, -1)", "Up", id="compare.up", show=False),
        Binding("j,down", "pan(0, 1)", "Down", id="compare.down", show=False),
        Binding("o", "do('view')", "Open in the viewer", id="compare.view", show=False),
        Binding("y", "do('copy_path')", "Copy the path", id="compare.copy-path", show=False),
        Binding("Y", "do('copy_recipe')", "Copy the recipe", id="compare.copy-recipe", show=False),
        Binding("escape,q", "close", "Back", id="compare.close", show=False),
    ]
    HINTS = (
        hint("flip", "compare.flip"),
        hint("both", "compare.both"),
        hint("zoom", "compare.closer", "compare.farther", "compare.fit"),
        hint("pan", "compare.left", "compare.down", "compare.up", "compare.right"),
        hint("back", "compare.close"),
    )
    shows: reactive[str] = reactive(BOTH)
    """both, left or right."""

    def __init__(self, one: Result, other: Result) -> None:
        super().__init__()
        self._results = (one, other)

    def compose_place(self) -> ComposeResult:
        with Horizontal(id="halves"):
            sides = zip(self._results, differences(*self._results), (LEFT, RIGHT), strict=True)
            for result, apart, side in sides:
                yield Half(result, apart, id=side)

    def watch_shows(self, shows: str) -> None:
        self.set_class(shows == LEFT, "-left")
        self.set_class(shows == RIGHT, "-right")

    def action_flip(self) -> None:
        """Show the one in the other's place."""
        self.shows = RIGHT if self.shows == LEFT else LEFT

    def action_both(self) -> None:
        """Show them side by side."""
        self.shows = BOTH

    @property
    def _leader(self) -> Half:
        """The one that is looked at; the other follows."""
        return self.query_one(f"#{RIGHT if self.shows == RIGHT else LEFT}", Half)

    def _follow(self) -> None:
        view = self._leader.picture.view
        for half in self._halves:
            if half is not self._leader:
                half.picture.look(view)

    @property
    def _halves(self) -> "Iterable[Half]":
        return self.query(Half)

    def action_zoom(self, how: str) -> None:
        """Closer, farther, the whole picture, or pixel by pixel: both."""
        self._leader.picture.zoom_by(how)
        self._follow()

    def action_pan(self, columns: int, rows: int) -> None:
        """Move over both."""
        self._leader.picture.pan(columns, rows)
        self._follow()

    def action_do(self, verb: str) -> None:
        """Do something with the one that is looked at."""
        self._do(verb)

    @work(group="picture")
    @gesture
    async def _do(self, verb: str) -> None:
        await do(verb, self, self._leader.result)

    def action_close(self) -> None:
        """Back to where it was opened."""
        self.dismiss()
