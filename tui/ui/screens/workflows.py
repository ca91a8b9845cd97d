"""Workflows: what can be made on the chosen server."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from tui.domain.errors import LatentuiError
from tui.domain.forms import Form, WorkflowSummary
from tui.ui.access import app_of
from tui.ui.plain import plain
from tui.ui.screens.place import Place
from tui.ui.widgets.heading import Heading
from tui.ui.widgets.listing import Line, Listing, spread


class WorkflowList(Listing[WorkflowSummary]):
    """What can be made."""


class WorkflowsScreen(Place):
    """List and description; Enter takes one into the studio."""

    CSS_PATH = "places.tcss"
    AUTO_FOCUS = "#list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.go('studio')", "Back to the studio", show=False),
    ]
    HINTS = (
        ("enter", "into the studio", "screen.take"),
        ("f2", "studio", "app.go('studio')"),
        ("f1", "help", "app.help"),
    )

    def compose_place(self) -> ComposeResult:
        yield Heading("Workflows").data_bind(Place.jobs)
        with Horizontal(id="body"):
            yield WorkflowList(self._draw, empty="No server is chosen yet.", id="list")
            with VerticalScroll(id="side"):
                yield Static("", id="details", markup=False)

    @property
    def _list(self) -> WorkflowList:
        return self.query_one(WorkflowList)

    def _draw(self, summary: WorkflowSummary, width: int) -> Sequence[Line]:
        session = app_of(self).session
        is_current = session is not None and session.draft.workflow == summary.name
        left, right = spread(summary.title or summary.name, "" if summary.is_builtin else "yours", width)
        return ([(left, "accent" if is_current else ""), (right, "dim")],)

    def on_screen_resume(self) -> None:
        self._refresh()

    @work(exclusive=True, group="workflows")
    async def _refresh(self) -> None:
        session = app_of(self).session
        if session is None:
            return
        try:
            self._list.show(await session.workflows())
        except LatentuiError as error:
            self._list.say(error.sentence)
        self._describe()

    def on_listing_moved(self) -> None:
        self._describe()

    @work(exclusive=True, group="describe")
    async def _describe(self) -> None:
        summary, app = self._list.current, app_of(self)
        details = self.query_one("#details", Static)
        if summary is None or app.session is None or app.services is None:
            details.update("")
            return
        details.update(plain(summary.description))
        try:
            form = await app.services.workflows.form(app.session.draft.server, summary.name)
        except LatentuiError as error:
            details.update(plain(f"{summary.description}\n\n{error.sentence}"))
            return
        details.update(plain("\n\n".join(filter(None, (summary.description, _lacks(form), _fields(form))))))

    def on_listing_chosen(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        """Take the workflow into the studio."""
        if self._list.current is not None:
            app = app_of(self)
            app.call_later(app.choose, "workflow", self._list.current.name)


def _lacks(form: Form) -> str:
    return "\n".join(form.problems)


def _fields(form: Form) -> str:
    return "It asks for: " + ", ".join(field.label.lower() for field in form.fields) + "."
