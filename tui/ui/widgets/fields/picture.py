"""A field that takes a picture file."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.domain.forms import Media, PictureField
from tui.domain.request import FieldValue, PictureInput
from tui.domain.text import one_line
from tui.ui.plain import plain
from tui.ui.widgets.fields.row import FieldRow


class PictureSlot(Widget, can_focus=True):
    """The name of the picture in a field, or an invitation."""

    DEFAULT_CSS = """
    PictureSlot {
        width: 1fr; height: 1; padding: 0 1; background: $background;
        &:focus { background: $panel; color: $accent; }
        &.-empty { color: $faint; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space,right,l", "ask", "Pick a picture", id="picture.pick", show=False),
        Binding("s", "ask_server", "A file on the server", id="picture.server", show=False),
        Binding("delete,backspace,x", "clear", "No picture", id="picture.clear", show=False),
        Binding("down,j", "app.focus_next", "Next field", show=False),
        Binding("up,k", "app.focus_previous", "Previous field", show=False),
    ]
    path: reactive[str] = reactive("")
    facts: reactive[str] = reactive("")
    """Size in pixels and bytes, once it was looked at."""

    is_required: reactive[bool] = reactive(False)
    knows_server: reactive[bool] = reactive(False)
    """Whether the server has files to choose from."""

    class Asked(Message):
        """The person wants to pick a picture."""

    class ServerAsked(Message):
        """The person wants one that lies on the server."""

    @dataclass
    class Given(Message):
        """A path was pasted or dropped onto the field; empty: the picture is taken away."""

        path: str

    def watch_path(self, path: str) -> None:
        self.set_class(not path, "-empty")

    def render(self) -> Content:
        """Name and size."""
        if not self.path:
            ways = "^o picks, s server’s" if self.knows_server else "^o picks one"
            return plain(f"{'needed' if self.is_required else 'none'}: {ways}")
        room = max(self.content_size.width - len(self.facts) - 2, 8)
        return plain(one_line(Path(self.path).name, room), "  ", (self.facts, "$label"))

    def action_ask(self) -> None:
        """Open the file picker."""
        self.post_message(self.Asked())

    def action_ask_server(self) -> None:
        """Choose among the server's files."""
        self.post_message(self.ServerAsked())

    def action_clear(self) -> None:
        """Take the picture away."""
        self.post_message(self.Given(""))

    def on_click(self) -> None:
        self.action_ask()

    def on_paste(self, event: events.Paste) -> None:
        """Terminals paste the path of a file that is dropped on them."""
        event.stop()
        from tui.ui.dropped import first_path

        if path := first_path(event.text):
            self.post_message(self.Given(path))


class PictureRow(FieldRow):
    """A picture or mask."""

    DEFAULT_CSS = """
    PictureRow > .hint { width: auto; max-width: 50%; }
    """

    @dataclass
    class PictureAsked(Message):
        """A picture is to be picked for this field."""

        row: "PictureRow"

    @dataclass
    class ServerAsked(Message):
        """A file on the server is to be picked for this field."""

        row: "PictureRow"

    @dataclass
    class Inspected(Message):
        """A picture came into the field and wants to be looked at."""

        row: "PictureRow"
        path: str

    def __init__(self, field: PictureField, value: FieldValue) -> None:
        super().__init__(field, value)
        self._media: Media = field.media
        self._choices = field.choices

    def compose_editor(self) -> ComposeResult:
        slot = PictureSlot()
        slot.set_reactive(PictureSlot.path, self._path)
        slot.set_reactive(PictureSlot.is_required, self.field.is_required)
        slot.set_reactive(PictureSlot.knows_server, bool(self._choices))
        slot.set_class(not self._path, "-empty")
        yield slot

    @property
    def tells_complaint(self) -> bool:
        return bool(self._path)

    @property
    def media(self) -> Media:
        """What kind of file it takes."""
        return self._media

    @property
    def _path(self) -> str:
        return self._value.path if isinstance(self._value, PictureInput) else str(self._value or "")

    def on_mount(self) -> None:
        self._look()

    def show_value(self, value: FieldValue) -> None:  # noqa: ARG002 - it is held already
        for slot in self.query(PictureSlot):
            slot.path, slot.facts = self._path, ""
        self._look()

    def _look(self) -> None:
        if isinstance(self._value, PictureInput) and not self.field.unavailable:
            self.post_message(self.Inspected(self, self._path))
        elif self._path:
            self.tell_facts(self._path, "on the server")

    def put(self, path: str) -> None:
        """Take the picture at `path`, or none."""
        value = PictureInput(path) if path else None
        if value != self._value:
            self.take(value)
            self.show_value(value)

    def tell_facts(self, path: str, facts: str, problem: str = "") -> None:
        """What came out when the picture was looked at."""
        if path == self._path:
            self.query_one(PictureSlot).facts = facts
            self.complaint = problem or self.complaint

    @property
    def choices(self) -> tuple[str, ...]:
        """The files on the server."""
        return self._choices

    def name_on_server(self, name: str) -> None:
        """Take a file that lies on the server, by its name there."""
        self.take(name)
        self.show_value(name)

    def on_picture_slot_server_asked(self, event: PictureSlot.ServerAsked) -> None:
        event.stop()
        self.post_message(self.ServerAsked(self))

    def on_picture_slot_asked(self, event: PictureSlot.Asked) -> None:
        event.stop()
        self.post_message(self.PictureAsked(self))

    def on_picture_slot_given(self, event: PictureSlot.Given) -> None:
        event.stop()
        self.put(str(Path(event.path).expanduser().absolute()) if event.path else "")
