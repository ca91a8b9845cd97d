"""Workflows: the templates, the person's own, those opened lately, and what lies on the chosen server."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static

from tui.domain.errors import LatentuiError
from tui.domain.forms import WorkflowSummary
from tui.ui.access import app_of
from tui.ui.dropped import first_path
from tui.ui.gesture import gesture
from tui.ui.hints import hint
from tui.ui.looks import Look
from tui.ui.plain import plain
from tui.ui.screens.line_sheet import LineSheet
from tui.ui.screens.place import Place
from tui.ui.widgets.heading import Heading
from tui.ui.widgets.listing import Line, Listing, spread
from tui.ui.widgets.picture_pane import PicturePane
from tui.ui.workflow_words import description, origin

if TYPE_CHECKING:
    from tui.services.workflows import WorkflowsService

LOOK_AFTER = 0.08
"""Seconds on one workflow before it is looked at: a key held down asks no server."""

_LARGEST_PICTURE = 32 * 1024 * 1024


class WorkflowList(Listing[WorkflowSummary]):
    """What can be made."""


class WorkflowsScreen(Place):
    """List, picture and description; Enter takes one into the studio."""

    CSS_PATH = "places.tcss"
    AUTO_FOCUS = "#list"
    DEFAULT_CSS = """
    WorkflowsScreen {
        #thumbnail { height: 2fr; margin: 0 0 1 0; display: none; }
        #side.-has-thumbnail #thumbnail { display: block; }
        #about { height: 3fr; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "open", "Open a file", id="workflows.open", show=False),
        Binding("c", "copy", "Save a copy", id="workflows.copy", show=False),
        Binding("p", "pin", "Pin to the top, or let go", id="workflows.pin", show=False),
        Binding("a", "arrange", "Arrange its fields", id="workflows.arrange", show=False),
        Binding("escape", "app.go('studio')", "Back to the studio", show=False),
    ]
    HINTS = (
        hint("into the studio", "list.open"),
        hint("find", "list.find"),
        hint("open a file", "workflows.open"),
        hint("pin", "workflows.pin"),
        hint("save a copy", "workflows.copy"),
        hint("arrange", "workflows.arrange"),
        hint("studio", "place.studio"),
        hint("help", "app.help"),
    )

    def compose_place(self) -> ComposeResult:
        yield Heading("Workflows").data_bind(Place.jobs)
        with Horizontal(id="body"):
            yield WorkflowList(self._draw, empty="No server is chosen yet.", id="list")
            with Vertical(id="side"):
                yield PicturePane(id="thumbnail")
                with VerticalScroll(id="about"):
                    yield Static("", id="details", markup=False)

    @property
    def _list(self) -> WorkflowList:
        return self.query_one(WorkflowList)

    @property
    def _server(self) -> str:
        session = app_of(self).session
        return session.draft.server if session is not None else ""

    @property
    def _workflows(self) -> "WorkflowsService | None":
        services = app_of(self).services
        return services.workflows if services is not None and self._server else None

    def _draw(self, summary: WorkflowSummary, width: int) -> Sequence[Line]:
        session = app_of(self).session
        is_current = session is not None and session.draft.workflow == summary.name
        left, right = spread(summary.title or summary.name, origin(summary), width)
        return ([(left, "accent" if is_current else ""), (right, "dim")],)

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self._refresh()

    @work(exclusive=True, group="workflows")
    async def _refresh(self) -> None:
        session = app_of(self).session
        if session is None:
            return
        marked = self._list.current.name if self._list.current is not None else ""
        try:
            workflows = await session.workflows()
            names = [summary.name for summary in workflows]
            self._list.show(workflows, names.index(marked) if marked in names else None)
        except LatentuiError as error:
            self._list.say(error.sentence)
        self._look()

    def on_listing_moved(self) -> None:
        self._look()

    @work(exclusive=True, group="describe")
    async def _look(self) -> None:
        await asyncio.sleep(LOOK_AFTER)
        summary, workflows = self._list.current, self._workflows
        details = self.query_one("#details", Static)
        if summary is None or workflows is None:
            details.update("")
            return
        details.update(plain(summary.description))
        self.query_one("#about").scroll_home(animate=False)
        try:
            form = await workflows.form(self._server, summary.name)
            needs = await workflows.needs(self._server, summary.name)
        except LatentuiError as error:
            details.update(plain(f"{summary.description}\n\n{error.sentence}".strip()))
        else:
            details.update(plain(description(summary, form, needs)))
        await self._show_picture(summary, workflows)

    async def _show_picture(self, summary: WorkflowSummary, workflows: "WorkflowsService") -> None:
        path = summary.picture
        if path is None and summary.has_picture:
            path = await workflows.thumbnail(self._server, summary.name)
        data = await asyncio.to_thread(_read, path) if path is not None else b""
        self.query_one("#side").set_class(bool(data), "-has-thumbnail")
        if data:
            pane = self.query_one(PicturePane)
            await pane.open()
            pane.show(Look("", data))

    def on_listing_chosen(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        """Take the workflow into the studio."""
        if self._list.current is not None:
            self._choose(self._list.current.name)

    def action_find(self) -> None:
        """Look for a workflow."""
        self._list.action_find()

    def _choose(self, workflow: str) -> None:
        app = app_of(self)
        app.call_later(app.choose, "workflow", workflow)

    @work(exclusive=True, group="ask")
    async def action_open(self) -> None:
        """Open a workflow file, or the workflow in a picture or a video."""
        question = LineSheet("Open a workflow", hint="a JSON file, or a picture or video made by ComfyUI")
        path = await app_of(self).push_screen_wait(question)
        if path:
            await self._open(path)

    async def on_paste(self, event: events.Paste) -> None:
        """A file dropped on the terminal comes as its path; a workflow that was copied, as its text."""
        event.stop()
        await self._open(event.text.strip())

    @gesture
    async def _open(self, given: str) -> None:
        workflows = self._workflows
        if workflows is None or not given:
            return
        name = await workflows.paste(given) if given.startswith("{") else first_path(given)
        await workflows.form(self._server, name)  # says what is wrong with it before the place is left
        self._choose(name)

    @work(exclusive=True, group="ask")
    async def action_copy(self) -> None:
        """Save a copy among the person's own."""
        summary = self._list.current
        if summary is None or self._workflows is None:
            return
        name = await app_of(self).push_screen_wait(LineSheet("Save a copy as", text=f"{summary.title} copy"))
        if name:
            await self._copy(summary, name)

    @gesture
    async def _copy(self, summary: WorkflowSummary, name: str) -> None:
        if self._workflows is not None:
            copy = await self._workflows.save_copy(self._server, summary.name, name)
            app_of(self).say(f"Saved as {copy.name}.")
            self._refresh()

    @gesture
    async def action_pin(self) -> None:
        """Put the workflow at the top of the lists, or let it go back to its place."""
        if self._list.current is not None and self._workflows is not None:
            await self._workflows.pin(self._list.current.name)
            self._refresh()

    @gesture
    async def action_arrange(self) -> None:
        """Pin, hide, order and rename the workflow's fields."""
        from tui.ui.screens.arrange_sheet import arrange_sheet

        summary, workflows = self._list.current, self._workflows
        if summary is not None and workflows is not None:
            sheet = await arrange_sheet(workflows, self._server, summary.name)
            await app_of(self).push_screen(sheet, self._note_arranged)

    def _note_arranged(self, _: None) -> None:
        self._look()


def _read(path: str) -> bytes:
    """The bytes of a picture; none where it cannot be read or is no small one."""
    try:
        found = Path(path)
        return found.read_bytes() if found.stat().st_size <= _LARGEST_PICTURE else b""
    except OSError:
        return b""
