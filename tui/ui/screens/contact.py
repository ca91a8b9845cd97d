"""Many pictures, small, in a grid; only those in view are read."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from tui.domain.errors import LatentuiError, PictureError
from tui.domain.text import one_line
from tui.terminal.picture import Picture
from tui.ui.access import app_of, glyphs_of
from tui.ui.finished import Result
from tui.ui.gesture import gesture
from tui.ui.hints import hint
from tui.ui.picture_deeds import compare, do
from tui.ui.plain import plain
from tui.ui.screens.place import Place

if TYPE_CHECKING:
    from tui.services.pictures import PicturesService

SLOT = (26, 12)
"""Columns and rows that a picture takes at least, with its name."""

SIDE = 384
KEPT = 200
"""Thumbnails that are kept, about 30 KB each."""


class Thumbnails:
    """Small pictures by path, made two at a time, the last ones kept."""

    def __init__(self, pictures: "PicturesService") -> None:
        self._pictures = pictures
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._turns = asyncio.Semaphore(2)

    async def get(self, path: str) -> bytes:
        """A small JPEG; raises `PictureError`."""
        async with self._turns:
            if path not in self._kept:
                self._kept[path] = await self._pictures.thumbnail(path, SIDE)
            self._kept.move_to_end(path)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[path]


class Slot(Vertical):
    """A place in the grid; what it shows changes as the sheet is scrolled."""

    DEFAULT_CSS = """
    Slot {
        width: 1fr; height: 1fr; padding: 0 1; border-left: blank;
        & > .name { height: 1; width: 1fr; text-align: center; color: $label;
            text-wrap: nowrap; text-overflow: ellipsis; }
        &.-cursor { border-left: outer $accent; background: $cursor-line; & > .name { color: $foreground; } }
    }
    """

    class Clicked(Message):
        """Somebody pointed at it."""

        def __init__(self, slot: "Slot") -> None:
            super().__init__()
            self.slot = slot

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._thumbnails = thumbnails
        self.result: Result | None = None

    def compose(self) -> ComposeResult:
        yield Picture()
        yield Static("", classes="name")

    def show(self, result: Result | None, *, is_cursor: bool, is_marked: bool) -> None:
        """Take this picture, or none."""
        self.set_class(is_cursor, "-cursor")
        name = one_line(result.name) if result else ""
        mark = ((f"{glyphs_of(self).connected} ", "$accent"),) if is_marked else ()
        self.query_one(".name", Static).update(plain(*mark, name))
        if result != self.result:
            self.result = result
            self._load(result)

    @work(exclusive=True, group="thumbnail")
    async def _load(self, result: Result | None) -> None:
        picture = self.query_one(Picture)
        picture.clear()
        if result is None:
            return
        try:
            picture.show(await self._thumbnails.get(result.output.path))
        except PictureError as error:
            picture.say(one_line(error.title))

    def on_click(self) -> None:
        self.post_message(self.Clicked(self))


class ContactScreen(Place):
    """Pictures as they would lie on a light table."""

    CSS = """
    ContactScreen {
        #title { height: 1; padding: 0 1; color: $label; }
        #sheet { layout: grid; height: 1fr; width: 1fr; grid-gutter: 1 0; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "move(-1, 0)", "Left", id="contact.left", show=False),
        Binding("right,l", "move(1, 0)", "Right", id="contact.right", show=False),
        Binding("up,k", "move(0, -1)", "Up", id="contact.up", show=False),
        Binding("down,j", "move(0, 1)", "Down", id="contact.down", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "A sheet down", id="contact.page-down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "A sheet up", id="contact.page-up", show=False),
        Binding("home,g", "jump(0)", "First", id="contact.first", show=False),
        Binding("end,G", "jump(-1)", "Last", id="contact.last", show=False),
        Binding("enter", "open", "Open", id="contact.open", show=False),
        Binding("b", "batch", "This batch alone, or all", id="contact.batch", show=False),
        Binding("space", "mark", "Mark for comparing", id="contact.mark", show=False),
        Binding("c", "compare", "Compare with the marked", id="contact.compare", show=False),
        Binding("o", "do('view')", "Open in the viewer", id="contact.view", show=False),
        Binding("y", "do('copy_path')", "Copy the path", id="contact.copy-path", show=False),
        Binding("Y", "do('copy_recipe')", "Copy the recipe", id="contact.copy-recipe", show=False),
        Binding("escape,q", "close", "Back", id="contact.close", show=False),
    ]
    HINTS = (
        hint("open", "contact.open"),
        hint("batch", "contact.batch"),
        hint("mark", "contact.mark"),
        hint("compare", "contact.compare"),
        hint("back", "contact.close"),
    )
    cursor: reactive[int] = reactive(0)

    def __init__(
        self, results: Sequence[Result], current: Result | None, chosen: Callable[[Result], object]
    ) -> None:
        super().__init__()
        self._all = tuple(results)
        self._results = self._all
        self._chosen = chosen
        self._marked: Result | None = None
        self._first_row = 0
        self._columns = 1
        self._rows = 1
        self.set_reactive(ContactScreen.cursor, self._all.index(current) if current in self._all else 0)

    def compose_place(self) -> ComposeResult:
        yield Static("", id="title", markup=False)
        yield Container(id="sheet")

    async def on_mount(self) -> None:
        services = app_of(self).services
        self._thumbnails = Thumbnails(services.pictures) if services is not None else None
        await self._lay_out()

    async def on_resize(self, _: events.Resize) -> None:
        await self._lay_out()

    async def _lay_out(self) -> None:
        """As many places as there is room for."""
        if self._thumbnails is None:
            return
        width, height = self.size.width, self.size.height - 2
        self._columns = max(1, width // SLOT[0])
        self._rows = max(1, (height + 1) // (SLOT[1] + 1))
        sheet = self.query_one("#sheet")
        sheet.styles.grid_size_columns, sheet.styles.grid_size_rows = self._columns, self._rows
        slots = list(sheet.query(Slot))
        wanted = self._columns * self._rows
        for slot in slots[wanted:]:
            await slot.remove()
        await sheet.mount_all([Slot(self._thumbnails) for _ in range(wanted - len(slots))])
        self._fill()

    def _fill(self) -> None:
        """Scroll to the cursor and give every place its picture."""
        row = self.cursor // self._columns
        self._first_row = min(max(self._first_row, row - self._rows + 1), row)
        first = self._first_row * self._columns
        for place, slot in enumerate(self.query(Slot)):
            at = first + place
            result = self._results[at] if at < len(self._results) else None
            is_marked = result is not None and result == self._marked
            slot.show(result, is_cursor=at == self.cursor and result is not None, is_marked=is_marked)
        self.query_one("#title", Static).update(plain(self._title_words()))

    def _title_words(self) -> str:
        of = "this batch" if len(self._results) < len(self._all) else "all pictures"
        return f"Contact sheet · {self.cursor + 1} of {len(self._results)} · {of}"

    def watch_cursor(self) -> None:
        if self.is_mounted:
            self._fill()

    @property
    def current(self) -> Result:
        """The picture under the cursor."""
        return self._results[self.cursor]

    def action_move(self, columns: int, rows: int) -> None:
        """Go to a neighbour."""
        self._go(self.cursor + columns + rows * self._columns)

    def action_page(self, sheets: int) -> None:
        """Go as far as what is seen."""
        self._go(self.cursor + sheets * self._rows * self._columns)

    def action_jump(self, index: int) -> None:
        """Go to the first or the last."""
        self._go(index if index >= 0 else len(self._results) - 1)

    def _go(self, index: int) -> None:
        self.cursor = min(max(index, 0), len(self._results) - 1)

    def on_slot_clicked(self, event: Slot.Clicked) -> None:
        result = event.slot.result
        if result is None:
            return
        if result == self.current:
            self.action_open()
        else:
            self.cursor = self._results.index(result)

    def action_open(self) -> None:
        """Show it where the sheet was opened."""
        result = self.current
        self.dismiss()
        self._chosen(result)

    def action_batch(self) -> None:
        """The pictures of one job, or all again."""
        current = self.current
        is_all = self._results == self._all
        self._results = tuple(r for r in self._all if not is_all or r.job.id == current.job.id)
        self.set_reactive(ContactScreen.cursor, self._results.index(current))
        self._fill()

    def action_mark(self) -> None:
        """Mark this one, or take the mark away."""
        self._marked = None if self._marked == self.current else self.current
        self._fill()

    def action_compare(self) -> None:
        """This one beside the marked one, else beside its neighbour."""
        others = (self._marked, *self._results[self.cursor + 1 : self.cursor + 2], *self._results[:1])
        other = next((other for other in others if other is not None and other != self.current), None)
        try:
            compare(self, self.current, other)
        except LatentuiError as error:
            app_of(self).tell(error)

    def action_do(self, verb: str) -> None:
        """Do something with the picture under the cursor."""
        self._do(verb)

    @work(group="picture")
    @gesture
    async def _do(self, verb: str) -> None:
        await do(verb, self, self.current)

    def action_close(self) -> None:
        """Back to where it was opened."""
        self.dismiss()
