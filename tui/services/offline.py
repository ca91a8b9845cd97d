"""Workflows without a server: what one declared lies in a file."""

import asyncio
from pathlib import Path
from typing import Final

from tui.domain.errors import NotFoundError, WorkflowError
from tui.domain.json_values import object_of
from tui.domain.request import Task
from tui.domain.server import Capabilities, Catalog
from tui.domain.text import one_line
from tui.domain.workflow import NodeCatalog, ServerWorkflow
from tui.services.workflow_ports import SettingsOfWorkflows
from tui.services.workflows import WorkflowsService
from tui.workflow.formats import read_json

OFFLINE: Final = "object info"
"""What stands for the name of a server."""


async def offline_workflows(settings: SettingsOfWorkflows, object_info: Path) -> WorkflowsService:
    """The workflows service for the server whose `/object_info` is in a file. Raises `WorkflowError`."""
    return WorkflowsService(settings, _Declared(await asyncio.to_thread(_read, object_info)))


def _read(path: Path) -> NodeCatalog:
    shown = one_line(path.name, 80)
    try:
        definitions = object_of(read_json(path.read_bytes()))
    except OSError as error:
        raise WorkflowError(f"“{shown}” cannot be read.", "Check the path and its permissions.") from error
    if not any(object_of(found).get("input") is not None for found in definitions.values()):
        raise WorkflowError(
            f"“{shown}” does not declare any node.", "Save what the server answers to /object_info."
        )
    return NodeCatalog(definitions)


class _Declared:
    """A catalog that never changes."""

    def __init__(self, nodes: NodeCatalog) -> None:
        self._nodes = nodes

    async def catalog(self, server: str) -> Catalog:
        """Nothing but nodes is known."""
        del server
        return Catalog()

    async def node_catalog(self, server: str) -> NodeCatalog:
        """What the file declares."""
        del server
        return self._nodes

    async def workflows(self, server: str) -> tuple[ServerWorkflow, ...]:
        """None."""
        del server
        return ()

    async def workflow(self, server: str, name: str) -> bytes:
        """None."""
        raise NotFoundError(f"“{one_line(name, 80)}” lies on a server.", f"{server} is a file.")

    async def workflow_picture(self, server: str, name: str) -> bytes:
        """None."""
        return await self.workflow(server, name)

    def capabilities(self, server: str) -> Capabilities:
        """Graphs."""
        del server
        return Capabilities(tasks=frozenset(Task), runs_graphs=True)

    def forget(self, server: str) -> None:
        """The file stays what it is."""
