"""The workflows that are there: listed, pictured, brought in from outside, copied."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tui.domain.errors import SaveError, ServerError, WorkflowError
from tui.domain.forms import WorkflowSummary
from tui.domain.json_values import object_of
from tui.domain.request import GraphPlan
from tui.services.workflow_files import builtin_template, builtin_templates, read_own
from tui.services.workflow_lists import (
    SERVER,
    own_summaries,
    own_summary,
    recent_summaries,
    server_summary,
    template_summary,
    with_pinned,
)
from tui.services.workflow_memory import WorkflowMemory
from tui.services.workflow_ports import CatalogOfServers, SettingsOfWorkflows
from tui.workflow.formats import parse_workflow
from tui.workflow.templates import WorkflowTemplate


class WorkflowShelf:
    """Templates, the person's own, those opened lately, and what lies on servers."""

    def __init__(
        self, settings: SettingsOfWorkflows, catalog: CatalogOfServers, memory: WorkflowMemory
    ) -> None:
        self._settings = settings
        self._catalog = catalog
        self._memory = memory

    async def summaries(self, server: str | None) -> tuple[WorkflowSummary, ...]:
        """What can be tried on a server, or all that is here; what is pinned comes first."""
        return with_pinned(await self._summaries(server), await asyncio.to_thread(self._memory.pinned))

    async def pin(self, workflow: str) -> bool:
        """Pin it, or let it go; whether it is pinned now."""
        return await asyncio.to_thread(self._memory.pin, workflow)

    async def _summaries(self, server: str | None) -> tuple[WorkflowSummary, ...]:
        """A server that is away adds nothing."""
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

    async def thumbnail(self, server: str, workflow: str) -> str | None:
        """A picture of what the workflow makes, on this disk; None where there is none."""
        if not workflow.startswith(SERVER):
            listed = await self.summaries(None)
            found = [summary for summary in listed if workflow in (summary.name, summary.path)]
            return found[0].picture if found else None
        file = self._memory.picture_file(f"{server} {workflow}")
        if await asyncio.to_thread(file.is_file):
            return str(file)
        try:
            data = await self._catalog.workflow_picture(server, workflow.removeprefix(SERVER))
            return str(await asyncio.to_thread(self._memory.keep_picture, data, f"{server} {workflow}"))
        except (ServerError, SaveError):
            return None

    async def paste(self, content: str | bytes, title: str) -> str:
        """The path of a workflow that comes from the clipboard or a pipe."""
        data = content.encode() if isinstance(content, str) else content
        path = await asyncio.to_thread(self._memory.keep, data, title)
        await asyncio.to_thread(read_own, path, title)  # says what is wrong with it
        return str(path)

    async def carries(self, path: str) -> bool:
        """Whether the file is a workflow, or a picture or video that carries one."""
        return await asyncio.to_thread(_carries, Path(path))

    async def save_copy(self, source: str, name: str, plan: GraphPlan | None) -> WorkflowSummary:
        """Put a copy of what lies at `source`, or of the plan, among the person's own."""
        from tui.services.workflow_copies import save_copy  # which making a picture does not need

        folder = self._settings.paths.workflows
        path = await asyncio.to_thread(save_copy, folder, source, name, plan)
        return await asyncio.to_thread(own_summary, folder, path)

    async def remember(self, workflow: str) -> None:
        """Note that it was used."""
        if builtin_template(workflow) is not None:
            return
        try:
            await asyncio.to_thread(self._memory.remember, workflow)
        except SaveError:
            return  # a convenience, which must not keep a job from running


def _carries(path: Path) -> bool:
    try:
        parse_workflow(object_of(read_own(path, path.stem).data))
    except WorkflowError:
        return False
    return True
