"""From the name of a workflow to its form on a server, and to what fills it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from tui.domain.errors import WorkflowError
from tui.domain.forms import Form
from tui.domain.request import FieldValue
from tui.domain.settings import GenerationDefaults
from tui.domain.text import one_line
from tui.domain.workflow import NodeCatalog
from tui.services.workflow_files import (
    OwnWorkflow,
    builtin_template,
    builtin_templates,
    find_own,
    fingerprint,
    own_name,
    read_own,
)
from tui.services.workflow_lists import SERVER
from tui.services.workflow_memory import WorkflowMemory
from tui.services.workflow_ports import AskClasses, CatalogOfServers, SettingsOfWorkflows
from tui.workflow.arranging import arranged
from tui.workflow.classes import LORA_CLASSES, classes_of, has_model
from tui.workflow.definitions import NodeDefs
from tui.workflow.fields import build_form
from tui.workflow.shaping import shaped
from tui.workflow.templates import WorkflowTemplate, parse_template

_REMEMBERED = 16
"""How many of the person's own workflows are kept as they were understood."""


@dataclass(frozen=True, slots=True)
class OpenedWorkflow:
    """A workflow on a server: its form and, where graphs run, what fills it."""

    form: Form
    template: WorkflowTemplate | None = None
    defs: NodeDefs | None = None

    @property
    def key(self) -> str:
        """What it is remembered by."""
        return self.template.key if self.template is not None else self.form.workflow


class WorkflowOpener:
    """Finds, reads and understands workflows; what was understood once is kept for a while."""

    def __init__(
        self,
        settings: SettingsOfWorkflows,
        catalog: CatalogOfServers,
        memory: WorkflowMemory,
        ask_classes: AskClasses | None,
    ) -> None:
        self._settings = settings
        self._catalog = catalog
        self._memory = memory
        self._ask_classes = ask_classes
        self._defs: dict[str, tuple[NodeCatalog, NodeDefs]] = {}
        self._own: dict[tuple[object, ...], tuple[NodeDefs, WorkflowTemplate]] = {}
        self._fetched: dict[tuple[str, str], Path] = {}

    async def open(self, server: str, workflow: str, values: Mapping[str, FieldValue]) -> OpenedWorkflow:
        """The form as `values` shape it: some choices bring fields. Raises InputError or ServerError."""
        if not self._catalog.capabilities(server).runs_graphs:
            return await self._open_task(server, workflow)
        template = await asyncio.to_thread(builtin_template, workflow)
        defs = await self._node_defs(server, await asyncio.to_thread(self._classes, workflow, template))
        if template is None:
            found = await self.located(server, workflow)
            template = await asyncio.to_thread(self._own_template, found, workflow, defs)
        return await asyncio.to_thread(self._understood, template, defs, self._defaults(server), values)

    async def open_anew(self, server: str, workflow: str, values: Mapping[str, FieldValue]) -> OpenedWorkflow:
        """The same once the server was asked again what it has."""
        self._catalog.forget(server)
        return await self.open(server, workflow, values)

    async def located(self, server: str, workflow: str) -> str:
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

    def _understood(
        self,
        template: WorkflowTemplate,
        defs: NodeDefs,
        defaults: Mapping[str, FieldValue],
        values: Mapping[str, FieldValue],
    ) -> OpenedWorkflow:
        template = shaped(template, values, defs)
        wishes = self._memory.arrangement(template.key)
        return OpenedWorkflow(arranged(build_form(template, defs, defaults), wishes), template, defs)

    async def _open_task(self, server: str, workflow: str) -> OpenedWorkflow:
        templates = await asyncio.to_thread(builtin_templates)
        if workflow not in templates:
            raise WorkflowError(
                f"{server} does not run ComfyUI workflows.", f"Use one of {', '.join(templates)}."
            )
        from tui.services.task_forms import task_form  # for servers without graphs

        catalog = await self._catalog.catalog(server)
        # asked again: what a server can do is known better once it has answered
        capabilities = self._catalog.capabilities(server)
        return OpenedWorkflow(task_form(templates[workflow], capabilities, catalog, self._defaults(server)))

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
            known = self._own[key] = (defs, _template_of(own, defs))
        return known[1]

    def _defaults(self, server: str) -> Mapping[str, FieldValue]:
        settings = self._settings.current.server(server)
        defaults = settings.defaults if settings else GenerationDefaults()
        return {field.name: getattr(defaults, field.name) for field in fields(defaults)}


def _title(workflow: str, path: Path) -> str:
    if workflow.startswith(SERVER):
        return one_line(workflow.rpartition("/")[2].removesuffix(".json"), 80)
    return path.stem


def _template_of(own: OwnWorkflow, defs: NodeDefs) -> WorkflowTemplate:
    if own.description is not None:
        return parse_template(own.name, own.data, own.description)
    from tui.workflow.opening import open_workflow  # the conversion, which no template needs

    return open_workflow(own.name, own.data, defs, own.canvas, keeps_seeds=own.is_result)
