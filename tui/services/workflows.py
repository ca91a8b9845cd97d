"""Workflows as forms, and filled forms as requests."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Protocol

from tui.domain.errors import WorkflowError
from tui.domain.forms import Field, Form, PictureField, SeedField, WorkflowSummary
from tui.domain.request import FieldValue, GenerationRequest
from tui.domain.server import Capabilities, Catalog
from tui.domain.settings import GenerationDefaults, Settings
from tui.domain.text import nearest, one_line
from tui.domain.workflow import NodeCatalog
from tui.services.task_forms import task_form, task_summaries
from tui.services.workflow_files import (
    OwnWorkflow,
    builtin_templates,
    find_own,
    fingerprint,
    own_name,
    own_workflows,
    read_own,
)
from tui.storage.paths import Paths
from tui.workflow.definitions import NodeDefs
from tui.workflow.field_values import field_value
from tui.workflow.fields import build_form
from tui.workflow.fill import fill
from tui.workflow.requests import request_of, values_of
from tui.workflow.slots import STANDARD_LABELS
from tui.workflow.templates import WorkflowTemplate, parse_template

_REMEMBERED = 16
"""How many of the person's own workflows are kept as they were understood."""

_RANDOM_SEEDS = 2**32
"""Random seeds stay below this: every server, and a browser's numbers, can hold and repeat them."""


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

    def capabilities(self, server: str) -> Capabilities:
        """What a server can do."""
        ...


@dataclass(frozen=True, slots=True)
class _Opened:
    """A workflow on a server: its form and, where graphs run, what fills it."""

    form: Form
    template: WorkflowTemplate | None = None
    defs: NodeDefs | None = None


class WorkflowsService:
    """Lists workflows, makes their forms for a server, and checks and fills them."""

    def __init__(self, settings: SettingsOfWorkflows, catalog: CatalogOfServers) -> None:
        self._settings = settings
        self._catalog = catalog
        self._defs: dict[str, tuple[NodeCatalog, NodeDefs]] = {}
        self._own: dict[tuple[object, ...], tuple[NodeDefs, WorkflowTemplate]] = {}

    async def list(self, server: str | None = None) -> tuple[WorkflowSummary, ...]:
        """The workflows that can be tried on a server, or all: templates first, then the person's own."""
        templates = await asyncio.to_thread(builtin_templates)
        if server is not None:
            capabilities = self._catalog.capabilities(server)
            if not capabilities.runs_graphs:
                return task_summaries(capabilities, templates)
        folder = self._settings.paths.workflows
        own = await asyncio.to_thread(own_workflows, folder)
        return (*map(_summary, templates.values()), *(_own_summary(folder, path) for path in own))

    async def form(self, server: str, workflow: str) -> Form:
        """The form of a workflow with the server's own choices and ranges. Raises InputError or ServerError.

        `workflow` is a template's name, the name of one of the person's own, or a path to a file.
        """
        return (await self._open(server, workflow)).form

    async def request(
        self, server: str, workflow: str, values: Mapping[str, FieldValue]
    ) -> GenerationRequest:
        """The complete request that `values` make; text stands for any value. Raises as `form`.

        What is not given takes the form's default; a seed that is not given is drawn here.
        """
        opened = await self._open(server, workflow)
        if opened.form.problems:
            raise WorkflowError(
                f"“{one_line(workflow, 80)}” cannot run on {server}.", " ".join(opened.form.problems)
            )
        checked, notes = _checked(opened, values)
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

    async def _open(self, server: str, workflow: str) -> _Opened:
        templates = await asyncio.to_thread(builtin_templates)
        defaults = self._defaults(server)
        if not self._catalog.capabilities(server).runs_graphs:
            return await self._open_task(server, workflow, templates, defaults)
        defs = await self._node_defs(server)
        template = templates.get(workflow) or await asyncio.to_thread(self._own_template, workflow, defs)
        form = await asyncio.to_thread(build_form, template, defs, defaults)
        return _Opened(form, template, defs)

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
        catalog = await self._catalog.catalog(server)
        # asked again: what a server can do is known better once it has answered
        capabilities = self._catalog.capabilities(server)
        return _Opened(task_form(templates[workflow], capabilities, catalog, defaults))

    def _with_pictures(
        self, form: Form, values: Mapping[str, FieldValue]
    ) -> tuple[Mapping[str, FieldValue], tuple[str, ...]]:
        from tui.services.picture_inputs import prepare_pictures  # Pillow, which a text alone does not need

        prepared = prepare_pictures(form, values, self._settings.paths.cache)
        return prepared.values, prepared.notes

    async def _node_defs(self, server: str) -> NodeDefs:
        catalog = await self._catalog.node_catalog(server)
        if catalog is None:
            raise WorkflowError(f"{server} does not say which nodes it has.", "Check that it is a ComfyUI.")
        known = self._defs.get(server)
        if known is None or known[0] is not catalog:
            known = self._defs[server] = (catalog, NodeDefs(catalog.definitions))
        return known[1]

    def _own_template(self, workflow: str, defs: NodeDefs) -> WorkflowTemplate:
        folder = self._settings.paths.workflows
        path = find_own(folder, workflow)
        key = fingerprint(path)
        known = self._own.get(key)
        if known is None or known[0] is not defs:
            own = read_own(path, own_name(folder, path) if path.is_relative_to(folder) else path.stem)
            if len(self._own) >= _REMEMBERED:
                self._own.clear()
            known = self._own[key] = (defs, _understood(own, defs))
        return known[1]

    def _defaults(self, server: str) -> Mapping[str, FieldValue]:
        settings = self._settings.current.server(server)
        defaults = settings.defaults if settings else GenerationDefaults()
        return {field.name: getattr(defaults, field.name) for field in fields(defaults)}


def _understood(own: OwnWorkflow, defs: NodeDefs) -> WorkflowTemplate:
    if own.description is not None:
        return parse_template(own.name, own.data, own.description)
    from tui.workflow.opening import open_workflow  # the conversion, which no template needs

    return open_workflow(own.name, own.data, defs, own.canvas)


def _summary(template: WorkflowTemplate) -> WorkflowSummary:
    return WorkflowSummary(
        name=template.name, title=template.title, description=template.description, task=template.task
    )


def _own_summary(folder: Path, path: Path) -> WorkflowSummary:
    name = own_name(folder, path)
    return WorkflowSummary(name=name, title=path.stem, is_builtin=False, path=str(path))


def _checked(
    opened: _Opened, values: Mapping[str, FieldValue]
) -> tuple[Mapping[str, FieldValue], tuple[str, ...]]:
    """Every field's value, given or default, and notes about values that found no field."""
    given, notes = _by_field(opened, values)
    checked = {field.name: _checked_value(field, given.get(field.name)) for field in opened.form.fields}
    return {name: value for name, value in checked.items() if value is not None}, notes


def _by_field(
    opened: _Opened, values: Mapping[str, FieldValue]
) -> tuple[dict[str, FieldValue], tuple[str, ...]]:
    found: dict[str, FieldValue] = {}
    unused: list[str] = []
    for name, value in values.items():
        field = opened.form.field(name) or _aliased(opened, name)
        if field is not None:
            found[field.name] = value
        elif name not in STANDARD_LABELS:
            raise _unknown_field(opened.form, name)
        elif value not in (None, "", ()):
            unused.append(STANDARD_LABELS[name].lower())
    if not unused:
        return found, ()
    return found, (f"“{opened.form.title}” has no use for: {', '.join(unused)}.",)


def _aliased(opened: _Opened, name: str) -> Field | None:
    slot = opened.template.named(name) if opened.template else None
    return opened.form.field(slot.name) if slot else None


def _unknown_field(form: Form, name: str) -> WorkflowError:
    names = tuple(field.name for field in form.fields)
    like = nearest(name, names)
    return WorkflowError(
        f"“{form.title}” has no field “{one_line(name, 60)}”.",
        f"Did you mean “{like}”?" if like else f"It has {', '.join(names[:30])}.",
    )


def _checked_value(field: Field, given: FieldValue) -> FieldValue:
    if field.unavailable:
        if given not in (None, "", ()):
            raise WorkflowError(f"{field.label} cannot be set here.", field.unavailable)
        return None
    value = field_value(field, given)
    if value is None and isinstance(field, SeedField):
        return secrets.randbelow(min(field.maximum + 1, _RANDOM_SEEDS))
    return value
