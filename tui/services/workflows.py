"""Workflows as forms, and filled forms as requests."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

from tui.domain.arrangement import Arrangement
from tui.domain.errors import NotListedError, SaveError, ServerError, WorkflowError
from tui.domain.forms import Form, PictureField, WorkflowSummary
from tui.domain.request import FieldValue, GenerationRequest
from tui.domain.server import Capabilities, Catalog
from tui.domain.settings import GenerationDefaults, Settings
from tui.domain.text import one_line
from tui.domain.workflow import Needs, NodeCatalog, ServerWorkflow
from tui.services.workflow_files import (
    OwnWorkflow,
    builtin_template,
    builtin_templates,
    find_own,
    fingerprint,
    own_name,
    read_own,
)
from tui.services.workflow_lists import (
    SERVER,
    own_summaries,
    own_summary,
    recent_summaries,
    server_summary,
    template_summary,
)
from tui.services.workflow_memory import WorkflowMemory
from tui.services.workflow_values import checked_values
from tui.storage.paths import Paths
from tui.workflow.arranging import arranged
from tui.workflow.classes import LORA_CLASSES, classes_of, has_model
from tui.workflow.definitions import NodeDefs
from tui.workflow.fields import build_form
from tui.workflow.fill import fill
from tui.workflow.needs import needs_of
from tui.workflow.requests import request_of, values_of
from tui.workflow.templates import WorkflowTemplate, parse_template

AskClasses = Callable[[str, frozenset[str]], Awaitable[NodeCatalog | None]]
"""The definitions of a server's classes of these names: for who opens one workflow once."""

_REMEMBERED = 16
"""How many of the person's own workflows are kept as they were understood."""


class SettingsOfWorkflows(Protocol):
    """What is asked of the settings."""

    @property
    def current(self) -> Settings:
        """The settings in force."""
        ...

    @property
    def paths(self) -> Paths:
        """Where the person's workflows and derived pictures lie."""
        ...


class CatalogOfServers(Protocol):
    """What is asked of the catalog service."""

    async def catalog(self, server: str) -> Catalog:
        """The names of what a server has."""
        ...

    async def node_catalog(self, server: str) -> NodeCatalog | None:
        """The node definitions of a server that runs graphs."""
        ...

    async def workflows(self, server: str) -> tuple[ServerWorkflow, ...]:
        """The workflows that lie on a server."""
        ...

    async def workflow(self, server: str, name: str) -> bytes:
        """The JSON of one of them."""
        ...

    async def workflow_picture(self, server: str, name: str) -> bytes:
        """A picture of what it makes."""
        ...

    def capabilities(self, server: str) -> Capabilities:
        """What a server can do."""
        ...

    def forget(self, server: str) -> None:
        """Ask anew next time."""
        ...


@dataclass(frozen=True, slots=True)
class _Opened:
    """A workflow on a server: its form and, where graphs run, what fills it."""

    form: Form
    template: WorkflowTemplate | None = None
    defs: NodeDefs | None = None


class WorkflowsService:
    """Lists workflows, makes their forms for a server, and checks and fills them.

    A workflow is named by a template's name, the name of one of the person's own, a path to a file (JSON,
    or a picture or video that carries it), or "server:…" for one that lies on the server.
    """

    def __init__(
        self, settings: SettingsOfWorkflows, catalog: CatalogOfServers, ask_classes: AskClasses | None = None
    ) -> None:
        self._settings = settings
        self._catalog = catalog
        self._ask_classes = ask_classes
        self._memory = WorkflowMemory(settings.paths)
        self._defs: dict[str, tuple[NodeCatalog, NodeDefs]] = {}
        self._own: dict[tuple[object, ...], tuple[NodeDefs, WorkflowTemplate]] = {}
        self._fetched: dict[tuple[str, str], Path] = {}

    async def list(self, server: str | None = None) -> tuple[WorkflowSummary, ...]:
        """The workflows that can be tried on a server, or all that are here.

        Templates first, then the person's own, those opened lately, and those that lie on the server.
        """
        templates = await asyncio.to_thread(builtin_templates)
        if server is not None:
            capabilities = self._catalog.capabilities(server)
            if not capabilities.runs_graphs:
                from tui.services.task_forms import task_summaries  # for servers without graphs

                return task_summaries(capabilities, templates)
        here = await asyncio.to_thread(self._here, templates)
        if server is None:
            return here
        try:
            there = await self._catalog.workflows(server)
        except ServerError:
            return here
        return (*here, *map(server_summary, there))

    def _here(self, templates: Mapping[str, WorkflowTemplate]) -> tuple[WorkflowSummary, ...]:
        known = (
            *map(template_summary, templates.values()),
            *own_summaries(self._settings.paths.workflows),
        )
        return (*known, *recent_summaries(self._memory.recent(), known))

    async def form(self, server: str, workflow: str) -> Form:
        """The form with the server's own choices and ranges. Raises InputError or ServerError."""
        return (await self._open(server, workflow)).form

    async def request(
        self, server: str, workflow: str, values: Mapping[str, FieldValue]
    ) -> GenerationRequest:
        """The complete request that `values` make; text stands for any value. Raises as `form`.

        What is not given takes the form's default; a seed that is not given is drawn here.
        """
        opened = await self._open(server, workflow)
        try:
            made = await self._request(opened, server, workflow, values)
        except NotListedError:
            # the person may know of a model that came after the server was asked
            again = await self._open_anew(server, workflow)
            if again.defs is opened.defs:
                raise
            made = await self._request(again, server, workflow, values)
        await self._remember(workflow)
        return made

    async def _request(
        self, opened: _Opened, server: str, workflow: str, values: Mapping[str, FieldValue]
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
        opened = await self._open(server, workflow)
        if opened.template is None or opened.defs is None:
            return Needs()
        return await asyncio.to_thread(needs_of, opened.template, opened.form, opened.defs)

    async def graph(self, server: str, workflow: str) -> Mapping[str, Any]:
        """The workflow in API format, as the server would be sent it when nothing is changed."""
        opened = await self._open(server, workflow)
        if opened.template is None:
            raise WorkflowError(f"{server} does not run ComfyUI workflows.", "Choose a ComfyUI.")
        return opened.template.graph

    async def arrangement(self, server: str, workflow: str) -> Arrangement:
        """How the person wants the workflow's fields. Raises as `form`."""
        opened = await self._open(server, workflow)
        return await asyncio.to_thread(self._memory.arrangement, _key(opened))

    async def arrange(self, server: str, workflow: str, wishes: Arrangement) -> Form:
        """Keep an arrangement, for this workflow under whatever name; the form as it is then."""
        opened = await self._open(server, workflow)
        await asyncio.to_thread(self._memory.arrange, _key(opened), wishes)
        return (await self._open(server, workflow)).form

    async def paste(self, content: str | bytes, title: str = "pasted") -> str:
        """A name for a workflow that comes from the clipboard or a pipe. Raises WorkflowError, SaveError."""
        data = content.encode() if isinstance(content, str) else content
        path = await asyncio.to_thread(self._memory.keep, data, title)
        await asyncio.to_thread(read_own, path, title)  # says what is wrong with it
        return str(path)

    async def save_copy(
        self, server: str, workflow: str, name: str, values: Mapping[str, FieldValue] | None = None
    ) -> WorkflowSummary:
        """Put a copy among the person's own, with `values` in it where they are given. Raises SaveError."""
        from tui.services.workflow_copies import save_copy  # which making a picture does not need

        folder = self._settings.paths.workflows
        plan = (await self.request(server, workflow, values)).plan if values is not None else None
        found = await self._located(server, workflow)
        path = await asyncio.to_thread(save_copy, folder, found, name, plan)
        return await asyncio.to_thread(own_summary, folder, path)

    async def thumbnail(self, server: str, workflow: str) -> str | None:
        """A picture of what the workflow makes, on this disk; None where there is none."""
        if not workflow.startswith(SERVER):
            found = [summary for summary in await self.list() if workflow in (summary.name, summary.path)]
            return found[0].picture if found else None
        file = self._memory.picture_file(f"{server} {workflow}")
        if await asyncio.to_thread(file.is_file):
            return str(file)
        try:
            data = await self._catalog.workflow_picture(server, workflow.removeprefix(SERVER))
            return str(await asyncio.to_thread(self._memory.keep_picture, data, f"{server} {workflow}"))
        except (ServerError, SaveError):
            return None

    async def _open(self, server: str, workflow: str) -> _Opened:
        defaults = self._defaults(server)
        if not self._catalog.capabilities(server).runs_graphs:
            templates = await asyncio.to_thread(builtin_templates)
            return await self._open_task(server, workflow, templates, defaults)
        template = await asyncio.to_thread(builtin_template, workflow)
        defs = await self._node_defs(server, await asyncio.to_thread(self._classes, workflow, template))
        if template is None:
            found = await self._located(server, workflow)
            template = await asyncio.to_thread(self._own_template, found, workflow, defs)
        form = await asyncio.to_thread(build_form, template, defs, defaults)
        wishes = await asyncio.to_thread(self._memory.arrangement, template.key)
        return _Opened(arranged(form, wishes), template, defs)

    async def _open_anew(self, server: str, workflow: str) -> _Opened:
        self._catalog.forget(server)
        return await self._open(server, workflow)

    async def _open_task(
        self,
        server: str,
        workflow: str,
        templates: Mapping[str, WorkflowTemplate],
        defaults: Mapping[str, FieldValue],
    ) -> _Opened:
        if workflow not in templates:
            raise WorkflowError(
                f"{server} does not run ComfyUI workflows.", f"Use one of {', '.join(templates)}."
            )
        from tui.services.task_forms import task_form  # for servers without graphs

        catalog = await self._catalog.catalog(server)
        # asked again: what a server can do is known better once it has answered
        capabilities = self._catalog.capabilities(server)
        return _Opened(task_form(templates[workflow], capabilities, catalog, defaults))

    async def _located(self, server: str, workflow: str) -> str:
        """The name or path of a workflow that lies on this disk; a server's is fetched."""
        if not workflow.startswith(SERVER):
            return workflow
        key = (server, workflow)
        known = self._fetched.get(key)
        if known is None or not await asyncio.to_thread(known.is_file):
            name = workflow.removeprefix(SERVER)
            data = await self._catalog.workflow(server, name)
            title = name.rpartition("/")[2].removesuffix(".json")
            known = self._fetched[key] = await asyncio.to_thread(self._memory.keep, data, title)
        return str(known)

    async def _remember(self, workflow: str) -> None:
        if builtin_template(workflow) is not None:
            return
        try:
            await asyncio.to_thread(self._memory.remember, workflow)
        except SaveError:
            return  # a convenience, which must not keep a job from running

    def _with_pictures(
        self, form: Form, values: Mapping[str, FieldValue]
    ) -> tuple[Mapping[str, FieldValue], tuple[str, ...]]:
        from tui.services.picture_inputs import prepare_pictures  # Pillow, which a text alone does not need

        prepared = prepare_pictures(form, values, self._settings.paths.cache)
        return prepared.values, prepared.notes

    def _classes(self, workflow: str, template: WorkflowTemplate | None) -> frozenset[str] | None:
        """The only classes that the workflow needs; None: all are asked for."""
        if self._ask_classes is None or workflow.startswith(SERVER):
            return None
        if template is not None:
            return classes_of(template.graph)
        path = find_own(self._settings.paths.workflows, workflow)
        return classes_of(read_own(path, workflow).data) if path.suffix == ".json" else None

    async def _node_catalog(self, server: str, classes: frozenset[str] | None) -> NodeCatalog | None:
        if self._ask_classes is None or classes is None:
            return await self._catalog.node_catalog(server)
        catalog = await self._ask_classes(server, classes)
        if catalog is None or not has_model(catalog.definitions) or classes >= LORA_CLASSES:
            return catalog
        more = await self._ask_classes(server, LORA_CLASSES - classes)
        return catalog if more is None else NodeCatalog({**catalog.definitions, **more.definitions})

    async def _node_defs(self, server: str, classes: frozenset[str] | None) -> NodeDefs:
        catalog = await self._node_catalog(server, classes)
        if catalog is None:
            raise WorkflowError(f"{server} does not say which nodes it has.", "Check that it is a ComfyUI.")
        known = self._defs.get(server)
        if known is None or known[0] is not catalog:
            known = self._defs[server] = (catalog, NodeDefs(catalog.definitions))
        return known[1]

    def _own_template(self, found: str, workflow: str, defs: NodeDefs) -> WorkflowTemplate:
        folder = self._settings.paths.workflows
        path = find_own(folder, found)
        key = (workflow, *fingerprint(path))
        known = self._own.get(key)
        if known is None or known[0] is not defs:
            is_own = path.is_relative_to(folder)
            own = read_own(path, own_name(folder, path) if is_own else _title(workflow, path))
            if len(self._own) >= _REMEMBERED:
                self._own.clear()
            known = self._own[key] = (defs, _understood(own, defs))
        return known[1]

    def _defaults(self, server: str) -> Mapping[str, FieldValue]:
        settings = self._settings.current.server(server)
        defaults = settings.defaults if settings else GenerationDefaults()
        return {field.name: getattr(defaults, field.name) for field in fields(defaults)}


def _title(workflow: str, path: Path) -> str:
    if workflow.startswith(SERVER):
        return one_line(workflow.rpartition("/")[2].removesuffix(".json"), 80)
    return path.stem


def _key(opened: _Opened) -> str:
    return opened.template.key if opened.template is not None else opened.form.workflow


def _understood(own: OwnWorkflow, defs: NodeDefs) -> WorkflowTemplate:
    if own.description is not None:
        return parse_template(own.name, own.data, own.description)
    from tui.workflow.opening import open_workflow  # the conversion, which no template needs

    return open_workflow(own.name, own.data, defs, own.canvas, keeps_seeds=own.is_result)
