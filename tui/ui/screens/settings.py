"""Settings: the servers, and what holds for all of them."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.domain.errors import InputError, LatentuiError
from tui.domain.forms import ChoiceField, Form, IntegerField, TextField, ToggleField
from tui.domain.request import FieldValue, Task
from tui.domain.server import Connection, ConnectionState
from tui.domain.settings import ServerSettings, Settings
from tui.domain.text import one_line
from tui.ui import words
from tui.ui.access import app_of, glyphs_of
from tui.ui.gesture import gesture
from tui.ui.hints import hint
from tui.ui.plain import plain
from tui.ui.screens.place import Place
from tui.ui.server_form import switched
from tui.ui.theme import THEMES
from tui.ui.widgets.form import FormPanel
from tui.ui.widgets.heading import Heading
from tui.ui.widgets.listing import Line, Listing

if TYPE_CHECKING:
    from tui.services.bundle import Services

WRITE_AFTER = 0.6
"""Seconds without typing after which a change is written."""

ROOMY = 96
"""Columns from which a server's kind is told beside its name."""

GRAPHICS = ("auto", "kitty", "iterm2", "sixel", "half", "quadrant", "none")
GENERAL = Form(
    workflow="settings",
    title="Settings",
    task=Task.CUSTOM,
    fields=(
        TextField(name="pictures_folder", label="Pictures"),
        TextField(name="name_pattern", label="File names"),
        ChoiceField(name="theme", label="Theme", choices=tuple(theme.name for theme in THEMES)),
        ChoiceField(name="graphics", label="Graphics", choices=GRAPHICS, note="from the next start on"),
        IntegerField(name="queue_depth", label="Sent ahead", minimum=1, maximum=100),
        ToggleField(name="keep_previews", label="Keep previews"),
        ToggleField(name="hand_over_memory", label="Share memory"),
    ),
)


class ServerList(Listing[ServerSettings]):
    """Servers with what can be done to each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "screen.switch", "On or off", id="settings.switch", show=False),
        Binding("a", "screen.add", "Add a server", id="settings.add", show=False),
        Binding("t", "screen.test", "Test it now", id="settings.test", show=False),
        Binding("delete,d", "screen.remove", "Remove it", id="settings.remove", show=False),
    ]


class SettingsScreen(Place):
    """Changes are written to the settings file as they are made; comments in it stay."""

    CSS_PATH = "settings.tcss"
    AUTO_FOCUS = "#servers"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.go('studio')", "Back to the studio", show=False),
    ]
    HINTS = (
        hint("on/off", "settings.switch"),
        hint("edit", "list.open"),
        hint("add", "settings.add"),
        hint("test", "settings.test"),
        hint("help", "app.help"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._pending: dict[str, str | int] = {}

    def compose_place(self) -> ComposeResult:
        yield Heading("Settings").data_bind(Place.jobs)
        with Vertical(id="body"):
            yield Static("", id="problem", markup=False)
            yield Static("Servers", classes="section")
            yield ServerList(self._draw, empty="Starting…", id="servers")
            yield Static("", id="about", markup=False)
            yield Static("For all", classes="section")
            yield FormPanel(id="general")
            yield Static("", id="file", markup=False)

    @property
    def services(self) -> "Services":
        """The services; raises InputError while they still open."""
        services = app_of(self).services
        if services is None:
            raise InputError("Not ready yet.", "Latentui is still starting.")
        return services

    @property
    def _list(self) -> Listing[ServerSettings]:
        return self.query_one(ServerList)

    async def on_mount(self) -> None:
        app = app_of(self)
        app.settings_changed.subscribe(self, self._show)
        if app.services is not None:
            await self.query_one(FormPanel).show(GENERAL, _general(app.services.settings.current))
            self._show(app.services.settings.current)

    def _show(self, settings: Settings) -> None:
        source = self.services.settings
        problem = source.problem
        self.query_one("#problem", Static).update(plain(problem.sentence if problem else ""))
        self.set_class(problem is not None, "-broken")
        self.query_one("#file", Static).update(plain(f"All of this is kept in {source.paths.settings_file}"))
        self._list.show(settings.servers)
        if not self._pending:
            self.query_one(FormPanel).put_values(_general(settings))

    def watch_connections(self) -> None:
        self._list.refresh()
        self.on_listing_moved()

    def _connection(self, name: str) -> Connection | None:
        return next((state for state in self.connections if state.server == name), None)

    def _draw(self, server: ServerSettings, width: int) -> Sequence[Line]:
        state = self._connection(server.name)
        is_on = server.is_enabled and state is not None
        mark = glyphs_of(self).connection(state.state if is_on and state else ConnectionState.OFF)
        tone = _TONES[state.state] if is_on and state else "faint"
        said = words.connection(state) if is_on and state else "off"
        kind = server.kind.label if width >= ROOMY else ""
        address_width = 40 if width >= ROOMY else 30
        columns = (
            (f"{one_line(words.server_label(server.name), 20):<22}", "" if server.is_enabled else "dim"),
            (f"{kind:<11}" if kind else "", "dim"),
            (f"{one_line(server.url, address_width - 2):<{address_width}}", "dim"),
        )
        rest = max(width - 2 - sum(len(words) for words, _ in columns), 8)
        return ([(f"{mark} ", tone), *columns, (one_line(said, rest), "bad" if tone == "bad" else "faint")],)

    def on_listing_moved(self) -> None:
        """Under the list: the whole of what is wrong with the server."""
        server = self._list.current
        state = self._connection(server.name) if server else None
        said = f"{state.error_title} {state.error_advice}".strip() if state else ""
        self.query_one("#about", Static).update(plain(said))

    def on_listing_chosen(self) -> None:
        self.action_edit()

    @gesture
    async def action_switch(self) -> None:
        """Switch the server on or off."""
        if self._list.current is not None:
            await self.services.settings.put_server(switched(self._list.current))

    def action_edit(self) -> None:
        """Change the server."""
        if self._list.current is not None:
            self._edit(self._list.current)

    def action_add(self) -> None:
        """Add a server."""
        self._edit(None)

    @work(exclusive=True, group="server")
    @gesture
    async def _edit(self, old: ServerSettings | None) -> None:
        from tui.ui.screens.server_sheet import ServerSheet

        settings = self.services.settings
        sheet = ServerSheet(old, lambda name: settings.current.server(name) is not None)
        server = await app_of(self).push_screen_wait(sheet)
        if server is None:
            return
        await settings.put_server(server)
        if old is not None and old.name != server.name:
            await settings.remove_server(old.name)

    @work(group="server")
    @gesture
    async def action_remove(self) -> None:
        """Forget the server, after a question."""
        from tui.ui.screens.question import Question

        server = self._list.current
        if server is None:
            return
        question = f"Remove the server {words.server_label(server.name)}?"
        if await app_of(self).push_screen_wait(Question(question, "Its address and keys are forgotten.")):
            await self.services.settings.remove_server(server.name)

    @work(group="test")
    @gesture
    async def action_test(self) -> None:
        """Look at the server now."""
        server = self._list.current
        if server is None:
            return
        state = await self.services.connections.check(server.name)
        name = words.server_label(server.name)
        if state.state is not ConnectionState.CONNECTED:
            raise LatentuiError(state.error_title or f"{name} does not answer.", state.error_advice)
        status = state.status
        product = f"{status.product} {status.version}".strip() if status else name
        app_of(self).say(f"{product} answers: {words.connection(state)}")

    @on(FormPanel.Edited)
    def _take(self, event: FormPanel.Edited) -> None:
        if isinstance(event.value, str | int):
            self._pending[event.name] = event.value
            self._write()

    @work(exclusive=True, group="write")
    @gesture
    async def _write(self) -> None:
        await asyncio.sleep(WRITE_AFTER)
        wrong = self.query_one(FormPanel).first_complaint
        if wrong is not None:
            self._pending.pop(wrong.field.name, None)
        changes, self._pending = self._pending, {}
        try:
            if changes:
                await self.services.settings.change(**changes)
        except asyncio.CancelledError:
            self._pending = changes | self._pending  # for the write that interrupts this one
            raise


_TONES = {
    ConnectionState.CONNECTED: "good",
    ConnectionState.CONNECTING: "warn",
    ConnectionState.UNREACHABLE: "bad",
    ConnectionState.OFF: "faint",
}


def _general(settings: Settings) -> dict[str, FieldValue]:
    return {field.name: getattr(settings, field.name) for field in GENERAL.fields}
