"""The file picker: a list, a path to type, and the picture under the cursor."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Static

from tui.domain.errors import InputError, LatentuiError
from tui.domain.text import clean, one_line
from tui.ui import words
from tui.ui.access import app_of, glyphs_of
from tui.ui.browsing import Entry, Folder, completed, existing_folder, read_folder, split_typed
from tui.ui.plain import plain
from tui.ui.screens.sheet import Sheet
from tui.ui.widgets.listing import Line, Listing, spread
from tui.ui.widgets.path_input import PathInput
from tui.ui.widgets.popup import Popup
from tui.ui.widgets.search_list import Option

if TYPE_CHECKING:
    from tui.terminal.picture import Picture

LOOK_AFTER = 0.08
"""Seconds the cursor rests on a picture before it is read."""

MOST_BYTES = 200_000_000


class EntryList(Listing[Entry]):
    """The folder's entries; right goes in, left goes out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l", "choose", "Open", id="picker.open", show=False),
        Binding("slash", "screen.type_path", "Type a path", show=False),
    ]


class FilePicker(Sheet[Path]):
    """Gives the path of a picture, or nothing."""

    CSS_PATH = "file_picker.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (90, "-normal")]  # noqa: RUF012 - Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,ctrl+l", "type_path", "Type a path", id="picker.type", show=False),
        Binding("left,h,backspace", "leave_folder", "The folder above", id="picker.up", show=False),
        Binding("full_stop", "turn('hidden')", "Hidden files", id="picker.hidden", show=False),
        Binding("t", "turn('all')", "All files or pictures", id="picker.types", show=False),
        Binding("r", "recent", "Recent folders", id="picker.recent", show=False),
        Binding("tilde", "home", "Home folder", id="picker.home", show=False),
    ]

    def __init__(self, folder: str, recent: Sequence[str] = (), *, title: str = "Picture") -> None:
        super().__init__()
        self._start = folder
        self._recent = tuple(recent)
        self._title = title
        self._folder: Folder | None = None
        self._prefix = ""
        self._shows = {"hidden": False, "all": False}

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Static(plain(self._title), classes="title")
            yield PathInput(placeholder="type a path; Tab completes it", id="path")
            with Horizontal():
                yield EntryList(self._draw, empty="no pictures here; t shows all files", id="entries")
                with Vertical(id="look"):
                    yield Static("", id="facts", markup=False)
            yield Static(_KEYS, classes="keys")

    async def on_mount(self) -> None:
        from tui.terminal.picture import Picture

        await self.query_one("#look").mount(Picture(), before="#facts")
        self.entries.focus()
        self._enter(existing_folder(self._start, *self._recent).absolute())

    @property
    def entries(self) -> Listing[Entry]:
        """The list."""
        return self.query_one(EntryList)

    @property
    def picture(self) -> "Picture":
        """The picture under the cursor."""
        from tui.terminal.picture import Picture

        return self.query_one(Picture)

    def _draw(self, entry: Entry, width: int) -> Sequence[Line]:
        if entry.is_folder:
            return ([(f"{glyphs_of(self).folder} ", "accent"), (one_line(entry.name, width - 2), "")],)
        left, right = spread(entry.name, words.size(entry.size), width - 2)
        return ([("  ", ""), (left, ""), (right, "dim")],)

    @work(exclusive=True, group="folder")
    async def _enter(
        self, path: Path, prefix: str = "", came_from: str = "", typed: str | None = None
    ) -> None:
        """Show a folder; where it is the one shown, only what is typed narrows it down."""
        if self._folder is None or self._folder.path != path:
            try:
                self._folder = await asyncio.to_thread(read_folder, path)
            except InputError as error:
                self._say(error.sentence)
                return
        if not self.is_current:
            return
        self._prefix = prefix
        seen = self._folder.seen(prefix, shows_hidden=self._shows["hidden"], shows_all=self._shows["all"])
        names = [entry.name for entry in seen]
        self.entries.show(seen, names.index(came_from) if came_from in names else 0)
        if typed is None:
            self.query_one(PathInput).put(clean(f"{str(path).rstrip('/')}/"))
        self._look()

    def on_listing_moved(self) -> None:
        self._look()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        """Show the picture under the cursor, once the cursor rests."""
        entry, services = self.entries.current, app_of(self).services
        await asyncio.sleep(LOOK_AFTER)
        if entry is None or entry.is_folder or services is None:
            self._show(None)
            return
        try:
            info = await services.pictures.inspect(entry.path)
            data = await asyncio.to_thread(_read, entry.path)
        except LatentuiError as error:
            self._show(None, sentence=error.title)
        except OSError:
            self._show(None, sentence="It cannot be read.")
        else:
            facts = f"{info.width}×{info.height}  {info.format}  {words.size(info.byte_count)}"
            self._show(data, facts=facts)

    def _show(self, data: bytes | None, *, facts: str = "", sentence: str = "") -> None:
        if not self.is_current:
            return  # left meanwhile
        self._say(facts)
        if data is None:
            self.picture.say(one_line(sentence))
        else:
            self.picture.show(data)

    def _say(self, said: str) -> None:
        if self.is_current:
            self.query_one("#facts", Static).update(plain(said))

    @on(Listing.Chosen)
    def _take_entry(self) -> None:
        entry = self.entries.current
        if entry is not None:
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        if entry.is_folder:
            self.entries.focus()
            self._enter(entry.path)
        else:
            self.dismiss(entry.path)

    @on(Input.Changed, "#path")
    def _follow_typing(self, event: Input.Changed) -> None:
        if self.query_one(PathInput).has_focus and self._folder is not None:
            folder, prefix = split_typed(event.value, self._folder.path)
            self._enter(folder, prefix, typed=event.value)

    @on(Input.Submitted, "#path")
    def _take_typed(self, event: Input.Submitted) -> None:
        path = Path(event.value).expanduser()
        if self._folder is not None:
            path = self._folder.path / path
        self._take_path(path)

    @work(exclusive=True, group="typed")
    async def _take_path(self, path: Path) -> None:
        if await asyncio.to_thread(path.is_dir):
            self.entries.focus()
            self._enter(path)
        elif await asyncio.to_thread(path.is_file):
            self.dismiss(path)
        elif self.entries.current is not None:
            self._take(self.entries.current)
        else:
            self._say(f"There is no file {one_line(str(path))}.")

    def on_path_input_completion_asked(self, event: PathInput.CompletionAsked) -> None:
        event.stop()
        editor = self.query_one(PathInput)
        longer = completed(editor.value, list(self.entries.items))
        if longer == editor.value:
            self.entries.focus()
        editor.put(longer)

    def on_path_input_steered(self, event: PathInput.Steered) -> None:
        event.stop()
        self.entries.action_move(event.count)

    def action_type_path(self) -> None:
        """Put the cursor into the path."""
        self.query_one(PathInput).focus()

    def action_leave_folder(self) -> None:
        """Go to the folder above."""
        if self._folder is not None:
            self._enter(self._folder.path.parent, came_from=self._folder.path.name)

    def action_home(self) -> None:
        """Go to the home folder."""
        self._enter(Path.home())

    def action_turn(self, what: str) -> None:
        """Show or leave out hidden files, or files that are no pictures."""
        self._shows[what] = not self._shows[what]
        if self._folder is not None:
            current = self.entries.current
            self._enter(self._folder.path, self._prefix, came_from=current.name if current else "")

    def action_recent(self) -> None:
        """Go to a folder of before."""
        options = [Option(folder, one_line(folder)) for folder in self._recent]
        Popup.open(self.entries, options, lambda folder: self._enter(Path(folder)))

    def action_close(self) -> None:
        """From the path back to the list, from the list back to the studio."""
        if self.query_one(PathInput).has_focus:
            self.entries.focus()
        else:
            self.dismiss(None)


_KEYS = Content("  ").join(
    plain((key, "$accent"), f" {word}")
    for key, word in (
        ("Enter", "take it"),
        ("/", "type a path"),
        ("h", "up"),
        ("r", "recent"),
        (".", "hidden"),
        ("t", "types"),
        ("Esc", "leave"),
    )
)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES)
