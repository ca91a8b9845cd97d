"""The fields of a workflow as the person wants them: in front, in which order, hidden, under which names."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui.domain.arrangement import Arrangement
from tui.domain.forms import Field, Form
from tui.ui.access import app_of
from tui.ui.gesture import gesture
from tui.ui.plain import plain
from tui.ui.screens.line_sheet import LineSheet
from tui.ui.screens.sheet import Sheet
from tui.ui.widgets.listing import Line, Listing, spread

if TYPE_CHECKING:
    from tui.services.workflows import WorkflowsService

_KEYS = (
    ("Space", "pin"),
    ("x", "hide"),
    ("J K", "move"),
    ("e", "rename"),
    ("Esc", "done"),
)


class FieldList(Listing[Field]):
    """The fields, in the order of the form."""


async def arrange_sheet(workflows: "WorkflowsService", server: str, workflow: str) -> "ArrangeSheet":
    """The sheet for a workflow. Raises InputError or ServerError."""
    form = await workflows.form(server, workflow)
    return ArrangeSheet(workflows, server, workflow, form, await workflows.arrangement(server, workflow))


class ArrangeSheet(Sheet[None]):
    """Every change is kept at once."""

    DEFAULT_CSS = """
    ArrangeSheet > .panel { height: 80%; max-width: 100; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pin", "Pin, or unpin", id="arrange.pin", show=False),
        Binding("x", "hide", "Hide, or show again", id="arrange.hide", show=False),
        Binding("J,shift+down", "move(1)", "Move down", id="arrange.down", show=False),
        Binding("K,shift+up", "move(-1)", "Move up", id="arrange.up", show=False),
        Binding("e", "rename", "Rename", id="arrange.rename", show=False),
    ]

    def __init__(
        self, workflows: "WorkflowsService", server: str, name: str, form: Form, wishes: Arrangement
    ) -> None:
        super().__init__()
        self._workflows = workflows
        self._server = server
        self._workflow = name
        self._form = form
        self._wishes = wishes

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Static(plain(f"Fields of {self._form.title}"), classes="title")
            yield FieldList(self._draw, empty="It has no fields.", id="fields")
            pieces = [piece for key, word in _KEYS for piece in ((key, "$accent"), f" {word}   ")]
            yield Static(plain(*pieces), classes="keys")

    def on_mount(self) -> None:
        self._list.show(self._form.fields)
        self._list.focus()

    @property
    def _list(self) -> FieldList:
        return self.query_one(FieldList)

    def _draw(self, field: Field, width: int) -> Sequence[Line]:
        is_pinned = field.name in self._wishes.pinned
        state = "pinned" if is_pinned else "further" if field.is_advanced else ""
        state = "hidden" if field.is_hidden else state
        left, right = spread(field.label, f"{field.name}  {state}".strip(), width)
        return ([(left, "faint" if field.is_hidden else "accent" if is_pinned else ""), (right, "dim")],)

    async def action_pin(self) -> None:
        """Put the field in front, or back where it was."""
        if (field := self._list.current) is not None:
            is_pinned = field.name in self._wishes.pinned
            await self._keep(self._wishes.unpin(field.name) if is_pinned else self._wishes.pin(field.name))

    async def action_hide(self) -> None:
        """Put the field out of sight, or back."""
        if (field := self._list.current) is not None:
            await self._keep(
                self._wishes.show(field.name) if field.is_hidden else self._wishes.hide(field.name)
            )

    async def action_move(self, by: int) -> None:
        """Move the field among the pinned ones."""
        if (field := self._list.current) is not None:
            await self._keep(self._wishes.move(field.name, by))

    @work(exclusive=True, group="ask")
    async def action_rename(self) -> None:
        """Call the field something else; nothing gives it its own name back."""
        if (field := self._list.current) is not None:
            name = await app_of(self).push_screen_wait(LineSheet("Call it", text=field.label))
            if name is not None:
                await self._keep(self._wishes.rename(field.name, name))

    @gesture
    async def _keep(self, wishes: Arrangement) -> None:
        marked = self._list.current
        self._form = await self._workflows.arrange(self._server, self._workflow, wishes)
        self._wishes = wishes
        names = [field.name for field in self._form.fields]
        at = names.index(marked.name) if marked is not None and marked.name in names else None
        self._list.show(self._form.fields, at)
