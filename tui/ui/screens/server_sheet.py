"""One server's settings."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.domain.errors import LatentuiError
from tui.domain.forms import Field, TextField
from tui.domain.request import FieldValue
from tui.domain.settings import ServerKind, ServerSettings
from tui.ui.plain import plain
from tui.ui.screens.sheet import Sheet
from tui.ui.server_form import SECRETS, server_form, server_from
from tui.ui.widgets.fields.row import FieldRow
from tui.ui.widgets.fields.secret import SecretRow
from tui.ui.widgets.form import FormPanel


class ServerPanel(FormPanel):
    """The form of a server; keys and passwords have a row of their own."""

    HEADS_FRONT = True

    def __init__(self, server: ServerSettings | None) -> None:
        super().__init__()
        self._set = {"api_key"} if server and server.api_key else set[str]()
        self._set |= {"password"} if server and server.password else set[str]()

    def row_for(self, field: Field, value: FieldValue) -> FieldRow:
        if isinstance(field, TextField) and field.name in SECRETS:
            return SecretRow(field, is_set=field.name in self._set)
        return super().row_for(field, value)


class ServerSheet(Sheet[ServerSettings]):
    """Gives the changed server, or nothing."""

    DEFAULT_CSS = """
    ServerSheet > .panel { max-width: 84; height: 90%; max-height: 30; }
    ServerSheet .why-not { color: $text-error; height: auto; }
    ServerSheet FieldRow Input, ServerSheet FieldRow Pick, ServerSheet FieldRow Switch { background: $panel; }
    ServerSheet FieldRow Input:focus, ServerSheet FieldRow Pick:focus, ServerSheet FieldRow Switch:focus {
        background: $surface;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "keep", "Keep it", id="server.keep", priority=True),
    ]

    def __init__(self, server: ServerSettings | None, has_name: Callable[[str], bool]) -> None:
        super().__init__()
        self._old = server
        self._has_name = has_name
        self._form, self._values = server_form(server)

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Static(plain(self._form.title), classes="title")
            yield ServerPanel(self._old)
            yield Static("", classes="why-not", markup=False)
            yield Static(plain(("^s", "$accent"), " keep   ", ("Esc", "$accent"), " leave"), classes="keys")

    async def on_mount(self) -> None:
        panel = self.query_one(ServerPanel)
        await panel.show(self._form, self._values)
        panel.rows[0].focus_editor()

    def on_form_panel_edited(self, event: FormPanel.Edited) -> None:
        before = self._values.get(event.name)
        self._values[event.name] = event.value
        if event.name == "kind" and self._values["url"] == ServerKind(str(before)).default_url:
            self._values["url"] = ServerKind(str(event.value)).default_url
            self.query_one(ServerPanel).put_values(self._values)

    def action_keep(self) -> None:
        """Close with what was entered, if it can stand."""
        line = self.query_one(".why-not", Static)
        try:
            server = server_from(self._values, self._old)
        except LatentuiError as error:
            line.update(plain(error.sentence))
            return
        if (self._old is None or self._old.name != server.name) and self._has_name(server.name):
            line.update(plain("There is a server of this name already."))
            return
        self.dismiss(server)
