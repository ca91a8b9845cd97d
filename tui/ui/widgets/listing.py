"""A list drawn only where it is looked at: ten thousand items cost what twenty do."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.domain.text import one_line
from tui.ui.widgets.find_line import FindLine

Item = TypeVar("Item")

Line = Sequence[tuple[str, str]]
"""Pieces of one line: text, and the tone it is said in ("", dim, faint, accent, good, bad, warn, track)."""

_LONGEST = 2000


class Listing(ScrollView, Generic[Item], can_focus=True):
    """Items, one or more lines each, with a cursor. The text of an item is never read as markup."""

    TONES = ("text", "dim", "faint", "accent", "good", "bad", "warn", "track")
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"listing--{tone}" for tone in TONES} | {"listing--cursor"}
    DEFAULT_CSS = """
    Listing {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .listing--dim { color: $label; }
        & > .listing--faint { color: $faint; }
        & > .listing--accent { color: $accent; }
        & > .listing--good { color: $text-success; }
        & > .listing--bad { color: $text-error; }
        & > .listing--warn { color: $text-warning; }
        & > .listing--track { color: $track; }
        & > .listing--cursor { background: $cursor-line; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next", id="list.next", show=False),
        Binding("up,k", "move(-1)", "Previous", id="list.previous", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "Half a page down", id="list.page-down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "Half a page up", id="list.page-up", show=False),
        Binding("home,g", "jump(0)", "First", id="list.first", show=False),
        Binding("end,G", "jump(-1)", "Last", id="list.last", show=False),
        Binding("enter", "choose", "Open", id="list.open", show=False),
        Binding("slash", "find", "Find", id="list.find", show=False),
        Binding("n", "find_next(1)", "Find the next", id="list.find-next", show=False),
        Binding("N", "find_next(-1)", "Find the one before", id="list.find-previous", show=False),
    ]
    cursor: reactive[int] = reactive(0)
    """The item the keys act on; -1 when there is none."""

    @dataclass
    class Moved(Message):
        """The cursor stands on another item."""

        listing: "Listing[object]"

        @property
        def control(self) -> "Listing[object]":
            return self.listing

    @dataclass
    class Chosen(Message):
        """An item was picked with Enter or a click."""

        listing: "Listing[object]"

        @property
        def control(self) -> "Listing[object]":
            return self.listing

    def __init__(
        self,
        draw: Callable[[Item, int], Sequence[Line]] | None = None,
        *,
        id: str | None = None,
        empty: str = "",
        lines_per_item: int = 1,
        always_marks: bool = False,
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._items: tuple[Item, ...] = ()
        self._empty = empty
        self._height = lines_per_item
        self._always_marks = always_marks
        self._sought = ""

    @property
    def items(self) -> tuple[Item, ...]:
        """What is listed."""
        return self._items

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self._items[self.cursor] if 0 <= self.cursor < len(self._items) else None

    def show(self, items: Sequence[Item], cursor: int | None = None) -> None:
        """List other items; the cursor stays at its place unless told otherwise."""
        self._items = tuple(items)
        wanted = self.cursor if cursor is None else cursor
        self.set_reactive(Listing.cursor, min(max(wanted, 0), len(self._items) - 1))
        self._measure()
        self.refresh()
        self._follow()

    def renew(self, items: Sequence[Item], cursor: int) -> None:
        """As `show`, where an item's lines depend on it alone: only those that changed are drawn."""
        if len(items) != len(self._items) or not items or cursor != self.cursor:
            self.show(items, cursor)
            return
        before, self._items = self._items, tuple(items)
        top, width = self.scroll_offset.y, self.outer_size.width
        for index, (old, new) in enumerate(zip(before, items, strict=True)):
            if old != new:
                self.refresh(Region(0, index * self._height - top, width, self._height))

    def say(self, words: str) -> None:
        """What stands there when nothing is listed."""
        self._empty = words
        self.refresh()

    def set_height_of_items(self, lines: int) -> None:
        """How many lines an item takes."""
        if lines != self._height:
            self._height = lines
            self._measure()
            self.refresh()

    def draw_item(self, item: Item, width: int) -> Sequence[Line]:
        """The lines of one item."""
        return self._draw(item, width) if self._draw else ([(str(item), "")],)

    def _measure(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._items) * self._height)

    def on_resize(self) -> None:
        self._measure()
        self._follow()

    def _follow(self) -> None:
        if self._items and self.is_attached:
            region = Region(0, self.cursor * self._height, 1, self._height)
            self.scroll_to_region(region, animate=False, force=True, immediate=True)

    def watch_cursor(self) -> None:
        self._follow()
        self.refresh()
        self.post_message(self.Moved(self))  # type: ignore[arg-type]  # a list of anything

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.scrollable_content_region.width
        index, line = divmod(y + self.scroll_offset.y, self._height)
        if index >= len(self._items):
            words = self._empty if not self._items and y == 0 else ""
            return self._strip([(words, "faint")], width, is_marked=False)
        lines = self.draw_item(self._items[index], width)
        is_marked = index == self.cursor and (self.has_focus or self._always_marks)
        return self._strip(lines[line] if line < len(lines) else (), width, is_marked=is_marked)

    def _strip(self, line: Line, width: int, *, is_marked: bool) -> Strip:
        ground = self.rich_style
        if is_marked:
            ground += self.get_component_rich_style("listing--cursor", partial=True)
        segments = [
            Segment(
                one_line_piece(text),
                ground + self.get_component_rich_style(f"listing--{tone or 'text'}", partial=True),
            )
            for text, tone in line
        ]
        return Strip(segments).adjust_cell_length(width, ground)

    def action_move(self, count: int) -> None:
        """Go some items down or up."""
        if self._items:
            self.cursor = min(max(self.cursor + count, 0), len(self._items) - 1)

    def action_page(self, halves: int) -> None:
        """Go half pages down or up."""
        self.action_move(halves * max(1, self.size.height // self._height // 2))

    def action_jump(self, index: int) -> None:
        """Go to an item by its place; -1 is the last."""
        if self._items:
            self.cursor = index if index >= 0 else len(self._items) - 1

    def action_choose(self) -> None:
        """Pick the item under the cursor."""
        if self.current is not None:
            self.post_message(self.Chosen(self))  # type: ignore[arg-type]  # a list of anything

    def action_find(self) -> None:
        """Look for something in the list."""
        FindLine.open(self)

    def on_find_line_typed(self, event: FindLine.Typed) -> None:
        event.stop()
        self._sought = event.words.casefold()
        self._find(range(len(self._items)))

    def action_find_next(self, step: int) -> None:
        """Go to the next or the previous item that holds what is looked for."""
        count = len(self._items)
        self._find((self.cursor + step * away) % count for away in range(1, count + 1))

    def _find(self, places: Iterable[int]) -> None:
        found = (place for place in places if self._sought and self._sought in self._words_of(place))
        self.cursor = next(found, self.cursor)

    def _words_of(self, place: int) -> str:
        lines = self.draw_item(self._items[place], _LONGEST)
        return " ".join(words for line in lines for words, _ in line).casefold()

    def on_click(self, event: events.Click) -> None:
        index = (event.y + self.scroll_offset.y) // self._height
        if not 0 <= index < len(self._items):
            return
        was_there = index == self.cursor
        self.cursor = index
        if was_there or event.chain > 1:
            self.action_choose()


def one_line_piece(text: str) -> str:
    """A piece of a line with its spaces kept, and nothing in it that ends the line."""
    return (
        text
        if text.isprintable()
        else "".join(character if character.isprintable() else " " for character in text[:_LONGEST])
    )


def spread(left: str, right: str, width: int) -> tuple[str, str]:
    """Two texts at both ends of a width; the left one is cut first."""
    room = max(width - len(right) - 2, 4)
    return one_line(left, room).ljust(room + 2), right
