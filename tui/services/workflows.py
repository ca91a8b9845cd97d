"""Workflows as forms, and filled forms as requests."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from tui.domain.arrangement import Arrangement
from tui.domain.errors import NotListedError, WorkflowError
from tui.domain.forms import Form, PictureField, WorkflowSummary
from tui.domain.request import FieldValue, GenerationRequest
from tui.domain.text import one_line
from tui.domain.workflow import Needs
from tui.services.workflow_memory import WorkflowMemory
from tui.services.workflow_opening import OpenedWorkflow, WorkflowOpener
from tui.services.workflow_ports import AskClasses, CatalogOfServers, SettingsOfWorkflows
from tui.services.workflow_shelf import WorkflowShelf
from tui.services.workflow_values import checked_values
from tui.workflow.fill import fill
from tui.workflow.needs import needs_of
from tui.workflow.requests import request_of, values_of

_UNTOUCHED: Final[Mapping[str, FieldValue]] = MappingProxyType({})


class WorkflowsService:
    """Lists workflows, makes their forms for a server, and checks and fills them.

    A workflow is named by a template's name, the name of one of the person's own, a path to a file (JSON,
    or a picture or video that carries it), or "server:…" for one that lies on the server.
    """

    def __init__(
        self, settings: SettingsOfWorkflows, catalog: CatalogOfServers, ask_classes: AskClasses | None = None
    ) -> None:
        self._settings = settings
        self._memory = WorkflowMemory(settings.paths)
        self._opener = WorkflowOpener(settings, catalog, self._memory, ask_classes)
        self._shelf = WorkflowShelf(settings, catalog, self._memory)

    async def list(self, server: str | None = None) -> tuple[WorkflowSummary, ...]:
        """The workflows that can be tried on a server, or all that are here.

        Pinned ones first, then templates, the person's own, those opened lately, and those on the server.
        """
        return await self._shelf.summaries(server)

    async def form(self, server: str, workflow: str, values: Mapping[str, FieldValue] = _UNTOUCHED) -> Form:
        """The form with the server's own choices and ranges. Raises InputError or ServerError.

        `values`: what is in it so far, since some choices bring fields of their own.
        """
        return (await self._opener.open(server, workflow, values)).form

    async def request(
        self, server: str, workflow: str, values: Mapping[str, FieldValue]
    ) -> GenerationRequest:
        """The complete request that `values` make; text stands for any value. Raises as `form`.

        What is not given takes the form's default; a seed that is not given is drawn here.
        """
        opened = await self._opener.open(server, workflow, values)
        try:
            made = await self._request(opened, server, workflow, values)
        except NotListedError:
            # the person may know of a model that came after the server was asked
            again = await self._opener.open_anew(server, workflow, values)
            if again.defs is opened.defs:
                raise
            made = await self._request(again, server, workflow, values)
        await self._shelf.remember(workflow)
        return made

    async def _request(
        self, opened: OpenedWorkflow, server: str, workflow: str, values: Mapping[str, FieldValue]
    ) -> GenerationRequest:
        if opened.form.problems:
            raise WorkflowError(
                f"“{one_line(workflow, 80)}” cannot run on {server}.", " ".join(opened.form.problems)
            )
        checked, notes = checked_values(opened.form, opened.template, values)
        if any(isinstance(field, PictureField) for field in opened.form.fields):
            checked, more_notes = await asyncio.to_thread(self._with_pictures, opened.form, checked)
            notes = (*notes, *more_notes)
        plan = None
        if opened.template is not None and opened.defs is not None:
            plan = await asyncio.to_thread(fill, opened.template, checked, opened.defs)
            notes = (*opened.template.notes, *notes)
        return request_of(task=opened.form.task, workflow=workflow, values=checked, plan=plan, notes=notes)

    def values_of(self, request: GenerationRequest) -> dict[str, FieldValue]:
        """The values of a form that would make this request again."""
        return values_of(request)

    async def needs(self, server: str, workflow: str) -> Needs:
        """What the workflow needs that the server does not have. Raises as `form`."""
        opened = await self._opener.open(server, workflow, _UNTOUCHED)
        if opened.template is None or opened.defs is None:
            return Needs()
        return await asyncio.to_thread(needs_of, opened.template, opened.form, opened.defs)

    async def graph(self, server: str, workflow: str) -> Mapping[str, Any]:
        """The workflow in API format, as the server would be sent it when nothing is changed."""
        opened = await self._opener.open(server, workflow, _UNTOUCHED)
        if opened.template is None:
            raise WorkflowError(f"{server} does not run ComfyUI workflows.", "Choose a ComfyUI.")
        template, defs = opened.template, opened.defs
        loras = {slot.name: slot.loras for slot in template.slots if slot.loras}
        if not loras or defs is None:
            return template.graph
        return (await asyncio.to_thread(fill, template, loras, defs)).graph

    async def arrangement(self, server: str, workflow: str) -> Arrangement:
        """How the person wants the workflow's fields. Raises as `form`."""
        opened = await self._opener.open(server, workflow, _UNTOUCHED)
        return await asyncio.to_thread(self._memory.arrangement, opened.key)

    async def arrange(self, server: str, workflow: str, wishes: Arrangement) -> Form:
        """Keep an arrangement, for this workflow under whatever name; the form as it is then."""
        opened = await self._opener.open(server, workflow, _UNTOUCHED)
        await asyncio.to_thread(self._memory.arrange, opened.key, wishes)
        return await self.form(server, workflow)

    async def pin(self, workflow: str) -> bool:
        """Put a workflow at the top of the lists, or let it go back; whether it is pinned now."""
        return await self._shelf.pin(workflow)

    async def paste(self, content: str | bytes, title: str = "pasted") -> str:
        """A name for a workflow that comes from the clipboard or a pipe. Raises WorkflowError, SaveError."""
        return await self._shelf.paste(content, title)

    async def carries(self, path: str) -> bool:
        """Whether a file is a workflow, or a picture or video that carries the one it was made with."""
        return await self._shelf.carries(path)

    async def save_copy(
        self, server: str, workflow: str, name: str, values: Mapping[str, FieldValue] | None = None
    ) -> WorkflowSummary:
        """Put a copy among the person's own, with `values` in it where they are given. Raises SaveError."""
        plan = (await self.request(server, workflow, values)).plan if values is not None else None
        return await self._shelf.save_copy(await self._opener.located(server, workflow), name, plan)

    async def thumbnail(self, server: str, workflow: str) -> str | None:
        """A picture of what the workflow makes, on this disk; None where there is none."""
        return await self._shelf.thumbnail(server, workflow)

    def _with_pictures(
        self, form: Form, values: Mapping[str, FieldValue]
    ) -> tuple[Mapping[str, FieldValue], tuple[str, ...]]:
        from tui.services.picture_inputs import prepare_pictures  # Pillow, which a text alone does not need

        prepared = prepare_pictures(form, values, self._settings.paths.cache)
        return prepared.values, prepared.notes
