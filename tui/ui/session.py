"""What the studio is at, apart from the screen: the draft, its form, and what is sent."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tui.domain.errors import InputError
from tui.domain.forms import ChoiceField, Form, WorkflowSummary
from tui.domain.job import Job
from tui.domain.request import FieldValue, GenerationRequest
from tui.domain.server import Connection, ConnectionState
from tui.domain.settings import ServerKind
from tui.domain.text import one_line
from tui.services.elsewhere import with_elsewhere
from tui.services.fitting import fitted
from tui.ui.carrying import Left, carried, stand_in
from tui.ui.draft import Draft, starting_values
from tui.ui.words import server_label

if TYPE_CHECKING:
    from tui.services.bundle import Services

_NOTHING: Final[Mapping[str, FieldValue]] = MappingProxyType({})


class Session:
    """Gestures come in as verbs; services do the work; the draft is replaced by each change."""

    def __init__(self, services: "Services", draft: Draft) -> None:
        self._services = services
        self.draft = draft
        self.form: Form | None = None
        """The form of the draft's workflow on the draft's server, once it was fetched."""

        self.losses: tuple[str, ...] = ()
        """What did not go along when the server was changed, in sentences."""

        self._form_of = ("", "")
        self._came_from: Form | None = None
        self._left = Left()
        self._wish = ""
        self._is_fresh = False
        self._edited: Job | None = None

    @property
    def image_servers(self) -> tuple[Connection, ...]:
        """The servers that are on and make pictures."""
        return tuple(
            connection
            for connection in self._services.connections.connections
            if connection.kind != ServerKind.LMSTUDIO and connection.state is not ConnectionState.OFF
        )

    def choose_server(self, name: str = "") -> str:
        """Take the server of that name, else the draft's, else one that is on; empty when none is."""
        names = [connection.server for connection in self.image_servers]
        wanted = next((known for known in (name, self.draft.server) if known in names), None)
        chosen = wanted or next(iter(names), "")
        if chosen != self.draft.server:
            self.losses = ()
        self.draft = self.draft.with_server(chosen)
        return chosen

    def wish_for_server(self, name: str) -> None:
        """Take that server as soon as it is listed."""
        self._wish = name

    def take_wished_server(self) -> bool:
        """Whether the server wished for came, and was taken."""
        if not self._wish or self._wish not in {state.server for state in self.image_servers}:
            return False
        self.draft = self.draft.with_server(self._wish)
        self._wish = ""
        return True

    def is_back(self, before: tuple[Connection, ...], after: tuple[Connection, ...]) -> bool:
        """Whether the chosen server answers now and did not before: what it offers may be new."""
        was, now = (_answers(self.draft.server, states) for states in (before, after))
        return now and not was

    def sees_others(self, before: tuple[Connection, ...], after: tuple[Connection, ...]) -> bool:
        """Whether other servers came or went, that could do what the chosen one cannot."""
        was, now = (
            {state.server for state in states if state.state is ConnectionState.CONNECTED}
            for states in (before, after)
        )
        return self.form is not None and was != now

    def restore(self, draft: Draft) -> None:
        """Back to an earlier draft, all its values with it."""
        self._is_fresh = False
        self._edited = None
        self.draft = draft

    def choose_workflow(self, name: str) -> None:
        """Take another workflow; the values that fit it stay, unless it brings its own."""
        self._is_fresh = name != self.draft.workflow
        self.losses = ()
        self.draft = self.draft.with_workflow(name)

    async def workflows(self) -> tuple[WorkflowSummary, ...]:
        """What can be made on the chosen server."""
        return await self._services.workflows.list(self.draft.server) if self.draft.server else ()

    async def open_form(self) -> Form:
        """Fetch the form for the draft's workflow and server, and fill what the draft does not know."""
        if self.draft.server != self._form_of[0]:
            await self._settle_workflow()
        wanted = (self.draft.server, self.draft.workflow)
        if wanted != self._form_of and self.form is not None:
            self._leave(self.form)
        known = _NOTHING if self._is_fresh else self.draft.values
        form = await self._services.workflows.form(*wanted, known)
        if wanted == (self.draft.server, self.draft.workflow):
            self._take(form, wanted)
        return self.form or form

    def _leave(self, form: Form) -> None:
        """Remember what was chosen here, for who comes back."""
        self._came_from, self.form = form, None
        self._left.leave(self._form_of[0], form, self.draft.values)

    def _take(self, form: Form, wanted: tuple[str, str]) -> None:
        """Fill a form that was fetched with what is meant."""
        catalog = self._services.catalog
        others = {server_label(name): able for name, able in catalog.others(wanted[0]).items()}
        form = with_elsewhere(form, catalog.capabilities(wanted[0]), others)
        is_elsewhere = self._form_of[0] not in ("", wanted[0])
        self._form_of = wanted
        brings_its_own = self._is_fresh and form.brings_values
        self._is_fresh = False
        if brings_its_own:
            brought = starting_values(form, _NOTHING)
            self._left.change(*brought)
            self.draft = self.draft.with_values(brought)
        elif is_elsewhere:
            self._carry(form)
        else:
            values = starting_values(form, self.draft.values)
            self.draft = self.draft.carried(values, self.draft.aside)
        self.form = replace(form, notes=(*form.notes, *self.losses)) if self.losses else form

    def _carry(self, form: Form) -> None:
        """Bring the draft to the form of another server."""
        fit = carried(form, self._came_from, self.draft, self._left)
        self.draft = self.draft.carried(fit.values, fit.aside)
        self.losses = (*self.losses, *fit.losses)

    async def _settle_workflow(self) -> None:
        """Where no graphs run, a workflow of the person's gives way to the built-in one for its task."""
        draft = self.draft
        if self._services.catalog.capabilities(draft.server).runs_graphs:
            if draft.workflow_aside:
                self.draft = draft.with_workflow(draft.workflow_aside)
            return
        known = await self._services.workflows.list()
        if any(item.name == draft.workflow and item.source == "template" for item in known):
            return
        self.draft = draft.with_stand_in(stand_in(self.form or self._came_from))
        names = {item.name: item.title for item in known}
        title = one_line(names.get(draft.workflow, draft.workflow.rpartition("/")[2]), 60)
        why = f"{server_label(draft.server)} does not run ComfyUI's workflow “{title}”"
        self.losses = (f"{why}: “{names[self.draft.workflow]}” stands in for it.",)

    def edit(self, name: str, value: FieldValue) -> bool:
        """The person gave a field another value; whether other fields come and go with it."""
        if self.draft.values.get(name) != value or name not in self.draft.values:
            self.draft = self.draft.with_values({name: value})
            self._left.change(name)
        field = self.form.field(name) if self.form is not None else None
        return isinstance(field, ChoiceField) and field.brings_fields

    @property
    def prompts(self) -> tuple[FieldValue, FieldValue]:
        """Prompt and negative prompt."""
        return self.draft.values.get("prompt"), self.draft.values.get("negative_prompt")

    def values(self) -> dict[str, FieldValue]:
        """The values of the form's fields, as they are sent."""
        form = self.form
        if form is None:
            raise InputError(
                "There is no form yet.", f"{self.draft.server or 'The server'} has to answer first."
            )
        return {
            field.name: self.draft.values[field.name]
            for field in form.fields
            if field.name in self.draft.values and not field.unavailable
        }

    async def generate(self) -> Job:
        """Send what the form says; the job is queued when this returns."""
        values, draft = self.values(), self.draft
        request = await self._services.workflows.request(draft.server, draft.workflow, values)
        job = await self._submit(draft.server, request)
        self.losses = ()
        self.draft = self.draft.with_prompt_sent(request.prompt, request.seed)
        return job

    async def _submit(self, server: str, request: GenerationRequest) -> Job:
        edited, self._edited = self._edited, None
        generation = self._services.generation
        if edited is None or edited.server != server:
            return await generation.submit(server, request, wait_for_server=True)
        await generation.edit(edited.id, request)
        return generation.job(edited.id)

    @property
    def edited(self) -> Job | None:
        """The waiting job that the next `generate` changes, if it still can."""
        return self._edited

    def edit_job(self, job: Job) -> None:
        """Put a waiting job's request into the draft; the next `generate` on its server replaces it."""
        self.reuse(job.request)
        self.draft = self.draft.with_server(job.server)
        self._edited = job

    def reuse(self, request: GenerationRequest) -> None:
        """Put an earlier request back into the draft, with its seed."""
        self._edited = None
        values = self._services.workflows.values_of(request)
        self._left.change(*values)
        self.draft = self.draft.with_workflow(request.workflow).with_values(values)

    async def take_recipe(self, picture: str) -> bool:
        """Put the values that made a picture into the form; False where the server reads none in it."""
        server = self.draft.server
        values = await self._services.catalog.recipe(server, Path(picture))
        if not values or self.form is None or server != self.draft.server:
            return False
        fit = fitted(self.form, values, server_label(server))
        self.losses = fit.losses
        self._left.change(*values)
        self.draft = self.draft.with_values(fit.values)
        return True

    def turn_seed(self) -> FieldValue:
        """Random becomes the last seed that was used, a fixed one becomes random; gives the new value."""
        seed = self.draft.last_seed if self.draft.values.get("seed") is None else None
        self.edit("seed", seed)
        return seed


def _answers(server: str, connections: tuple[Connection, ...]) -> bool:
    return any(state.server == server and state.state is ConnectionState.CONNECTED for state in connections)
